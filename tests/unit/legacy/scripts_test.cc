#include "syndisco/legacy/scripts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/text/json.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

const char* const kThesisInput = R"({
  "context": "A forum.",
  "user_names": ["ann", "ben", "cem"],
  "user_attributes": [["kind"], [], ["a", "b"]],
  "user_instructions": "Be brief"
})";

class ScriptFiles : public testing::Test {
 protected:
  ScriptFiles()
      : folder_(fs::temp_directory_path() / ("syndisco_scripts_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~ScriptFiles() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) {
    write_file_atomically(folder_ / name, text);
    return folder_ / name;
  }

  /// The input with a member changed or added.
  fs::path with(const std::string& name, Json value, const std::string& text = kThesisInput) {
    Json input = parse_json(text);
    input.set(name, std::move(value));
    return write("input.json", dump_json_indented(input));
  }

  fs::path sdf_with(const std::string& name, Json value) {
    Json input = parse_json(kThesisInput);
    input.set("turn_manager_type", "round_robin");
    return with(name, std::move(value), dump_json(input));
  }

  static std::string refusal(Scripts scripts, const fs::path& input) {
    try {
      conversation_job(scripts, input, "id", {});
      return "";
    } catch (const InputError& error) {
      return error.report();
    }
  }

  fs::path folder_;
};

TEST_F(ScriptFiles, CountRoundsInTheThesisAndTurnsInSdf) {
  const fs::path input = sdf_with("conv_len", 5);
  EXPECT_EQ(conversation_job(Scripts::kThesis, input, "id", {}).turns, 15);
  EXPECT_EQ(conversation_job(Scripts::kSdf, input, "id", {}).turns, 5);
}

TEST_F(ScriptFiles, HaveTheDefaultsOfTheOriginals) {
  const DiscussionJob job =
      conversation_job(Scripts::kThesis, write("i.json", kThesisInput), "id", {});
  EXPECT_EQ(job.turns, 12);
  EXPECT_EQ(job.history, 4);
  EXPECT_EQ(job.sampler_seed, 42U);
  EXPECT_TRUE(job.silence_ends);
  const Sampling& sampling = job.participants.front().sampling;
  EXPECT_EQ(sampling.temperature, 0.2);
  EXPECT_EQ(sampling.repeat_penalty, 1.0);
  EXPECT_EQ(sampling.max_tokens, 512);
  EXPECT_EQ(sampling.stop, (std::vector<std::string>{"###", "\n\n", "User"}));
}

TEST_F(ScriptFiles, NameEveryMissingKeyAtOnce) {
  const std::string report =
      refusal(Scripts::kThesis, write("i.json", R"({"user_names": [], "user_atributes": []})"));
  EXPECT_NE(report.find("\"context\", \"user_attributes\", \"user_instructions\" are missing"),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("there is \"user_atributes\""), std::string::npos) << report;
}

TEST_F(ScriptFiles, SayWhereSomethingIsWrong) {
  EXPECT_NE(refusal(Scripts::kThesis, with("conv_len", 2.0)).find("(/conv_len)"),
            std::string::npos);
  EXPECT_NE(refusal(Scripts::kThesis, with("history_ctx_len", -1)).find("(/history_ctx_len)"),
            std::string::npos);
  EXPECT_NE(refusal(Scripts::kThesis, with("user_attributes", JsonArray{JsonArray{}}))
                .find("there are 3 user_names, but 1"),
            std::string::npos);
  EXPECT_NE(refusal(Scripts::kThesis, with("user_attributes", JsonArray{"abc"}))
                .find("(/user_attributes/0)"),
            std::string::npos);
  EXPECT_NE(refusal(Scripts::kThesis, folder_ / "nowhere.json").find("no such file"),
            std::string::npos);
}

TEST_F(ScriptFiles, RefuseAModeratorWithoutAttributesBeforeAnybodySpeaks) {
  const fs::path input = with("moderator_name", "mod");
  EXPECT_NE(refusal(Scripts::kThesis, input).find("moderator_attributes"), std::string::npos);
}

TEST_F(ScriptFiles, OfSdfHaveAModeratorOnlyWhereNothingIsLacking) {
  EXPECT_FALSE(conversation_job(Scripts::kSdf, sdf_with("moderator_name", "mod"), "id", {})
                   .facilitator.has_value());
}

TEST_F(ScriptFiles, OfSdfHonourTheProbabilityThatTheOriginalIgnored) {
  Json input = parse_json(kThesisInput);
  input.set("turn_manager_type", "Random_Weighted");
  input.set("turn_manager_config", JsonObject{{"respond_probability", 0.25}});
  const DiscussionJob job =
      conversation_job(Scripts::kSdf, write("i.json", dump_json(input)), "id", {});
  EXPECT_EQ(job.turn_taking.kind, TurnTakingKind::kRespond);
  EXPECT_EQ(job.turn_taking.probability, 0.25);
  input.set("turn_manager_config", JsonObject{{"respond_probability", 1.5}});
  EXPECT_NE(refusal(Scripts::kSdf, write("i.json", dump_json(input)))
                .find("(/turn_manager_config/respond_probability)"),
            std::string::npos);
}

TEST_F(ScriptFiles, OfSdfRefuseOtherTurnManagers) {
  EXPECT_NE(refusal(Scripts::kSdf, sdf_with("turn_manager_type", "queue"))
                .find("round_robin or random_weighted"),
            std::string::npos);
}

TEST_F(ScriptFiles, OfAnnotationsTakeDiscussionsOfEveryGenerationThatHaveAnId) {
  const fs::path prompt = write("p.json", R"({"attributes": ["a"], "instructions": "b",
                          "include_moderator_comments": false})");
  const fs::path pairs = write("g0.json", R"({"id": "x", "logs": [["ann", "hi"]]})");
  const fs::path objects =
      write("sdf.json", R"({"id": "y", "logs": [{"name": "ann", "text": "hi", "model": "m"}]})");
  EXPECT_EQ(annotation_task(Scripts::kSdf, prompt, pairs, {}).discussion.turns.at(0).text, "hi");
  EXPECT_EQ(annotation_task(Scripts::kThesis, prompt, objects, {}).job.discussion, "y");
  EXPECT_EQ(annotation_task(Scripts::kSdf, prompt, pairs, {}).job.set->leave_out, "moderator");
  EXPECT_EQ(annotation_task(Scripts::kThesis, prompt, pairs, {}).job.set->leave_out, "");
  EXPECT_THROW(
      annotation_task(Scripts::kSdf, prompt, write("no.json", R"({"logs": [["a", "b"]]})"), {}),
      InputError);
}

}  // namespace
}  // namespace syndisco
