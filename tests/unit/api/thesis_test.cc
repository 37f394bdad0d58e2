#include "syndisco/api/thesis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/talkers.h"

#include "syndisco/base/file.h"

namespace syndisco::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json input() {
  return JsonObject{{"context", "A forum."},
                    {"user_names", JsonArray{"ann", "ben"}},
                    {"user_attributes", JsonArray{JsonArray{"kind"}, JsonArray{}}},
                    {"user_instructions", "Be brief"},
                    {"moderator_name", "mod"},
                    {"moderator_attributes", JsonArray{"strict"}},
                    {"moderator_instructions", "Intervene"},
                    {"conv_len", 1},
                    {"history_ctx_len", 2}};
}

class ApiThesis : public ::testing::Test {
 protected:
  std::shared_ptr<Counting> users_ = std::make_shared<Counting>("users");
  std::shared_ptr<Counting> moderators_ = std::make_shared<Counting>("moderators");
};

TEST_F(ApiThesis, LetsAnotherModelSpeakForTheModerator) {
  Discussion conversation =
      LLMConvGenerator(LLMConvData::from_dict(input()), users_, moderators_).produce_conversation();
  conversation.begin_conversation(nullptr);
  EXPECT_THAT(said(conversation.turns()), ElementsAre("ann: 1", "mod: 1", "ben: 2", "mod: 2"));
  EXPECT_EQ(moderators_->users.size(), 2U);
  EXPECT_EQ(users_->systems.front(), "You are ann a kind chat user. A forum. Be brief.");
}

TEST_F(ApiThesis, LetsOneModelSpeakForAll) {
  Discussion conversation =
      LLMConvGenerator(LLMConvData::from_dict(input()), users_).produce_conversation();
  conversation.begin_conversation(nullptr);
  EXPECT_EQ(users_->users.size(), 4U);
}

TEST_F(ApiThesis, IsSavedInTheFormatOfTheThesis) {
  Discussion conversation =
      LLMConvGenerator(LLMConvData::from_dict(input()), users_).produce_conversation();
  conversation.begin_conversation(nullptr);
  const Json file = conversation.to_dict();
  EXPECT_NE(file.find("user_types"), nullptr);
  EXPECT_EQ(file.find("moderator")->string(), "mod");
}

TEST_F(ApiThesis, ReadsFilesAndTellsThePlaceOfWhatIsWrong) {
  const Folder folder;
  write_file_atomically(folder / "c.json", dump_json_indented(input()));
  EXPECT_EQ(LLMConvData::from_json_file(folder / "c.json").to_dict(), input());
  Json wrong = input();
  wrong.set("user_names", "ann");
  write_file_atomically(folder / "c.json", dump_json_indented(wrong));
  EXPECT_THAT(refusal([&] { LLMConvData::from_json_file(folder / "c.json"); }),
              HasSubstr("c.json:3 (/user_names)"));
}

TEST_F(ApiThesis, KnowsTheInputOfSdfByItsTurnManager) {
  Json sdf = input();
  sdf.set("turn_manager_type", "round_robin");
  sdf.set("conv_len", 3);
  Discussion conversation =
      LLMConvGenerator(LLMConvData::from_dict(sdf), users_).produce_conversation();
  EXPECT_EQ(conversation.record().job.style.name, "sdf");
  EXPECT_EQ(conversation.record().job.turns, 3);
}

TEST_F(ApiThesis, RefusesModelsThatFilesCannotTellApart) {
  const LLMConvData data = LLMConvData::from_dict(input());
  EXPECT_THAT(refusal([&] { LLMConvGenerator(data, users_, std::make_shared<Counting>("users")); }),
              HasSubstr("the same name"));
  EXPECT_NE(refusal([&] { LLMConvGenerator(data, nullptr); }), "");
}

}  // namespace
}  // namespace syndisco::api::testing
