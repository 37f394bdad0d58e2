#include "syndisco/api/annotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "unit/api/talkers.h"

#include "syndisco/base/file.h"
#include "syndisco/dataset/run_files.h"

namespace syndisco::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ApiAnnotation : public ::testing::Test {
 protected:
  ApiAnnotation() { discussion_.begin_conversation(nullptr); }

  std::shared_ptr<Counting> model_ = std::make_shared<Counting>();
  std::shared_ptr<Counting> judge_ = std::make_shared<Counting>("judge");
  Discussion discussion_{DiscussionOptions{.users = {user(model_, "ann"), user(model_, "ben")},
                                           .moderator = user(model_, "mod"),
                                           .conv_len = 2,
                                           .id = "d"}};
  Folder folder_;
};

TEST_F(ApiAnnotation, JudgesEveryComment) {
  Annotation annotation({.annotator = annotator(judge_, "eve"), .answer = IntegerRange{1, 5}},
                        discussion_);
  annotation.begin_job(nullptr);
  EXPECT_TRUE(annotation.finished());
  EXPECT_THAT(said(annotation.turns()), ElementsAre("ann: 1", "mod: 2", "ben: 3", "mod: 4"));
  EXPECT_EQ(annotation.turns()[2].value, Json(3));
  EXPECT_EQ(annotation.to_dict().find("conv_id")->string(), "d");
}

TEST_F(ApiAnnotation, LeavesTheModeratorOutWhenAsked) {
  Annotation annotation(
      {.annotator = annotator(judge_, "eve"), .include_moderator_comments = false}, discussion_);
  annotation.begin_job(nullptr);
  EXPECT_THAT(said(annotation.turns()), ElementsAre("ann: 1", "ben: 2"));
}

TEST_F(ApiAnnotation, ReadsTheFileOfADiscussion) {
  discussion_.to_json_file(folder_ / "d.json");
  Annotation annotation({.annotator = annotator(judge_, "eve")}, folder_ / "d.json");
  annotation.begin_job(nullptr);
  EXPECT_EQ(annotation.turns().size(), 4U);
  annotation.to_json_file(folder_ / "a.json");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "a.json"));
}

TEST_F(ApiAnnotation, ReadsAllThatAFileOfARunDirectorySays) {
  DiscussionRecord record = discussion_.record();
  record.turns[2].silent = true;
  record.job.silence = {"pass"};
  write_file_atomically(folder_ / "d.json", dump_json_indented(discussion_file(record)));
  const DiscussionRecord read = read_discussion_file(folder_ / "d.json");
  EXPECT_TRUE(read.turns[2].silent);
  EXPECT_EQ(read.job.silence, record.job.silence);
  EXPECT_EQ(read.job.participants, record.job.participants);
}

TEST_F(ApiAnnotation, ShowsCommentAndAnswer) {
  std::ostringstream screen;
  Annotation({.annotator = annotator(judge_, "eve"), .include_moderator_comments = false},
             discussion_)
      .begin_job(&screen);
  EXPECT_THAT(screen.str(), HasSubstr("User ben posted:\n3\n\n2\n\n"));
}

TEST_F(ApiAnnotation, AsksAgainForWhatIsNotAllowed) {
  int calls = 0;
  auto judge =
      std::make_shared<Counting>("j", [&] { return std::string(++calls % 2 == 1 ? "hm" : "yes"); });
  Annotation annotation({.annotator = annotator(judge, "eve"), .answer = Choice{{"yes", "no"}}},
                        discussion_);
  annotation.begin_job(nullptr);
  EXPECT_EQ(annotation.logs()[3].text, Json("yes"));
}

TEST_F(ApiAnnotation, RefusesAUserAndAnswersThatCannotBe) {
  EXPECT_THAT(refusal([&] { Annotation({.annotator = user(judge_, "eve")}, discussion_); }),
              HasSubstr("is no annotator"));
  const Actor eve = annotator(judge_, "eve");
  EXPECT_NE(
      refusal([&] { Annotation({.annotator = eve, .answer = IntegerRange{5, 1}}, discussion_); }),
      "");
  EXPECT_NE(
      refusal([&] { Annotation({.annotator = eve, .answer = Choice{{"a", "a"}}}, discussion_); }),
      "");
  EXPECT_NE(refusal([&] { Annotation({.annotator = eve, .history_ctx_len = -1}, discussion_); }),
            "");
}

}  // namespace
}  // namespace syndisco::api::testing
