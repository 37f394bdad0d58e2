#include "syndisco/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <set>
#include <stdexcept>
#include <vector>

namespace syndisco {
namespace {

// Expected numbers come from an independent program, which gives the published first values of
// xoshiro256** for the state 1, 2, 3, 4 and of SplitMix64 for the seed 0.

TEST(Random, GivesTheReferenceValues) {
  Random zero(0);
  for (const std::uint64_t value : {0x99ec5f36cb75f2b4U, 0xbf6e1f784956452aU, 0x1a5f849d4933e6e0U,
                                    0x6aa594f1262d2d2cU, 0xbba5ad4a1f842e59U}) {
    EXPECT_EQ(zero.next(), value);
  }
  Random other(42);
  EXPECT_EQ(other.next(), 0x15780b2e0c2ec716U);
  EXPECT_EQ(other.next(), 0x6104d9866d113a7eU);
}

TEST(Random, DrawsBelowAsPublished) {
  Random random(42);
  for (const std::size_t value : {0, 3, 6, 9, 9, 7, 7, 8, 7, 5, 6, 2})
    EXPECT_EQ(random.below(10), value);
}

TEST(Random, RejectsDrawsThatWouldFavourSomeNumbers) {
  // With three quarters of the range, every third draw or so is thrown away.
  constexpr std::size_t kRange = std::size_t{3} << 62U;
  Random random(42);
  for (const std::size_t value :
       {1160249073301919056U, 5243213769723407326U, 9408440071686419256U, 12793180581886593144U}) {
    EXPECT_EQ(random.below(kRange), value);
  }
}

TEST(Random, DrawsEveryNumberBelowEquallyOften) {
  constexpr int kDraws = 600'000;
  Random random(1);
  std::array<int, 6> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[random.below(counts.size())];
  // Six standard deviations around a sixth.
  for (const int count : counts) EXPECT_NEAR(count, kDraws / 6, 1800);
}

TEST(Random, DrawsOnlyZeroBelowOne) {
  Random random(3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, RefusesToDrawFromNothing) {
  Random random(3);
  EXPECT_THROW(random.below(0), std::invalid_argument);
}

TEST(Random, DrawsUniformlyAsPublished) {
  Random random(42);
  EXPECT_EQ(random.uniform(), 0.08386297105988216);
  EXPECT_EQ(random.uniform(), 0.3789802506626686);
  EXPECT_EQ(random.uniform(), 0.6800434110281394);
}

TEST(Random, StaysBelowOneInUniformDraws) {
  Random random(5);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.006);
}

TEST(Sample, GivesTheReferenceValues) {
  Random random(42);
  EXPECT_EQ(random.sample(10, 4), (std::vector<std::size_t>{0, 4, 7, 9}));
}

TEST(Sample, DrawsDifferentPositions) {
  Random random(7);
  for (std::size_t n = 0; n < 20; ++n) {
    for (std::size_t k = 0; k <= n; ++k) {
      const std::vector<std::size_t> drawn = random.sample(n, k);
      EXPECT_EQ(std::set<std::size_t>(drawn.begin(), drawn.end()).size(), k);
      for (const std::size_t position : drawn) EXPECT_LT(position, n);
    }
  }
}

TEST(Sample, ReachesEveryOrder) {
  Random random(11);
  std::set<std::vector<std::size_t>> orders;
  for (int i = 0; i < 500; ++i) orders.insert(random.sample(4, 4));
  EXPECT_EQ(orders.size(), 24u);
}

TEST(Sample, RefusesMoreThanThereAre) {
  Random random(7);
  EXPECT_THROW(random.sample(2, 3), std::invalid_argument);
}

/// Gives recorded draws, as a replay does.
class Recorded final : public Draws {
 public:
  explicit Recorded(std::vector<std::size_t> values) : values_(std::move(values)) {}
  std::size_t below(std::size_t) override { return values_.at(at_++); }
  double uniform() override { return 0; }

 private:
  std::vector<std::size_t> values_;
  std::size_t at_ = 0;
};

TEST(Sample, IsMadeOfBelowAlone) {
  Recorded draws({2, 0, 1});
  EXPECT_EQ(draws.sample(4, 3), (std::vector<std::size_t>{2, 1, 3}));
}

TEST(StreamSeed, GivesTheReferenceValues) {
  EXPECT_EQ(stream_seed({.seed = 42, .purpose = "turn"}), 0x2b821511de027d6bU);
  EXPECT_EQ(stream_seed({.seed = 42,
                         .purpose = "people",
                         .scope = "cell",
                         .replicate = 7,
                         .step = 3,
                         .actor = "alice",
                         .attempt = 1}),
            0x36b9946512d6f8f2U);
}

TEST(StreamSeed, DiffersWhereAnyFieldDiffers) {
  const StreamKey base{.seed = 1,
                       .purpose = "a",
                       .scope = "b",
                       .replicate = 1,
                       .step = 1,
                       .actor = "c",
                       .attempt = 1};
  std::set<std::uint64_t> seeds = {stream_seed(base)};
  const auto add = [&seeds](StreamKey key) { seeds.insert(stream_seed(key)); };
  StreamKey key = base;
  key.seed = 2, add(key), key = base;
  key.purpose = "ab", add(key), key = base;
  key.scope = "", add(key), key = base;
  key.replicate = 11, add(key), key = base;
  key.step = 11, add(key), key = base;
  key.actor = "1c", add(key), key = base;
  key.attempt = 0, add(key), key = base;
  EXPECT_EQ(seeds.size(), 8u);
}

}  // namespace
}  // namespace syndisco
