// The commands of the earlier generations: files in, files out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "program.h"

#include "syndisco/base/cache.h"
#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kInput = R"({
  "context": "You are in an online chatroom.", "user_names": ["ann", "ben"],
  "user_attributes": [["kind"], ["tired", "young"]],
  "user_instructions": "Write one short sentence", "conv_len": 1, "history_ctx_len": 2})";

class LegacyCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("quick.json", R"({"replies": ["one", "two"]})");
    folder_.write("i.json", kInput);
  }

  std::map<std::string, std::string> environment() const {
    return {{"XDG_STATE_HOME", (folder_ / "state").string()}};
  }

  Ended run_here(const std::vector<std::string>& arguments) const {
    return run(folder_, arguments, environment());
  }

  std::vector<std::string> create(const std::string& output,
                                  const std::string& model = "scripted:quick.json") const {
    return {"create_synthetic", "--input_file", "i.json",    "--output", output,
            "--model_path",     model,          "--max_tok", "12"};
  }

  std::vector<std::string> execute_all(const std::string& script = "quick.json") const {
    return {"execute_all",
            "--python_script_path",
            "scripts/create_synthetic.py",
            "--input_dir",
            "in",
            "--output_dir",
            "out",
            "--model_path",
            "scripted:" + script};
  }

  /// The files of a folder, parsed.
  std::vector<Json> files_in(const std::string& name) const {
    std::vector<Json> files;
    if (!fs::exists(folder_ / name)) return files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / name))
      files.push_back(parse_json(folder_.read(name + "/" + entry.path().filename().string())));
    return files;
  }

  bool is_forgotten() const {
    return !fs::exists(folder_ / "state") || fs::is_empty(folder_ / "state/syndisco/batches");
  }

  Folder folder_;
};

TEST_F(LegacyCommands, WriteWhatTheyShowAndOverwriteNothing) {
  const Ended first = run_here(create("out"));
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("Conversation saved to out/"));
  ASSERT_EQ(run_here(create("out")).code, 0);
  const std::vector<Json> files = files_in("out");
  ASSERT_EQ(files.size(), 2U) << "within a minute they would have one name";
  EXPECT_NE(*files[0].find("id"), *files[1].find("id"));
  EXPECT_TRUE(is_forgotten());
}

TEST_F(LegacyCommands, PrintOnlyWhereTheOutputIsDevNull) {
  const Ended ended = run_here(create("/dev/null"));
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, Not(HasSubstr("saved")));
  EXPECT_FALSE(ended.out.empty());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(LegacyCommands, RefuseBadInputBeforeTheModelIsLoaded) {
  folder_.write("i.json", R"({"context": "x"})");
  const Ended ended = run_here(create("out"));
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("i.json:1"));
  EXPECT_THAT(ended.err, HasSubstr("\"user_names\""));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(LegacyCommands, LeaveNothingBehindWhereTheModelCannotBeLoaded) {
  const Ended ended = run_here(create("out", "nowhere.gguf"));
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_TRUE(is_forgotten());
}

TEST_F(LegacyCommands, OfABatchGoOnAfterABadFileAndTryItAgain) {
  folder_.write("in/a.json", kInput);
  folder_.write("in/b.json", "{");
  folder_.write("in/c.json", kInput);
  const Ended first = run_here(execute_all());
  EXPECT_EQ(first.code, 1);
  EXPECT_THAT(first.err, HasSubstr("1 of 3 files failed"));
  EXPECT_THAT(first.err, HasSubstr("in/b.json"));
  EXPECT_EQ(files_in("out").size(), 2U);
  folder_.write("in/b.json", kInput);
  const Ended second = run_here(execute_all());
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(files_in("out").size(), 3U) << "only what had failed is done again";
  EXPECT_TRUE(is_forgotten());
}

TEST_F(LegacyCommands, OfABatchGoOnWhereTheyWereInterrupted) {
  std::string longer = kInput;
  longer.replace(longer.find("\"conv_len\": 1"), 13, "\"conv_len\": 9");
  folder_.write("in/a.json", kInput);
  folder_.write("in/b.json", longer);
  folder_.write("script.json", R"({"replies": ["one", "two"], "delay_ms": 100})");
  {
    Program program(folder_, execute_all("script.json"), environment());
    ASSERT_TRUE(eventually([&] { return !files_in("out").empty(); })) << program.err_so_far();
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait().code, 143);
  }
  ASSERT_EQ(files_in("out").size(), 1U) << "the longer one was not done";
  EXPECT_FALSE(is_forgotten());
  const Ended resumed = run_here(execute_all("script.json"));
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("going on"));
  std::multiset<std::size_t> lengths;
  for (const Json& file : files_in("out")) lengths.insert(file.find("logs")->array().size());
  EXPECT_EQ(lengths, (std::multiset<std::size_t>{2, 18}));
  EXPECT_TRUE(is_forgotten());
  // What was finished is a new set when it is run again.
  ASSERT_EQ(run_here(execute_all()).code, 0);
  EXPECT_EQ(files_in("out").size(), 4U);
}

TEST_F(LegacyCommands, RefuseToGoOnWithOtherInputThanBefore) {
  folder_.write("in/a.json", kInput);
  folder_.write("slow.json", R"({"replies": ["one"], "fail_at": [2]})");
  EXPECT_EQ(run_here(execute_all("slow.json")).code, 1);
  EXPECT_FALSE(is_forgotten()) << "what failed is tried again";
  std::string other = kInput;
  other.replace(other.find("chatroom"), 8, "corridor");
  folder_.write("in/a.json", other);
  const Ended ended = run_here(execute_all("slow.json"));
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("interrupted with other input files"));
}

TEST_F(LegacyCommands, SpeakThroughAModelFile) {
  if (!fs::exists(cache_directory() / "models/SmolLM2-135M-Instruct.Q4_1.gguf"))
    GTEST_SKIP() << "the embedded model is not in the cache";
  const Ended ended = run_here(create("out", "builtin:smollm2-135m"));
  ASSERT_EQ(ended.code, 0) << ended.err;
  ASSERT_EQ(files_in("out").size(), 1U);
  const JsonArray logs = files_in("out")[0].find("logs")->array();
  ASSERT_FALSE(logs.empty());
  EXPECT_EQ(logs[0].array()[0], Json("ann"));
}

TEST_F(LegacyCommands, AnnotateAWholeFolder) {
  folder_.write("in/a.json", R"({"id": "x", "logs": [["ann", "hi"], ["ben", ""]]})");
  folder_.write("in/b.json", R"({"id": "x", "logs": [["ann", "hello"]]})");
  folder_.write("p.json", R"({"attributes": ["neutral"], "instructions": "Rate toxicity 1-5"})");
  const Ended ended =
      run_here({"annotation_execute_all", "--python_script_path", "llm_annotation.py",
                "--conv_input_dir", "in", "--prompt_path", "p.json", "--output_dir", "out",
                "--model_path", "scripted:quick.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::multiset<std::size_t> lengths;
  for (const Json& file : files_in("out")) {
    EXPECT_EQ(*file.find("conv_id"), Json("x"));
    lengths.insert(file.find("logs")->array().size());
  }
  EXPECT_EQ(lengths, (std::multiset<std::size_t>{1, 2}));
  EXPECT_TRUE(is_forgotten());
}

TEST_F(LegacyCommands, OfABatchNameTheScriptsThatAreKnown) {
  const Ended ended =
      run_here({"annotation_execute_all", "--python_script_path", "other.py", "--conv_input_dir",
                "in", "--prompt_path", "p.json", "--output_dir", "out", "--model_path", "m.gguf"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("llm_annotation.py"));
}

}  // namespace
}  // namespace syndisco::test
