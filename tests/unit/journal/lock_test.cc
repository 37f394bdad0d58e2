// Who has a run directory, on file systems that machines share too.

#include "syndisco/journal/lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>

#include "unit/journal/journal_testing.h"

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;

constexpr LockTimes kQuick{.heartbeat = 2ms, .free_after = 60'000ms, .settle = 0ms};

/// A lock file as another machine would have left it so many seconds ago.
void left_by_another_machine(const std::filesystem::path& directory, int seconds_ago) {
  const auto path = directory / ".lock";
  std::ofstream(path) << "4711\nfar-away\n2026-01-01T00:00:00.000Z\nanother-boot\nthen\n";
  timespec times[2];
  ::clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= seconds_ago;
  times[1] = times[0];
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

std::string text_of(const std::filesystem::path& directory) {
  std::ifstream file(directory / ".lock");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SharedLock, IsHeldByAnotherMachineWhileItShowsLife) {
  const TemporaryDirectory directory;
  left_by_another_machine(directory.path(), 50);
  try {
    const DirectoryLock lock(directory.path(), true, kQuick);
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is in use by process 4711 on far-away since 2026"));
    EXPECT_THAT(error.hint(), HasSubstr("60 s after its last sign of life"));
  }
  EXPECT_THAT(lock_holder(directory.path(), true).value_or(""), HasSubstr("far-away"));
  EXPECT_THAT(text_of(directory.path()), HasSubstr("far-away")) << "it was not touched";
}

TEST(SharedLock, IsFreeWhenTheSignsOfLifeEnded) {
  const TemporaryDirectory directory;
  left_by_another_machine(directory.path(), 70);
  EXPECT_EQ(lock_holder(directory.path(), true), std::nullopt);
  const DirectoryLock lock(directory.path(), true, kQuick);
  EXPECT_THAT(text_of(directory.path()), HasSubstr(std::to_string(::getpid())));
}

TEST(SharedLock, OfAProcessOfThisSystemEndsWithIt) {
  const TemporaryDirectory directory;
  std::string dead;
  {
    const DirectoryLock lock(directory.path(), true, kQuick);
    dead = text_of(directory.path());
  }
  EXPECT_EQ(text_of(directory.path()), "");
  std::ofstream(directory.path() / ".lock") << dead;  // as after SIGKILL: fresh, and nobody's
  EXPECT_EQ(lock_holder(directory.path(), true), std::nullopt);
  EXPECT_NO_THROW(DirectoryLock(directory.path(), true, kQuick));
}

TEST(SharedLock, ShowsLife) {
  const TemporaryDirectory directory;
  DirectoryLock lock(directory.path(), true, kQuick);
  const std::string first = text_of(directory.path());
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (text_of(directory.path()) == first && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_NE(text_of(directory.path()), first);
  EXPECT_FALSE(lock.lost());
}

TEST(SharedLock, KnowsWhenAnotherMachineTookIt) {
  const TemporaryDirectory directory;
  {
    DirectoryLock lock(directory.path(), true, kQuick);
    // What a machine does that saw no sign of life for a minute, because this one was suspended.
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!lock.lost() && std::chrono::steady_clock::now() < end) {
      left_by_another_machine(directory.path(), 0);
      std::this_thread::yield();
    }
    EXPECT_TRUE(lock.lost());
  }
  EXPECT_THAT(text_of(directory.path()), HasSubstr("far-away")) << "it is not ours to give back";
}

/// The next sign of life is far: as when this process stands still.
constexpr LockTimes kStandingStill{.heartbeat = 3'600'000ms, .free_after = 40ms, .settle = 0ms};

TEST(SharedLock, WhoStoodStillLooksBeforeItWrites) {
  const TemporaryDirectory directory;
  DirectoryLock lock(directory.path(), true, kStandingStill);
  left_by_another_machine(directory.path(), 0);
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!lock.lost() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE(lock.lost());
  EXPECT_THAT(text_of(directory.path()), HasSubstr("far-away"));
}

TEST(SharedLock, WhoStoodStillAndLostNothingShowsLifeBeforeItWrites) {
  const TemporaryDirectory directory;
  DirectoryLock lock(directory.path(), true,
                     {.heartbeat = 3'600'000ms, .free_after = 2'000ms, .settle = 0ms});
  const std::string first = text_of(directory.path());
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (text_of(directory.path()) == first && std::chrono::steady_clock::now() < end)
    EXPECT_FALSE(lock.lost());
  EXPECT_NE(text_of(directory.path()), first);
}

TEST(SharedLock, IsNotLostInAMomentsTrouble) {
  const TemporaryDirectory directory;
  DirectoryLock lock(directory.path(), true, kQuick);
  const auto path = directory.path() / ".lock", away = directory.path() / "away";
  std::filesystem::rename(path, away);
  const auto back = std::chrono::steady_clock::now() + 50ms;  // many signs of life long
  while (std::chrono::steady_clock::now() < back) std::this_thread::yield();
  EXPECT_FALSE(lock.lost());
  const std::string before = text_of(directory.path() / "away");
  std::filesystem::rename(away, path);
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (text_of(directory.path()) == before && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_NE(text_of(directory.path()), before) << "it shows life again";
  EXPECT_FALSE(lock.lost());
}

TEST(SharedLock, MayBeLostWhenItCannotBeLookedAtForTooLong) {
  const TemporaryDirectory directory;
  DirectoryLock lock(directory.path(), true, kStandingStill);
  std::filesystem::rename(directory.path() / ".lock", directory.path() / "away");
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!lock.lost() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE(lock.lost());
}

TEST(LocalLock, IgnoresWhatADeadProcessWrote) {
  const TemporaryDirectory directory;
  left_by_another_machine(directory.path(), 0);
  EXPECT_EQ(lock_holder(directory.path(), false), std::nullopt);
  EXPECT_NO_THROW(DirectoryLock(directory.path(), false, kQuick));
}

TEST(LocalLock, LookingAtItNeverRefusesWhoTakesIt) {
  const TemporaryDirectory directory;
  {
    const DirectoryLock made(directory.path());
  }
  std::jthread looking([&](const std::stop_token& end) {
    while (!end.stop_requested()) lock_holder(directory.path(), false);
  });
  for (int i = 0; i < 300; ++i) EXPECT_NO_THROW(DirectoryLock(directory.path(), false));
}

TEST(LockHolder, IsNobodyWhereThereIsNoLock) {
  const TemporaryDirectory directory;
  EXPECT_EQ(lock_holder(directory.path(), false), std::nullopt);
  EXPECT_EQ(lock_holder(directory.path(), true), std::nullopt);
}

TEST(JournalStatus, SaysRunningOnlyWhileSomebodyRuns) {
  const TemporaryDirectory directory;
  auto journal = Journal::open(directory.path());
  journal->take_up(testing::plan({"all"}, 3));
  const std::string id = journal->claim()->id;
  journal->append(id, testing::turn(0));
  {
    const auto reader = Journal::open_read_only(directory.path());
    EXPECT_EQ(reader->counts_by_cell().at("all").running, 1U);
    EXPECT_EQ(reader->discussion(id).status, Status::kRunning);
    EXPECT_THAT(reader->writer().value_or(""), HasSubstr(std::to_string(::getpid())));
  }
  // The database as a killed process leaves it.
  const TemporaryDirectory dead;
  for (const char* name : {"syndisco.db", "syndisco.db-wal", ".lock"})
    std::filesystem::copy(directory.path() / name, dead.path() / name);
  const auto reader = Journal::open_read_only(dead.path());
  EXPECT_EQ(reader->counts_by_cell().at("all").running, 0U);
  EXPECT_EQ(reader->counts_by_cell().at("all").planned, 3U);
  EXPECT_EQ(reader->counts_by_cell().at("all").turns, 1U);
  EXPECT_EQ(reader->discussion(id).status, Status::kPlanned);
  EXPECT_EQ(reader->writer(), std::nullopt);
}

}  // namespace
}  // namespace syndisco
