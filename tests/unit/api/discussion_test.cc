#include "syndisco/api/discussion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "unit/api/talkers.h"

#include "syndisco/base/file.h"

namespace syndisco::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class ApiDiscussion : public ::testing::Test {
 protected:
  std::vector<std::string> held(DiscussionOptions options) {
    Discussion discussion(options);
    discussion.begin_conversation(nullptr);
    return said(discussion.turns());
  }

  std::shared_ptr<Counting> model_ = std::make_shared<Counting>();
  std::vector<Actor> users_ = {user(model_, "ann"), user(model_, "ben")};
  Folder folder_;
};

TEST_F(ApiDiscussion, LetsUsersTakeTurns) {
  EXPECT_THAT(held({.users = users_, .conv_len = 3}), ElementsAre("ann: 1", "ben: 2", "ann: 3"));
}

TEST_F(ApiDiscussion, LetsTheModeratorAnswerEveryUser) {
  EXPECT_THAT(held({.users = users_, .moderator = user(model_, "mod"), .conv_len = 2}),
              ElementsAre("ann: 1", "mod: 2", "ben: 3", "mod: 4"));
}

TEST_F(ApiDiscussion, TakesAModeratorWhoIsAUserAsWell) {
  const Actor moderator = user(model_, "mod");
  users_.push_back(moderator);
  auto turns = std::make_shared<RoundRobin>();
  turns->initialize_names({"ann", "ben", "mod"});
  EXPECT_THAT(
      held({.next_turn_manager = turns, .users = users_, .moderator = moderator, .conv_len = 3}),
      ElementsAre("ann: 1", "mod: 2", "ben: 3", "mod: 4", "mod: 5", "mod: 6"));
}

TEST_F(ApiDiscussion, GoesByTheOrderOfTheNames) {
  auto turns = std::make_shared<RoundRobin>(std::vector<std::string>{"ben", "ann"});
  EXPECT_THAT(held({.next_turn_manager = turns, .users = users_, .conv_len = 3}),
              ElementsAre("ben: 1", "ann: 2", "ben: 3"));
}

TEST_F(ApiDiscussion, LetsOnlyThoseSpeakWhomTheTurnManagerNames) {
  auto turns = std::make_shared<RoundRobin>(std::vector<std::string>{"ben"});
  EXPECT_THAT(held({.next_turn_manager = turns, .users = users_, .conv_len = 2}),
              ElementsAre("ben: 1", "ben: 2"));
}

TEST_F(ApiDiscussion, RefusesNamesThatNobodyHas) {
  auto turns = std::make_shared<RoundRobin>(std::vector<std::string>{"ann", "bem"});
  EXPECT_THAT(refusal([&] { held({.next_turn_manager = turns, .users = users_}); }),
              HasSubstr("did you mean \"ben\"?"));
  auto twice = std::make_shared<RoundRobin>(std::vector<std::string>{"ann", "ann"});
  EXPECT_THAT(refusal([&] { held({.next_turn_manager = twice, .users = users_}); }),
              HasSubstr("each once"));
}

/// The last always speaks.
class LastSpeaks : public TurnManager {
 public:
  std::size_t next(std::size_t participants, std::span<const std::size_t>, Draws&) const override {
    return participants - 1;
  }
};

TEST_F(ApiDiscussion, TakesATurnManagerOfOnesOwn) {
  EXPECT_THAT(
      held({.next_turn_manager = std::make_shared<LastSpeaks>(), .users = users_, .conv_len = 2}),
      ElementsAre("ben: 1", "ben: 2"));
}

TEST_F(ApiDiscussion, MakesTheSameDrawsFromTheSameSeed) {
  const auto speakers = [&](std::uint64_t seed) {
    std::vector<Actor> users = users_;
    users.push_back(user(model_, "cem"));
    Discussion discussion({.next_turn_manager = std::make_shared<RandomTurnManager>(),
                           .users = users,
                           .conv_len = 30,
                           .seed = seed});
    std::string names;
    for (const Turn& turn : discussion) names += turn.name;
    return names;
  };
  EXPECT_EQ(speakers(1), speakers(1));
  EXPECT_NE(speakers(1), speakers(2));
}

TEST_F(ApiDiscussion, IsReadTurnByTurn) {
  Discussion discussion({.users = users_, .conv_len = 3});
  discussion.step();
  std::vector<std::string> names;
  for (const Turn& turn : discussion) names.push_back(turn.name);
  EXPECT_THAT(names, ElementsAre("ben", "ann"));
  EXPECT_TRUE(discussion.finished());
}

TEST_F(ApiDiscussion, IsNotHeldTwice) {
  Discussion discussion({.users = users_, .conv_len = 1});
  discussion.begin_conversation(nullptr);
  discussion.begin_conversation(nullptr);
  EXPECT_EQ(discussion.turns().size(), 1U);
}

TEST_F(ApiDiscussion, OutlivesBeingMoved) {
  Discussion first({.users = users_, .conv_len = 2});
  first.step();
  Discussion second = std::move(first);
  second.begin_conversation(nullptr);
  EXPECT_THAT(said(second.turns()), ElementsAre("ann: 1", "ben: 2"));
}

TEST_F(ApiDiscussion, ShowsTurnsAsTheTutorialDoes) {
  auto talkative = std::make_shared<Counting>("m", [] {
    return std::string(
        "This is a comment that is long enough to be broken into two lines, or is it?");
  });
  std::ostringstream screen;
  Discussion({.users = {user(talkative, "ann")}, .conv_len = 1}).begin_conversation(&screen);
  EXPECT_EQ(
      screen.str(),
      "User ann posted:\nThis is a comment that is long enough to be broken into two lines, or\n"
      "is it?\n\n");
}

TEST_F(ApiDiscussion, ShowsNothingThatChangesATerminal) {
  auto hostile = std::make_shared<Counting>("m", [] { return std::string("\x1b[2J"); });
  std::ostringstream screen;
  Discussion({.users = {user(hostile, "ann")}, .conv_len = 1}).begin_conversation(&screen);
  EXPECT_EQ(screen.str().find('\x1b'), std::string::npos);
}

TEST_F(ApiDiscussion, BeginsWithSeedOpinionsOfTheFirstUsersOrWhoeverIsNamed) {
  EXPECT_THAT(held({.users = users_, .conv_len = 1, .seed_opinions = {"Cats!", "Dogs!"}}),
              ElementsAre("ann: Cats!", "ben: Dogs!", "ann: 1"));
  EXPECT_THAT(held({.users = users_,
                    .conv_len = 0,
                    .seed_opinions = {"Cats!"},
                    .seed_opinion_usernames = {"cem"}}),
              ElementsAre("cem: Cats!"));
}

TEST_F(ApiDiscussion, RefusesMoreSeedOpinionsThanThereAreNames) {
  EXPECT_THAT(refusal([&] { held({.users = users_, .seed_opinions = {"1", "2", "3"}}); }),
              HasSubstr("only 2 users"));
  EXPECT_NE(
      refusal([&] {
        held({.users = users_, .seed_opinions = {"1", "2"}, .seed_opinion_usernames = {"ann"}});
      }),
      "");
}

TEST_F(ApiDiscussion, RefusesActorsThatLackSomething) {
  EXPECT_THAT(refusal([&] { held({.users = {user(nullptr, "ann")}}); }), HasSubstr("no model"));
  EXPECT_THAT(refusal([&] { held({.users = {user(model_, "")}}); }), HasSubstr("no name"));
  EXPECT_THAT(refusal([&] { held({.users = {annotator(model_, "ann")}}); }),
              HasSubstr("is an annotator"));
  EXPECT_THAT(refusal([&] { held({}); }), HasSubstr("needs participants"));
  EXPECT_THAT(refusal([&] { held({.users = users_, .conv_len = -1}); }),
              HasSubstr("conv_len is -1"));
  EXPECT_THAT(refusal([&] { held({.users = users_, .prompt_style = "syndisco-2.1"}); }),
              HasSubstr("did you mean syndisco-2"));
}

TEST_F(ApiDiscussion, RefusesTwoModelsOfOneName) {
  const auto other = std::make_shared<Counting>();
  EXPECT_THAT(refusal([&] { held({.users = {user(model_, "ann"), user(other, "ben")}}); }),
              HasSubstr("two models are named \"counting\""));
}

TEST_F(ApiDiscussion, TakesTheNameAndTraitsOfAPersona) {
  const Actor emma{.model = model_,
                   .persona = Persona{{"username", "Emma35"}, {"job", "nurse"}},
                   .context = "A forum.",
                   .instructions = "Be brief."};
  EXPECT_THAT(held({.users = {emma}, .conv_len = 1}), ElementsAre("Emma35: 1"));
  EXPECT_EQ(model_->systems.front(), "A forum.\n\nYou are Emma35. Job: nurse.\n\nBe brief.");
}

TEST_F(ApiDiscussion, KnowsTheRolesOfTheThesis) {
  Actor ann = user(model_, "ann");
  ann.role = "chat user";
  EXPECT_EQ(held({.users = {ann}, .conv_len = 1}).size(), 1U);
  ann.role = "chat usr";
  EXPECT_THAT(refusal([&] { held({.users = {ann}}); }), HasSubstr("did you mean chat user?"));
  ann.role = "expert annotator";
  EXPECT_THAT(refusal([&] { held({.users = {ann}}); }), HasSubstr("cannot take part"));
}

TEST_F(ApiDiscussion, StopsWhereThePublishedStylesDid) {
  auto rambling =
      std::make_shared<Counting>("m", [] { return std::string("Yes. User ben posted"); });
  EXPECT_THAT(held({.users = {user(rambling, "ann")}, .conv_len = 1, .prompt_style = "g0"}),
              ElementsAre("ann: Yes. "));
}

TEST_F(ApiDiscussion, ShowsNobodyWhatSaysNothing) {
  auto quiet = std::make_shared<Counting>("q", [] { return std::string(R"("")"); });
  Discussion discussion({.users = {user(quiet, "ann"), user(model_, "ben")}, .conv_len = 2});
  discussion.begin_conversation(nullptr);
  EXPECT_TRUE(discussion.turns()[0].silent);
  EXPECT_EQ(model_->users.front(), "Write a comment, as ben.");
}

TEST_F(ApiDiscussion, EndsAtSilenceInTheThesis) {
  auto quiet = std::make_shared<Counting>("q", [] { return std::string(); });
  EXPECT_EQ(held({.users = {user(quiet, "ann")}, .conv_len = 5, .prompt_style = "g0"}).size(), 1U);
}

TEST_F(ApiDiscussion, BecomesTheFileOfEveryGeneration) {
  Discussion discussion(
      {.users = users_, .moderator = user(model_, "mod"), .conv_len = 1, .id = "d"});
  discussion.begin_conversation(nullptr);
  const Json file = discussion.to_dict();
  EXPECT_EQ(file.find("id")->string(), "d");
  EXPECT_EQ(file.find("moderator")->string(), "mod");
  EXPECT_EQ(file.find("logs")->array().size(), 2U);
  EXPECT_EQ(discussion.to_dict("syndisco-2.2").find("id"), nullptr);
  EXPECT_NE(discussion.to_dict("g0").find("user_types"), nullptr);
  EXPECT_THAT(refusal([&] { discussion.to_dict("syndisco-3.0"); }), HasSubstr("unknown format"));
}

TEST_F(ApiDiscussion, IsSavedWithoutReplacingAnotherFile) {
  Discussion discussion({.users = users_, .conv_len = 1});
  discussion.begin_conversation(nullptr);
  const auto first = discussion.save(folder_ / "out");
  const auto second = discussion.save(folder_ / "out");
  EXPECT_NE(first, second);
  EXPECT_THAT(first.string(), EndsWith(".json"));
  EXPECT_EQ(Logs::from_file(first), Logs::from_file(second));
  EXPECT_FALSE(std::filesystem::exists(generate_datetime_filename(folder_ / "out")));
}

TEST_F(ApiDiscussion, HasLogsWithWhatWasAsked) {
  Discussion discussion({.users = users_, .conv_len = 1, .seed_opinions = {"Cats!"}});
  discussion.begin_conversation(nullptr);
  const Logs logs = discussion.logs();
  ASSERT_EQ(logs.size(), 2U);
  EXPECT_EQ(logs[0].model, "hardcoded");
  EXPECT_EQ(logs[1].prompt, discussion.turns()[1].system);
}

TEST_F(ApiDiscussion, AsksAModelAgainThatFailsInPassing) {
  int calls = 0;
  auto shaky = std::make_shared<Counting>("m", [&]() -> std::string {
    if (++calls % 3 != 0) throw ModelError("busy", true);
    return "here";
  });
  EXPECT_THAT(held({.users = {user(shaky, "ann")}, .conv_len = 2}),
              ElementsAre("ann: here", "ann: here"));
}

TEST_F(ApiDiscussion, CanGoOnAfterAModelGaveUp) {
  bool broken = true;
  auto model = std::make_shared<Counting>("m", [&]() -> std::string {
    if (broken) throw ModelError("gone", false);
    return "back";
  });
  Discussion discussion({.users = {user(model, "ann")}, .conv_len = 1});
  EXPECT_THROW(discussion.begin_conversation(nullptr), ModelError);
  broken = false;
  discussion.begin_conversation(nullptr);
  EXPECT_THAT(said(discussion.turns()), ElementsAre("ann: back"));
}

}  // namespace
}  // namespace syndisco::api::testing
