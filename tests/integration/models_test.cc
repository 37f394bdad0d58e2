#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "program.h"

#include "syndisco/base/cache.h"
#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// A cache of its own that holds the embedded model and nothing else.
class ModelsCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string file = "SmolLM2-135M-Instruct.Q4_1.gguf";
    const fs::path model = fs::absolute(cache_directory()) / "models" / file;
    if (!fs::exists(model)) GTEST_SKIP() << "the embedded model is not in the cache";
    fs::create_directories(folder_ / "cache/models");
    fs::create_symlink(model, folder_ / ("cache/models/" + file));
  }

  Ended models(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "models");
    return here(std::move(arguments));
  }

  /// The program with the cache of its own.
  Ended here(const std::vector<std::string>& arguments) const {
    return run(folder_, arguments, {{"SYNDISCO_CACHE", (folder_ / "cache").string()}});
  }

  /// What the last run of a directory says of its model.
  std::string attention_of(const std::string& directory) const {
    const Json manifest = parse_json(folder_.read(directory + "/manifest.json"));
    const Json& last = manifest.find("runs")->array().back();
    return last.find("models")->find("small")->find("attention")->string();
  }

  /// As if tuning had chosen another attention, and prompts were fastest with a third.
  void tuned_here(const std::string& attention, const std::string& of_prompts) const {
    for (const auto& entry : fs::directory_iterator(folder_ / "cache/tuned")) {
      if (entry.path().extension() != ".json") continue;
      const std::string name = fs::relative(entry.path(), folder_.path()).string();
      Json kept = parse_json(folder_.read(name));
      Json result = *kept.find("result");
      result.set("attention", attention);
      JsonArray speeds;
      for (const std::string each : {"fused", "plain", "wide_keys"})
        speeds.emplace_back(JsonObject{{"encoding", *result.find("encoding")},
                                       {"attention", each},
                                       {"prompt", each == of_prompts ? 900 : 300}});
      result.set("tokens_per_second", std::move(speeds));
      kept.set("result", std::move(result));
      folder_.write(name, dump_json_indented(kept, 2));
    }
  }

  Folder folder_;
};

TEST_F(ModelsCommand, InspectTellsShapeTemplateAndMemory) {
  const Ended text = models({"inspect", "builtin:smollm2-135m"});
  EXPECT_EQ(text.code, 0) << text.err;
  for (const std::string part : {"llama", "134,515,008", "Q4_1", "30, with 9 heads and 3", "49,152",
                                 "8,192 tokens", "system role      yes", "34,560 bytes", "fits"})
    EXPECT_THAT(text.out, HasSubstr(part));

  const Ended json = models({"inspect", "builtin:smollm2-135m", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  const Json shape = parse_json(json.out);
  EXPECT_EQ(shape.find("layers")->integer(), 30);
  EXPECT_EQ(shape.find("kv_bytes_per_token")->integer(), 34560);
  EXPECT_EQ(shape.find("memory")->array().size(), 3U);
  const std::string chat_template = shape.find("chat_template")->string();
  EXPECT_THAT(chat_template, HasSubstr("add_generation_prompt"));

  EXPECT_EQ(models({"inspect", "builtin:smollm2-135m", "--template"}).out, chat_template + "\n");
  EXPECT_EQ(fs::directory_iterator(folder_ / "cache/models")->path().filename(),
            "SmolLM2-135M-Instruct.Q4_1.gguf")
      << "nothing was made";
}

TEST_F(ModelsCommand, WrongInputIsRefusedWithAHint) {
  folder_.write("not.gguf", "this is no model");
  struct Wrong {
    std::vector<std::string> arguments;
    int code;
    std::string message;
  };
  for (const Wrong& wrong : std::initializer_list<Wrong>{
           {{"inspect"}, 2, "FILE"},
           {{"inspect", "missing.gguf"}, 3, "missing.gguf"},
           {{"inspect", "not.gguf"}, 3, "not in the GGUF format"},
           {{"inspect", "."}, 3, "directory"},
           {{"inspect", "builtin:smollm2-153m"}, 2, "smollm2-153m"},
           {{"bench", "missing.gguf"}, 3, "missing.gguf"},
           {{"bench", "builtin:smollm2-135m", "--weights", "as_is,Q8"}, 2, "'Q8'"},
           {{"bench", "builtin:smollm2-135m", "--weights", "tuned"}, 2, "'tuned'"},
           {{"bench", "builtin:smollm2-135m", "--weights", ","}, 2, "''"},
           {{"bench", "builtin:smollm2-135m", "--threads", "0"}, 2, "--threads"},
           {{"tune", "not.gguf"}, 3, "not in the GGUF format"},
       }) {
    const Ended ended = models(wrong.arguments);
    EXPECT_EQ(ended.code, wrong.code) << wrong.message << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(wrong.message));
    EXPECT_THAT(ended.err, HasSubstr("error: "));
    EXPECT_THAT(ended.err, HasSubstr("hint: "));
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(ModelsCommand, BenchMeasuresWhatIsAskedForAndKeepsNothing) {
  const Ended ended =
      models({"bench", "builtin:smollm2-135m", "--weights", "as_is,Q4_0", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const JsonArray encodings = parse_json(ended.out).find("encodings")->array();
  ASSERT_EQ(encodings.size(), 2U);
  EXPECT_EQ(encodings[0].find("weights")->string(), "as_is");
  EXPECT_EQ(encodings[1].find("weights")->string(), "Q4_0");
  for (const Json& each : encodings) {
    EXPECT_GT(each.find("seconds_per_turn")->number(), 0);
    EXPECT_EQ(each.find("attention")->string(), "wide_keys");
  }
  EXPECT_THAT(models({"list"}).out, Not(HasSubstr("Q4_0 ")));
}

TEST_F(ModelsCommand, TuneKeepsItsChoice) {
  const Ended ended = models({"tune", "builtin:smollm2-135m", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const std::string choice = parse_json(ended.out).find("tuned")->string();
  const Ended list = models({"list"});
  EXPECT_THAT(list.out, HasSubstr(choice + " (tuned)"));

  // A run that goes on keeps what it began with, though the machine's choice is another by then.
  const auto experiment = [&](const std::string& count) {
    folder_.write("e.json", R"({
      "experiment": "kept", "seed": 3,
      "models": {"small": {"gguf": "builtin:smollm2-135m", "weights": "tuned"}},
      "sampling": {"max_tokens": 4},
      "discussions": {"per_cell": )" +
                                count + R"(, "model": "small", "turns": 1, "participants": 2,
        "context": "A forum.", "instructions": "Answer in one sentence.",
        "personas": [{"username": "Ann"}, {"username": "Bob"}], "opening_posts": ["No cars."]}})");
  };
  experiment("1");
  ASSERT_EQ(here({"run", "e.json", "--out", "first"}).code, 0);
  const std::string attention = parse_json(ended.out).find("attention")->string();
  EXPECT_EQ(attention_of("first"), attention);

  const std::string other = attention == "fused" ? "plain" : "fused";
  tuned_here(other, "plain");
  experiment("2");
  ASSERT_EQ(here({"run", "e.json", "--out", "first"}).code, 0);
  EXPECT_EQ(attention_of("first"), attention);
  ASSERT_EQ(here({"run", "e.json", "--out", "second"}).code, 0);
  EXPECT_EQ(attention_of("second"), other);

  // Annotators who answer with a number have the attention of the fastest prompts, and keep it.
  folder_.write("a.json", R"({
    "experiment": "kept", "seed": 3,
    "models": {"small": {"gguf": "builtin:smollm2-135m", "weights": "tuned"}},
    "annotations": [{"name": "tone", "model": "small", "annotators": [{"username": "Lea"}],
      "instructions": "How friendly is it?", "answer": {"integer": [1, 5]}}]})");
  ASSERT_EQ(here({"annotate", "a.json", "first"}).code, 0);
  EXPECT_EQ(attention_of("first"), "plain");
  tuned_here(other, "fused");
  experiment("3");
  ASSERT_EQ(here({"run", "e.json", "--out", "first"}).code, 0);
  EXPECT_EQ(attention_of("first"), attention);
  ASSERT_EQ(here({"annotate", "a.json", "first"}).code, 0);
  EXPECT_EQ(attention_of("first"), "plain");
}

}  // namespace
}  // namespace syndisco::test
