// The embedded model behind `run`: what `reproducible` promises, what is reported, what is refused
// before anything is loaded.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include "program.h"

#include "syndisco/base/cache.h"
#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kExperiment = R"({
  "experiment": "engine", "seed": 3, "reproducible": true,
  "models": {"small": {"gguf": "builtin:smollm2-135m", "context": 1024, "weights": "Q8_0"}},
  "sampling": {"max_tokens": 12},
  "discussions": {
    "per_cell": 2, "model": "small", "turns": 3, "participants": 2, "history": 2,
    "context": "You take part in an online forum.", "instructions": "Answer in one sentence.",
    "personas": [{"username": "Ann", "age": 30}, {"username": "Bob", "age": 60},
                 {"username": "Eve", "age": 45}],
    "opening_posts": ["Cities should have no cars."]},
  "factors": {"facilitation": {
    "none": {},
    "light": {"facilitator": {"name": "Mo", "instructions": "Keep it friendly."}}}},
  "annotations": [{
    "name": "toxicity", "model": "small", "annotators": [{"username": "Judge"}],
    "instructions": "How toxic is the last comment?", "answer": {"integer": [1, 5]}}]
})";

/// Of all numbers of that name in a file, wherever they stand.
std::int64_t sum_of(const std::string& text, const std::string& name) {
  const std::regex pattern(name + R"(\\*": (\d+))");
  std::int64_t sum = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    sum += std::stoll((*match)[1]);
  return sum;
}

class EngineRun : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(cache_directory() / "models/SmolLM2-135M-Instruct.Q4_1.gguf"))
      GTEST_SKIP() << "the embedded model is not in the cache";
  }

  /// `kExperiment` with one text in place of another.
  void write(const std::string& name, const std::string& from = "", const std::string& to = "") {
    std::string text = kExperiment;
    if (!from.empty()) {
      ASSERT_NE(text.find(from), std::string::npos);
      text.replace(text.find(from), from.size(), to);
    }
    folder_.write(name, text);
  }

  /// Every comment and annotation, in a fixed order, without when it was said.
  std::vector<std::string> said(const std::string& directory) const {
    const Ended ended =
        run(folder_, {"export", directory, "--format", "jsonl", "--out", directory + ".jsonl"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    std::vector<std::string> lines;
    for (const char* ending : {".jsonl", ".annotations.jsonl"}) {
      std::istringstream text(folder_.read(directory + ending));
      for (std::string line; std::getline(text, line);) {
        Json row = parse_json(line);
        row.set("timestamp", Json());
        lines.push_back(dump_json_compact(row));
      }
    }
    std::ranges::sort(lines);
    return lines;
  }

  Folder folder_;
};

TEST_F(EngineRun, GivesTheSameTextsAtAnyParallelismWhenReproducible) {
  write("e.json");
  EXPECT_EQ(run(folder_, {"run", "e.json", "--out", "one", "--parallel", "1"}).code, 0);
  EXPECT_EQ(run(folder_, {"run", "e.json", "--out", "many", "--parallel", "8"}).code, 0);
  const std::vector<std::string> one = said("one");
  // Comments and opening posts, facilitator's answers, and an annotation of each.
  EXPECT_EQ(one.size(), 2 * (16U + 6U));
  EXPECT_EQ(said("many"), one);
}

TEST_F(EngineRun, ReportsCountsThatAddUp) {
  write("e.json");
  const Ended ended = run(folder_, {"run", "e.json", "--out", "dir"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("of prompts computed"));
  EXPECT_THAT(ended.out, HasSubstr("engine busy"));
  const Json manifest = parse_json(folder_.read("dir/manifest.json"));
  const Json& done = manifest.find("runs")->array().back();
  const auto number = [&](const char* key) { return done.find(key)->integer(); };
  std::int64_t prompt = 0, reused = 0, generated = 0;
  for (const char* folder : {"discussions", "annotations/toxicity"})
    for (const auto& entry : fs::directory_iterator(folder_ / (std::string("dir/") + folder))) {
      const std::string text = folder_.read(fs::relative(entry.path(), folder_.path()).string());
      prompt += sum_of(text, "prompt_tokens");
      reused += sum_of(text, "reused_tokens");
      generated += sum_of(text, "generated_tokens");
    }
  EXPECT_GT(reused, 0);
  EXPECT_EQ(number("computed_tokens") + number("reused_tokens"), prompt);
  EXPECT_EQ(number("reused_tokens"), reused);
  EXPECT_EQ(number("generated_tokens"), generated);
  EXPECT_GT(done.find("busy")->find("small")->number(), 0);
  EXPECT_EQ(done.find("reproducible")->boolean(), true);
  EXPECT_NE(done.find("models")->find("small")->find("attention")->string(), "fused");
}

TEST_F(EngineRun, RefusesAContextThatDoesNotFitTheMemory) {
  write("e.json", "\"context\": 1024", "\"context\": 500000000");
  const Ended ended = run(folder_, {"run", "e.json", "--out", "dir"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("500000000 tokens needs"));
  EXPECT_THAT(ended.err, HasSubstr("are free"));
  EXPECT_THAT(ended.err, HasSubstr("hint: lower the model's `context`"));
}

TEST_F(EngineRun, RefusesMoreAtOnceThanFit) {
  std::string text = kExperiment;
  const auto replace = [&](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  // One request of so many tokens fits (2.3 GB), hundreds of them do not (580 GB).
  replace("\"context\": 1024", "\"context\": 100000");
  replace("\"history\": 2", "\"history\": 1000000");
  replace("\"per_cell\": 2", "\"per_cell\": 300");
  folder_.write("e.json", text);
  const Ended ended = run(folder_, {"run", "e.json", "--out", "dir", "--parallel", "250"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("--parallel 250"));
  EXPECT_THAT(ended.err, HasSubstr("fits"));
}

}  // namespace
}  // namespace syndisco::test
