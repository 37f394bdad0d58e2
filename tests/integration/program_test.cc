// The program from the outside: exit codes, what stands on stdout and stderr, what is left
// untouched.
#include "program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "experiments.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(Run, LeavesTheRunDirectoryThatTheDocumentsPromise) {
  Folder folder;
  write_experiment(folder, 2);
  const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* name :
       {"d/experiment.yaml", "d/manifest.json", "d/syndisco.db",
        "d/discussions/small.none.0001.json", "d/annotations/toxicity/small.light.0002.karl.json"})
    EXPECT_TRUE(fs::exists(folder / name)) << name;
  EXPECT_FALSE(fs::is_empty(folder / "d/logs"));
  EXPECT_EQ(folder.read("d/experiment.yaml"), folder.read("experiment.yaml"));
  EXPECT_THAT(ended.out, HasSubstr("light"));
  EXPECT_THAT(ended.out, HasSubstr("mean toxicity"));
  EXPECT_THAT(ended.out, HasSubstr(" export d --format csv"));
  const Json manifest = parse_json(folder.read("d/manifest.json"));
  EXPECT_EQ(
      manifest.find("runs")->array().at(0).find("inputs")->array().at(0).find("path")->string(),
      "experiment.yaml");
}

TEST(Run, SaysNothingButTheSummaryWhenQuiet) {
  Folder folder;
  write_experiment(folder, 1);
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"}).err, "");
}

TEST(Run, TakesRunsSlashExperimentWithoutOut) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml"}).code, 0);
  EXPECT_TRUE(fs::exists(folder / "runs/small/syndisco.db"));
}

TEST(Run, GoesOnWithTheOthersWhenADiscussionFails) {
  Folder folder;
  write_experiment(folder, 3, "{replies: ['1'], fail_rate: 0.5}");
  const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  const Json status = parse_json(run(folder, {"status", "d", "--json"}).out);
  std::int64_t completed = 0, failed = 0, turns = 0;
  for (const auto& [cell, counts] : status.find("cells")->object()) {
    completed += counts.find("completed")->integer();
    failed += counts.find("failed")->integer();
    turns += counts.find("turns")->integer();
  }
  EXPECT_GT(failed, 0);
  EXPECT_EQ(completed + failed, 6);
  EXPECT_GT(turns, 0) << "a failed discussion keeps its turns";
  EXPECT_GE(status.find("failures")->array().size(), static_cast<std::size_t>(failed));
}

TEST(Run, LoadsAModelOnceForSeveralFiles) {
  Folder folder;
  write_experiment(folder, 1);
  std::string second = folder.read("experiment.yaml");
  second.replace(second.find("small"), 5, "other");
  folder.write("second.yaml", second);
  const Ended ended = run(
      folder, {"run", "experiment.yaml", "second.yaml", "--out", "both", "--log-level", "debug"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(fs::exists(folder / "both/small/syndisco.db"));
  EXPECT_TRUE(fs::exists(folder / "both/other/syndisco.db"));
  EXPECT_EQ(count(ended.err, "loading model"), 1u) << ended.err;
}

TEST(Run, ChecksAllFilesBeforeItRunsTheFirst) {
  Folder folder;
  write_experiment(folder, 1);
  folder.write("bad.yaml", "experiment: bad\n");
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "bad.yaml"}).code, 2);
  EXPECT_FALSE(fs::exists(folder / "runs"));
}

TEST(Run, KeepsStrangeNamesInRecordsAndOutOfPaths) {
  Folder folder;
  write_experiment(folder, 1);
  std::string text = folder.read("experiment.yaml");
  text.replace(text.find("username: ann"), 13, R"(username: "a/../b\n\"q\" 🙂")");
  text.replace(text.find("username: judy"), 14, R"(username: "../../judy")");
  text.replace(text.find("  participants: 3"), 17, "  participants: 4");
  folder.write("experiment.yaml", text);
  const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json file = parse_json(folder.read("d/discussions/small.none.0001.json"));
  bool found = false;
  for (const Json& name : file.find("users")->array()) found |= name.string() == "a/../b\n\"q\" 🙂";
  EXPECT_TRUE(found);
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    EXPECT_THAT(fs::relative(entry.path(), folder.path()).string(), Not(HasSubstr("q\"")));
  EXPECT_EQ(run(folder, {"show", "d", "none.0001"}).code, 0);
}

struct Bad {
  std::string name;
  std::vector<std::string> arguments;
  int code;
  std::string message;
};

class BadInput : public testing::TestWithParam<Bad> {};

TEST_P(BadInput, IsNamedWithAHintAndNothingIsWritten) {
  Folder folder;
  write_experiment(folder, 1);
  folder.write("a-file", "x");
  folder.write("full/precious.txt", "x");
  folder.write("typo.yaml", "experiment: x\nmodles: {}\n");
  folder.write("syntax.yaml", "experiment: [x\nmodels: }\n");
  folder.write("syntax.json", "{\"experiment\": \"x\",\n \"models\": }");
  const auto snapshot = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
      if (entry.path().filename().string().find(".output-") != 0)
        files[entry.path().string()] =
            entry.is_regular_file()
                ? folder.read(fs::relative(entry.path(), folder.path()).string())
                : "";
    return files;
  };
  const auto before = snapshot();
  const Ended ended = run(folder, GetParam().arguments);
  EXPECT_EQ(ended.code, GetParam().code) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
  EXPECT_THAT(first_line(ended.err), StartsWith("error: "));
  if (GetParam().name != "JsonSyntax") {
    EXPECT_THAT(ended.err, HasSubstr("hint: "));
  }
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(snapshot(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Program, BadInput,
    testing::Values(
        Bad{"NoCommand", {}, 2, "subcommand"},
        Bad{"UnknownOption", {"run", "experiment.yaml", "--paralel", "3"}, 2, "--paralel"},
        Bad{"MissingFile", {"run", "nothing.yaml"}, 2, "nothing.yaml"},
        Bad{"FileIsADirectory", {"run", "full"}, 2, "full"},
        Bad{"YamlSyntax", {"run", "syntax.yaml"}, 2, "syntax.yaml:1:13"},
        Bad{"JsonSyntax", {"run", "syntax.json"}, 2, "syntax.json:2"},
        Bad{"UnknownKey", {"plan", "typo.yaml"}, 2, "models"},
        Bad{"OutIsAFile", {"run", "experiment.yaml", "--out", "a-file"}, 2, "a-file"},
        Bad{"OutIsSomebodysFolder", {"run", "experiment.yaml", "--out", "full"}, 2, "precious.txt"},
        Bad{"ParallelOfNothing", {"run", "experiment.yaml", "--parallel", "0"}, 2, "parallel"},
        Bad{"StatusOfNothing", {"status", "nowhere"}, 2, "nowhere"},
        Bad{"ShowOfAFolder", {"show", "full"}, 2, "full"},
        Bad{"UnknownFormat", {"export", "full", "--format", "cvs"}, 2, "cvs"},
        Bad{"UnknownLogLevel", {"models", "list", "--log-level", "loud"}, 2, "loud"}),
    [](const auto& each) { return each.param.name; });

TEST(Run, RefusesADirectoryOfAnotherExperiment) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  std::string text = folder.read("experiment.yaml");
  text.replace(text.find("small"), 5, "other");
  folder.write("experiment.yaml", text);
  const Ended refused = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("small"));
  EXPECT_THAT(folder.read("d/experiment.yaml"), HasSubstr("experiment: small"));
}

TEST(Run, SaysWhatIsWrongWithAModelFile) {
  Folder folder;
  folder.write("not.gguf", "this is no model");
  folder.write("cut.gguf", std::string("GGUF\3\0\0\0\5\0\0\0\0\0\0\0", 16));
  fs::create_directories(folder / "dir.gguf");
  for (const std::string gguf : {"missing.gguf", "not.gguf", "cut.gguf", "dir.gguf"}) {
    write_experiment(folder, 1);
    std::string text = folder.read("experiment.yaml");
    const std::size_t start = text.find("{scripted");
    text.replace(start, text.find('\n', start) - start, "{gguf: " + gguf + "}");
    folder.write("experiment.yaml", text);
    const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d-" + gguf});
    EXPECT_EQ(ended.code, 3) << gguf << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(gguf));
    EXPECT_THAT(ended.err, HasSubstr("hint: "));
  }
}

TEST(Run, SaysSoWhenTheDiskIsFullAndGoesOnLater) {
  Folder folder;
  write_experiment(folder, 2);
  // A limit on the size of files stands for a full disk: the same failed write reaches the program.
  const std::string program = std::getenv("SYNDISCO_PROGRAM");
  folder.write("limited.sh", "ulimit -f 160\nexec '" + program + "' run experiment.yaml --out d\n");
  const int status =
      std::system(("cd '" + folder.path().string() + "' && bash limited.sh >out 2>err").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 3) << folder.read("err");
  EXPECT_THAT(folder.read("err"), HasSubstr("error: "));
  const Ended later = run(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(later.code, 0) << later.err;
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "whole"}).code, 0);
  EXPECT_EQ(stable_files(folder / "d", "discussions"),
            stable_files(folder / "whole", "discussions"));
}

TEST(Run, SaysSoWhenOutCannotBeWritten) {
  if (geteuid() == 0) {
    // Root may write anywhere but where nobody can.
    Folder folder;
    write_experiment(folder, 1);
    const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "/proc/nowhere"});
    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("/proc/nowhere"));
    return;
  }
  Folder folder;
  write_experiment(folder, 1);
  fs::create_directories(folder / "locked");
  chmod((folder / "locked").c_str(), 0555);
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "--out", "locked/d"}).code, 3);
}

TEST(Plan, PrintsEveryPromptOfASampleAndRunsNothing) {
  Folder folder;
  write_experiment(folder, 2);
  const Ended text = run(folder, {"plan", "experiment.yaml"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("small.light.0002"));
  EXPECT_THAT(text.out, HasSubstr("A forum."));
  const Json json = parse_json(run(folder, {"plan", "experiment.yaml", "--json"}).out);
  EXPECT_EQ(json.find("discussions")->array().size(), 4u);
  EXPECT_EQ(json.find("cells")->array().size(), 2u);
  EXPECT_GT(json.find("estimate")->find("prompt_tokens")->integer(), 0);
  EXPECT_FALSE(fs::exists(folder / "runs"));
}

TEST(Run, LetsAFileBeCorrectedWhenItsModelWasMissing) {
  Folder folder;
  write_experiment(folder, 1);
  const std::string good = folder.read("experiment.yaml");
  std::string bad = good;
  const std::size_t start = bad.find("{scripted");
  bad.replace(start, bad.find('\n', start) - start, "{gguf: missing.gguf}");
  bad.replace(bad.find("turns: 6"), 8, "turns: 5");
  folder.write("experiment.yaml", bad);
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 3);
  folder.write("experiment.yaml", good);
  const Ended corrected = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(corrected.code, 0) << corrected.err;
}

TEST(Run, GoesOnWithTheFilesBehindOneWhoseModelIsMissing) {
  Folder folder;
  write_experiment(folder, 1);
  std::string second = folder.read("experiment.yaml"), first = second;
  const std::size_t start = first.find("{scripted");
  first.replace(start, first.find('\n', start) - start, "{gguf: missing.gguf}");
  folder.write("experiment.yaml", first);
  second.replace(second.find("small"), 5, "other");
  folder.write("second.yaml", second);
  const Ended both = run(folder, {"run", "experiment.yaml", "second.yaml", "--out", "both"});
  EXPECT_EQ(both.code, 3);
  EXPECT_THAT(both.err, HasSubstr("missing.gguf"));
  EXPECT_TRUE(fs::exists(folder / "both/other/discussions/other.none.0001.json"));
}

TEST(Run, GoesOnAfterLoggingOutUnderNohup) {
  Folder folder;
  write_experiment(folder, 1, "{replies: ['1'], delay_ms: 30}");
  std::signal(SIGHUP, SIG_IGN);  // as nohup does; the program inherits it
  Program program(folder, {"run", "experiment.yaml", "--out", "d"});
  std::signal(SIGHUP, SIG_DFL);
  ASSERT_TRUE(eventually([&] { return fs::exists(folder / "d/manifest.json"); }));
  program.signal(SIGHUP);
  EXPECT_EQ(program.wait().code, 0);
}

TEST(Show, PrintsATranscriptWithItsAnnotations) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  EXPECT_THAT(run(folder, {"show", "d"}).out, HasSubstr("small.light.0001"));
  const Ended shown = run(folder, {"show", "d", "light.0001"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("moderator  (facilitator)"));
  EXPECT_THAT(shown.out, HasSubstr("says nothing"));
  EXPECT_THAT(shown.out, HasSubstr("[toxicity: judy 1, karl 1]"));
  EXPECT_THAT(shown.out, Not(HasSubstr("\x1b"))) << "no colours in a pipe";
  const Ended unknown = run(folder, {"show", "d", "small.lihgt.0001"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(run(folder, {"show", "d", "0001"}).err, HasSubstr("several"));
  EXPECT_THAT(unknown.err, HasSubstr("small.light.0001"));
}

TEST(Show, FollowsADiscussionToItsEnd) {
  Folder folder;
  write_experiment(folder, 1, "{replies: ['1'], delay_ms: 40}");
  Program running(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_TRUE(eventually([&] { return fs::exists(folder / "d/manifest.json"); }));
  const Ended followed = run(folder, {"show", "d", "none.0001", "--follow"});
  EXPECT_EQ(followed.code, 0) << followed.err;
  EXPECT_EQ(running.wait().code, 0);
  EXPECT_GE(count(followed.out, "\n  1\n"), 6u) << followed.out;
}

TEST(Export, WritesTheColumnsThatTheDocumentsPromise) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended ended = run(folder, {"export", "d", "--format", "csv", "--out", "t.csv"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(first_line(folder.read("t.csv")),
            "conv_id,experiment,cell,facilitation,status,timestamp,ctx_length,comment_index,"
            "message_order,"
            "message_id,user,message,silent,model,is_moderator,is_seed,persona,prompt");
  EXPECT_EQ(
      first_line(folder.read("t.annotations.csv")),
      "conv_id,comment_index,message_id,annotation_set,annotator,annotation,value,model,prompt");
  for (const std::string format : {"jsonl", "syndisco-2.0", "syndisco-2.2"}) {
    EXPECT_EQ(run(folder, {"export", "d", "--format", format, "--out", "x-" + format}).code, 0)
        << format;
    EXPECT_TRUE(fs::exists(folder / ("x-" + format))) << format;
  }
}

TEST(Annotate, KeepsJsonAnswersAsValues) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  folder.write("schema.json", R"({"type": "object", "required": ["score"], "properties": {
      "score": {"type": "integer", "minimum": 1, "maximum": 5}, "why": {"type": "string"}}})");
  folder.write("review.yaml", R"(experiment: small
seed: 11
models: {n: {scripted: {replies: ["{\"score\": 2,\n \"why\": \"a, b\"}"]}}}
annotations:
  - name: review
    model: n
    annotators: [{username: lea}]
    instructions: Which tone?
    answer: {json: {file: schema.json}}
)");
  const Ended ended = run(folder, {"annotate", "review.yaml", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::ContainsRegex("[1-9][0-9]* answers"));
  EXPECT_THAT(run(folder, {"show", "d", "light.0001"}).out,
              HasSubstr(R"([review: lea {"score":2,"why":"a, b"}])"));
  ASSERT_EQ(run(folder, {"export", "d", "--format", "csv", "--out", "t.csv"}).code, 0);
  EXPECT_THAT(folder.read("t.annotations.csv"), HasSubstr(R"("{""score"":2,""why"":""a, b""}")"));
  ASSERT_EQ(run(folder, {"export", "d", "--format", "jsonl", "--out", "t.jsonl"}).code, 0);
  EXPECT_THAT(folder.read("t.annotations.jsonl"), HasSubstr(R"("value":{"score":2,"why":"a, b"})"));
  EXPECT_EQ(run(folder, {"annotate", "review.yaml", "d"}).code, 0) << "the same schema again";
  folder.write("schema.json", R"({"type": "object"})");
  EXPECT_EQ(run(folder, {"annotate", "review.yaml", "d"}).code, 2) << "another schema";
}

TEST(Annotate, SaysWhyJsonAnswersFailed) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  folder.write("review.yaml", R"(experiment: small
models: {n: {scripted: {replies: ["{\"score\": 9}"]}}}
annotations:
  - name: review
    annotators: [{username: lea}]
    instructions: Which tone?
    answer: {json: {type: object, properties: {score: {type: integer, maximum: 5}}}}
)");
  const Ended ended = run(folder, {"annotate", "review.yaml", "d"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out + ended.err, HasSubstr("which is not allowed"));
}

TEST(Plan, TakesAPlaceholderThatFitsTheSchema) {
  Folder folder;
  write_experiment(folder, 1, "", R"(  - name: review
    model: m
    annotators: [{username: lea}]
    instructions: Which tone?
    answer: {json: {type: object, required: [a], properties: {a: {enum: [x]}}}}
)");
  const Ended planned = run(folder, {"plan", "experiment.yaml"});
  EXPECT_EQ(planned.code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("review"));
}

TEST(Annotate, AddsAnnotationsToDiscussionsThatExist) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  folder.write("tone.yaml", R"(experiment: small
seed: 11
models: {n: {scripted: {replies: [civil, rude]}}}
annotations:
  - name: tone
    model: n
    annotators: [{username: lea}]
    instructions: Which tone?
    answer: {choice: [civil, rude]}
)");
  const Ended ended = run(folder, {"annotate", "tone.yaml", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(fs::exists(folder / "d/annotations/tone/small.light.0001.lea.json"));
  EXPECT_EQ(folder.read("d/annotate-tone.yaml"), folder.read("tone.yaml"));
  EXPECT_EQ(folder.read("d/experiment.yaml"), folder.read("experiment.yaml"));
  EXPECT_TRUE(fs::exists(folder / "d/annotations/toxicity/small.light.0001.judy.json"));
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0)
      << "the experiment still fits its directory";
  EXPECT_EQ(run(folder, {"annotate", "tone.yaml", "nowhere"}).code, 2);
  EXPECT_FALSE(fs::exists(folder / "nowhere"));
}

TEST(Help, ShowsAnExampleForEveryCommand) {
  Folder folder;
  for (const std::string command :
       {"run", "plan", "status", "show", "export", "annotate", "check", "models"}) {
    const Ended help = run(folder, {command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("syndisco " + command + " ")) << command;
  }
  EXPECT_THAT(run(folder, {"--version"}).out, HasSubstr("llama.cpp"));
}

}  // namespace
}  // namespace syndisco::test
