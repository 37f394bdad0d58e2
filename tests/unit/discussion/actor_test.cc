#include "syndisco/discussion/actor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/jobs.h"

#include "syndisco/base/error.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/discussion/retrieval.h"

namespace syndisco::test {
namespace {

using testing::ElementsAre;
using testing::Not;

std::shared_ptr<const CommentCorpus> corpus_of(std::vector<std::string> texts,
                                               const std::string& path = "c.txt") {
  return std::make_shared<CommentCorpus>(
      CommentCorpus{.file = {.path = path, .sha256 = "0"}, .texts = std::move(texts)});
}

ActorSpec other(const std::string& name, SpeakerKind kind, const std::string& path = "c.txt") {
  ActorSpec spec = actor(name);
  spec.speaker = kind;
  if (kind != SpeakerKind::kHuman) spec.corpus = {.path = path, .sha256 = "0"};
  spec.model = speaker_label(kind, spec.corpus.path);
  return spec;
}

DiscussionJob job_with(std::vector<ActorSpec> participants, int turns) {
  DiscussionJob job = job_of({}, turns);
  job.participants = std::move(participants);
  return job;
}

Speakers speakers_with(SpeakerKind kind, std::shared_ptr<Speaker> speaker,
                       const std::string& path = "c.txt") {
  Speakers speakers;
  speakers.others[speaker_label(kind, kind == SpeakerKind::kHuman ? "" : path)] =
      std::move(speaker);
  return speakers;
}

std::vector<std::string> texts_of(const std::vector<Turn>& turns) {
  std::vector<std::string> texts;
  for (const Turn& turn : turns) texts.push_back(turn.text);
  return texts;
}

std::vector<std::string> said_in(const DiscussionJob& job, const Speakers& speakers) {
  Discussion discussion(job, speakers);
  return texts_of(all_turns(discussion));
}

Comment said(const std::string& text, const std::string& name = "zoe") {
  return {.kind = TurnKind::kUser,
          .name = name,
          .text = text,
          .speaker = "m",
          .finish = "end",
          .silent = false};
}

/// What a retrieval actor says to that.
std::string answer_to(const std::shared_ptr<const CommentCorpus>& corpus,
                      const std::vector<std::string>& texts) {
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kRetrieval)}, 1);
  std::vector<Comment> comments;
  for (const std::string& text : texts) comments.push_back(said(text));
  return make_retrieval(corpus)
      ->speak({.job = job, .actor = job.participants[0], .said = comments}, {})
      .text;
}

// Reference values by an independent computation of the formula in the header.
TEST(CorpusIndex, ScoresAreThoseOfOkapiBm25) {
  const CorpusIndex index(
      corpus_of({"Cars out of the city", "The cars are the problem", "Bikes help"}));
  const auto expect_scores = [&](const char* query, double first, double second, double third) {
    const std::vector<double> scores = index.scores(query);
    EXPECT_NEAR(scores[0], first, 1e-12) << query;
    EXPECT_NEAR(scores[1], second, 1e-12) << query;
    EXPECT_NEAR(scores[2], third, 1e-12) << query;
  };
  expect_scores("cars", 0.42639504508891485, 0.42639504508891485, 0);
  expect_scores("the cars", 0.8527900901778297, 1.0301953279155533, 0);
  expect_scores("the the bikes", 0.8527900901778297, 1.2076005656532771, 1.233042489500456);
  expect_scores("nobody knows", 0, 0, 0);
}

TEST(CorpusIndex, TakesTheFirstOfEqualMatches) {
  const CorpusIndex index(corpus_of({"dogs", "big cats", "fat cats"}));
  EXPECT_EQ(index.best("cats", [](std::size_t) { return true; }), 1U);
  EXPECT_EQ(index.best("fish", [](std::size_t) { return true; }), 0U);
  EXPECT_EQ(index.best("cats", [](std::size_t) { return false; }), std::nullopt);
}

TEST(CorpusIndex, HasNoTroubleWithCommentsWithoutWords) {
  const CorpusIndex index(corpus_of({"!!!", "???"}));
  EXPECT_THAT(index.scores("!!!"), ElementsAre(0.0, 0.0));
}

TEST(Retrieval, AnswersWithTheBestMatchToWhatWasLastSaid) {
  const auto corpus = corpus_of({"I like trains.", "Dogs bark.", "Bikes need lanes."});
  EXPECT_EQ(answer_to(corpus, {"Where are the lanes for bikes?"}), "Bikes need lanes.");
}

TEST(Retrieval, LooksAtTheLastThreeComments) {
  const auto corpus = corpus_of({"Nothing.", "Dogs bark."});
  EXPECT_EQ(answer_to(corpus, {"dogs", "x", "y"}), "Dogs bark.");
  EXPECT_EQ(answer_to(corpus, {"dogs", "x", "y", "z"}), "Nothing.");
}

TEST(Retrieval, BeginsWithWhatMatchesTheSetting) {
  DiscussionJob job = job_with({other("ann", SpeakerKind::kRetrieval)}, 1);
  job.participants[0].context = "A forum on dogs.";
  const Speakers speakers = speakers_with(SpeakerKind::kRetrieval,
                                          make_retrieval(corpus_of({"Cats purr.", "Dogs bark."})));
  EXPECT_THAT(said_in(job, speakers), ElementsAre("Dogs bark."));
}

TEST(Retrieval, SaysNothingTwiceWhileThereIsSomethingNew) {
  const DiscussionJob job =
      job_with({other("ann", SpeakerKind::kRetrieval), other("ben", SpeakerKind::kRetrieval)}, 4);
  const Speakers speakers = speakers_with(
      SpeakerKind::kRetrieval,
      make_retrieval(corpus_of({"dogs", "dogs", "cats and dogs", "dogs cats", "dogs eat"})));
  const std::vector<std::string> texts = said_in(job, speakers);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 4U);
}

TEST(Retrieval, RepeatsWhatWasSaidLeastOftenWhenAllHasBeenSaid) {
  const auto corpus = corpus_of({"a dog", "a cat"});
  EXPECT_EQ(answer_to(corpus, {"a dog", "a cat", "a dog"}), "a cat");
  EXPECT_EQ(answer_to(corpus, {"a cat", "a cat", "a dog"}), "a cat") << "just said is left out";
  EXPECT_EQ(answer_to(corpus_of({"alone"}), {"alone"}), "alone");
}

TEST(Retrieval, NeverGivesBackWhatSomebodyElseJustSaid) {
  EXPECT_EQ(answer_to(corpus_of({"Cars out!", "Cars."}), {"Cars out!"}), "Cars.");
}

TEST(Sampler, DrawsEveryCommentOnceAndThenAllAgain) {
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kSampler)}, 8);
  const std::vector<std::string> texts = said_in(
      job, speakers_with(SpeakerKind::kSampler, make_sampler(corpus_of({"a", "b", "c", "d"}))));
  EXPECT_THAT(std::vector(texts.begin(), texts.begin() + 4),
              testing::UnorderedElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(std::vector(texts.begin() + 4, texts.end()),
              testing::UnorderedElementsAre("a", "b", "c", "d"));
}

TEST(Sampler, SharesItsOrderWithTheOthersOfTheDiscussion) {
  const Speakers speakers =
      speakers_with(SpeakerKind::kSampler, make_sampler(corpus_of({"a", "b", "c", "d"})));
  const DiscussionJob two =
      job_with({other("ann", SpeakerKind::kSampler), other("ben", SpeakerKind::kSampler)}, 4);
  const DiscussionJob one = job_with({other("ann", SpeakerKind::kSampler)}, 4);
  EXPECT_EQ(said_in(two, speakers), said_in(one, speakers));
}

TEST(Sampler, DrawsAnotherOrderInEveryDiscussionAndTheSameInTheSame) {
  std::vector<std::string> letters;
  for (char c = 'a'; c <= 'z'; ++c) letters.emplace_back(1, c);
  const Speakers speakers = speakers_with(SpeakerKind::kSampler, make_sampler(corpus_of(letters)));
  DiscussionJob job = job_with({other("ann", SpeakerKind::kSampler)}, 26);
  const std::vector<std::string> first = said_in(job, speakers);
  EXPECT_EQ(said_in(job, speakers), first);
  job.replicate = 2;
  EXPECT_THAT(said_in(job, speakers), Not(first));
}

TEST(Sampler, DrawsEveryCommentAboutAsOften) {
  const Speakers speakers =
      speakers_with(SpeakerKind::kSampler, make_sampler(corpus_of({"a", "b", "c"})));
  DiscussionJob job = job_with({other("ann", SpeakerKind::kSampler)}, 1);
  std::map<std::string, int> times;
  for (std::uint64_t replicate = 1; replicate <= 3000; ++replicate) {
    job.replicate = replicate;
    ++times[said_in(job, speakers)[0]];
  }
  // Standard deviation of each: 26.
  for (const auto& [text, count] : times) EXPECT_NEAR(count, 1000, 130) << text;
}

TEST(OtherActors, ARecordHasNoPromptsAndNoTokens) {
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kSampler)}, 1);
  Discussion discussion(job, speakers_with(SpeakerKind::kSampler, make_sampler(corpus_of({"a"}))));
  const Turn turn = discussion.step();
  Turn expected;
  expected.name = "ann";
  expected.text = "a";
  expected.model = "sampler:c.txt";
  expected.finish = "end";
  expected.seed = turn.seed;
  EXPECT_EQ(timeless(turn), expected);
  EXPECT_NE(turn.seed, 0U);
}

TEST(OtherActors, GoOnAfterRecordedTurnsAsIfNothingHadHappened) {
  Scripted script(R"({"replies": ["dogs", "cats", "\"\"", "fish"]})");
  const auto corpus = corpus_of({"dogs bark", "cats purr", "fish swim", "birds sing", "dogs eat"});
  Speakers speakers(script.models());
  speakers.others["sampler:c.txt"] = make_sampler(corpus);
  speakers.others["retrieval:c.txt"] = make_retrieval(corpus);
  DiscussionJob job = job_with(
      {actor("ann"), other("ben", SpeakerKind::kRetrieval), other("cleo", SpeakerKind::kSampler)},
      9);
  job.facilitator = other("mod", SpeakerKind::kSampler);
  job.facilitator->role = Role::kFacilitator;
  job.silence = {R"("")"};
  Discussion whole(job, speakers);
  const std::vector<Turn> turns = timeless(all_turns(whole));
  for (std::size_t kept = 0; kept <= turns.size(); ++kept) {
    Discussion again(job, speakers);
    again.replay(std::span(turns).first(kept));
    std::vector<Turn> all(turns.begin(), turns.begin() + static_cast<std::ptrdiff_t>(kept));
    for (const Turn& turn : timeless(all_turns(again))) all.push_back(turn);
    EXPECT_EQ(all, turns) << "after " << kept;
  }
}

TEST(OtherActors, ModelsReadThemAsTheyReadEachOther) {
  Scripted script(R"({"replies": ["I agree"]})");
  Speakers speakers(script.models());
  speakers.others["sampler:c.txt"] = make_sampler(corpus_of({"Cars out!"}));
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kSampler), actor("ben")}, 2);
  Discussion discussion(job, speakers);
  const std::vector<Turn> turns = all_turns(discussion);
  EXPECT_THAT(turns[1].prompt, testing::HasSubstr("ann: Cars out!"));
}

TEST(OtherActors, AreRefusedWhereNobodySpeaksForThem) {
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kHuman)}, 1);
  EXPECT_THROW(Discussion(job, Speakers{}), InputError);
  EXPECT_THROW(make_sampler(corpus_of({})), InputError);
  EXPECT_THROW(make_retrieval(corpus_of({})), InputError);
}

/// Says what it is told to, and remembers what it saw.
class Person final : public Speaker {
 public:
  explicit Person(std::vector<Utterance> answers) : answers_(std::move(answers)) {}

  Utterance speak(const Occasion& occasion, std::stop_token) override {
    seen.emplace_back();
    for (const Comment& comment : occasion.said)
      seen.back().push_back(comment.name + ": " + comment.text);
    return answers_.at(seen.size() - 1);
  }

  std::vector<std::vector<std::string>> seen;

 private:
  std::vector<Utterance> answers_;
};

Utterance says(const std::string& text) {
  return {.contribution = Contribution::kSaid, .text = text, .seed = 0};
}
const Utterance kPasses{.contribution = Contribution::kPassed, .text = {}, .seed = 0};
const Utterance kLeaves{.contribution = Contribution::kLeft, .text = {}, .seed = 0};

TEST(People, SeeEverythingThatWasSaid) {
  Scripted script(R"({"replies": ["ok"]})");
  const auto person = std::make_shared<Person>(std::vector{says("hi"), kPasses});
  Speakers speakers(script.models());
  speakers.others["human"] = person;
  DiscussionJob job = job_with({other("ann", SpeakerKind::kHuman), actor("ben")}, 4);
  job.opening_posts = {{"ben", "Welcome."}};
  job.history = 1;
  Discussion discussion(job, speakers);
  const std::vector<Turn> turns = all_turns(discussion);
  EXPECT_THAT(person->seen, ElementsAre(ElementsAre("ben: Welcome."),
                                        ElementsAre("ben: Welcome.", "ann: hi", "ben: ok")));
  EXPECT_TRUE(turns[3].silent);
  EXPECT_EQ(turns[3].finish, "pass");
}

TEST(People, WhoHaveLeftAreNotAskedAgainAndTheOthersGoOn) {
  Scripted script(R"({"replies": ["ok"]})");
  const auto person = std::make_shared<Person>(std::vector{kLeaves});
  Speakers speakers(script.models());
  speakers.others["human"] = person;
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kHuman), actor("ben")}, 6);
  Discussion discussion(job, speakers);
  EXPECT_THAT(texts_of(all_turns(discussion)), ElementsAre("", "ok", "", "ok", "", "ok"));
  EXPECT_EQ(person->seen.size(), 1U);
}

TEST(People, StayAwayWhenADiscussionGoesOnLater) {
  Scripted script(R"({"replies": ["one", "two"]})");
  Speakers speakers(script.models());
  speakers.others["human"] = std::make_shared<Person>(std::vector{kLeaves});
  const DiscussionJob job = job_with({other("ann", SpeakerKind::kHuman), actor("ben")}, 4);
  Discussion first(job, speakers);
  const std::vector<Turn> turns = {first.step(), first.step()};
  const auto nobody = std::make_shared<Person>(std::vector<Utterance>{});
  speakers.others["human"] = nobody;
  Discussion later(job, speakers);
  later.replay(turns);
  EXPECT_EQ(later.step().finish, "left");
  EXPECT_TRUE(nobody->seen.empty());
}

}  // namespace
}  // namespace syndisco::test
