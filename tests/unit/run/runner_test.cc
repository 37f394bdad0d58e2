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

TEST_F(Runner, StopsBeforeALimitAndGoesOnWithAHigherOne) {
  journal_->take_up(plan(6));
  test::Scripted script(R"({"replies": ["1"], "delay_ms": [0, 2]})");
  RunOptions options;
  options.parallel = 16;
  options.limits.requests = 17;
  const RunSummary stopped = run_jobs(*journal_, script.models(), options, {});
  ASSERT_TRUE(stopped.limit);
  EXPECT_EQ(stopped.limit->limit, "requests");
  EXPECT_FALSE(stopped.interrupted);
  EXPECT_EQ(journal_->usage_by_model().at("m").requests, 17u);
  EXPECT_EQ(journal_->counts_by_cell().at("all").running, 0u);
  EXPECT_EQ(journal_->runs().back().ended, "limit");
  EXPECT_TRUE(limit_reached(*journal_, options));

  options.limits.requests = 48;  // just enough
  EXPECT_FALSE(limit_reached(*journal_, options));
  const RunSummary whole = run_jobs(*journal_, script.models(), options, {});
  EXPECT_FALSE(whole.limit);
  EXPECT_EQ(journal_->counts_by_cell().at("all").completed, 6u);
  EXPECT_EQ(journal_->usage_by_model().at("m").requests, 48u);
}

TEST_F(Runner, KeepsWithinALimitOfTokensWithManyInFlight) {
  journal_->take_up(plan(9));
  test::Scripted script(R"({"replies": ["one two three"], "delay_ms": [0, 3]})");
  RunOptions options;
  options.parallel = 32;
  options.limits.tokens = 900;
  const RunSummary stopped = run_jobs(*journal_, script.models(), options, {});
  ASSERT_TRUE(stopped.limit);
  EXPECT_EQ(stopped.limit->limit, "tokens");
  EXPECT_LE(journal_->usage_by_model().at("m").tokens(), 900u);
  EXPECT_GT(journal_->usage_by_model().at("m").requests, 5u);
}

TEST_F(Runner, CountsRequestsThatFailed) {
  journal_->take_up(plan(3));
  test::Scripted sometimes(R"({"replies": ["1"], "fail_rate": 0.3})");
  RunOptions options;
  options.attempts = 50;
  run_jobs(*journal_, sometimes.models(), options, {});
  const Usage failed = journal_->failed_requests().at("m");
  EXPECT_GT(failed.requests, 0u);
  EXPECT_EQ(journal_->usage_by_model().at("m").requests, 24 + failed.requests);
}

TEST_F(Runner, CountsTheTokensOfAnswersThatWereRefused) {
  journal_->take_up(plan(1));
  // No number from 1 to 5, so the annotation fails after its attempts.
  test::Scripted refused(R"({"by_role": {"user": ["1"], "annotator": ["nine nine"]}})");
  run_jobs(*journal_, refused.models(), {.parallel = 1}, {});
  const Usage failed = journal_->failed_requests().at("m");
  EXPECT_EQ(failed.requests, 3u);
  EXPECT_EQ(failed.generated_tokens, 6u);
  EXPECT_GT(failed.prompt_tokens, 0u);
}

TEST_F(Runner, TellsTheJournalHowLongItTookAndHowItEnded) {
  journal_->take_up(plan(1));
  test::Scripted script(R"({"replies": ["1"], "delay_ms": 5})");
  RunOptions options;
  options.command = "annotate";
  run_jobs(*journal_, script.models(), options, {});
  ASSERT_EQ(journal_->runs().size(), 1u);
  const RunRecord run = journal_->runs().front();
  EXPECT_EQ(run.command, "annotate");
  EXPECT_EQ(run.ended, "done");
  EXPECT_GE(run.seconds, 8 * 0.005);
  EXPECT_THAT(run.process, HasSubstr("process " + std::to_string(getpid()) + " on "));
  EXPECT_EQ(journal_->seconds_of_runs(), run.seconds);
}

}  // namespace
}  // namespace syndisco
