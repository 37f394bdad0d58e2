#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "unit/journal/journal_testing.h"

#include "syndisco/base/error.h"
#include "syndisco/journal/journal.h"

namespace syndisco {
namespace {

using namespace syndisco::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class JournalGrowth : public ::testing::Test {
 protected:
  JournalGrowth() : journal_(Journal::open(directory_.path())) {}

  // The message with which `changed` is refused.
  std::string refusal(const Plan& changed) {
    const auto before = journal_->discussion_ids();
    const auto sets = journal_->annotation_ids();
    try {
      journal_->take_up(changed);
    } catch (const InputError& error) {
      EXPECT_EQ(journal_->discussion_ids(), before);
      EXPECT_EQ(journal_->annotation_ids(), sets);
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
    ADD_FAILURE() << "the changed plan was taken up";
    return "";
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalGrowth, TheSamePlanAddsNothing) {
  journal_->take_up(plan());
  const Growth growth = journal_->take_up(plan());
  EXPECT_FALSE(growth.created);
  EXPECT_EQ(growth.added_discussions, 0U);
  EXPECT_EQ(growth.added_annotation_sets, 0U);
}

TEST_F(JournalGrowth, MoreDiscussionsPerCellAreAddedInTheOrderOfThePlan) {
  Plan grown = plan({"none", "light"}, 3);
  grown.annotation_sets = {annotation_set("toxicity")};
  Plan first = plan({"none", "light"}, 1);
  first.annotation_sets = grown.annotation_sets;
  journal_->take_up(first);
  complete_discussions(*journal_);
  EXPECT_EQ(journal_->take_up(grown).added_discussions, 4U);
  EXPECT_EQ(journal_->annotation_ids().size(), 12U);
  EXPECT_EQ(journal_->claim()->id, "exp.none.0002");
  EXPECT_EQ(journal_->discussion("exp.none.0001").status, Status::kCompleted);
}

TEST_F(JournalGrowth, ANewLevelGoesWhereThePlanHasIt) {
  Plan first = plan({"none", "light"}, 2);
  first.annotation_sets = {annotation_set("toxicity")};
  journal_->take_up(first);
  Plan grown = plan({"heavy", "none", "light"}, 2);
  grown.annotation_sets = first.annotation_sets;
  EXPECT_EQ(journal_->take_up(grown).added_discussions, 2U);
  EXPECT_THAT(journal_->cells(), ElementsAre("heavy", "none", "light"));
  EXPECT_THAT(journal_->discussion_ids(),
              ElementsAre("exp.heavy.0001", "exp.none.0001", "exp.light.0001", "exp.heavy.0002",
                          "exp.none.0002", "exp.light.0002"));
  EXPECT_EQ(journal_->annotation_ids().at(0), "exp.heavy.0001/toxicity/Judge 1");
  EXPECT_EQ(journal_->annotation_ids().at(11), "exp.light.0002/toxicity/Judge 2");
  EXPECT_EQ(journal_->claim()->id, "exp.heavy.0001");
  EXPECT_EQ(journal_->counts_by_cell().at("heavy").running, 1U);
}

TEST_F(JournalGrowth, ANewSetIsForAllDiscussions) {
  journal_->take_up(plan({"all"}, 2));
  complete_discussions(*journal_);
  Plan grown = plan({"all"}, 3);
  grown.annotation_sets = {annotation_set("toxicity")};
  const Growth growth = journal_->take_up(grown);
  EXPECT_EQ(growth.added_annotation_sets, 1U);
  EXPECT_EQ(growth.added_discussions, 1U);
  EXPECT_EQ(journal_->annotation_ids().size(), 6U);
  journal_->close(journal_->claim()->id, failed("no"));
  EXPECT_EQ(journal_->claim()->id, "exp.all.0001/toxicity/Judge 1");
}

TEST_F(JournalGrowth, AnotherExperimentIsRefused) {
  journal_->take_up(plan());
  Plan other = plan();
  other.experiment = "other";
  EXPECT_THAT(refusal(other), HasSubstr("holds the experiment \"exp\", not \"other\""));
}

TEST_F(JournalGrowth, AnotherSeedIsRefused) {
  journal_->take_up(plan());
  Plan other = plan();
  other.seed = 43;
  EXPECT_THAT(refusal(other), HasSubstr("/seed: was 42, is 43"));
}

TEST_F(JournalGrowth, AChangedJobIsRefusedWithItsFirstDifference) {
  journal_->take_up(plan());
  Plan other = plan();
  other.discussions[1].participants[1].sampling.temperature = 0.5;
  other.discussions[1].turns = 3;
  const std::string message = refusal(other);
  EXPECT_THAT(message, HasSubstr("exp.light.0001"));
  EXPECT_THAT(message, HasSubstr("/participants/1/sampling/temperature: was 0.8, is 0.5"));
}

TEST_F(JournalGrowth, ARefusalNamesTheFile) {
  journal_->take_up(plan());
  Plan other = plan();
  other.discussions[0].turns = 3;
  try {
    journal_->take_up(other);
    FAIL() << "taken up";
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().file, "exp.yaml");
  }
}

TEST_F(JournalGrowth, ARefusalIsAsAWhole) {
  journal_->take_up(plan({"none", "light"}, 2));
  const std::string id = journal_->claim()->id;
  Plan other = plan({"none", "light", "new"}, 4);
  other.models.push_back(model("large"));
  other.annotation_sets = {annotation_set("toxicity")};
  other.discussions.back().experiment = "exp";
  other.discussions[1].turns = 99;
  refusal(other);
  EXPECT_EQ(journal_->model_identity("large"), std::nullopt);
  EXPECT_THAT(journal_->cells(), ElementsAre("none", "light"));
  EXPECT_EQ(journal_->discussion(id).status, Status::kRunning);
}

TEST_F(JournalGrowth, AMissingDiscussionIsRefused) {
  journal_->take_up(plan({"none", "light"}, 2));
  EXPECT_THAT(refusal(plan({"none", "light"}, 1)),
              HasSubstr("holds discussion exp.none.0002 that the file no longer plans"));
  EXPECT_THAT(refusal(plan({"none"}, 2)), HasSubstr("exp.light.0001"));
}

TEST_F(JournalGrowth, AChangedOrMissingSetIsRefused) {
  Plan first = plan();
  first.annotation_sets = {annotation_set("toxicity"), annotation_set("quality")};
  journal_->take_up(first);
  Plan changed = first;
  AnnotationSet set = *first.annotation_sets[1];
  set.answer = IntegerRange{1, 7};
  changed.annotation_sets[1] = std::make_shared<const AnnotationSet>(set);
  const std::string message = refusal(changed);
  EXPECT_THAT(message, HasSubstr("annotation set \"quality\""));
  EXPECT_THAT(message, HasSubstr("/answer/integer/1: was 5, is 7"));
  changed.annotation_sets.pop_back();
  EXPECT_THAT(refusal(changed), HasSubstr("\"quality\" that the file no longer plans"));
}

TEST_F(JournalGrowth, SetsMayChangePlaces) {
  Plan first = plan();
  first.annotation_sets = {annotation_set("toxicity"), annotation_set("quality")};
  journal_->take_up(first);
  std::swap(first.annotation_sets[0], first.annotation_sets[1]);
  EXPECT_EQ(journal_->take_up(first).added_annotation_sets, 0U);
  EXPECT_EQ(journal_->annotation_sets().at(0)->name, "quality");
  EXPECT_EQ(journal_->annotation_ids().at(0), "exp.none.0001/quality/Judge 1");
}

TEST_F(JournalGrowth, AModelThatHasAnsweredMayNotChange) {
  journal_->take_up(plan());
  journal_->append(journal_->claim()->id, turn(0));
  Plan changed = plan();
  changed.models[0].gguf = "builtin:smollm2-135m";
  const std::string message = refusal(changed);
  EXPECT_THAT(message, HasSubstr("model \"small\""));
  EXPECT_THAT(message, HasSubstr("/gguf: was \"file\", is \"builtin:smollm2-135m\""));
  changed.models[0].gguf = "elsewhere/model.gguf";
  changed.models[0].threads = 7;
  journal_->take_up(changed);
}

TEST_F(JournalGrowth, AModelFileIsKnownAgainByItsHash) {
  journal_->take_up(plan());
  journal_->settle_model("small", "00");
  journal_->settle_model("small", "aa");  // nothing was answered yet
  journal_->append(journal_->claim()->id, turn(0));
  journal_->settle_model("small", "aa");
  journal_->settle_model("large", "bb");
  try {
    journal_->settle_model("small", "cc");
    FAIL() << "another file was accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("model \"small\""));
    EXPECT_THAT(error.what(), HasSubstr("was aa, is cc"));
  }
}

TEST_F(JournalGrowth, AModelThatHasAnsweredAsAnnotatorMayNotChange) {
  Plan first = plan({"all"}, 1);
  first.models.push_back(model("judge"));
  first.annotation_sets = {annotation_set("toxicity", "judge")};
  journal_->take_up(first);
  complete_discussions(*journal_);
  Plan changed = first;
  changed.models[1].context = 1;
  journal_->take_up(changed);
  journal_->append(journal_->claim()->id, turn(0));
  EXPECT_THAT(refusal(first), HasSubstr("/context: was 1, is 4096"));
}

TEST_F(JournalGrowth, AModelThatNeverAnsweredMayBeCorrected) {
  journal_->take_up(plan());
  Turn opening = turn(0);
  opening.kind = TurnKind::kOpening;
  journal_->append(journal_->claim()->id, opening);
  Plan corrected = plan();
  corrected.models[0].gguf = "model-that-exists.gguf";
  journal_->take_up(corrected);
  EXPECT_EQ(journal_->model_identity("small"), corrected.models[0].identity());
}

TEST_F(JournalGrowth, ModelsMayComeAndGo) {
  journal_->take_up(plan());
  Plan grown = plan();
  grown.models.push_back(model("large"));
  journal_->take_up(grown);
  EXPECT_TRUE(journal_->model_identity("large"));
  journal_->take_up(plan());
}

TEST_F(JournalGrowth, TwoDiscussionsOfOneIdAreRefused) {
  Plan twice = plan();
  twice.discussions.push_back(twice.discussions[0]);
  EXPECT_THROW(journal_->take_up(twice), InputError);
  EXPECT_EQ(journal_->experiment(), "");
}

TEST_F(JournalGrowth, TwoAnnotatorsOfOneNameAreRefused) {
  Plan twice = plan();
  AnnotationSet set = *annotation_set("toxicity");
  set.annotators[1].name = set.annotators[0].name;
  twice.annotation_sets = {std::make_shared<const AnnotationSet>(set)};
  EXPECT_THROW(journal_->take_up(twice), InputError);
}

TEST_F(JournalGrowth, AnnotateNeedsDiscussions) {
  Plan annotations;
  annotations.annotation_sets = {annotation_set("toxicity")};
  EXPECT_THROW(journal_->take_up_annotations(annotations), InputError);
}

TEST_F(JournalGrowth, AnnotateAddsSetsAndClaimsNothingElse) {
  journal_->take_up(plan({"all"}, 3));
  for (int i = 0; i < 2; ++i) {
    const std::string id = journal_->claim()->id;
    journal_->append(id, turn(0));
    journal_->close(id, completed());
  }
  Plan annotations;
  annotations.experiment = "another name";
  annotations.models = {model("judge"), model("unused")};
  annotations.annotation_sets = {annotation_set("toxicity", "judge")};
  const Growth growth = journal_->take_up_annotations(annotations);
  EXPECT_FALSE(growth.created);
  EXPECT_EQ(growth.added_annotation_sets, 1U);
  EXPECT_EQ(journal_->experiment(), "exp");
  EXPECT_TRUE(journal_->model_identity("judge"));
  EXPECT_FALSE(journal_->model_identity("unused"));
  int claimed = 0;
  while (const std::optional<Claim> claim = journal_->claim()) {
    EXPECT_TRUE(claim->annotation);
    ++claimed;
  }
  EXPECT_EQ(claimed, 4);  // the third discussion is not completed
}

TEST_F(JournalGrowth, AnnotateMayRepeatAndLackOldSets) {
  Plan first = plan({"all"}, 1);
  first.annotation_sets = {annotation_set("toxicity")};
  journal_->take_up(first);
  complete_discussions(*journal_);
  Plan more;
  more.models = first.models;
  more.annotation_sets = {annotation_set("quality")};
  EXPECT_EQ(journal_->take_up_annotations(more).added_annotation_sets, 1U);
  more.annotation_sets = {annotation_set("quality"), annotation_set("toxicity")};
  EXPECT_EQ(journal_->take_up_annotations(more).added_annotation_sets, 0U);
  EXPECT_EQ(journal_->annotation_ids().size(), 4U);
}

TEST_F(JournalGrowth, AnnotateRefusesAChangedSet) {
  Plan first = plan({"all"}, 1);
  first.annotation_sets = {annotation_set("toxicity")};
  journal_->take_up(first);
  AnnotationSet set = *first.annotation_sets[0];
  set.history = 9;
  Plan more;
  more.annotation_sets = {std::make_shared<const AnnotationSet>(set)};
  EXPECT_THROW(journal_->take_up_annotations(more), InputError);
}

TEST_F(JournalGrowth, ARunGoesOnBesideSetsOfOtherFilesAndLeavesThemAlone) {
  journal_->take_up(plan({"all"}, 1));
  complete_discussions(*journal_);
  Plan more;
  more.models = {model("judge")};
  more.annotation_sets = {annotation_set("toxicity", "judge")};
  journal_->take_up_annotations(more);

  EXPECT_EQ(journal_->take_up(plan({"all"}, 2)).added_discussions, 1U);
  EXPECT_EQ(journal_->claim()->id, "exp.all.0002");
  journal_->close("exp.all.0002", completed());
  EXPECT_FALSE(journal_->claim());  // the models of that file are not here
  EXPECT_EQ(journal_->annotation_ids().size(), 2U);

  journal_->take_up_annotations(more);
  EXPECT_EQ(journal_->annotation_ids().size(), 4U);
  EXPECT_EQ(journal_->claim()->id, "exp.all.0001/toxicity/Judge 1");
}

TEST_F(JournalGrowth, ASetOfAnotherFileMayMoveIntoTheStudysOwn) {
  journal_->take_up(plan({"all"}, 1));
  Plan more;
  more.models = {model("small")};
  more.annotation_sets = {annotation_set("toxicity")};
  journal_->take_up_annotations(more);
  Plan grown = plan({"all"}, 1);
  grown.annotation_sets = {annotation_set("toxicity")};
  EXPECT_EQ(journal_->take_up(grown).added_annotation_sets, 0U);
  EXPECT_THAT(refusal(plan({"all"}, 1)), HasSubstr("no longer plans"));
}

}  // namespace
}  // namespace syndisco
