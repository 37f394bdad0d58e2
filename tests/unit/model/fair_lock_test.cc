#include "syndisco/model/llama/fair_lock.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

TEST(FairLock, IsHeldByOneThreadAtATime) {
  FairLock lock;
  int inside = 0;
  int most = 0;
  int passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          const FairGuard guard(lock, {});
          most = std::max(most, ++inside);
          ++passed;
          --inside;
        }
      });
  }
  EXPECT_EQ(most, 1);
  EXPECT_EQ(passed, 400);
}

TEST(FairLock, LetsAWaitingThreadGo) {
  FairLock lock;
  lock.lock({});
  std::stop_source stop;
  std::jthread waiting([&] { EXPECT_THROW(lock.lock(stop.get_token()), Cancelled); });
  stop.request_stop();
  waiting.join();
  lock.unlock();
  const FairGuard guard(lock, {});
}

TEST(FairLock, GoesOnWithTheNextWhenTheFirstInLineGivesUp) {
  FairLock lock;
  lock.lock({});
  std::stop_source stop;
  std::jthread first([&] { EXPECT_THROW(lock.lock(stop.get_token()), Cancelled); });
  bool passed = false;
  std::jthread second([&] {
    const FairGuard guard(lock, {});
    passed = true;
  });
  stop.request_stop();
  first.join();
  lock.unlock();
  second.join();
  EXPECT_TRUE(passed);
}

TEST(FairLock, IsNotTakenByWhoWasStoppedBefore) {
  FairLock lock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(lock.lock(stop.get_token()), Cancelled);
  const FairGuard guard(lock, {});
}

}  // namespace
}  // namespace syndisco
