#include "syndisco/run/budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

constexpr double kNoTime = 0;

Usage usage(std::uint64_t prompt, std::uint64_t generated, std::uint64_t reused = 0) {
  return {.requests = 1,
          .prompt_tokens = prompt,
          .reused_tokens = reused,
          .generated_tokens = generated};
}

Limits tokens(std::uint64_t most) {
  Limits limits;
  limits.tokens = most;
  return limits;
}
Limits requests(std::uint64_t most) {
  Limits limits;
  limits.requests = most;
  return limits;
}
Limits cost(double most) {
  Limits limits;
  limits.cost = most;
  return limits;
}
Limits wall_time(double most) {
  Limits limits;
  limits.wall_time = most;
  return limits;
}

/// A budget of which nothing is spent, at a clock that stands.
Budget budget_of(const Limits& limits, const std::map<std::string, Price>& prices = {}) {
  return Budget(limits, prices, {}, [] { return kNoTime; });
}

TEST(Budget, LetsEverythingPassWithoutLimits) {
  Budget budget = budget_of({});
  for (int i = 0; i < 100; ++i) budget.reserve("m", 1'000'000, 1'000'000, {});
  EXPECT_FALSE(budget.reached());
}

TEST(Budget, CountsWhatEarlierRunsSpent) {
  Budget budget(tokens(1000), {}, {{"m", usage(600, 300)}}, [] { return kNoTime; });
  EXPECT_THROW(budget.reserve("m", 300, 100, {}), OutOfBudget);
  const auto reached = budget.reached();
  ASSERT_TRUE(reached);
  EXPECT_EQ(reached->limit, "tokens");
  EXPECT_EQ(reached->most, 1000);
  EXPECT_EQ(reached->spent, 900);
  EXPECT_GT(reached->next, 100);
}

TEST(Budget, ReservesTheLongestAnswer) {
  Budget budget = budget_of(tokens(1000));
  // One token for every byte of the prompt.
  budget.settle(budget.reserve("m", 100, 100, {}), usage(100, 10), true);
  budget.settle(budget.reserve("m", 100, 790, {}), usage(100, 10), true);
  EXPECT_THROW(budget.reserve("m", 100, 681, {}), OutOfBudget);
}

TEST(Budget, IsOverdueWhenTheTimeIsOverThoughNobodyAsks) {
  double now = 5;
  Budget budget(wall_time(10), {}, {}, [&] { return now; });
  EXPECT_FALSE(budget.overdue());
  now = 11;
  EXPECT_TRUE(budget.overdue());
  EXPECT_EQ(budget.reached()->limit, "wall_time");
  EXPECT_THROW(budget.reserve("m", 1, 1, {}), OutOfBudget);
}

TEST(Budget, AsksAModelOfWhichNothingIsKnownOnce) {
  Budget budget = budget_of(tokens(1'000'000));
  const Budget::Ticket first = budget.reserve("m", 100, 10, {});
  std::atomic<bool> passed = false;
  std::jthread second([&] {
    budget.reserve("m", 100, 10, {});
    passed = true;
  });
  budget.reserve("other", 100, 10, {});  // of another model nothing need be waited for
  EXPECT_FALSE(passed);
  budget.settle(first, usage(50, 5), true);
  second.join();
  EXPECT_TRUE(passed);
}

TEST(Budget, WaitsForOthersBeforeItRefuses) {
  Budget budget = budget_of(requests(2));
  const Budget::Ticket one = budget.reserve("m", 1, 1, {});
  const Budget::Ticket two = budget.reserve("m", 1, 1, {});
  std::jthread third([&] { budget.release(budget.reserve("m", 1, 1, {})); });
  budget.release(one);  // it was not asked after all, so the third may
  third.join();
  budget.settle(two, usage(1, 1), true);
  EXPECT_FALSE(budget.reached());
}

TEST(Budget, RefusesWhoWaitedWhenOthersUsedItUp) {
  Budget budget = budget_of(requests(1));
  const Budget::Ticket one = budget.reserve("m", 1, 1, {});
  std::atomic<int> refused = 0;
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      try {
        budget.reserve("m", 1, 1, {});
      } catch (const OutOfBudget&) {
        ++refused;
      }
    });
  }
  budget.settle(one, usage(1, 1), true);
  waiting.clear();
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(budget.reached()->limit, "requests");
}

TEST(Budget, StopsWaitingWhenAskedTo) {
  Budget budget = budget_of(requests(1));
  const Budget::Ticket one = budget.reserve("m", 1, 1, {});
  std::stop_source stop;
  std::jthread waiting(
      [&] { EXPECT_THROW(budget.reserve("m", 1, 1, stop.get_token()), Cancelled); });
  stop.request_stop();
  waiting.join();
  budget.release(one);
}

TEST(Budget, CountsFailedRequestsAndWhatTheySpent) {
  Budget budget = budget_of(requests(2));
  budget.settle(budget.reserve("m", 10, 10, {}), usage(40, 0), false);
  budget.settle(budget.reserve("m", 10, 10, {}), Usage{}, false);
  EXPECT_THROW(budget.reserve("m", 10, 10, {}), OutOfBudget);
  EXPECT_EQ(budget.reached()->limit, "requests");
}

TEST(Budget, PricesPromptsCachedPromptsAndAnswers) {
  const Price price{.input = 2, .cached_input = 0.5, .output = 8};
  EXPECT_DOUBLE_EQ(cost_of(usage(1'000'000, 500'000, 400'000), price), 1.2 + 0.2 + 4);
  Budget budget = budget_of(cost(1.0), {{"dear", price}});
  // A model without a price costs nothing.
  budget.settle(budget.reserve("free", 1, 1'000'000'000, {}), usage(1, 1'000'000'000), true);
  budget.settle(budget.reserve("dear", 1, 100'000, {}), usage(1, 100'000), true);  // 0.8
  EXPECT_THROW(budget.reserve("dear", 1, 30'000, {}), OutOfBudget);
  EXPECT_EQ(budget.reached()->limit, "cost");
  EXPECT_NEAR(budget.reached()->spent, 0.8, 1e-5);
}

TEST(Budget, StopsBeforeARequestThatWouldTakeTooLong) {
  double now = 100;
  Budget budget(wall_time(160), {}, {}, [&] { return now; });
  const Budget::Ticket first = budget.reserve("m", 1, 1, {});
  now = 130;
  budget.settle(first, usage(1, 1), true);  // took 30 s
  budget.release(budget.reserve("m", 1, 1, {}));
  now = 131;
  EXPECT_THROW(budget.reserve("m", 1, 1, {}), OutOfBudget);
  EXPECT_EQ(budget.reached()->limit, "wall_time");
  EXPECT_EQ(budget.reached()->next, 30);
}

TEST(Budget, KnowsWithoutARequestThatNothingIsLeft) {
  const std::map<std::string, Usage> three = {{"m", {.requests = 3}}};
  Budget spent(requests(3), {}, three, [] { return kNoTime; });
  EXPECT_TRUE(spent.reached());
  Budget left(requests(4), {}, three, [] { return kNoTime; });
  EXPECT_FALSE(left.reached());
}

TEST(Budget, IsPassedByNoNumberOfRequestsInFlight) {
  constexpr std::uint64_t kLimit = 20'000;
  Budget budget = budget_of(tokens(kLimit));
  std::atomic<std::uint64_t> spent = 0, asked = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 32; ++i) {
      threads.emplace_back([&, i] {
        try {
          for (std::uint64_t k = 0;; ++k) {
            const std::size_t bytes = 100 + (i * 7 + k * 13) % 200;
            const Budget::Ticket ticket = budget.reserve("m", bytes, 64, {});
            const Usage used = usage(bytes / 4, (i + k) % 65);
            spent += used.tokens();
            ++asked;
            std::this_thread::yield();
            budget.settle(ticket, used, true);
          }
        } catch (const OutOfBudget&) {
          return;
        }
      });
    }
  }
  EXPECT_LE(spent, kLimit);
  EXPECT_GT(spent, kLimit - 500) << "and what there is is used";
  EXPECT_GT(asked, 100u);
}

}  // namespace
}  // namespace syndisco
