#include "syndisco/dataset/run_files.h"

#include <gtest/gtest.h>

#include "unit/dataset/records.h"

#include "syndisco/dataset/published.h"

namespace syndisco {
namespace {

TEST(DiscussionFile, BeginsAsAFileOf20) {
  const DiscussionRecord record = test::discussion();
  const Json ours = discussion_file(record);
  const Json theirs = discussion_2_0(record);
  ASSERT_EQ(ours.object().size(), theirs.object().size() + 1);
  for (std::size_t i = 0; i + 1 < theirs.object().size(); ++i)
    EXPECT_EQ(ours.object()[i], theirs.object()[i]);
  EXPECT_EQ(ours.object().back().first, "syndisco");
}

TEST(DiscussionFile, HasTheKeyOf22WithWhatWasSent) {
  const Json ours = discussion_file(test::discussion());
  const JsonArray& logs = ours.find("logs")->array();
  ASSERT_EQ(logs.size(), 4u);
  EXPECT_EQ(logs[1].object().back().first, "prompt");
  EXPECT_EQ(*logs[1].find("prompt"), Json("You are ben."));
}

TEST(DiscussionFile, TellsWhereItComesFrom) {
  const Json ours = discussion_file(test::discussion());
  const Json& details = *ours.find("syndisco");
  EXPECT_EQ(*details.find("experiment"), Json("forum"));
  EXPECT_EQ(*details.find("cell"), Json("light"));
  EXPECT_EQ(*details.find("factors")->find("facilitation"), Json("light"));
  EXPECT_EQ(*details.find("seed"), Json(42));
  EXPECT_EQ(*details.find("finished"), Json("2026-01-02T03:04:00.000Z"));
  EXPECT_EQ(*details.find("participants")->array()[0].find("persona"), test::actor("ann").persona);
}

TEST(DiscussionFile, LosesNoTurn) {
  const Json ours = discussion_file(test::discussion());
  const JsonArray& turns = ours.find("syndisco")->find("turns")->array();
  ASSERT_EQ(turns.size(), 5u);
  EXPECT_EQ(*turns[3].find("in_logs"), Json(false));
  EXPECT_EQ(*turns[3].find("text"), Json(" \n"));
  EXPECT_EQ(turns[4].find("text"), nullptr);
  EXPECT_EQ(*turns[4].find("silent"), Json(true));
  EXPECT_EQ(dump_json(*turns[1].find("seed")), "18000000000000000000");
}

// The reader of 2.0 fails at a list beside its own keys and drops all rows of a file with a null.
TEST(AnnotationFile, HasOnlySingleValuesBesideThoseOf20) {
  const DiscussionRecord record = test::discussion();
  AnnotationRecord annotation = test::annotation(test::annotation_set(), record);
  for (const bool empty : {false, true}) {
    if (empty) annotation.turns.clear();
    const Json file = annotation_file(annotation, record);
    EXPECT_EQ(file.object().size(), 20u);
    for (const auto& [key, value] : file.object()) {
      if (key == "logs") continue;
      EXPECT_TRUE(value.is_string() || value.is_number()) << key << " is " << value.kind();
    }
  }
}

TEST(AnnotationFile, KeepsTypedValuesAndWhatWasJudged) {
  const DiscussionRecord record = test::discussion();
  const Json file = annotation_file(test::annotation(test::annotation_set(), record), record);
  const Json details = parse_json(file.find("syndisco_details")->string());
  ASSERT_EQ(details.array().size(), 3u);
  EXPECT_EQ(*details.array()[2].find("comment_index"), Json(3));
  EXPECT_EQ(*details.array()[2].find("value"), Json(3));
  EXPECT_EQ(*file.find("syndisco_prompt"), Json("You are ann."));
  EXPECT_EQ(*file.find("syndisco_answer"), Json("{\"integer\": [1, 5]}"));
}

TEST(DiscussionFile, KeepsTheWholeJob) {
  DiscussionRecord record = test::discussion();
  record.job.scope = "light";
  record.job.silence_ends = true;
  record.job.sampler_seed = 18'000'000'000'000'000'000u;
  EXPECT_EQ(read_discussion_file(discussion_file(record), "a.json").job, record.job);
}

TEST(AnnotationFile, KeepsTheWholeSet) {
  const DiscussionRecord record = test::discussion();
  const auto set = test::annotation_set();
  set->annotators.resize(1);
  set->facilitator_comments = false;
  set->opening_posts = false;
  set->silent_turns = true;
  set->wrap = 70;
  set->leave_out = "mod";
  set->sampler_seed = 7;
  const Json file = annotation_file(test::annotation(set, record), record);
  EXPECT_EQ(*read_annotation_file(file, "a.json").job.set, *set);
}

TEST(AnnotationFile, IsReadWithoutTheSettingsThatEarlierOnesLack) {
  const DiscussionRecord record = test::discussion();
  JsonObject file =
      annotation_file(test::annotation(test::annotation_set(), record), record).object();
  std::erase_if(file, [](const auto& each) { return each.first == "syndisco_settings"; });
  EXPECT_TRUE(read_annotation_file(Json(file), "a.json").job.set->facilitator_comments);
}

TEST(AnnotationFile, KeepsJsonAnswersAndTheirSchemaAsText) {
  const DiscussionRecord record = test::discussion();
  const auto set = test::annotation_set();
  set->answer = JsonAnswer{JsonObject{{"type", "object"}}};
  AnnotationRecord annotation = test::annotation(set, record);
  annotation.turns[0].value = JsonObject{{"score", 2}, {"why", JsonArray{"a", nullptr}}};
  const Json file = annotation_file(annotation, record);
  const Json details = parse_json(file.find("syndisco_details")->string());
  EXPECT_EQ(*details.array()[0].find("value"), annotation.turns[0].value);
  EXPECT_EQ(*file.find("syndisco_answer"), Json(R"({"json": {"type": "object"}})"));
  for (const auto& [key, value] : file.object())
    EXPECT_TRUE(key == "logs" || value.is_string() || value.is_number()) << key;
}

TEST(RunPaths, AreSlugs) {
  EXPECT_EQ(discussion_path("forum.light.0001"), "discussions/forum.light.0001.json");
  const auto set = test::annotation_set();
  const auto path = annotation_path(make_annotation_job("forum.light.0001", set, 0));
  EXPECT_EQ(path.parent_path().parent_path(), "annotations");
  EXPECT_EQ(path.filename(), "forum.light.0001.ann-1.json");
}

TEST(RunPaths, DifferForAnnotatorsOfOneSlug) {
  const auto set = test::annotation_set();
  EXPECT_EQ(annotation_path(make_annotation_job("d", set, 1)).filename(), "d.ann-1-2.json");
}

TEST(RunPaths, FitIntoAFileNameHoweverLongTheId) {
  const std::string id = std::string(300, 'x') + ".0001";
  const std::string other = std::string(300, 'x') + ".0002";
  EXPECT_LE(discussion_path(id).filename().string().size(), 255u);
  EXPECT_NE(discussion_path(id), discussion_path(other));
}

}  // namespace
}  // namespace syndisco
