#include "syndisco/model/llama/prefix_store.h"

#include <gtest/gtest.h>

#include <numeric>

namespace syndisco {
namespace {

using State = std::vector<std::uint8_t>;

std::vector<Token> tokens(Token first, std::size_t count) {
  std::vector<Token> made(count);
  std::iota(made.begin(), made.end(), first);
  return made;
}

std::vector<Token> joined(std::vector<Token> a, const std::vector<Token>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

constexpr std::uint64_t kPlenty = 1 << 20;

TEST(PrefixStore, FindsNothingWhenItIsEmpty) {
  const PrefixStore store(kPlenty);
  EXPECT_EQ(store.find(tokens(1, 4), false).saved, nullptr);
  EXPECT_EQ(store.find({}, false).saved, nullptr);
}

TEST(PrefixStore, FindsTheLongestCommonBeginning) {
  PrefixStore store(kPlenty);
  const auto trunk = tokens(1, 10);
  store.keep(joined(trunk, tokens(100, 5)), State(8), {});
  store.keep(joined(trunk, tokens(200, 5)), State(8), {});
  const auto same = store.find(joined(trunk, tokens(200, 9)), false);
  EXPECT_EQ(same.tokens, 15U);
  // Somebody new shares the trunk with both.
  EXPECT_EQ(store.find(joined(trunk, tokens(300, 5)), false).tokens, 10U);
  EXPECT_EQ(store.find(tokens(50, 5), false).saved, nullptr);
}

TEST(PrefixStore, CutsAStateThatIsLonger) {
  PrefixStore store(kPlenty);
  store.keep(tokens(1, 10), State(8), {});
  EXPECT_EQ(store.find(tokens(1, 9), false).tokens, 9U);
  EXPECT_EQ(store.find(tokens(1, 9), true).saved, nullptr);
  EXPECT_EQ(store.find(tokens(1, 10), true).tokens, 10U);
}

TEST(PrefixStore, TakesOnlyWholeStatesWhereMemoryCannotBeCut) {
  PrefixStore store(kPlenty);
  store.keep(joined(tokens(1, 10), tokens(100, 5)), State(8), {});
  EXPECT_EQ(store.find(joined(tokens(1, 10), tokens(300, 5)), true).saved, nullptr);
}

TEST(PrefixStore, ReplacesAStateOfTheSameTokens) {
  PrefixStore store(kPlenty);
  store.keep(tokens(1, 10), State(8), {});
  store.keep(tokens(1, 10), State(16), {});
  EXPECT_EQ(store.size(), 1U);
  EXPECT_EQ(store.find(tokens(1, 12), false).saved->state.size(), 16U);
  EXPECT_EQ(store.bytes(), 16 + 10 * sizeof(Token));
}

TEST(PrefixStore, StaysWithinItsBudget) {
  PrefixStore store(1000);
  for (Token i = 0; i < 50; ++i) {
    store.keep(tokens(1000 * i, 10), State(100), {});
    EXPECT_LE(store.bytes(), 1000U);
  }
  EXPECT_EQ(store.size(), 7U);
  store.keep(tokens(1, 10), State(5000), {});
  EXPECT_LE(store.bytes(), 1000U);
  EXPECT_EQ(store.find(tokens(1, 12), false).saved, nullptr);
}

TEST(PrefixStore, KeepsNothingWithoutABudget) {
  PrefixStore store(0);
  store.keep(tokens(1, 10), State(1), {});
  EXPECT_EQ(store.size(), 0U);
}

class FullStore : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kOne = 100 + 10 * sizeof(Token);

  void keep(Token who, std::uint64_t distance) {
    store_.tick();
    store_.keep(tokens(who, 10), State(100), {"job", distance});
  }
  bool has(Token who) const { return store_.find(tokens(who, 12), true).saved != nullptr; }

  PrefixStore store_{2 * kOne};
};

TEST_F(FullStore, LetsGoFirstOfWhatNobodyWaitsFor) {
  keep(1000, 3);
  keep(2000, 0);
  keep(3000, 5);
  EXPECT_TRUE(has(1000));
  EXPECT_FALSE(has(2000));
  EXPECT_TRUE(has(3000));
}

TEST_F(FullStore, LetsGoOfWhatIsNeededLast) {
  keep(1000, 3);
  keep(2000, 50);
  keep(3000, 5);
  EXPECT_TRUE(has(1000));
  EXPECT_FALSE(has(2000));
  EXPECT_TRUE(has(3000));
}

TEST_F(FullStore, LetsGoOfTheOldestWhereNobodyWaitsForAny) {
  keep(1000, 0);
  keep(2000, 0);
  store_.tick();
  EXPECT_TRUE(store_.expect(tokens(1000, 10), {"job", 0}));
  keep(3000, 0);
  EXPECT_TRUE(has(1000));
  EXPECT_FALSE(has(2000));
  EXPECT_TRUE(has(3000));
}

TEST_F(FullStore, DoesNotWaitForeverForAJobThatEndedEarly) {
  keep(1000, 2);
  for (int i = 0; i < 100; ++i) store_.tick();
  keep(2000, 40);
  keep(3000, 40);
  EXPECT_FALSE(has(1000));
}

TEST_F(FullStore, KeepsWhatAnotherJobStillNeeds) {
  keep(1000, 3);
  EXPECT_TRUE(store_.expect(tokens(1000, 10), {"other", 4}));
  EXPECT_TRUE(store_.expect(tokens(1000, 10), {"job", 0}));
  keep(2000, 50);
  keep(3000, 5);
  EXPECT_TRUE(has(1000));
  EXPECT_FALSE(has(2000));
}

TEST(PrefixStore, LetsGoOfWhatWasKeptForOnceWhenItsJobCame) {
  PrefixStore store(kPlenty);
  store.keep(tokens(1, 10), State(8), {.job = "a", .distance = 3, .once = true});
  const auto found = store.find(tokens(1, 20), false);
  store.taken(found.saved, "b");
  EXPECT_EQ(store.size(), 1U) << "others may take it, but it is kept for its job";
  store.taken(found.saved, "a");
  EXPECT_EQ(store.size(), 0U);
  store.taken(nullptr, "a");

  store.keep(tokens(1, 10), State(8), {.job = "a", .distance = 3});
  store.taken(store.find(tokens(1, 20), false).saved, "a");
  EXPECT_EQ(store.size(), 1U) << "others begin so, too";
}

TEST(PrefixStore, LetsGoOfWhatWasKeptForOnceWhenItsJobDoesNotCome) {
  PrefixStore store(kPlenty);
  store.keep(tokens(1, 10), State(8), {.job = "a", .distance = 3, .once = true});
  for (int i = 0; i < 10; ++i) store.tick();
  store.keep(tokens(100, 10), State(8), {.job = "b", .distance = 3});
  EXPECT_EQ(store.size(), 2U) << "it may come later than expected";
  for (int i = 0; i < 10; ++i) store.tick();
  store.keep(tokens(200, 10), State(8), {.job = "b", .distance = 3});
  EXPECT_EQ(store.find(tokens(1, 20), false).saved, nullptr);
  EXPECT_EQ(store.size(), 2U);
}

TEST(PrefixStore, ForgetsWhatCouldNotBePutBack) {
  PrefixStore store(kPlenty);
  store.keep(tokens(1, 10), State(8), {});
  store.forget(store.find(tokens(1, 12), false).saved);
  EXPECT_EQ(store.size(), 0U);
  EXPECT_EQ(store.bytes(), 0U);
  EXPECT_FALSE(store.expect(tokens(1, 10), {"job", 1}));
}

}  // namespace
}  // namespace syndisco
