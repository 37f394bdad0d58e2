// Records that were made elsewhere.
#include <gtest/gtest.h>

#include "journal_testing.h"

#include "syndisco/base/error.h"
#include "syndisco/journal/check.h"

namespace syndisco::testing {
namespace {

class Load : public ::testing::Test {
 protected:
  Load() {
    plan_ = plan({"none"}, 2);
    plan_.models.clear();
    set_ = annotation_set("tone");
    plan_.annotation_sets = {set_};
    for (const DiscussionJob& job : plan_.discussions)
      discussions_.push_back({job, Status::kCompleted, "", {turn(0), turn(1)}});
    annotations_.push_back({make_annotation_job(plan_.discussions[1].id, set_, 1),
                            Status::kCompleted,
                            "",
                            {turn(0, "3")}});
  }

  TemporaryDirectory directory_;
  Plan plan_;
  std::shared_ptr<const AnnotationSet> set_;
  std::vector<DiscussionRecord> discussions_;
  std::vector<AnnotationRecord> annotations_;
};

TEST_F(Load, KeepsEveryTurnAndNobodyElsesJobs) {
  const auto journal = Journal::open(directory_.path());
  journal->load(plan_, discussions_, annotations_);
  const DiscussionRecord read = journal->discussion(discussions_[0].job.id);
  EXPECT_EQ(read.status, Status::kCompleted);
  EXPECT_EQ(read.turns, discussions_[0].turns);
  EXPECT_EQ(journal->annotation_ids(), std::vector<std::string>{annotations_[0].job.id});
  EXPECT_EQ(journal->annotation(annotations_[0].job.id).turns, annotations_[0].turns);
  EXPECT_EQ(journal->loaded_jobs().size(), 3u);
  EXPECT_TRUE(check_database(directory_.path()).empty());
}

TEST_F(Load, CountsNothingAsSpent) {
  const auto journal = Journal::open(directory_.path());
  journal->load(plan_, discussions_, annotations_);
  EXPECT_TRUE(journal->usage_by_model().empty());
  EXPECT_EQ(journal->counts_by_cell().at("none").turns, 4u);
}

TEST_F(Load, LeavesDiscussionsThatOthersAnnotate) {
  const auto journal = Journal::open(directory_.path());
  journal->load(plan_, discussions_, annotations_);
  Plan more = plan_;
  more.models = {model("small")};
  more.annotation_sets = {annotation_set("toxicity")};
  journal->take_up_annotations(more);
  const std::optional<Claim> claim = journal->claim();
  ASSERT_TRUE(claim && claim->annotation);
  EXPECT_EQ(claim->annotation->set->name, "toxicity");
  EXPECT_EQ(claim->comments, discussions_[0].turns);
  EXPECT_EQ(journal->loaded_jobs().size(), 3u);
}

TEST_F(Load, CompletesWhatIsToBeAnnotatedAndLeavesTheRest) {
  const auto journal = Journal::open(directory_.path());
  plan_.models = {model("small")};
  journal->take_up(plan_);
  const std::string first = discussions_[0].job.id, second = discussions_[1].job.id;
  journal->load_turns({{first, &discussions_[0].turns}});
  const std::vector<Turn> other = {turn(0, "another")};
  journal->load_turns({{first, &other}, {second, &discussions_[1].turns}});
  EXPECT_EQ(journal->discussion(first).turns, discussions_[0].turns);
  EXPECT_EQ(journal->discussion(second).turns, discussions_[1].turns);
  EXPECT_EQ(journal->loaded_jobs(), (std::set<std::string>{first, second}));
  EXPECT_TRUE(journal->usage_by_model().empty());
  const std::optional<Claim> claim = journal->claim();
  ASSERT_TRUE(claim && claim->annotation);
  EXPECT_EQ(claim->comments, discussions_[0].turns);
  journal->close(claim->id, std::nullopt);
  EXPECT_TRUE(check_database(directory_.path()).empty());
}

TEST_F(Load, CompletesNothingWhereADiscussionIsNotPlanned) {
  const auto journal = Journal::open(directory_.path());
  journal->take_up(plan_);
  const std::vector<Turn>& turns = discussions_[0].turns;
  EXPECT_THROW(journal->load_turns({{discussions_[0].job.id, &turns}, {"zzz", &turns}}),
               InputError);
  EXPECT_TRUE(journal->loaded_jobs().empty());
}

TEST_F(Load, LeavesADiscussionThatWasBegunHere) {
  const auto journal = Journal::open(directory_.path());
  journal->take_up(plan_);
  const Claim claim = journal->claim().value();
  journal->append(claim.id, turn(0));
  journal->close(claim.id, std::nullopt);
  EXPECT_THROW(journal->load_turns({{claim.id, &discussions_[0].turns}}), InputError);
  EXPECT_EQ(journal->discussion(claim.id).turns.size(), 1u);
}

TEST_F(Load, RefusesAJournalThatHoldsSomething) {
  const auto journal = Journal::open(directory_.path());
  journal->load(plan_, discussions_, annotations_);
  EXPECT_THROW(journal->load(plan_, discussions_, annotations_), InputError);
  EXPECT_EQ(journal->counts_by_cell().at("none").turns, 4u);
}

TEST_F(Load, RecordsNothingWhereARecordDoesNotFit) {
  const auto journal = Journal::open(directory_.path());
  annotations_[0].job.discussion = "exp.none.0009";
  EXPECT_THROW(journal->load(plan_, discussions_, annotations_), InputError);
  EXPECT_EQ(journal->experiment(), "");
  EXPECT_TRUE(journal->discussion_ids().empty());
}

}  // namespace
}  // namespace syndisco::testing
