// Finding and mending what is wrong with a database.

#include "syndisco/journal/check.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "unit/journal/journal_testing.h"

#include "syndisco/base/error.h"
#include "syndisco/journal/salvage.h"

namespace syndisco {
namespace {

using namespace syndisco::testing;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

class Check : public ::testing::Test {
 protected:
  static constexpr int kJobs = 12;
  static constexpr std::uint64_t kTurns = 6;

  Check() : database_(directory_.path() / "syndisco.db") {
    Plan jobs = plan({"all"}, kJobs);
    jobs.annotation_sets = {annotation_set("toxicity")};
    const auto journal = Journal::open(directory_.path());
    journal->take_up(jobs);
    journal->begin_run("run");
    while (const std::optional<Claim> claim = journal->claim()) {
      for (std::uint64_t step = 0; step < kTurns; ++step)
        journal->append(claim->id, turn(step, claim->id + std::string(500, 't')));
      journal->close(claim->id, completed());
    }
    journal->end_run(1, "done");
  }

  void change(const std::string& sql) {
    SQLite::Database(database_.string(), SQLite::OPEN_READWRITE).exec(sql);
  }

  TemporaryDirectory directory_;
  std::filesystem::path database_;
};

TEST_F(Check, FindsNothingInAWholeJournal) {
  EXPECT_THAT(check_database(directory_.path()), IsEmpty());
}

TEST_F(Check, FindsNothingBesideARunningWriter) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan({"all"}, 2));
  const std::string id = journal->claim()->id;
  journal->append(id, turn(0));
  EXPECT_THAT(check_database(directory.path()), IsEmpty());
  journal->append(id, turn(1));
}

TEST_F(Check, HoldsUpNoWriterThatHasNoWriteAheadLog) {
  const TemporaryDirectory directory;
  {
    const auto journal = Journal::open(directory.path(), FileSystem::kNetwork);
    journal->take_up(plan({"all"}, 2));
    try {
      check_database(directory.path());
      FAIL();
    } catch (const EnvironmentError& error) {
      EXPECT_THAT(error.what(), HasSubstr("is in use by process"));
      EXPECT_THAT(error.hint(), HasSubstr("hold it up"));
    }
  }
  EXPECT_THAT(check_database(directory.path()), IsEmpty());
}

TEST_F(Check, FindsAGapInTheTurns) {
  change("DELETE FROM turns WHERE job = 3 AND step = 2");
  const auto findings = check_database(directory_.path());
  EXPECT_THAT(findings, Contains(Field(&Finding::what, HasSubstr("without gaps"))));
  EXPECT_EQ(findings.front().place, discussion_id("all", 3));
  EXPECT_TRUE(findings.front().mendable);
}

TEST_F(Check, FindsALostTurnAtTheEnd) {
  change("DELETE FROM turns WHERE job = 3 AND step = 5");
  EXPECT_THAT(check_database(directory_.path()),
              Contains(Field(&Finding::what, HasSubstr("is completed with 6 turns, but 5"))));
}

TEST_F(Check, FindsReferencesToNothing) {
  change("PRAGMA foreign_keys = OFF; DELETE FROM texts WHERE id = 1");
  EXPECT_THAT(check_database(directory_.path()),
              Contains(Field(&Finding::what, HasSubstr("names a row of texts"))));
}

TEST_F(Check, FindsAChangedSystemPrompt) {
  change("UPDATE texts SET text = text || '!' WHERE id = 1");
  EXPECT_THAT(check_database(directory_.path()),
              Contains(Field(&Finding::what, HasSubstr("is not the one that was recorded"))));
}

TEST_F(Check, FindsAnnotationsOfUnfinishedDiscussions) {
  change("UPDATE jobs SET status = 'planned' WHERE number = 2");
  EXPECT_THAT(check_database(directory_.path()),
              Contains(Field(&Finding::what, HasSubstr("does not fit its discussion"))));
}

TEST_F(Check, FindsALostSpec) {
  change("PRAGMA foreign_keys = OFF; DELETE FROM specs WHERE job = 4");
  EXPECT_THAT(check_database(directory_.path()),
              Contains(Field(&Finding::place, discussion_id("all", 4))));
}

TEST_F(Check, SalvagesAWholeJournalWithoutLoss) {
  const std::string before = content(database_);
  const Salvage salvage = salvage_database(directory_.path());
  EXPECT_THAT(salvage.lost, IsEmpty());
  EXPECT_EQ(salvage.jobs, 3U * kJobs);
  EXPECT_EQ(salvage.turns, 3U * kJobs * kTurns);
  EXPECT_TRUE(content(salvage.old) == before) << "the old one is kept as it was";
  EXPECT_THAT(check_database(directory_.path()), IsEmpty());
  const auto journal = Journal::open_read_only(directory_.path());
  EXPECT_EQ(journal->counts_by_cell().at("all").completed, std::size_t{kJobs});
  EXPECT_EQ(journal->runs().size(), 1U);
  EXPECT_EQ(journal->experiment(), "exp");
}

TEST_F(Check, SalvagesWhatComesBeforeALostTurnAndSaysWhatIsLost) {
  change("DELETE FROM turns WHERE job = 3 AND step = 2");
  const Salvage salvage = salvage_database(directory_.path());
  EXPECT_THAT(salvage.lost, Contains(HasSubstr(discussion_id("all", 3) + ": turns 3 to 6 of 6")));
  EXPECT_THAT(salvage.lost, Contains(HasSubstr(discussion_id("all", 3) + "/toxicity")))
      << "its comments will be others";
  EXPECT_THAT(check_database(directory_.path()), IsEmpty());
  const auto journal = Journal::open(directory_.path());
  Plan jobs = plan({"all"}, kJobs);
  jobs.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(jobs);
  const std::optional<Claim> claim = journal->claim();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->id, discussion_id("all", 3)) << "the next run goes on there";
  EXPECT_EQ(claim->turns.size(), 2U);
}

TEST_F(Check, RefusesToSalvageBesideARunningWriter) {
  const auto journal = Journal::open(directory_.path());
  EXPECT_THROW(salvage_database(directory_.path()), EnvironmentError);
}

TEST_F(Check, TouchesNothingWhereNothingCanBeSaved) {
  std::ofstream(database_, std::ios::binary) << std::string(50'000, 'g');
  EXPECT_THROW(salvage_database(directory_.path()), EnvironmentError);
  EXPECT_EQ(content(database_), std::string(50'000, 'g'));
}

/// Overwrites some pages, never the first, which holds what the tables are.
std::string with_pages_overwritten(std::string bytes, unsigned seed, int pages) {
  constexpr std::size_t kPage = 4096;
  std::mt19937 random(seed);
  const std::size_t count = bytes.size() / kPage;
  for (int i = 0; i < pages; ++i) {
    const std::size_t page = 1 + random() % (count - 1);
    const bool zeros = random() % 3 == 0;  // as after a loss of power
    for (std::size_t at = 0; at < kPage; ++at)
      bytes[page * kPage + at] = zeros ? '\0' : static_cast<char>(random());
  }
  return bytes;
}

TEST_F(Check, SalvagesFromDamageAnywhereAndNothingSavedIsWrong) {
  const std::string whole = content(database_);
  std::set<std::string> ids;
  {
    const auto journal = Journal::open_read_only(directory_.path());
    for (const std::string& id : journal->discussion_ids()) ids.insert(id);
  }
  std::size_t saved = 0, rounds = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const std::string damaged = with_pages_overwritten(whole, seed, 1 + static_cast<int>(seed % 3));
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "syndisco.db", std::ios::binary) << damaged;
    Salvage salvage;
    try {
      salvage = salvage_database(directory.path());
    } catch (const EnvironmentError&) {
      EXPECT_TRUE(content(directory.path() / "syndisco.db") == damaged) << "the file was changed";
      continue;
    }
    ++rounds;
    EXPECT_TRUE(content(salvage.old) == damaged);
    const auto findings = check_database(directory.path());
    for (const Finding& finding : findings) ADD_FAILURE() << finding.place << ": " << finding.what;
    const auto journal = Journal::open_read_only(directory.path());
    std::size_t turns = 0;
    for (const std::string& id : journal->discussion_ids()) {
      EXPECT_TRUE(ids.contains(id)) << id;
      const DiscussionRecord record = journal->discussion(id);
      for (std::uint64_t step = 0; step < record.turns.size(); ++step, ++turns) {
        Turn expected = turn(step, id + std::string(500, 't'));
        if (record.turns[step].system.empty()) expected.system.clear();
        ASSERT_EQ(record.turns[step], expected);
      }
    }
    saved += turns;
    if (turns < kJobs * kTurns) {
      EXPECT_THAT(salvage.lost, Not(IsEmpty()));
    }
  }
  EXPECT_GT(rounds, 40U) << "mostly there is something to be saved";
  EXPECT_GT(saved, rounds * kJobs * kTurns / 2) << "and mostly much of it";
}

}  // namespace
}  // namespace syndisco
