// Every write and every fsync of a small run fails once, in every way. Whatever happens, what was
// acknowledged is there afterwards, once, and the run goes on to the same end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "unit/journal/failing_vfs.h"
#include "unit/journal/journal_testing.h"

#include "syndisco/base/error.h"
#include "syndisco/journal/check.h"

namespace syndisco {
namespace {

using namespace syndisco::testing;

constexpr int kJobs = 2;
constexpr std::uint64_t kTurns = 3;

Turn spoken(const std::string& job, std::uint64_t step) {
  Turn each = turn(step, job + " says " + std::to_string(step) + std::string(700 * step, 'x'));
  each.system = "You speak in " + job;
  return each;
}

/// Does all that is left to do. `acknowledged`: what was said to be recorded.
void work(const std::filesystem::path& directory, FileSystem file_system,
          std::map<std::string, std::uint64_t>& acknowledged) {
  const auto journal = Journal::open(directory, file_system);
  journal->take_up(plan({"all"}, kJobs));
  journal->begin_run("run");
  while (const std::optional<Claim> claim = journal->claim()) {
    for (std::uint64_t step = claim->turns.size(); step < kTurns; ++step) {
      journal->append(claim->id, spoken(claim->id, step));
      acknowledged[claim->id] = step + 1;
    }
    journal->close(claim->id, completed());
  }
  journal->end_run(1, "done");
}

void expect_whole(const std::filesystem::path& directory,
                  const std::map<std::string, std::uint64_t>& acknowledged, bool finished) {
  for (const Finding& finding : check_database(directory))
    ADD_FAILURE() << finding.place << ": " << finding.what;
  const auto journal = Journal::open_read_only(directory);
  for (const std::string& id : journal->discussion_ids()) {
    const DiscussionRecord record = journal->discussion(id);
    const auto known = acknowledged.find(id);
    const std::uint64_t least = known == acknowledged.end() ? 0 : known->second;
    ASSERT_GE(record.turns.size(), least) << id << " lost a turn";
    ASSERT_LE(record.turns.size(), finished ? kTurns : least + 1) << id;
    for (std::uint64_t step = 0; step < record.turns.size(); ++step)
      ASSERT_EQ(record.turns[step], spoken(id, step));
    if (finished) {
      EXPECT_EQ(record.status, Status::kCompleted) << id;
      EXPECT_EQ(record.turns.size(), kTurns) << id;
    }
  }
}

struct Disk {
  Fault fault;
  bool lasting;
  FileSystem file_system;
  int stride = 1;  // 1: every operation
};

class FailingDisk : public ::testing::TestWithParam<Disk> {};

TEST_P(FailingDisk, CostsNoAcknowledgedTurnWheneverItFails) {
  const FailingVfs vfs;
  int nth = 1;
  for (bool struck = true; struck; nth += GetParam().stride) {
    SCOPED_TRACE("operation " + std::to_string(nth));
    ASSERT_LT(nth, 2000) << "this goes on for ever";
    const TemporaryDirectory directory;
    std::map<std::string, std::uint64_t> acknowledged;
    bool told = false;
    FailingVfs::fail(GetParam().fault, nth, GetParam().lasting);
    try {
      work(directory.path(), GetParam().file_system, acknowledged);
    } catch (const EnvironmentError& error) {
      told = true;
      EXPECT_FALSE(std::string(error.what()).empty());
      EXPECT_FALSE(error.hint().empty()) << error.what();
    }
    struck = FailingVfs::heal();
    if (!struck) {
      EXPECT_FALSE(told);
    }
    if (!acknowledged.empty()) {
      ASSERT_NO_FATAL_FAILURE(expect_whole(directory.path(), acknowledged, false));
    }
    std::map<std::string, std::uint64_t> later = acknowledged;
    ASSERT_NO_THROW(work(directory.path(), GetParam().file_system, later));
    ASSERT_NO_FATAL_FAILURE(expect_whole(directory.path(), later, true));
  }
  EXPECT_GT(nth, 10) << "nothing failed";
  RecordProperty("operations", nth);
}

std::string name_of(const ::testing::TestParamInfo<Disk>& disk) {
  const std::map<Fault, std::string> names = {{Fault::kWriteError, "WriteError"},
                                              {Fault::kShortWrite, "ShortWrite"},
                                              {Fault::kFull, "Full"},
                                              {Fault::kSyncError, "SyncError"}};
  return names.at(disk.param.fault) + (disk.param.lasting ? "ForGood" : "Once") +
         (disk.param.file_system == FileSystem::kNetwork ? "WithoutALog" : "");
}

INSTANTIATE_TEST_SUITE_P(All, FailingDisk,
                         ::testing::Values(Disk{Fault::kWriteError, false, FileSystem::kLocal},
                                           Disk{Fault::kWriteError, true, FileSystem::kLocal},
                                           Disk{Fault::kShortWrite, true, FileSystem::kLocal},
                                           Disk{Fault::kFull, false, FileSystem::kLocal},
                                           Disk{Fault::kFull, true, FileSystem::kLocal},
                                           Disk{Fault::kSyncError, false, FileSystem::kLocal},
                                           Disk{Fault::kSyncError, true, FileSystem::kLocal},
                                           // Taking a lock that machines share takes a second.
                                           Disk{Fault::kShortWrite, false, FileSystem::kNetwork,
                                                17},
                                           Disk{Fault::kSyncError, true, FileSystem::kNetwork, 11}),
                         name_of);

TEST(FailingSync, EndsAllWriting) {
  const FailingVfs vfs;
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan({"all"}, 1));
  const std::string id = journal->claim()->id;
  journal->append(id, spoken(id, 0));
  FailingVfs::fail(Fault::kSyncError, 1, false);
  EXPECT_THROW(journal->append(id, spoken(id, 1)), EnvironmentError);
  EXPECT_TRUE(FailingVfs::heal());
  // A later sync may succeed without having brought the earlier pages to the disk.
  EXPECT_THROW(journal->append(id, spoken(id, 1)), EnvironmentError);
  EXPECT_THROW(journal->close(id, std::nullopt), EnvironmentError);
  EXPECT_EQ(journal->discussion(id).turns.size(), 1U) << "and reading goes on";
}

}  // namespace
}  // namespace syndisco
