#include "syndisco/design/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "folder.h"

#include "syndisco/base/hash.h"
#include "syndisco/discussion/prompt.h"

namespace syndisco::design_test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::UnorderedElementsAre;

DiscussionJob first_job(const std::string& members) {
  const Folder folder;
  return plan_of(folder, kBase + members).discussions.front();
}

std::vector<std::string> names(const std::vector<ActorSpec>& actors) {
  std::vector<std::string> out;
  for (const ActorSpec& actor : actors) out.push_back(actor.name);
  return out;
}

// ---- defaults

TEST(Experiment, TheSmallestFileHasTheDocumentedDefaults) {
  const Folder folder;
  const Plan plan = plan_of(folder, kBase);
  EXPECT_EQ(plan.experiment, "e");
  EXPECT_EQ(plan.seed, 0U);
  EXPECT_FALSE(plan.reproducible);
  EXPECT_THAT(plan.factors, testing::IsEmpty());
  EXPECT_THAT(plan.cells, ElementsAre("all"));
  EXPECT_THAT(plan.annotation_sets, testing::IsEmpty());
  ASSERT_THAT(plan.discussions, SizeIs(1));

  const DiscussionJob& job = plan.discussions.front();
  EXPECT_EQ(job.id, "e.all.0001");
  EXPECT_EQ(job.scope, "");
  EXPECT_THAT(names(job.participants), UnorderedElementsAre("A", "B"));
  EXPECT_EQ(job.facilitator, std::nullopt);
  EXPECT_THAT(job.opening_posts, testing::IsEmpty());
  EXPECT_EQ(job.turns, 10);
  EXPECT_EQ(job.history, 3);
  EXPECT_EQ(job.turn_taking, TurnTaking{});
  EXPECT_EQ(job.style, PromptStyle{});
  EXPECT_EQ(job.wrap, 0U);
  EXPECT_THAT(job.silence, ElementsAre(R"("")"));
  EXPECT_EQ(job.participants[0].model, "m");
  EXPECT_EQ(job.participants[0].sampling, Sampling{});
  EXPECT_EQ(job.participants[0].context, "");
}

TEST(Experiment, JsonSaysTheSameAsYaml) {
  const Folder folder;
  folder.write("e.json", R"({"experiment": "e", "seed": 3,
    "models": {"m": {"scripted": {"replies": ["hi"]}}},
    "discussions": {"per_cell": 2, "personas": [{"username": "A"}, {"username": "B"}]}})");
  const Plan json = load_plan(folder / "e.json");
  const Plan yaml = plan_of(folder, "seed: 3\n" + kBase + "  per_cell: 2\n");
  EXPECT_EQ(json.discussions, yaml.discussions);
  EXPECT_EQ(json.models, yaml.models);
}

TEST(Experiment, SeedReachesUpTo64Bits) {
  const Folder folder;
  EXPECT_EQ(plan_of(folder, "seed: 18446744073709551615\n" + kBase).seed, 18446744073709551615U);
}

TEST(Experiment, SeedOfTheCommandLineCounts) {
  const Folder folder;
  const Plan plan = plan_of(folder, "seed: 1\n" + kBase, {.seed = 7});
  EXPECT_EQ(plan.seed, 7U);
  EXPECT_EQ(plan.discussions.front().seed, 7U);
}

// ---- texts and files

TEST(Experiment, TextsComeFromFiles) {
  const Folder folder;
  folder.write("texts/context.txt", "\xEF\xBB\xBFTwo\r\nlines\n\n");
  const Plan plan = plan_of(folder, kBase + "  context: {file: texts/context.txt}\n");
  EXPECT_EQ(plan.discussions.front().participants[0].context, "Two\r\nlines\n");
}

TEST(Experiment, InputsHoldEveryFileOnceWithItsHash) {
  const Folder folder;
  folder.write("a.txt", "same");
  const Plan plan =
      plan_of(folder, kBase + "  context: {file: a.txt}\n  instructions: {file: a.txt}\n");
  EXPECT_THAT(plan.inputs, ElementsAre(InputFile{"experiment.yaml", sha256_hex(plan.source_text)},
                                       InputFile{"a.txt", sha256_hex("same")}));
  EXPECT_EQ(plan.source_name, (folder / "experiment.yaml").string());
}

TEST(Experiment, TextsOfTenMegabytes) {
  const Folder folder;
  const std::string text(10 << 20, 'x');
  folder.write("long.txt", text);
  const Plan plan = plan_of(folder, kBase + "  context: {file: long.txt}\n");
  EXPECT_EQ(plan.discussions.front().participants[0].context, text);
}

// ---- people

TEST(Experiment, PersonasComeInlineAndFromFiles) {
  const Folder folder;
  folder.write("two.json", R"([{"username": "C"}, {"name": "D"}])");
  folder.write("one.yaml", "- {username: E}\n");
  const Plan plan = plan_of(folder,
                            "experiment: e\nmodels: {m: {gguf: x}}\ndiscussions:\n"
                            "  personas: [{username: A}, two.json, {file: one.yaml}]\n");
  EXPECT_THAT(names(plan.discussions.front().participants),
              UnorderedElementsAre("A", "C", "D", "E"));
}

TEST(Experiment, PersonasKeepTheirAttributesInOrder) {
  const Folder folder;
  const Plan plan = plan_of(folder,
                            "experiment: e\nmodels: {m: {gguf: x}, n: {gguf: y}}\ndiscussions:\n"
                            "  model: m\n  personas: [{zeal: 1.5, model: n, name: Zoe, username: "
                            "Z, likes: [a, {b: ~}]}]\n");
  const ActorSpec& actor = plan.discussions.front().participants.front();
  EXPECT_EQ(actor.name, "Z");
  EXPECT_EQ(actor.model, "n");
  EXPECT_EQ(dump_json(actor.persona),
            R"({"zeal": 1.5, "name": "Zoe", "username": "Z", "likes": ["a", {"b": null}]})");
}

TEST(Experiment, PersonasWithModelsOfTheirOwnNeedNoOther) {
  const Folder folder;
  const Plan plan = plan_of(folder,
                            "experiment: e\nmodels: {m: {gguf: x}, n: {gguf: y}}\ndiscussions:\n"
                            "  personas: [{name: A, model: n}, {name: B, model: m}]\n");
  EXPECT_THAT(plan.discussions, SizeIs(1));
}

TEST(Experiment, NamesMayHoldAnything) {
  const Folder folder;
  folder.write("people.json", R"([{"username": "a/b"}, {"username": "x\ny"},
      {"username": "\"q\" 'r'"}, {"username": "\ud83d\ude00"}, {"username": "../.."}])");
  const Plan plan = plan_of(folder,
                            "experiment: \"a/b \\U0001F600\\n'c\"\n"
                            "models: {\"m/\\n\": {gguf: x}}\ndiscussions:\n"
                            "  personas: people.json\n"
                            "factors: {\"f/\\n\": {\"x/\\\"y\": {}}}\n");
  const DiscussionJob& job = plan.discussions.front();
  EXPECT_THAT(names(job.participants),
              UnorderedElementsAre("a/b", "x\ny", "\"q\" 'r'", "😀", "../.."));
  EXPECT_EQ(job.experiment, "a/b 😀\n'c");
  EXPECT_EQ(job.levels, (FactorLevels{{"f/\n", "x/\"y"}}));
  EXPECT_EQ(job.id.find_first_of("/\n\"'"), std::string::npos) << job.id;
  EXPECT_EQ(job.participants.front().model, "m/\n");
}

// ---- members of discussions

TEST(Experiment, TurnTaking) {
  EXPECT_EQ(first_job("  turn_taking: queue\n").turn_taking,
            (TurnTaking{.kind = TurnTakingKind::kQueue}));
  EXPECT_EQ(first_job("  turn_taking: random\n").turn_taking,
            (TurnTaking{.kind = TurnTakingKind::kRandom}));
  EXPECT_EQ(first_job("  turn_taking: respond\n").turn_taking,
            (TurnTaking{.kind = TurnTakingKind::kRespond, .probability = 0.5}));
  EXPECT_EQ(first_job("  turn_taking: {respond: {probability: 0}}\n").turn_taking,
            (TurnTaking{.kind = TurnTakingKind::kRespond, .probability = 0}));
  EXPECT_EQ(first_job("  turn_taking: {queue: {random_first_speaker: true}}\n").turn_taking,
            (TurnTaking{.kind = TurnTakingKind::kQueue, .random_first_speaker = true}));
}

TEST(Experiment, SamplingIsOverriddenKeyByKey) {
  const Folder folder;
  const Plan plan = plan_of(
      folder, "sampling: {temperature: 0.1, top_k: 1, dry: {base: 2, last_n: 9}}\n" + kBase +
                  "  sampling: {temperature: 0.2, min_p: 0.3, dry: 0.8}\n"
                  "  facilitator: {instructions: x, sampling: {temperature: 0.4}}\n"
                  "factors: {f: {a: {sampling: {min_p: 0.5}}}}\n"
                  "annotations:\n"
                  "  - {name: t, instructions: x, annotators: [{name: J}],\n"
                  "     sampling: {stop: x, remove: [y, z]}}\n");
  const DiscussionJob& job = plan.discussions.front();
  Sampling expected;
  expected.top_k = 1;
  expected.dry = {.multiplier = 0.8, .base = 2, .last_n = 9};
  expected.temperature = 0.2;
  expected.min_p = 0.5;
  EXPECT_EQ(job.participants[0].sampling, expected);
  expected.temperature = 0.4;
  EXPECT_EQ(job.facilitator->sampling, expected);

  Sampling judging;
  judging.top_k = 1;
  judging.dry = {.multiplier = 0, .base = 2, .last_n = 9};
  judging.temperature = 0.1;
  judging.stop = {"x"};
  judging.remove = {"y", "z"};
  EXPECT_EQ(plan.annotation_sets.front()->annotators.front().sampling, judging);
}

TEST(Experiment, FacilitatorTakesOverWhatItDoesNotSay) {
  const DiscussionJob job = first_job(
      "  context: town\n  instructions: talk\n  facilitator: {instructions: calm them}\n");
  ASSERT_TRUE(job.facilitator);
  EXPECT_EQ(job.facilitator->name, "moderator");
  EXPECT_EQ(job.facilitator->role, Role::kFacilitator);
  EXPECT_EQ(job.facilitator->context, "town");
  EXPECT_EQ(job.facilitator->instructions, "calm them");
  EXPECT_EQ(job.facilitator->model, "m");
  EXPECT_EQ(job.facilitator->persona, Json(JsonObject{}));
}

TEST(Experiment, FacilitatorSaysItAll) {
  const Folder folder;
  const Plan plan = plan_of(folder,
                            "experiment: e\nmodels: {m: {gguf: x}, n: {gguf: y}}\ndiscussions:\n"
                            "  model: m\n  personas: [{name: A}]\n"
                            "  facilitator: {name: Mo, persona: {age: 9}, context: c, model: n, "
                            "instructions: i}\n");
  const ActorSpec& actor = *plan.discussions.front().facilitator;
  EXPECT_EQ(actor.name, "Mo");
  EXPECT_EQ(dump_json(actor.persona), R"({"age": 9})");
  EXPECT_EQ(actor.context, "c");
  EXPECT_EQ(actor.model, "n");
}

TEST(Experiment, OpeningPostsAreSaidByTheFirstDrawnParticipants) {
  const DiscussionJob job = first_job("  opening_posts: [[one, two]]\n");
  ASSERT_THAT(job.opening_posts, SizeIs(2));
  EXPECT_EQ(job.opening_posts[0], (OpeningPost{job.participants[0].name, "one"}));
  EXPECT_EQ(job.opening_posts[1], (OpeningPost{job.participants[1].name, "two"}));
}

TEST(Experiment, OpeningPostsOfAFileAreDrawn) {
  const Folder folder;
  folder.write("topics.json", R"(["a", ["b"], "c", "d"])");
  const Plan plan = plan_of(folder, kBase + "  per_cell: 60\n  opening_posts: topics.json\n");
  std::vector<std::string> seen;
  for (const DiscussionJob& job : plan.discussions) {
    ASSERT_THAT(job.opening_posts, SizeIs(1));
    seen.push_back(job.opening_posts.front().text);
  }
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  EXPECT_THAT(seen, ElementsAre("a", "b", "c", "d"));
}

TEST(Experiment, StylesBringTheirWrap) {
  for (const char* style : {"g0", "sdf", "syndisco-1.0", "syndisco-2.0"})
    EXPECT_EQ(first_job("  prompt_style: " + std::string(style) + "\n").wrap, 70U) << style;
  EXPECT_EQ(first_job("  prompt_style: syndisco-2.2\n").wrap, 900000U);
  EXPECT_EQ(first_job("  prompt_style: syndisco-2.2\n  wrap: 40\n").wrap, 40U);
}

TEST(Experiment, OwnStyleFillsInWhatItDoesNotSay) {
  const DiscussionJob job = first_job("  prompt_style: {user: 'Go, {name}.'}\n");
  EXPECT_EQ(job.style.name, "own");
  ASSERT_TRUE(job.style.own);
  EXPECT_EQ(job.style.own->user, "Go, {name}.");
  EXPECT_EQ(job.style.own->comment, "{name}: {text}");
  EXPECT_EQ(job.style.own->separator, "\n");
  EXPECT_EQ(job.style.own->system, "");
}

TEST(Experiment, SilenceMayBeNothing) {
  EXPECT_THAT(first_job("  silence: []\n").silence, testing::IsEmpty());
}

TEST(Experiment, AliasesAndMergeKeysSaveWriting) {
  const Folder folder;
  const Plan plan = plan_of(folder, kBase +
                                        "  facilitator: &f {instructions: x}\n"
                                        "factors:\n  f:\n    a: {}\n"
                                        "    b: {facilitator: {<<: *f, name: Bo}}\n");
  EXPECT_EQ(plan.discussions[1].facilitator->name, "Bo");
  EXPECT_EQ(plan.discussions[1].facilitator->instructions, "x");
}

// ---- models

TEST(Experiment, ModelPathsAreRelativeToTheFile) {
  const Folder folder;
  const Plan plan = plan_of(folder,
                            "experiment: e\n"
                            "models:\n"
                            "  a: {gguf: weights/a.gguf}\n"
                            "  b: {gguf: /srv/b.gguf, context: 0, threads: 2, gpu_layers: 3,\n"
                            "      chat_template: '{{ x }}', weights: BF16}\n"
                            "  c: {gguf: 'builtin:smollm2-135m'}\n"
                            "  d: {scripted: {by_role: {user: [x]}}, context: 50}\n"
                            "discussions: {model: a, personas: [{name: A}]}\n");
  ASSERT_THAT(plan.models, SizeIs(4));
  EXPECT_EQ(plan.models[0].gguf, (folder / "weights/a.gguf").string());
  EXPECT_EQ(plan.models[0].context, 4096);
  EXPECT_EQ(plan.models[0].gpu_layers, -1);
  EXPECT_EQ(plan.models[1].gguf, "/srv/b.gguf");
  EXPECT_EQ(plan.models[1].context, 0);
  EXPECT_EQ(plan.models[1].threads, 2);
  EXPECT_EQ(plan.models[1].gpu_layers, 3);
  EXPECT_EQ(plan.models[1].chat_template, "{{ x }}");
  EXPECT_EQ(plan.models[1].weights, "BF16");
  EXPECT_EQ(plan.models[2].gguf, "builtin:smollm2-135m");
  EXPECT_EQ(dump_json(*plan.models[3].script), R"({"by_role": {"user": ["x"]}})");
}

TEST(Experiment, ScriptsComeFromFiles) {
  const Folder folder;
  folder.write("replies.json", R"({"replies": ["a"]})");
  for (const char* form : {"replies.json", "{file: replies.json}"}) {
    const Plan plan = plan_of(folder, "experiment: e\nmodels: {m: {scripted: " + std::string(form) +
                                          "}}\ndiscussions: {personas: [{name: A}]}\n");
    EXPECT_EQ(dump_json(*plan.models[0].script), R"({"replies": ["a"]})");
    EXPECT_EQ(plan.inputs[1].path, "replies.json");
  }
}

// ---- factors

TEST(Experiment, FactorsAreCrossedInTheOrderOfTheFile) {
  const Folder folder;
  const Plan plan =
      plan_of(folder, kBase +
                          "  per_cell: 2\nfactors:\n"
                          "  Length: {Short one: {turns: 2}, long: {turns: 9}}\n"
                          "  moderated: {no:, yes: {facilitator: {instructions: x}}}\n");
  EXPECT_THAT(plan.factors, ElementsAre("Length", "moderated"));
  EXPECT_THAT(plan.cells, ElementsAre("short-one_no", "short-one_yes", "long_no", "long_yes"));
  std::vector<std::string> ids;
  for (const DiscussionJob& job : plan.discussions) ids.push_back(job.id);
  EXPECT_THAT(ids, ElementsAre("e.short-one_no.0001", "e.short-one_yes.0001", "e.long_no.0001",
                               "e.long_yes.0001", "e.short-one_no.0002", "e.short-one_yes.0002",
                               "e.long_no.0002", "e.long_yes.0002"));
  const DiscussionJob& last = plan.discussions.back();
  EXPECT_EQ(last.levels, (FactorLevels{{"Length", "long"}, {"moderated", "yes"}}));
  EXPECT_EQ(last.turns, 9);
  EXPECT_TRUE(last.facilitator);
  EXPECT_FALSE(plan.discussions.front().facilitator);
}

TEST(Experiment, LaterFactorsOverrideEarlierOnes) {
  const Folder folder;
  const Plan plan =
      plan_of(folder, kBase + "factors: {f: {a: {turns: 2}}, g: {x: {turns: 3}, y: {}}}\n");
  EXPECT_EQ(plan.discussions[0].turns, 3);
  EXPECT_EQ(plan.discussions[1].turns, 2);
}

TEST(Experiment, LevelsCanTakeTheFacilitatorAway) {
  const Folder folder;
  const Plan plan = plan_of(folder, kBase +
                                        "  facilitator: {instructions: x}\n"
                                        "factors: {f: {with: {}, without: {facilitator: null}}}\n");
  EXPECT_TRUE(plan.discussions[0].facilitator);
  EXPECT_FALSE(plan.discussions[1].facilitator);
}

TEST(Experiment, CellsWithFewerDiscussionsEndEarlier) {
  const Folder folder;
  const Plan plan = plan_of(folder, kBase + "factors: {f: {few: {}, many: {per_cell: 3}}}\n");
  std::vector<std::string> ids;
  for (const DiscussionJob& job : plan.discussions) ids.push_back(job.id);
  EXPECT_THAT(ids, ElementsAre("e.few.0001", "e.many.0001", "e.many.0002", "e.many.0003"));
}

TEST(Experiment, NumbersAbove9999GetLonger) {
  const Folder folder;
  const Plan plan = plan_of(folder, kBase + "  per_cell: 10000\n");
  EXPECT_EQ(plan.discussions.back().id, "e.all.10000");
}

TEST(Experiment, LevelsMayGiveAllPersonas) {
  const Folder folder;
  const Plan plan =
      plan_of(folder,
              "experiment: e\nmodels: {m: {gguf: x}}\ndiscussions: {}\n"
              "factors: {f: {a: {personas: [{name: A}]}, b: {personas: [{name: B}]}}}\n");
  EXPECT_THAT(names(plan.discussions[0].participants), ElementsAre("A"));
  EXPECT_THAT(names(plan.discussions[1].participants), ElementsAre("B"));
}

// ---- annotations

const std::string kAnnotations =
    "annotations:\n"
    "  - {name: t, instructions: x, annotators: [{name: J, age: 3}]}\n";

TEST(Annotations, DefaultsAreTheDocumentedOnes) {
  const Folder folder;
  const Plan plan = plan_of(folder, "seed: 5\n" + kBase + "  context: town\n" + kAnnotations);
  ASSERT_THAT(plan.annotation_sets, SizeIs(1));
  AnnotationSet expected;
  expected.name = "t";
  ActorSpec judge;
  judge.name = "J";
  judge.role = Role::kAnnotator;
  judge.persona = JsonObject{{"name", "J"}, {"age", 3}};
  judge.instructions = "x";
  judge.model = "m";
  expected.annotators = {judge};
  expected.history = 2;
  expected.facilitator_comments = true;
  expected.opening_posts = true;
  expected.answer = FreeText{};
  expected.seed = 5;
  EXPECT_EQ(*plan.annotation_sets.front(), expected);
}

TEST(Annotations, SayItAll) {
  const Folder folder;
  folder.write("judges.json", R"([{"username": "J"}, {"username": "K", "model": "n"}])");
  const Plan plan = plan_of(
      folder,
      "experiment: e\nmodels: {m: {gguf: x}, n: {gguf: y}}\n"
      "discussions: {model: m, personas: [{name: A}], prompt_style: syndisco-2.0}\n"
      "annotations:\n"
      "  - name: t\n    model: m\n    annotators: judges.json\n    instructions: x\n"
      "    context: c\n    history: 5\n    facilitator_comments: false\n"
      "    opening_posts: false\n    answer: {integer: [-1, 5]}\n    prompt_style: syndisco-2.2\n"
      "  - {name: u, model: n, annotators: judges.json, instructions: y,\n"
      "     answer: {choice: [yes, no]}}\n");
  ASSERT_THAT(plan.annotation_sets, SizeIs(2));
  const AnnotationSet& set = *plan.annotation_sets[0];
  EXPECT_EQ(set.annotators[0].model, "m");
  EXPECT_EQ(set.annotators[1].model, "n");
  EXPECT_EQ(set.annotators[0].context, "c");
  EXPECT_EQ(set.history, 5);
  EXPECT_FALSE(set.facilitator_comments);
  EXPECT_FALSE(set.opening_posts);
  EXPECT_EQ(set.answer, AnswerConstraint(IntegerRange{-1, 5}));
  EXPECT_EQ(set.style.name, "syndisco-2.2");
  EXPECT_EQ(set.wrap, 900000U);
  EXPECT_EQ(plan.annotation_sets[1]->answer, AnswerConstraint(Choice{{"yes", "no"}}));
  EXPECT_EQ(plan.annotation_sets[1]->style.name, "syndisco-2.0");
  EXPECT_EQ(plan.annotation_sets[1]->wrap, 70U);
}

TEST(Annotations, AskForJsonByASchemaInlineOrInAFile) {
  const Folder folder;
  const std::string json =
      R"({"type": "object", "properties": {"b": {"type": "integer"}, "a": {}}})";
  folder.write("answer.json", json);
  folder.write("answer.yaml", "type: object\nproperties: {b: {type: integer}, a: {}}\n");
  const AnswerConstraint expected = JsonAnswer{parse_json(json)};
  for (const std::string written : {"{type: object, properties: {b: {type: integer}, a: {}}}",
                                    "{file: answer.json}", "answer.json", "{file: answer.yaml}"}) {
    const Plan plan =
        plan_of(folder, kBase +
                            "annotations:\n"
                            "  - {name: t, instructions: x, annotators: [{name: J}],\n"
                            "     answer: {json: " +
                            written + "}}\n");
    EXPECT_EQ(plan.annotation_sets.front()->answer, expected) << written;
  }
}

TEST(Annotations, ASchemaInAFileIsRefusedAtItsPlaceThere) {
  const Folder folder;
  folder.write("answer.yaml", "type: object\nproperties:\n  a: {type: text}\n");
  folder.write("experiment.yaml", kBase +
                                      "annotations:\n"
                                      "  - {name: t, instructions: x, annotators: [{name: J}],\n"
                                      "     answer: {json: {file: answer.yaml}}}\n");
  const Problem problem = problem_of(folder, "experiment.yaml");
  EXPECT_EQ(problem.message, "there is no type 'text'");
  EXPECT_EQ(problem.place, "answer.yaml:3:13");
}

TEST(Annotations, AnnotateNeedsNoDiscussions) {
  const Folder folder;
  const Plan plan = plan_of(folder, "experiment: e\nmodels: {m: {gguf: x}}\n" + kAnnotations, {},
                            FileUse::kAnnotate);
  EXPECT_THAT(plan.discussions, testing::IsEmpty());
  EXPECT_THAT(plan.annotation_sets, SizeIs(1));
}

TEST(Annotations, AnnotateAsksAsRunWould) {
  const Folder folder;
  const std::string yaml = kBase + "  prompt_style: syndisco-2.0\n  wrap: 50\n" + kAnnotations;
  const Plan run = plan_of(folder, yaml);
  const Plan annotate = plan_of(folder, yaml, {}, FileUse::kAnnotate);
  EXPECT_EQ(*run.annotation_sets.front(), *annotate.annotation_sets.front());
}

TEST(Annotations, AnnotateIgnoresWhatItDoesNotNeed) {
  const Folder folder;
  const std::string yaml =
      "experiment: e\nmodels: {m: {gguf: x}}\n"
      "discussions: {personas: gone.json}\n" +
      kAnnotations;
  EXPECT_THAT(plan_of(folder, yaml, {}, FileUse::kAnnotate).annotation_sets, SizeIs(1));
}

TEST(Annotations, AnnotateNeedsSets) {
  const Folder folder;
  folder.write("a.yaml", kBase);
  EXPECT_EQ(problem_of(folder, "a.yaml", FileUse::kAnnotate).message,
            "a.yaml needs the key annotations");
  folder.write("a.yaml", kBase + "annotations: []\n");
  EXPECT_EQ(problem_of(folder, "a.yaml", FileUse::kAnnotate).message, "annotations is empty");
}

}  // namespace
}  // namespace syndisco::design_test
