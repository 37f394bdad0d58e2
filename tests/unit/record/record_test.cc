#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "syndisco/base/error.h"
#include "syndisco/record/job.h"
#include "syndisco/record/plan.h"
#include "syndisco/record/sampling.h"
#include "syndisco/record/turn.h"

namespace syndisco {
namespace {

const std::string kOddName = "O'Brien / \"böb\"\n\t\\ \xF0\x9F\x98\x80 ~1~0" + std::string(1, '\0');

Sampling odd_sampling() {
  Sampling sampling;
  sampling.temperature = 0.1 + 0.2;
  sampling.top_p = 1.0;
  sampling.top_k = 0;
  sampling.min_p = 1e-7;
  sampling.repeat_penalty = 1.1;
  sampling.repeat_last_n = -1;
  sampling.dry = Dry{0.8, 1.5, 3, 0};
  sampling.max_tokens = std::numeric_limits<int>::max();
  sampling.stop = {"\n\n", "User \"x\":"};
  sampling.remove = {kOddName, "</s>"};
  return sampling;
}

ActorSpec odd_actor(Role role) {
  ActorSpec actor;
  actor.name = kOddName;
  actor.role = role;
  actor.persona = Json(JsonObject{
      {"age", 34},
      {"height", 1.0},
      {"big", Json(BigInteger{"123456789012345678901234567890"})},
      {"tags", JsonArray{Json("a"), Json(), Json(true)}},
      {kOddName, JsonObject{{"", ""}}},
  });
  actor.context = "A forum.";
  actor.instructions = "Be brief.\r\n";
  actor.model = "small";
  actor.sampling = odd_sampling();
  return actor;
}

DiscussionJob odd_discussion() {
  DiscussionJob job;
  job.id = "exp.a_b.0007";
  job.experiment = "exp";
  job.cell = "a_b";
  job.levels = {{"zeta", "a"}, {"alpha/~", "b"}};
  job.seed = std::numeric_limits<std::uint64_t>::max();
  job.scope = "a_b";
  job.replicate = 7;
  job.participants = {odd_actor(Role::kUser), odd_actor(Role::kUser)};
  job.facilitator = odd_actor(Role::kFacilitator);
  job.opening_posts = {{kOddName, ""}, {"b", "second"}};
  job.turns = 0;
  job.history = 0;
  job.turn_taking = {TurnTakingKind::kRespond, 0.4, true};
  job.style.name = "own";
  job.style.own = PromptTemplate{"s", "c", "", "u", "f", "m", "", "a {comment}"};
  job.wrap = 70;
  job.silence = {"\"\"", ""};
  job.blank_lines_enter_history = true;
  job.silence_ends = true;
  job.sampler_seed = std::numeric_limits<std::uint64_t>::max();
  return job;
}

AnnotationSet odd_set(AnswerConstraint answer) {
  AnnotationSet set;
  set.name = "toxicity";
  set.annotators = {odd_actor(Role::kAnnotator), odd_actor(Role::kAnnotator)};
  set.style.name = "syndisco-2.0";
  set.wrap = 1;
  set.history = 4;
  set.facilitator_comments = false;
  set.opening_posts = false;
  set.answer = std::move(answer);
  set.seed = (std::uint64_t{1} << 63) + 1;
  set.silent_turns = true;
  set.leave_out = "moderator";
  set.sampler_seed = 0;
  return set;
}

Json reread(const Json& json) {
  return parse_json(dump_json_compact(json));
}

TEST(Sampling, SurvivesJsonExactly) {
  EXPECT_EQ(sampling_from_json(reread(to_json(odd_sampling()))), odd_sampling());
  EXPECT_EQ(sampling_from_json(reread(to_json(Sampling{}))), Sampling{});
}

TEST(ActorSpec, SurvivesJsonExactlyInEveryRole) {
  for (const Role role : {Role::kUser, Role::kFacilitator, Role::kAnnotator}) {
    const ActorSpec actor = odd_actor(role);
    EXPECT_EQ(actor_from_json(reread(to_json(actor))), actor) << role_name(role);
  }
}

TEST(ActorSpec, SurvivesJsonExactlyWhoeverSpeaks) {
  ActorSpec human = odd_actor(Role::kUser);
  human.speaker = SpeakerKind::kHuman;
  human.model = speaker_label(SpeakerKind::kHuman);
  EXPECT_EQ(actor_from_json(to_json(human)), human);
  for (const SpeakerKind kind : {SpeakerKind::kRetrieval, SpeakerKind::kSampler}) {
    ActorSpec actor = odd_actor(Role::kFacilitator);
    actor.speaker = kind;
    actor.corpus = {.path = kOddName, .sha256 = "abc"};
    actor.model = speaker_label(kind, kOddName);
    EXPECT_EQ(actor_from_json(to_json(actor)), actor);
  }
}

TEST(ActorSpec, OfAModelIsWrittenAsBeforeThereWereOthers) {
  EXPECT_EQ(to_json(odd_actor(Role::kUser)).find("actor"), nullptr);
  EXPECT_EQ(actor_from_json(to_json(odd_actor(Role::kUser))).speaker, SpeakerKind::kModel);
}

TEST(ActorSpec, RefusesSpeakersThatItDoesNotKnow) {
  Json json = to_json(odd_actor(Role::kUser));
  json.set("actor", JsonObject{{"parrot", "c.txt"}});
  EXPECT_THROW(actor_from_json(json), InputError);
  json.set("actor", JsonObject{{"sampler", "c.txt"}});
  EXPECT_THROW(actor_from_json(json), InputError) << "without a hash";
}

TEST(DiscussionJob, SurvivesJsonExactlyWithOddNamesAndTheLargestSeed) {
  const DiscussionJob job = odd_discussion();
  EXPECT_EQ(discussion_job_from_json(reread(to_json(job))), job);
}

TEST(DiscussionJob, SurvivesJsonWithNothingSet) {
  const DiscussionJob job;
  EXPECT_EQ(discussion_job_from_json(reread(to_json(job))), job);
}

// What was recorded before these members came must stay what it was.
TEST(DiscussionJob, WritesMembersThatCameLaterOnlyWhereTheySaySomething) {
  for (const char* later : {"silence_ends", "sampler_seed"})
    EXPECT_EQ(to_json(DiscussionJob{}).find(later), nullptr);
  for (const char* later : {"silent_turns", "leave_out", "sampler_seed"})
    EXPECT_EQ(to_json(AnnotationSet{}).find(later), nullptr);
}

TEST(DiscussionJob, SurvivesJsonWithEveryKindOfTurnTaking) {
  for (const TurnTakingKind kind : {TurnTakingKind::kRoundRobin, TurnTakingKind::kQueue,
                                    TurnTakingKind::kRandom, TurnTakingKind::kRespond}) {
    DiscussionJob job = odd_discussion();
    job.turn_taking.kind = kind;
    EXPECT_EQ(discussion_job_from_json(reread(to_json(job))), job);
  }
}

TEST(DiscussionJob, KeepsLevelsInTheOrderOfTheFile) {
  const DiscussionJob job = discussion_job_from_json(reread(to_json(odd_discussion())));
  EXPECT_EQ(job.levels.at(0).first, "zeta");
}

TEST(DiscussionJob, RefusesAMemberItDidNotWrite) {
  Json json = to_json(odd_discussion());
  json.find("participants")->array()[1].set("nickname", Json("x"));
  try {
    discussion_job_from_json(json);
    FAIL() << "read a record with an unknown member";
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().pointer, "/participants/1/nickname");
  }
}

TEST(DiscussionJob, RefusesAMissingMember) {
  Json json = to_json(odd_discussion());
  json.erase("turns");
  EXPECT_THROW(discussion_job_from_json(json), InputError);
}

TEST(DiscussionJob, RefusesAWrongTypeAndSaysWhere) {
  Json json = to_json(odd_discussion());
  json.find("turn_taking")->set("probability", Json("often"));
  try {
    discussion_job_from_json(json);
    FAIL() << "read a text as a probability";
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().pointer, "/turn_taking/probability");
  }
}

TEST(DiscussionJob, RefusesNumbersOutOfRange) {
  Json json = to_json(odd_discussion());
  json.set("turns", Json(std::int64_t{1} << 40));
  EXPECT_THROW(discussion_job_from_json(json), InputError);
  json = to_json(odd_discussion());
  json.set("seed", Json(-1));
  EXPECT_THROW(discussion_job_from_json(json), InputError);
  json.set("seed", Json(BigInteger{"18446744073709551616"}));
  EXPECT_THROW(discussion_job_from_json(json), InputError);
}

TEST(DiscussionJob, RefusesWhatIsNoMapping) {
  EXPECT_THROW(discussion_job_from_json(Json()), InputError);
  EXPECT_THROW(discussion_job_from_json(Json(JsonArray{})), InputError);
}

TEST(AnnotationSet, SurvivesJsonExactlyWithEveryAnswerConstraint) {
  const AnswerConstraint constraints[] = {
      FreeText{}, Choice{{"yes", kOddName}},
      IntegerRange{std::numeric_limits<std::int64_t>::min(), 5},
      JsonAnswer{parse_json(R"({"type": "object", "properties": {"z": {"type": "number"}, "a": {}},
                                "required": ["z"], "additionalProperties": false})")}};
  for (const AnswerConstraint& constraint : constraints) {
    const AnnotationSet set = odd_set(constraint);
    EXPECT_EQ(annotation_set_from_json(reread(to_json(set))), set);
  }
}

TEST(AnnotationSet, RefusesUnknownAnswerConstraints) {
  for (const Json& answer :
       {Json("free"), Json(JsonObject{}), Json(JsonObject{{"integer", JsonArray{Json(1)}}}),
        Json(JsonObject{{"choice", JsonArray{}}, {"integer", JsonArray{}}}), Json(3),
        Json(JsonObject{{"json", JsonObject{{"type", "nmber"}}}})}) {
    Json json = to_json(odd_set(FreeText{}));
    json.set("answer", answer);
    EXPECT_THROW(annotation_set_from_json(json), InputError) << dump_json(answer);
  }
}

TEST(AnnotationJob, IsNamedByDiscussionSetAndAnnotator) {
  AnnotationSet set = odd_set(FreeText{});
  set.annotators[1].name = "Ann";
  const AnnotationJob job =
      make_annotation_job("exp.all.0001", std::make_shared<const AnnotationSet>(set), 1);
  EXPECT_EQ(job.id, "exp.all.0001/toxicity/Ann");
  EXPECT_EQ(job.discussion, "exp.all.0001");
  EXPECT_EQ(job.actor().name, "Ann");
}

TEST(AnswerConstraint, FreeTextAllowsAnythingAndHasNoValue) {
  EXPECT_TRUE(satisfies(FreeText{}, ""));
  EXPECT_TRUE(typed_value(FreeText{}, "5").is_null());
}

TEST(AnswerConstraint, ChoiceAllowsItsOptionsExactly) {
  const Choice choice{{"yes", "no"}};
  EXPECT_TRUE(satisfies(choice, "yes"));
  EXPECT_FALSE(satisfies(choice, "Yes"));
  EXPECT_FALSE(satisfies(choice, "yes "));
  EXPECT_FALSE(satisfies(choice, ""));
  EXPECT_EQ(typed_value(choice, "no"), Json("no"));
}

TEST(AnswerConstraint, IntegerRangeAllowsOnlyTheShortestDecimalForm) {
  const IntegerRange range{-3, 12};
  for (const char* text : {"-3", "0", "12"}) EXPECT_TRUE(satisfies(range, text)) << text;
  for (const char* text : {"-4", "13", "", "-", "+3", "03", "-0", " 3", "3 ", "3.0", "3a", "1e1",
                           "0x3", "99999999999999999999"}) {
    EXPECT_FALSE(satisfies(range, text)) << text;
  }
  EXPECT_EQ(typed_value(range, "-3"), Json(-3));
}

TEST(AnswerConstraint, IntegerRangeReachesTheEndsOf64Bits) {
  const IntegerRange range{std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max()};
  EXPECT_TRUE(satisfies(range, "-9223372036854775808"));
  EXPECT_TRUE(satisfies(range, "9223372036854775807"));
  EXPECT_FALSE(satisfies(range, "9223372036854775808"));
}

TEST(AnswerConstraint, AnAnswerThatIsNotAllowedHasNoValue) {
  EXPECT_TRUE(typed_value(IntegerRange{1, 5}, "7").is_null());
  EXPECT_TRUE(typed_value(Choice{{"a"}}, "b").is_null());
}

TEST(Names, TurnKindsAndStatusesReadBack) {
  for (const TurnKind kind :
       {TurnKind::kOpening, TurnKind::kUser, TurnKind::kFacilitator, TurnKind::kAnnotation}) {
    EXPECT_EQ(turn_kind_from(turn_kind_name(kind)), kind);
  }
  for (const Status status :
       {Status::kPlanned, Status::kRunning, Status::kCompleted, Status::kFailed}) {
    EXPECT_EQ(status_from(status_name(status)), status);
  }
  EXPECT_EQ(role_name(Role::kFacilitator), "facilitator");
  EXPECT_EQ(turn_kind_name(TurnKind::kOpening), "opening");
  EXPECT_EQ(status_name(Status::kFailed), "failed");
}

TEST(Names, UnknownOnesAreErrors) {
  EXPECT_THROW(turn_kind_from("User"), InputError);
  EXPECT_THROW(status_from(""), InputError);
}

TEST(ModelSpec, IdentityLeavesOutWhatChangesNoAnswer) {
  ModelSpec a;
  a.name = "small";
  a.gguf = "builtin:smollm2-135m";
  ModelSpec b = a;
  b.threads = 7;
  b.gpu_layers = 3;
  EXPECT_EQ(a.identity(), b.identity());
}

TEST(ModelSpec, IdentityChangesWithEverythingElse) {
  ModelSpec base;
  base.gguf = "m.gguf";
  ModelSpec gguf = base, context = base, chat_template = base, weights = base, script = base;
  ModelSpec date = base;
  gguf.gguf = "builtin:smollm2-135m";
  date.date = "2026-01-02";
  context.context = 0;
  chat_template.chat_template = "x";
  weights.weights = "BF16";
  script.script = Json(JsonObject{});
  for (const ModelSpec& other : {gguf, context, chat_template, date, weights, script}) {
    EXPECT_NE(base.identity(), other.identity());
  }
}

TEST(ModelSpec, IdentityDoesNotChangeWithTheFolderOfTheFile) {
  ModelSpec here, there;
  here.gguf = "m.gguf";
  there.gguf = "/srv/models/m.gguf";
  EXPECT_EQ(here.identity(), there.identity());
}

TEST(ModelSpec, DefaultWeightsAreTheSameAsWrittenOut) {
  ModelSpec builtin;
  builtin.gguf = "builtin:smollm2-135m";
  ModelSpec written = builtin;
  written.weights = "tuned";
  EXPECT_EQ(builtin.identity(), written.identity());
  ModelSpec file;
  file.gguf = "m.gguf";
  written = file;
  written.weights = "as_is";
  EXPECT_EQ(file.identity(), written.identity());
}

TEST(ModelSpec, IdentityOfAScriptIsItsRepliesNotItsDelaysAndFaults) {
  ModelSpec a, b;
  a.script = Json(JsonObject{{"replies", JsonArray{Json("hi")}}, {"fail_rate", 0.5}});
  b.script = Json(JsonObject{{"delay_ms", 5}, {"replies", JsonArray{Json("hi")}}});
  EXPECT_EQ(a.identity(), b.identity());
  b.script->set("replies", Json(JsonArray{Json("ho")}));
  EXPECT_NE(a.identity(), b.identity());
}

TEST(Plan, FindsModelsByName) {
  Plan plan;
  plan.models.resize(2);
  plan.models[0].name = "a";
  plan.models[1].name = "b";
  EXPECT_EQ(plan.model("b"), &plan.models[1]);
  EXPECT_EQ(plan.model("c"), nullptr);
}

}  // namespace
}  // namespace syndisco
