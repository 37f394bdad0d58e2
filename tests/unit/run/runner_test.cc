#include "syndisco/run/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>

#include "support/jobs.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// A run directory of its own.
class Runner : public testing::Test {
 protected:
  void SetUp() override {
    static std::atomic<int> count{0};
    directory_ = fs::temp_directory_path() /
                 ("syndisco-runner-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    journal_ = Journal::open(directory_);
  }
  void TearDown() override {
    journal_.reset();
    fs::remove_all(directory_);
  }

  /// `discussions` of two people and four turns, and one annotator.
  Plan plan(int discussions) {
    Plan plan;
    plan.experiment = "e";
    plan.cells = {"all"};
    plan.models.push_back({});
    plan.models[0].name = "m";
    plan.models[0].script = JsonObject{{"replies", JsonArray{"1"}}};
    for (int i = 1; i <= discussions; ++i)
      plan.discussions.push_back(test::job_of({"ann", "ben"}, 4, "e.all.000" + std::to_string(i)));
    AnnotationSet set;
    set.name = "toxicity";
    set.annotators = {test::actor("judge", Role::kAnnotator)};
    set.answer = IntegerRange{1, 5};
    plan.annotation_sets = {std::make_shared<AnnotationSet>(set)};
    return plan;
  }

  fs::path directory_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(Runner, CompletesDiscussionsAndThenTheirAnnotations) {
  journal_->take_up(plan(3));
  test::Scripted script(R"({"replies": ["1"]})");
  const RunSummary summary = run_jobs(*journal_, script.models(), {.parallel = 4}, {});
  EXPECT_EQ(summary.completed, 6u);
  EXPECT_EQ(summary.failed, 0u);
  EXPECT_FALSE(summary.interrupted);
  EXPECT_EQ(journal_->discussion("e.all.0002").turns.size(), 4u);
  EXPECT_EQ(journal_->annotations_of("e.all.0003").at(0).turns.size(), 4u);
  EXPECT_EQ(journal_->annotations_of("e.all.0003").at(0).status, Status::kCompleted);
}

TEST_F(Runner, MarksAFailedDiscussionWithItsReasonAndGoesOn) {
  journal_->take_up(plan(2));
  // The third answer of a discussion fails for good; annotations would be four.
  test::Scripted script(R"({"replies": ["1"], "fail_at": [3]})");
  const RunSummary summary = run_jobs(*journal_, script.models(), {.parallel = 1}, {});
  EXPECT_EQ(summary.completed, 0u);
  EXPECT_EQ(summary.failed, 2u);
  const DiscussionRecord record = journal_->discussion("e.all.0001");
  EXPECT_EQ(record.status, Status::kFailed);
  EXPECT_FALSE(record.reason.empty());
  EXPECT_EQ(record.turns.size(), 2u) << "what was said before is kept";
  EXPECT_EQ(journal_->annotations_of("e.all.0001").at(0).status, Status::kPlanned);
}

TEST_F(Runner, AsksAgainWhenAFailureMayPass) {
  journal_->take_up(plan(3));
  test::Scripted sometimes(R"({"replies": ["1"], "fail_rate": 0.3})");
  const RunSummary summary =
      run_jobs(*journal_, sometimes.models(), {.parallel = 2, .attempts = 50}, {});
  EXPECT_EQ(summary.completed, 6u);
}

TEST_F(Runner, StopsInMidAnswerAndGivesTheJobsBack) {
  journal_->take_up(plan(2));
  test::Scripted slow(R"({"replies": ["1"], "delay_ms": 60000})");
  std::stop_source stop;
  RunObserver observer;
  observer.started = [&](const Claim&) { stop.request_stop(); };
  const RunSummary summary =
      run_jobs(*journal_, slow.models(), {.parallel = 2}, observer, stop.get_token());
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(journal_->counts_by_cell().at("all").planned, 2u);
  test::Scripted quick(R"({"replies": ["1"]})");
  EXPECT_EQ(run_jobs(*journal_, quick.models(), {.parallel = 2}, {}).completed, 4u);
}

TEST_F(Runner, TellsTheObserverOfEveryRecordedTurn) {
  journal_->take_up(plan(1));
  test::Scripted script(R"({"replies": ["1"]})");
  std::mutex mutex;
  std::vector<std::string> ended;
  std::size_t turns = 0;
  RunObserver observer;
  observer.turn = [&](const std::string& job, const Turn& turn) {
    const std::lock_guard lock(mutex);
    ++turns;
    if (turn.kind == TurnKind::kUser) {
      EXPECT_EQ(journal_->discussion(job).turns.size(), turn.step + 1)
          << "recorded before it is told";
    }
  };
  observer.ended = [&](const Claim& claim, const Outcome&) {
    const std::lock_guard lock(mutex);
    ended.push_back(claim.id);
  };
  run_jobs(*journal_, script.models(), {.parallel = 3}, observer);
  EXPECT_EQ(turns, 8u);
  EXPECT_THAT(ended, ElementsAre("e.all.0001", "e.all.0001/toxicity/judge"));
}

TEST_F(Runner, EndsWithTheErrorOfAnObserver) {
  journal_->take_up(plan(3));
  test::Scripted script(R"({"replies": ["1"]})");
  RunObserver observer;
  observer.ended = [](const Claim&, const Outcome&) { throw EnvironmentError("the disk is full"); };
  EXPECT_THROW(run_jobs(*journal_, script.models(), {.parallel = 2}, observer), EnvironmentError);
}

}  // namespace
}  // namespace syndisco
