#include "syndisco/dataset/published.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "unit/dataset/records.h"

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/record/published.h"

namespace syndisco {
namespace {

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.object()) names.push_back(name);
  return names;
}

std::vector<std::string> texts_in(const Json& file) {
  std::vector<std::string> texts;
  for (const Json& entry : file.find("logs")->array())
    texts.push_back(entry.find("text")->string());
  return texts;
}

using Keys = std::vector<std::string>;

TEST(Discussion20, HasTheKeysOf20InItsOrder) {
  const Json file = discussion_2_0(test::discussion());
  EXPECT_EQ(keys(file), (Keys{"id", "timestamp", "users", "moderator", "user_prompts",
                              "moderator_prompt", "ctx_length", "logs"}));
  EXPECT_EQ(keys(file.find("logs")->array()[0]), (Keys{"name", "text", "model"}));
  EXPECT_EQ(*file.find("moderator"), Json("mod"));
  EXPECT_EQ(*file.find("ctx_length"), Json(4));
}

TEST(Discussion20, HasTheNinePersonaFieldsWhateverThePromptsWere) {
  const Json file = discussion_2_0(test::discussion());
  const Json prompt = parse_json(file.find("user_prompts")->array()[0].string());
  EXPECT_EQ(keys(prompt), (Keys{"context", "instructions", "type", "persona"}));
  EXPECT_EQ(keys(*prompt.find("persona")),
            (Keys{"username", "age", "sex", "sexual_orientation", "demographic_group",
                  "current_employment", "education_level", "special_instructions",
                  "personality_characteristics"}));
  EXPECT_EQ(*prompt.find("persona")->find("username"), Json("ann"));
}

TEST(Discussion20, WritesNullWithoutAFacilitator) {
  DiscussionRecord record = test::discussion();
  record.job.facilitator.reset();
  const Json file = discussion_2_0(record);
  EXPECT_TRUE(file.find("moderator")->is_null());
  EXPECT_TRUE(file.find("moderator_prompt")->is_null());
}

TEST(Discussion20, IsStampedWithTheLocalTimeOfTheLastTurn) {
  const DiscussionRecord record = test::discussion();
  EXPECT_EQ(*discussion_2_0(record).find("timestamp"),
            Json(legacy_timestamp("2026-01-02T03:04:00.000Z")));
}

TEST(PublishedFiles, HoldSilentTurnsThatAreNotBlank) {
  const std::vector<std::string> expected = {"Cats, or \"dogs\"?\nSay.", "Κύων.", "Κύων.", "\"\""};
  EXPECT_EQ(texts_in(discussion_2_0(test::discussion())), expected);
  EXPECT_EQ(texts_in(discussion_2_2(test::discussion())), expected);
}

TEST(PublishedFiles, HoldBlankFacilitatorAnswersWhereTheseEnterTheHistory) {
  DiscussionRecord record = test::discussion();
  record.turns = {test::turn(0, TurnKind::kOpening, "ann", "", true),
                  test::turn(1, TurnKind::kUser, "ben", " ", true),
                  test::turn(2, TurnKind::kFacilitator, "mod", "\n", true)};
  EXPECT_EQ(texts_in(discussion_2_0(record)), Keys{});
  record.job.blank_lines_enter_history = true;
  EXPECT_EQ(texts_in(discussion_2_0(record)), (Keys{"", "\n"}));
}

TEST(Discussion22, HasThePromptOfWhoSpoke) {
  DiscussionRecord record = test::discussion();
  const Json file = discussion_2_2(record);
  EXPECT_EQ(keys(file), (Keys{"timestamp", "logs"}));
  const JsonArray& logs = file.find("logs")->array();
  EXPECT_EQ(keys(logs[0]), (Keys{"name", "text", "model", "prompt"}));
  EXPECT_EQ(*logs[0].find("prompt"),
            Json(R"({"context": "", "instructions": "", "type": "user", "persona": {}})"));
  EXPECT_EQ(*logs[1].find("prompt"),
            Json(published_system_prompt(PublishedStyle::k2_2, record.job.participants[1])));
}

TEST(Discussion22, HasWhatWasSentInItsOwnStyle) {
  DiscussionRecord record = test::discussion();
  record.job.style.name = "syndisco-2.2";
  EXPECT_EQ(*discussion_2_2(record).find("logs")->array()[1].find("prompt"), Json("You are ben."));
}

TEST(Annotation20, PairsMessagesWithAnnotations) {
  const DiscussionRecord record = test::discussion();
  const Json file = annotation_2_0(test::annotation(test::annotation_set(), record), record);
  EXPECT_EQ(keys(file), (Keys{"conv_id", "timestamp", "annotator_model", "annotator_prompt",
                              "ctx_length", "logs"}));
  ASSERT_EQ(file.find("logs")->array().size(), 3u);
  EXPECT_EQ(file.find("logs")->array()[1], (Json(JsonArray{"Κύων.", "3"})));
  EXPECT_EQ(*file.find("annotator_model"), Json("small"));
  EXPECT_NE(file.find("annotator_prompt")->string().find(R"("type": "2")"), std::string::npos);
}

TEST(Annotation22, HasTheCommenterAndTheAnnotation) {
  const DiscussionRecord record = test::discussion();
  const Json file = annotation_2_2(test::annotation(test::annotation_set(), record), record);
  const Json& entry = file.find("logs")->array()[2];
  EXPECT_EQ(*entry.find("name"), Json("mod"));
  EXPECT_EQ(*entry.find("text"), Json("3"));
}

TEST(JudgedTurn, RefusesACommentThatIsNotThere) {
  Turn annotation;
  annotation.target = 9;
  EXPECT_THROW(judged_turn(test::discussion(), annotation), InputError);
}

TEST(PublishedText, IsAsPythonDumpsIt) {
  EXPECT_EQ(published_text(JsonObject{{"name", "Κ"}, {"none", JsonArray{}}}),
            "{\n    \"name\": \"\\u039a\",\n    \"none\": []\n}");
}

TEST(ReadDiscussion20, GivesBackWhatWasWritten) {
  const DiscussionRecord record = test::discussion();
  const DiscussionRecord read = read_discussion_2_0(discussion_2_0(record), "d.json");
  EXPECT_EQ(read.job.id, record.job.id);
  EXPECT_EQ(read.job.history, 4);
  ASSERT_EQ(read.job.participants.size(), 2u);
  EXPECT_EQ(read.job.participants[1].name, "ben");
  EXPECT_EQ(read.job.participants[1].instructions, "Be brief.");
  ASSERT_TRUE(read.job.facilitator.has_value());
  ASSERT_EQ(read.turns.size(), 4u);
  EXPECT_EQ(read.turns[0].kind, TurnKind::kOpening);
  EXPECT_EQ(read.turns[1].kind, TurnKind::kUser);
  EXPECT_EQ(read.turns[2].kind, TurnKind::kFacilitator);
}

TEST(DiscussionG0, HoldsEverythingAsPairs) {
  const DiscussionRecord record = test::discussion();
  const Json file = discussion_g0(record);
  EXPECT_EQ(keys(file),
            (Keys{"id", "timestamp", "users", "user_types", "moderator", "moderator_type",
                  "user_prompts", "moderator_prompt", "ctx_length", "logs"}));
  EXPECT_EQ(file.find("logs")->array().size(), record.turns.size());
  EXPECT_EQ(file.find("logs")->array()[0], (Json(JsonArray{"ann", "Cats, or \"dogs\"?\nSay."})));
  EXPECT_TRUE(file.find("user_prompts")
                  ->array()[0]
                  .string()
                  .starts_with("Model: LlamaModel. Prompt: You are ann a "));
}

TEST(DiscussionSdf, TellsHowManyCommentsWereShownAndNamesUsersOnce) {
  DiscussionRecord record = test::discussion();
  record.job.history = 3;
  record.job.participants.push_back(record.job.participants.front());
  const Json sdf = discussion_sdf(record);
  EXPECT_EQ(sdf.find("users")->array().size(), 2U);
  EXPECT_EQ(*sdf.find("ctx_length"), Json(3));
  record.job.history = 100;
  EXPECT_LT(discussion_sdf(record).find("ctx_length")->integer(), 5);
  EXPECT_EQ(*discussion_1_0(record).find("ctx_length"), Json(100));
}

TEST(AnnotationsBefore20, SayWhatTheirGenerationSaidOfTheAnnotator) {
  const DiscussionRecord record = test::discussion();
  const AnnotationRecord annotation = test::annotation(test::annotation_set(), record);
  EXPECT_EQ(*annotation_g0(annotation, record).find("annotator_type"), Json("LLMAnnotator"));
  EXPECT_EQ(*annotation_sdf(annotation, record).find("annotator_type"), Json("LLMAnnotator"));
  EXPECT_EQ(*annotation_1_0(annotation, record).find("annotator_model"), Json("small"));
}

TEST(ReadDiscussion, GivesBackWhatGenerationsBefore20Wrote) {
  DiscussionRecord record = test::discussion();
  record.job.participants[0].persona = JsonObject{{"attributes", JsonArray{"a", "b c"}}};
  record.job.participants[1].persona =
      persona_2_0(JsonObject{{"personality_characteristics", JsonArray{"x", "y"}}}, "ben");
  const Json g0 = discussion_g0(record);
  const Json v1 = discussion_1_0(record);
  EXPECT_EQ(discussion_g0(read_discussion(g0, "g0.json", "")), g0);
  EXPECT_EQ(discussion_1_0(read_discussion(v1, "v1.json", "")), v1);
}

TEST(ReadDiscussion, FindsTheGenerationOutByWhatIsThere) {
  EXPECT_EQ(read_discussion(parse_json(R"({"id": "x", "logs": [["a", "b"]]})"), "d", "y").job.id,
            "x");
  const std::string logs = R"("logs": [{"name": "a", "text": "b", "model": "m"}]})";
  EXPECT_EQ(read_discussion(parse_json(R"({"id": "x", )" + logs), "d", "y").job.id, "x");
  EXPECT_EQ(read_discussion(parse_json("{" + logs), "d", "y").job.id, "y");
}

std::string refusal_of(const std::string& text, bool version_2_2 = false) {
  try {
    const Json file = parse_json(text);
    version_2_2 ? read_discussion_2_2(file, "d.json", "d") : read_discussion_2_0(file, "d.json");
  } catch (const InputError& error) {
    return error.report();
  }
  return "";
}

TEST(ReadDiscussion, NamesThePlaceOfWhatIsWrong) {
  EXPECT_NE(refusal_of(R"({"logs": []})").find("\"id\" is missing"), std::string::npos);
  EXPECT_NE(refusal_of("[]").find("expected a mapping, found a list"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"id": "x", "logs": {}})").find("/logs"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"id": "x", "logs": [["a", "b"]]})").find("/logs/0"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"id": "x", "logs": [{"name": "a", "text": 1}]})").find("/logs/0/text"),
            std::string::npos);
  EXPECT_NE(
      refusal_of(R"({"logs": [{"name": "a", "text": "b"}]})", true).find("\"model\" is missing"),
      std::string::npos);
}

}  // namespace
}  // namespace syndisco
