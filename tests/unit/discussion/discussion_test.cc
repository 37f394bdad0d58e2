#include "syndisco/discussion/discussion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/jobs.h"

#include "syndisco/discussion/annotation.h"

namespace syndisco {
namespace {

using test::all_turns;
using test::job_of;
using test::Scripted;
using test::timeless;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> names(const std::vector<Turn>& turns) {
  std::vector<std::string> names;
  for (const Turn& turn : turns) names.push_back(turn.name);
  return names;
}

TEST(Discussion, AsksEachInTurnAndShowsWhatWasSaid) {
  const DiscussionJob job = job_of({"ann", "ben"}, 3);
  Scripted script(R"({"replies": ["one", "two", "three"]})");
  Discussion discussion(job, script.models());
  const std::vector<Turn> turns = all_turns(discussion);
  EXPECT_THAT(names(turns), ElementsAre("ann", "ben", "ann"));
  EXPECT_EQ(turns[2].step, 2u);
  EXPECT_EQ(turns[2].text, "three");
  EXPECT_THAT(turns[2].prompt, HasSubstr("ann: one"));
  EXPECT_THAT(turns[2].prompt, HasSubstr("ben: two"));
  EXPECT_EQ(turns[2].model, "m");
}

TEST(Discussion, ShowsOnlyTheLastCommentsOfTheWindow) {
  DiscussionJob job = job_of({"ann", "ben"}, 4);
  job.history = 1;
  Scripted script(R"({"replies": ["one", "two", "three", "four"]})");
  Discussion discussion(job, script.models());
  const std::vector<Turn> turns = all_turns(discussion);
  EXPECT_THAT(turns[3].prompt, HasSubstr("three"));
  EXPECT_THAT(turns[3].prompt, Not(HasSubstr("two")));
}

TEST(Discussion, StartsWithItsOpeningPosts) {
  DiscussionJob job = job_of({"ann", "ben"}, 1);
  job.opening_posts = {{"ben", "what a day"}, {"ann", "indeed"}};
  Scripted script(R"({"replies": ["one"]})");
  Discussion discussion(job, script.models());
  const std::vector<Turn> turns = all_turns(discussion);
  ASSERT_THAT(names(turns), ElementsAre("ben", "ann", "ann"));
  EXPECT_EQ(turns[0].kind, TurnKind::kOpening);
  EXPECT_EQ(turns[0].model, "hardcoded");
  EXPECT_THAT(turns[2].prompt, HasSubstr("what a day"));
}

TEST(Discussion, AsksTheFacilitatorAfterEveryCommentThatIsNotSilent) {
  DiscussionJob job = job_of({"ann", "ben"}, 3);
  job.silence = {"\"\""};
  job.facilitator = test::actor("mod", Role::kFacilitator);
  Scripted script(
      R"({"by_role": {"user": ["one", " \"\" ", "three"], "facilitator": ["calm", " "]}})");
  Discussion discussion(job, script.models());
  const std::vector<Turn> turns = all_turns(discussion);
  ASSERT_THAT(names(turns), ElementsAre("ann", "mod", "ben", "ann", "mod"));
  EXPECT_TRUE(turns[2].silent);
  EXPECT_EQ(turns[2].text, " \"\" ") << "the raw answer is kept";
  EXPECT_TRUE(turns[4].silent);
  EXPECT_THAT(turns[3].prompt, Not(HasSubstr("ben:"))) << "silence does not enter the history";
  EXPECT_THAT(turns[3].prompt, HasSubstr("mod: calm"));
}

TEST(Discussion, EndsWhenAParticipantIsSilentWhereSilenceEnds) {
  DiscussionJob job = job_of({"ann", "ben"}, 4);
  job.facilitator = test::actor("mod", Role::kFacilitator);
  job.silence_ends = true;
  Scripted script(R"({"by_role": {"user": ["one", " ", "three"], "facilitator": [""]}})");
  Discussion discussion(job, script.models());
  const std::vector<Turn> turns = all_turns(discussion);
  EXPECT_THAT(names(turns), ElementsAre("ann", "mod", "ben"));
  EXPECT_TRUE(turns[2].silent);
  Discussion resumed(job, script.models());
  resumed.replay(turns);
  EXPECT_TRUE(resumed.finished());
}

TEST(Discussion, ShowsThatTheFacilitatorSaidNothingInStyleG0) {
  DiscussionJob job = job_of({"ann"}, 2);
  job.facilitator = test::actor("mod", Role::kFacilitator);
  job.style.name = "g0";
  job.blank_lines_enter_history = true;
  Scripted script(R"({"by_role": {"user": ["one", "two"], "facilitator": [""]}})");
  Discussion discussion(job, script.models());
  EXPECT_EQ(all_turns(discussion)[2].prompt, "User ann posted:\none\n<mod said nothing>\nann:");
}

TEST(Discussion, DrawsEveryAnswerWithTheSeedOfTheJobWhereItHasOne) {
  DiscussionJob job = job_of({"ann", "ben"}, 2);
  Scripted script(R"({"replies": ["one", "two"]})");
  Discussion different(job, script.models());
  const std::vector<Turn> own = all_turns(different);
  EXPECT_NE(own[0].seed, own[1].seed);
  job.sampler_seed = 42;
  Discussion alike(job, script.models());
  for (const Turn& turn : all_turns(alike)) EXPECT_EQ(turn.seed, 42U);
}

TEST(Annotation, NeitherJudgesNorShowsWhoseNameIsLeftOut) {
  auto set = std::make_shared<AnnotationSet>();
  set->annotators = {test::actor("annotator", Role::kAnnotator)};
  set->leave_out = "moderator";
  set->history = 3;
  std::vector<Turn> comments(3);
  for (std::size_t i = 0; i < comments.size(); ++i) comments[i].step = i;
  comments[0].name = "ann";
  comments[0].text = "one";
  comments[1].name = "ex-moderator7";
  comments[1].text = "two";
  comments[2].name = "Moderator";
  comments[2].text = "three";
  Scripted script(R"({"replies": ["1"]})");
  const AnnotationJob job = make_annotation_job("d", set, 0);
  Annotation annotation(job, comments, script.models());
  std::vector<Turn> turns;
  while (!annotation.finished()) turns.push_back(annotation.step());
  ASSERT_THAT(names(turns), ElementsAre("ann", "Moderator"));
  EXPECT_THAT(turns[1].prompt, Not(HasSubstr("two")));
}

TEST(Discussion, TakesTwoQuotesAsTextWhenSilenceDoesNotListThem) {
  const DiscussionJob job = job_of({"ann"}, 1);
  Scripted script(R"({"replies": ["\"\""]})");
  Discussion discussion(job, script.models());
  EXPECT_FALSE(discussion.step().silent);
}

TEST(Discussion, GoesOnAfterRecordedTurnsAsIfNeverStopped) {
  DiscussionJob job = job_of({"ann", "ben", "cleo"}, 8);
  job.turn_taking = {.kind = TurnTakingKind::kRespond, .probability = 0.4};
  job.facilitator = test::actor("mod", Role::kFacilitator);
  job.opening_posts = {{"ann", "hello"}};
  Scripted script(
      R"({"by_role": {"user": ["a", "b", "", "c", "d"], "moderator": ["x", "y", "z"]}})");
  Discussion whole(job, script.models());
  const std::vector<Turn> expected = timeless(all_turns(whole));
  for (std::size_t stop = 0; stop <= expected.size(); ++stop) {
    Discussion resumed(job, script.models());
    resumed.replay(std::span(expected).first(stop));
    std::vector<Turn> turns(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(stop));
    for (const Turn& turn : timeless(all_turns(resumed))) turns.push_back(turn);
    EXPECT_EQ(turns, expected) << "stopped after " << stop;
  }
}

TEST(Discussion, RefusesRecordedTurnsOfAnotherJob) {
  const DiscussionJob job = job_of({"ann", "ben"}, 2);
  Scripted script(R"({"replies": ["one"]})");
  Discussion discussion(job, script.models());
  Turn foreign;
  foreign.name = "somebody";
  EXPECT_THROW(discussion.replay(std::vector<Turn>{foreign}), InputError);
}

TEST(Discussion, HasTheSameSpeakersWithAndWithoutAFacilitator) {
  DiscussionJob job = job_of({"ann", "ben", "cleo", "dan"}, 12);
  job.turn_taking = {.kind = TurnTakingKind::kRandom};
  Scripted script(R"({"replies": ["text"]})");
  const auto users = [&](const DiscussionJob& each) {
    Discussion discussion(each, script.models());
    std::vector<std::string> spoken;
    for (const Turn& turn : all_turns(discussion))
      if (turn.kind == TurnKind::kUser) spoken.push_back(turn.name);
    return spoken;
  };
  DiscussionJob moderated = job;
  moderated.facilitator = test::actor("mod", Role::kFacilitator);
  EXPECT_EQ(users(job), users(moderated));
}

TEST(Discussion, LeavesOutTheOldestCommentsOfAPromptThatIsTooLong) {
  DiscussionJob job = job_of({"ann", "ben"}, 3);
  job.opening_posts = {
      {"ann", "w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w"}};
  Scripted script(R"({"replies": ["one"], "context": 40})");
  Discussion discussion(job, script.models());
  const std::vector<Turn> turns = all_turns(discussion);
  EXPECT_EQ(turns[1].dropped, 1);
  EXPECT_EQ(turns[1].text, "one");
  EXPECT_THAT(turns[3].prompt, HasSubstr("ben: one"));
}

TEST(Discussion, FailsClearlyWhenNoCommentIsLeftToLeaveOut) {
  const DiscussionJob job = job_of({"ann"}, 1);
  Scripted script(R"({"replies": ["one"], "context": 3})");
  Discussion discussion(job, script.models());
  EXPECT_THROW(discussion.step(), PromptTooLong);
}

TEST(Discussion, RefusesAJobThatCannotBeHeld) {
  Scripted script(R"({"replies": ["one"]})");
  EXPECT_THROW(Discussion(job_of({}, 1), script.models()), InputError);
  EXPECT_NO_THROW(Discussion(job_of({}, 0), script.models()));
  EXPECT_THROW(Discussion(job_of({"ann"}, 1), Models{}), InputError);
}

std::shared_ptr<AnnotationSet> toxicity() {
  auto set = std::make_shared<AnnotationSet>();
  set->name = "toxicity";
  set->annotators = {test::actor("judge", Role::kAnnotator)};
  set->history = 2;
  set->answer = IntegerRange{1, 5};
  return set;
}

std::vector<Turn> annotated(const std::shared_ptr<AnnotationSet>& set,
                            std::span<const Turn> comments, std::span<const Turn> recorded = {}) {
  Scripted script(R"({"replies": ["1", "2", "3", "4", "5"]})");
  const AnnotationJob job = make_annotation_job("e.all.0001", set, 0);
  Annotation annotation(job, comments, script.models());
  annotation.replay(recorded);
  std::vector<Turn> turns;
  while (!annotation.finished()) turns.push_back(annotation.step());
  return turns;
}

std::vector<Turn> moderated_comments() {
  DiscussionJob job = job_of({"ann", "ben"}, 3);
  job.opening_posts = {{"ann", "post"}};
  job.facilitator = test::actor("mod", Role::kFacilitator);
  Scripted script(R"({"by_role": {"user": ["one", "", "three"], "facilitator": ["calm"]}})");
  Discussion discussion(job, script.models());
  return all_turns(discussion);
}

TEST(Annotation, JudgesEveryCommentThatSaysSomething) {
  const std::vector<Turn> comments = moderated_comments();
  const std::vector<Turn> turns = annotated(toxicity(), comments);
  ASSERT_THAT(names(turns), ElementsAre("ann", "ann", "mod", "ann", "mod"));
  EXPECT_EQ(turns[3].target, 4u) << "the silent turn has an index of its own";
  EXPECT_EQ(turns[3].value, Json(4));
  EXPECT_EQ(turns[3].text, "4");
  EXPECT_THAT(turns[3].prompt, HasSubstr("calm"));
  EXPECT_THAT(turns[3].prompt, Not(HasSubstr("post")));
}

TEST(Annotation, LeavesOutFacilitatorAndOpeningPostsWhereTold) {
  const auto set = toxicity();
  set->facilitator_comments = false;
  set->opening_posts = false;
  const std::vector<Turn> comments = moderated_comments();
  const std::vector<Turn> turns = annotated(set, comments);
  ASSERT_THAT(names(turns), ElementsAre("ann", "ann"));
  EXPECT_THAT(turns[1].prompt, Not(HasSubstr("calm"))) << "nor do they stand in the history";
}

std::uint64_t seed_of(const std::shared_ptr<AnnotationSet>& set, std::uint64_t attempt) {
  const std::vector<Turn> comments = moderated_comments();
  Scripted script(R"({"replies": ["1"]})");
  const AnnotationJob job = make_annotation_job("e.all.0001", set, 0);
  return Annotation(job, comments, script.models()).step({}, attempt).seed;
}

TEST(Annotation, DrawsAnewWhenItIsAskedAgainForAnAnswerThatIsAllowed) {
  const std::uint64_t first = stream_seed(
      {.seed = 0, .purpose = "annotation", .scope = "e.all.0001/toxicity/judge", .actor = "judge"});
  EXPECT_EQ(seed_of(toxicity(), 0), first);
  EXPECT_NE(seed_of(toxicity(), 1), first);
  EXPECT_NE(seed_of(toxicity(), 2), seed_of(toxicity(), 1));
  EXPECT_EQ(seed_of(toxicity(), 1), seed_of(toxicity(), 1));
}

TEST(Annotation, DrawsTheSameFreeTextAfterAFault) {
  const auto set = toxicity();
  set->answer = FreeText{};
  EXPECT_EQ(seed_of(set, 1), seed_of(set, 0));
}

TEST(Annotation, KeepsTheValueOfJson) {
  const auto set = toxicity();
  set->answer = JsonAnswer{parse_json(R"({"type": "object", "properties": {"score": {}}})")};
  const std::vector<Turn> comments = moderated_comments();
  Scripted script(R"({"replies": ["{\"score\":\n 2}"]})");
  const AnnotationJob job = make_annotation_job("e.all.0001", set, 0);
  const Turn turn = Annotation(job, comments, script.models()).step();
  EXPECT_EQ(turn.text, "{\"score\":\n 2}");
  EXPECT_EQ(turn.value, Json(JsonObject{{"score", 2}}));
}

TEST(Annotation, GoesOnAfterRecordedOnes) {
  const std::vector<Turn> comments = moderated_comments();
  const std::vector<Turn> expected = timeless(annotated(toxicity(), comments));
  const std::vector<Turn> rest =
      timeless(annotated(toxicity(), comments, std::span(expected).first(2)));
  EXPECT_EQ(rest, std::vector<Turn>(expected.begin() + 2, expected.end()));
}

/// What a model is told about the requests to come.
class Hinted final : public Model {
 public:
  const ModelInfo& info() const override { return info_; }
  const Models& models() const { return models_; }
  /// Requests until the actor is asked again; negative where the history grows until then.
  std::vector<int> hints;

 protected:
  Answer do_ask(const Request& request, std::stop_token) override {
    const int again = static_cast<int>(request.reuse.again);
    hints.push_back(request.reuse.grows ? -again : again);
    Answer answer;
    answer.text = "1";
    return answer;
  }

 private:
  ModelInfo info_;
  Models models_{{"m", this}};
};

TEST(ReuseHints, TellWhetherTheHistoryOnlyGrowsUntilTheSpeakerIsAskedAgain) {
  DiscussionJob job = job_of({"ann", "ben"}, 6);
  job.history = 4;
  Hinted model;
  Discussion discussion(job, model.models());
  all_turns(discussion);
  // Before a turn the history has 0, 1, 2, 3, 4, 4 comments.
  EXPECT_THAT(model.hints, ElementsAre(-2, -2, -2, 2, 0, 0));
}

TEST(ReuseHints, LookNoFurtherThanToTheEndWhereSpeakersAreDrawn) {
  DiscussionJob job = job_of({"ann", "ben", "cem"}, 6);
  job.turn_taking.kind = TurnTakingKind::kRandom;
  job.history = 6;
  Hinted model;
  Discussion discussion(job, model.models());
  all_turns(discussion);
  EXPECT_THAT(model.hints, ElementsAre(-3, -3, -3, -2, -1, 0));
}

TEST(ReuseHints, CountFacilitators) {
  DiscussionJob job = job_of({"ann", "ben"}, 3);
  job.facilitator = test::actor("mod", Role::kFacilitator);
  job.history = 5;
  Hinted model;
  Discussion discussion(job, model.models());
  all_turns(discussion);
  EXPECT_THAT(model.hints, ElementsAre(-4, -2, 0, -2, 0, 0));
}

TEST(ReuseHints, TellAnnotatorsToGoOnUntilTheirWindowIsFull) {
  const std::vector<Turn> comments = moderated_comments();
  for (const auto& [history, hints] :
       std::vector<std::pair<int, std::vector<int>>>{{0, {1, 1, 1, 1, 0}},
                                                     {1, {1, 1, 1, 1, 0}},
                                                     {3, {-1, -1, 1, 1, 0}},
                                                     {9, {-1, -1, -1, -1, 0}}}) {
    const auto set = toxicity();
    set->history = history;
    const AnnotationJob job = make_annotation_job("e.all.0001", set, 0);
    Hinted model;
    Annotation annotation(job, comments, model.models());
    while (!annotation.finished()) annotation.step();
    EXPECT_EQ(model.hints, hints) << history;
  }
}

}  // namespace
}  // namespace syndisco
