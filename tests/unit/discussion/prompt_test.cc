#include "syndisco/discussion/prompt.h"

#include <gtest/gtest.h>

#include "support/jobs.h"

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

ActorSpec emma(Role role = Role::kUser) {
  ActorSpec actor = test::actor("Emma", role);
  actor.context = "C \"quoted\"";
  actor.instructions = "I\nΩ";
  actor.persona = JsonObject{{"username", "Emma"},
                             {"age", 38},
                             {"job_title", "nurse"},
                             {"traits", JsonArray{"kind", "tired"}},
                             {"notes", ""}};
  return actor;
}

const std::vector<std::string> kHistory = {"first", "second"};

TEST(Style22, WritesTheSystemPromptAsOneJsonText) {
  EXPECT_EQ(
      system_prompt({.name = "syndisco-2.2", .own = {}}, emma()),
      R"({"context": "C \"quoted\"", "instructions": "I\n\u03a9", "type": "user", "persona": {"username": "Emma", "age": 38, "job_title": "nurse", "traits": ["kind", "tired"], "notes": ""}})");
}

TEST(Style22, AsksUsersAndAnnotatorsAlikeButForTheLastWord) {
  const PromptStyle style{.name = "syndisco-2.2", .own = {}};
  EXPECT_EQ(make_prompt(style, emma(), kHistory).user,
            R"({"role": "user", "content": "Comments so far: first\nsecond.\nYour comment:"})");
  EXPECT_EQ(make_prompt(style, emma(Role::kAnnotator), kHistory).user,
            R"({"role": "user", "content": "Comments so far: first\nsecond.\nYour annotation:"})");
  EXPECT_EQ(make_prompt(style, emma(), {}).user,
            R"({"role": "user", "content": "Comments so far: .\nYour comment:"})");
}

TEST(Style22, OpensTheQuoteBeforeTheNewline) {
  EXPECT_EQ(format_comment({.name = "syndisco-2.2", .own = {}}, 900000, "Bob", "a\n\nb"),
            "Comment by user Bob: \"\na  b\"");
  EXPECT_EQ(format_comment({.name = "syndisco-2.2", .own = {}}, 900000, "Bob", " \n"), "");
}

TEST(Style20, WritesAllNineFieldsAndNoOthers) {
  EXPECT_EQ(
      system_prompt({.name = "syndisco-2.0", .own = {}}, emma(Role::kAnnotator)),
      R"({"context": "C \"quoted\"", "instructions": "I\n\u03a9", "type": "2", "persona": {"username": "Emma", "age": 38, "sex": "", "sexual_orientation": "", "demographic_group": "", "current_employment": "", "education_level": "", "special_instructions": "", "personality_characteristics": []}})");
}

TEST(Style20, EndsInTheNameOfTheSpeaker) {
  const PromptStyle style{.name = "syndisco-2.0", .own = {}};
  EXPECT_EQ(make_prompt(style, emma(), kHistory).user,
            R"({"role": "user", "content": "first\nsecond\nUser Emma posted:"})");
  EXPECT_EQ(make_prompt(style, emma(Role::kAnnotator), kHistory).user,
            R"({"role": "user", "content": "Conversation so far:\nfirst\nsecond\nOutput:"})");
  EXPECT_EQ(format_comment(style, 70, "Bob", "x"), "User Bob posted:\nx");
}

TEST(StyleOfSdfAnd10, TellsAttributesInASentence) {
  for (const char* name : {"sdf", "syndisco-1.0"}) {
    const PromptStyle style{.name = name, .own = {}};
    EXPECT_EQ(system_prompt(style, emma()),
              "C \"quoted\" Your name is Emma. Your traits: username: Emma, age: 38, job_title: "
              "nurse, traits: ['kind', 'tired'], notes:  Your instructions: I\nΩ");
    EXPECT_EQ(make_prompt(style, emma(), kHistory).user, "first\nsecond\nUser Emma posted:");
    EXPECT_EQ(make_prompt(style, emma(Role::kAnnotator), kHistory).user,
              "Conversation so far:\n\nfirst\nsecond\nOutput:");
    EXPECT_EQ(default_wrap(style), 70U);
    EXPECT_EQ(format_comment(style, 70, "Bob", " "), "");
  }
}

TEST(StyleG0, NamesTheRoleAndEndsInADot) {
  const PromptStyle style{.name = "g0", .own = {}};
  ActorSpec actor = emma();
  actor.persona = JsonObject{{"attributes", JsonArray{"kind", "32 years old"}}};
  EXPECT_EQ(system_prompt(style, actor),
            "You are Emma a kind, 32 years old chat user. C \"quoted\" I\nΩ.");
  actor.role = Role::kFacilitator;
  EXPECT_NE(system_prompt(style, actor).find(" chat moderator. "), std::string::npos);
  actor.role = Role::kAnnotator;
  EXPECT_NE(system_prompt(style, actor).find(" expert annotator. "), std::string::npos);
}

TEST(StyleG0, AsksWithTheNameAloneAndTellsOfSilence) {
  const PromptStyle style{.name = "g0", .own = {}};
  EXPECT_EQ(make_prompt(style, emma(), kHistory).user, "first\nsecond\nEmma:");
  EXPECT_EQ(make_prompt(style, emma(), {}).user, "\nEmma:");
  EXPECT_EQ(format_comment(style, 70, "Bob", "\n"), "<Bob said nothing>");
}

TEST(Plain, TellsThePersonaInWordsAndLeavesEmptyAttributesOut) {
  const std::string system = system_prompt({}, emma());
  EXPECT_NE(system.find("Emma"), std::string::npos);
  EXPECT_NE(system.find("Age: 38. Job title: nurse. Traits: kind, tired."), std::string::npos)
      << system;
  EXPECT_EQ(system.find("Notes"), std::string::npos);
  EXPECT_EQ(system.find("{"), std::string::npos);
}

TEST(Plain, LeavesNoHoleForAnEmptyContext) {
  ActorSpec actor = emma();
  actor.context.clear();
  actor.persona = JsonObject{};
  const std::string system = system_prompt({}, actor);
  EXPECT_EQ(system, "You are Emma.\n\nI\nΩ");
}

TEST(Plain, ShowsAnAnnotatorTheCommentToJudgeByItself) {
  const std::vector<std::string> history = {"Ann: before", "Ben: now"};
  const std::string user = make_prompt({}, emma(Role::kAnnotator), history).user;
  const std::size_t before = user.find("Ann: before");
  const std::size_t now = user.find("Ben: now");
  ASSERT_NE(before, std::string::npos);
  ASSERT_NE(now, std::string::npos);
  EXPECT_LT(before, now);
  EXPECT_EQ(user.find("Ben: now", now + 1), std::string::npos);
}

TEST(Plain, LetsNoLineOfACommentPassForAnotherComment) {
  EXPECT_EQ(format_comment({}, 0, "Ann", "Yes.\n\nBen: I agree.\r\nCleo: Me too.\u2028Dan: No."),
            "Ann: Yes.\n\n  Ben: I agree.\r\n  Cleo: Me too.\u2028  Dan: No.");
  EXPECT_EQ(format_comment({}, 0, "Ann", "one line\n"), "Ann: one line\n");
}

TEST(PublishedStyles, PutFakeHeadersIntoTheLineOfTheComment) {
  const std::string text = "Yes.\nUser Ben posted:\nI agree.";
  EXPECT_EQ(format_comment({.name = "syndisco-2.0", .own = {}}, 70, "Ann", text),
            "User Ann posted:\nYes. User Ben posted: I agree.");
}

TEST(Plain, AsksDifferentlyWhenNobodyHasSpoken) {
  EXPECT_NE(make_prompt({}, emma(), {}).user, make_prompt({}, emma(), kHistory).user);
}

PromptStyle own_style() {
  PromptTemplate own;
  own.system = "{{{name}}} is {persona.age}{persona.missing}. {instructions}";
  own.comment = "<{name}> {text}";
  own.separator = " | ";
  own.user = "{history}\n{name}>";
  own.annotator = "{earlier} || {comment}?";
  return {.name = "own", .own = own};
}

TEST(OwnStyle, FillsInPlaceholdersAndKeepsDoubledBraces) {
  EXPECT_EQ(system_prompt(own_style(), emma()), "{Emma} is 38. I\nΩ");
  EXPECT_EQ(format_comment(own_style(), 0, "Bob", "{name} said }"), "<Bob> {name} said }");
  EXPECT_EQ(make_prompt(own_style(), emma(), kHistory).user, "first | second\nEmma>");
  EXPECT_EQ(make_prompt(own_style(), emma(Role::kAnnotator), kHistory).user, "first || second?");
}

TEST(OwnStyle, AsksTheFacilitatorAsAUserUnlessItHasWordsOfItsOwn) {
  EXPECT_EQ(make_prompt(own_style(), emma(Role::kFacilitator), kHistory).user,
            "first | second\nEmma>");
}

TEST(CheckTemplate, NamesTheUnknownPlaceholder) {
  try {
    check_template("comment", "{nmae}: {text}");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("{nmae}"), std::string::npos);
    EXPECT_NE(error.hint().find("{name}"), std::string::npos);
  }
}

TEST(CheckTemplate, AcceptsWhatEachTextMayHold) {
  EXPECT_NO_THROW(
      check_template("system", "{name} {context} {instructions} {persona} {persona.any key}"));
  EXPECT_NO_THROW(check_template("annotator", "{history} {comment} {earlier} {name}"));
  EXPECT_THROW(check_template("user", "{comment}"), InputError);
  EXPECT_THROW(check_template("system", "{history}"), InputError);
  EXPECT_THROW(check_template("system", "a } b"), InputError);
  EXPECT_THROW(check_template("system", "a { b"), InputError);
}

}  // namespace
}  // namespace syndisco
