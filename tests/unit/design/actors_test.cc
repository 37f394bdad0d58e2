// Actors that are no language models, in the experiment file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "folder.h"

#include "syndisco/base/hash.h"
#include "syndisco/design/corpus.h"

namespace syndisco::design_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// An experiment with these personas and no models; more lines from line 4 on.
std::string study_of(const std::string& personas, const std::string& more = "") {
  return "experiment: e\ndiscussions:\n  personas: [" + personas + "]\n" + more;
}

Problem problem_with(const std::string& personas, const std::string& more = "") {
  const Folder folder;
  folder.write("c.txt", "one\ntwo\n");
  folder.write("empty.txt", " \n\n");
  folder.write("bad.jsonl", "\"one\"\n{\"text\": \"two\"}\n{\"txt\": 3}\n");
  folder.write("c.md", "one");
  folder.write("experiment.yaml", study_of(personas, more));
  return problem_of(folder, "experiment.yaml");
}

TEST(Actors, SpeakInPlaceOfAModel) {
  const Folder folder;
  folder.write("c.txt", "one\ntwo\n");
  const Plan plan = plan_of(folder, study_of("{username: A, actor: {human: terminal}}, "
                                             "{username: B, actor: {retrieval: c.txt}, age: 3}, "
                                             "{username: C, actor: {sampler: c.txt}}",
                                             "  facilitator: {actor: {sampler: c.txt}}\n"));
  const DiscussionJob& job = plan.discussions.front();
  std::map<std::string, ActorSpec> by_name;
  for (const ActorSpec& actor : job.participants) by_name[actor.name] = actor;
  const CorpusFile corpus{.path = "c.txt", .sha256 = sha256_hex("one\ntwo\n")};
  EXPECT_EQ(by_name["A"].speaker, SpeakerKind::kHuman);
  EXPECT_EQ(by_name["A"].model, "human");
  EXPECT_EQ(by_name["B"].speaker, SpeakerKind::kRetrieval);
  EXPECT_EQ(by_name["B"].model, "retrieval:c.txt");
  EXPECT_EQ(by_name["B"].corpus, corpus);
  EXPECT_EQ(by_name["C"].speaker, SpeakerKind::kSampler);
  EXPECT_EQ(job.facilitator->model, "sampler:c.txt");
  EXPECT_EQ(by_name["B"].persona.find("actor"), nullptr) << "prompts show attributes alone";
  ASSERT_EQ(plan.corpora.size(), 1U) << "the file is read once";
  EXPECT_EQ(plan.corpora[0]->file, corpus);
  EXPECT_THAT(plan.corpora[0]->texts, ElementsAre("one", "two"));
  EXPECT_EQ(plan.inputs.back(), (InputFile{"c.txt", corpus.sha256}));
}

TEST(Actors, NeedNoModelsButWhoeverElseSpeaksDoes) {
  EXPECT_EQ(problem_with("{username: A, actor: {sampler: c.txt}}").message, "");
  const Problem problem = problem_with("{username: A, actor: {sampler: c.txt}}, {username: B}");
  EXPECT_EQ(problem.message, "experiment.yaml needs the key models");
  EXPECT_EQ(
      problem_with("{username: A, actor: {sampler: c.txt}}", "  facilitator: {instructions: x}\n")
          .message,
      "experiment.yaml needs the key models");
  EXPECT_EQ(problem_with("{username: A, actor: {sampler: c.txt}}",
                         "annotations: [{name: t, annotators: [{username: J}], instructions: x}]\n")
                .message,
            "experiment.yaml needs the key models");
}

struct Wrong {
  std::string actor, message, place, hint;
};
class WrongActor : public testing::TestWithParam<Wrong> {};

TEST_P(WrongActor, IsRefusedWithPlaceAndHint) {
  const Problem problem = problem_with("{username: A, " + GetParam().actor + "}");
  EXPECT_EQ(problem.message, GetParam().message);
  EXPECT_EQ(problem.place, GetParam().place);
  EXPECT_EQ(problem.hint, GetParam().hint);
}

INSTANTIATE_TEST_SUITE_P(
    Actors, WrongActor,
    testing::Values(
        Wrong{"actor: {humn: terminal}", "unknown key 'humn' in actor", "experiment.yaml:3:36",
              "did you mean human?"},
        Wrong{"actor: human",
              "actor must be {human: terminal}, {retrieval: PATH} or {sampler: PATH}, but is the "
              "text 'human'",
              "experiment.yaml:3:35", "write {human: terminal}"},
        Wrong{"actor: {}",
              "actor must be one of {human: terminal}, {retrieval: PATH} or {sampler: "
              "PATH}",
              "experiment.yaml:3:35", ""},
        Wrong{"actor: {human: phone}", "human must be terminal, but is the text 'phone'",
              "experiment.yaml:3:43", ""},
        Wrong{"model: m, actor: {human: terminal}", "unknown model 'm'", "experiment.yaml:3:35",
              "no models are defined"},
        Wrong{"actor: {sampler: none.txt}", "no such file: none.txt", "experiment.yaml:3:45",
              "check the name, and the folder it is relative to"},
        Wrong{"actor: {sampler: empty.txt}", "the corpus holds no comments", "empty.txt",
              "give at least one that is not blank"},
        Wrong{"actor: {sampler: bad.jsonl}", "a comment needs the key text (or message)",
              "bad.jsonl:3", R"(such as {"text": "I disagree."})"},
        Wrong{"actor: {retrieval: c.md}",
              "a corpus must be a file that ends in .jsonl, .csv or .txt", "c.md",
              "the ending says how its comments are written"}));

TEST(Actors, AreRefusedBesideAModel) {
  const Folder folder;
  folder.write("experiment.yaml", kBase + "  facilitator: {model: m, actor: {human: terminal}}\n");
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message,
            "the facilitator has both actor and model");
  folder.write("experiment.yaml",
               "experiment: e\nmodels: {m: {scripted: {replies: [hi]}}}\n"
               "discussions:\n  personas: [{username: A, model: m, actor: {human: terminal}}]\n");
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message, "a persona has both actor and model");
}

TEST(Actors, AreRefusedWhereAModelIsCalledAsRecordsCallThem) {
  const Folder folder;
  folder.write("experiment.yaml",
               "experiment: e\nmodels: {human: {scripted: {replies: [hi]}}}\n"
               "discussions:\n  personas: [{username: A, actor: {human: terminal}}]\n");
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message,
            "a model is named 'human', as records call this actor");
}

TEST(Actors, AreRefusedAsAnnotators) {
  const Folder folder;
  folder.write("experiment.yaml", kBase +
                                      "annotations:\n  - name: t\n    instructions: x\n"
                                      "    annotators: [{username: J, actor: {human: "
                                      "terminal}}]\n");
  EXPECT_THAT(problem_of(folder, "experiment.yaml").message,
              HasSubstr("annotators are language models"));
}

std::vector<std::string> texts_of(const std::string& name, const std::string& bytes) {
  return parse_corpus({.path = name, .sha256 = ""}, bytes, name).texts;
}

Problem corpus_problem(const std::string& name, const std::string& bytes) {
  try {
    texts_of(name, bytes);
  } catch (const InputError& error) {
    return {error.what(), error.place().text(), error.hint()};
  }
  return {};
}

TEST(CorpusFile, OfTextHasACommentOnEachLine) {
  EXPECT_THAT(texts_of("c.txt", "one\r\n\n  \nzwei – drei\nlast"),
              ElementsAre("one", "zwei – drei", "last"));
}

TEST(CorpusFile, OfJsonLinesHasTextsAndMappings) {
  EXPECT_THAT(texts_of("c.JSONL",
                       "\"one\"\n\n{\"id\": 1, \"text\": \"t\\nwo\"}\r\n"
                       "{\"message\": \"three\"}\n{\"text\": null, \"message\": \"4\"}\n"
                       "{\"text\": \" \"}\n{\"text\": null}"),
              ElementsAre("one", "t\nwo", "three", "4"));
}

TEST(CorpusFile, OfJsonLinesNamesTheLineOfWhatIsNone) {
  EXPECT_THAT(corpus_problem("c.jsonl", "\"one\"\n{\"text\": }\n").place,
              testing::StartsWith("c.jsonl:2"));
  EXPECT_EQ(corpus_problem("c.jsonl", "\"one\"\n\n7\n").place, "c.jsonl:3");
  EXPECT_EQ(corpus_problem("c.jsonl", "{\"text\": [1]}\n").message,
            "text of a comment must be a text, but is a list");
}

TEST(CorpusFile, OfCsvHasAColumnOfComments) {
  EXPECT_THAT(texts_of("c.csv", "id,message\n1,one\n2,\"two, \"\"2\"\"\nlines\"\r\n3,\n\n4,last"),
              ElementsAre("one", "two, \"2\"\nlines", "last"));
  EXPECT_THAT(texts_of("c.csv", "message,text\nno,yes\n"), ElementsAre("yes"));
}

TEST(CorpusFile, OfCsvNamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(corpus_problem("c.csv", "id,body\n1,one\n").message,
            "the header has no column text or message");
  const Problem columns = corpus_problem("c.csv", "id,text\n1,\"a\nb\"\n2,x,y\n");
  EXPECT_EQ(columns.message, "this row has 3 columns, but the header has 2");
  EXPECT_EQ(columns.place, "c.csv:4");
  EXPECT_EQ(corpus_problem("c.csv", "text\nok\n\"open\n").place, "c.csv:3");
  EXPECT_EQ(corpus_problem("c.csv", "text\n\"a\"b\n").message,
            "a cell goes on after its closing quotation mark");
}

}  // namespace
}  // namespace syndisco::design_test
