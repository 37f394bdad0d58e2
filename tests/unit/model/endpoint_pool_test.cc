#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <queue>

#include "syndisco/model/endpoint/pool.h"

namespace syndisco {
namespace {

using Grant = Pool::Grant;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Ids of those let go.
std::vector<std::uint64_t> ids(const std::vector<Grant>& grants) {
  std::vector<std::uint64_t> found;
  for (const Grant& grant : grants) found.push_back(grant.waiter);
  return found;
}

/// One request, which must be let go at once.
Grant one(Pool& pool, double now, std::uint64_t trunk = 0) {
  static std::uint64_t next = 1'000'000;
  pool.wait(next++, trunk);
  const std::vector<Grant> grants = pool.let_go(now);
  EXPECT_EQ(grants.size(), 1U);
  return grants.empty() ? Grant{} : grants.front();
}

TEST(Pool, LetsGoInTheOrderOfComing) {
  Pool pool(1, {.start = 2});
  for (std::uint64_t id = 1; id <= 5; ++id) pool.wait(id, id);
  const std::vector<Grant> first = pool.let_go(0);
  EXPECT_THAT(ids(first), ElementsAre(1, 2));
  EXPECT_THAT(pool.let_go(0), IsEmpty());
  pool.leave(3);
  EXPECT_EQ(pool.first(), 4U);
  pool.returned(first[0], true);
  EXPECT_THAT(ids(pool.let_go(1)), ElementsAre(4));
}

TEST(Pool, SendsEqualTrunksToTheSameServerWhileItHasRoom) {
  Pool pool(3, {.start = 4});
  std::map<std::uint64_t, std::size_t> home;
  for (std::uint64_t trunk = 0; trunk < 300; ++trunk) {
    const Grant grant = one(pool, 0, trunk);
    home[trunk] = grant.server;
    pool.returned(grant, true);
  }
  std::map<std::size_t, int> shares;
  for (const auto& [trunk, server] : home) {
    ++shares[server];
    const Grant grant = one(pool, 1, trunk);
    EXPECT_EQ(grant.server, server);
    pool.returned(grant, true);
  }
  for (const auto& [server, share] : shares) EXPECT_GT(share, 70) << server;

  // A server that is gone moves its own trunks alone.
  const Grant broken = one(pool, 2, 0);
  pool.failed(broken, 2, true);
  for (const auto& [trunk, server] : home) {
    const Grant grant = one(pool, 2, trunk);
    if (server == broken.server)
      EXPECT_NE(grant.server, server);
    else
      EXPECT_EQ(grant.server, server);
    pool.returned(grant, true);
  }
}

TEST(Pool, GoesToAnotherServerWhereTheFirstHasNoRoom) {
  Pool pool(2, {.start = 1});
  const Grant first = one(pool, 0, 7);
  const Grant second = one(pool, 0, 7);
  EXPECT_NE(first.server, second.server);
}

TEST(Pool, GoesToAServerWhereItFailedOnlyWhereNoOtherIsHealthy) {
  Pool pool(2, {.start = 1, .first_pause = 1});
  const Grant first = one(pool, 0, 7);
  pool.failed(first, 0, true);
  // It is to be probed, but by somebody else.
  pool.wait(1, 7, {first.server});
  const std::vector<Grant> second = pool.let_go(10);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(second[0].server, first.server);
  pool.failed(second[0], 11, true);
  pool.wait(2, 7, {0, 1});
  EXPECT_EQ(pool.let_go(20).size(), 1U);
}

TEST(Pool, HalvesWhenAServerIsBusy) {
  Pool pool(1, {.start = 8});
  for (std::uint64_t id = 0; id < 8; ++id) pool.wait(id, 0);
  const std::vector<Grant> grants = pool.let_go(0);
  ASSERT_EQ(grants.size(), 8U);
  // All were sent before the cut, so they count once.
  for (const Grant& grant : grants) pool.busy(grant, 1, 0);
  EXPECT_EQ(pool.window(0), 4U);
  pool.busy(one(pool, 2), 3, 0);
  EXPECT_EQ(pool.window(0), 1U);  // of one request at once, not of four
  pool.busy(one(pool, 4), 5, 0);
  EXPECT_EQ(pool.window(0), 1U);
}

TEST(Pool, NeverAsksLessForFailures) {
  Pool pool(1, {.start = 8});
  for (double now = 0; now < 1000; now += 100) pool.failed(one(pool, now), now, true);
  EXPECT_EQ(pool.window(0), 8U);
}

TEST(Pool, LeavesABusyServerAloneForAsLongAsItSays) {
  Pool pool(1, {});
  pool.busy(one(pool, 10), 11, 30);
  pool.wait(1, 0);
  EXPECT_THAT(pool.let_go(40.9), IsEmpty());
  EXPECT_DOUBLE_EQ(pool.next_change(12), 41);
  EXPECT_THAT(ids(pool.let_go(41)), ElementsAre(1));
  EXPECT_FALSE(pool.all_aside());
}

TEST(Pool, SetsAServerAsideForLongerAndLongerAndProbesIt) {
  Pool pool(1, {.first_pause = 1});
  double now = 0;
  std::vector<double> pauses;
  for (int i = 0; i < 9; ++i) {
    pool.failed(one(pool, now), now, true);
    EXPECT_TRUE(pool.all_aside());
    const double back = pool.next_change(now);
    pauses.push_back(back - now);
    now = back;
  }
  EXPECT_THAT(pauses, ElementsAre(1, 2, 4, 8, 16, 32, 60, 60, 60));

  // One request alone tries whether it is back.
  pool.wait(1, 0);
  pool.wait(2, 0);
  const std::vector<Grant> probe = pool.let_go(now);
  EXPECT_THAT(ids(probe), ElementsAre(1));
  EXPECT_THAT(pool.let_go(now + 1000), IsEmpty());
  pool.answered(probe[0], now + 5);
  EXPECT_FALSE(pool.all_aside());
  const std::vector<Grant> next = pool.let_go(now + 5);
  EXPECT_THAT(ids(next), ElementsAre(2));
  pool.failed(next[0], now + 6, true);
  EXPECT_DOUBLE_EQ(pool.next_change(now + 6), now + 7);  // from the shortest pause again
}

TEST(Pool, SetsAsideAtTheThirdFailureInARowWhereThereWasAConnection) {
  Pool pool(1, {});
  for (const bool answered_between : {true, false}) {
    pool.failed(one(pool, 0), 0, false);
    pool.failed(one(pool, 0), 0, false);
    EXPECT_FALSE(pool.all_aside());
    if (answered_between) pool.answered(one(pool, 0), 0);
  }
  pool.failed(one(pool, 0), 0, false);
  EXPECT_TRUE(pool.all_aside());
}

TEST(Pool, CountsRequestsThatBreakTogetherOnce) {
  Pool pool(1, {.start = 8, .first_pause = 1});
  for (std::uint64_t id = 0; id < 8; ++id) pool.wait(id, 0);
  const std::vector<Grant> grants = pool.let_go(0);
  for (const Grant& grant : grants) pool.failed(grant, 1, true);
  EXPECT_DOUBLE_EQ(pool.next_change(1), 2);
}

TEST(Pool, IsNotBroughtBackByWhatWasAnsweredBefore) {
  Pool pool(1, {.start = 2});
  const Grant early = one(pool, 0), broken = one(pool, 0);
  pool.failed(broken, 1, true);
  pool.answered(early, 1.5);
  EXPECT_TRUE(pool.all_aside());
}

TEST(Pool, GivesACancelledProbeToTheNext) {
  Pool pool(1, {.first_pause = 1});
  pool.failed(one(pool, 0), 0, true);
  pool.returned(one(pool, 1), false);
  EXPECT_TRUE(pool.all_aside());
  pool.returned(one(pool, 1), true);
  EXPECT_FALSE(pool.all_aside());
}

/// Plays a server for `seconds`: `latency(n)` is what an answer takes when n are computed at once.
/// As many are asked for as it takes. Answers how many were given, and leaves the window in `pool`.
std::size_t play(Pool& pool, std::size_t jobs, double seconds,
                 const std::function<double(std::size_t)>& latency) {
  struct Ending {
    double at;
    Grant grant;
    bool operator>(const Ending& other) const { return at > other.at; }
  };
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> under_way;
  std::uint64_t next = 0;
  for (; next < jobs; ++next) pool.wait(next, 0);
  double now = 0;
  std::size_t answers = 0;
  while (true) {
    for (const Grant& grant : pool.let_go(now))
      under_way.push({now + latency(pool.in_flight()), grant});
    if (under_way.empty() || under_way.top().at > seconds) return answers;
    now = under_way.top().at;
    pool.answered(under_way.top().grant, now);
    under_way.pop();
    ++answers;
    pool.wait(next++, 0);
  }
}

TEST(Pool, GrowsFastWhereAServerTakesAsManyAsOneLikes) {
  Pool pool(1, {.start = 8});
  // 8 + 16 + ... + 256, then 500 a second.
  EXPECT_GT(play(pool, 500, 20, [](std::size_t) { return 1.0; }), 6000U);
  EXPECT_GE(pool.window(0), 500U);
}

TEST(Pool, StopsGrowingWhereItDoesNotPay) {
  // Sixteen at once are computed as fast as one; more wait for each other.
  const auto latency = [](std::size_t n) { return std::max(1.0, static_cast<double>(n) / 16); };
  Pool pool(1, {.start = 8});
  const std::size_t answers = play(pool, 500, 300, latency);
  EXPECT_GT(answers, 16U * 300 * 9 / 10);
  EXPECT_LE(pool.window(0), 40U);
  EXPECT_GE(pool.window(0), 15U);
}

TEST(Pool, KeepsToTheCeiling) {
  Pool pool(1, {.start = 8, .ceiling = 3});
  EXPECT_EQ(pool.window(0), 3U);
  play(pool, 50, 50, [](std::size_t) { return 1.0; });
  EXPECT_EQ(pool.window(0), 3U);
}

TEST(Pool, DoesNotGrowWhileNobodyWaits) {
  Pool pool(1, {.start = 8});
  play(pool, 4, 50, [](std::size_t) { return 1.0; });
  EXPECT_EQ(pool.window(0), 8U);
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(retry_after_seconds("120", 0), 120);
  EXPECT_EQ(retry_after_seconds("1.5", 0), 1.5);
  EXPECT_EQ(retry_after_seconds("0", 0), 0);
  EXPECT_EQ(retry_after_seconds("-3", 0), 0);
  // 784111777 is that moment.
  EXPECT_EQ(retry_after_seconds("Sun, 06 Nov 1994 08:49:37 GMT", 784111700), 77);
  EXPECT_EQ(retry_after_seconds("Sun, 06 Nov 1994 08:49:37 GMT", 784111800), 0);
  for (const char* text : {"", "soon", "12x", "Sun, 99 Nov 1994 08:49:37 GMT", "inf", "nan",
                           "Sun, 06 Foo 1994 08:49:37 GMT"})
    EXPECT_EQ(retry_after_seconds(text, 0), std::nullopt) << text;
}

}  // namespace
}  // namespace syndisco
