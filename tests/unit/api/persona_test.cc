#include "syndisco/api/persona.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "unit/api/talkers.h"

#include "syndisco/base/file.h"

namespace syndisco::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Persona, IsShownAsInTheTutorial) {
  std::ostringstream out;
  out << Persona{{"username", "Emma35"}, {"age", 38}, {"traits", JsonArray{"calm", "it's"}}};
  EXPECT_EQ(out.str(), "LlmPersona(username='Emma35', age=38, traits=['calm', \"it's\"])");
}

TEST(Persona, CannotChangeATerminal) {
  std::ostringstream out;
  out << Persona{{"username", "\x1b[31m"}};
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

TEST(Persona, TellsAttributesAsTexts) {
  const Persona emma{{"username", "Emma35"}, {"age", 38}, {"note", nullptr}};
  EXPECT_THAT(emma.to_attribute_list(), ElementsAre("username: Emma35", "age: 38", "note: None"));
}

TEST(Persona, OfOneAttributeIsOne) {
  EXPECT_EQ((Persona{{"username", "Ann"}}).username(), "Ann");
}

TEST(Persona, TakesTheLastOfTwoValues) {
  EXPECT_EQ((Persona{{"name", "a"}, {"name", "b"}}).username(), "b");
}

TEST(Persona, WithoutANameIsRefusedWithAHint) {
  EXPECT_THAT(refusal([] { Persona{{"user_name", "Ann"}}; }),
              HasSubstr("did you mean \"username\"?"));
  EXPECT_THAT(refusal([] { Persona{{"username", " "}}; }), HasSubstr("not blank"));
}

TEST(PersonaFile, HoldsAListOrOne) {
  const Folder folder;
  write_file_atomically(folder / "many.json", R"([{"username": "a"}, {"name": "b", "age": 3}])");
  write_file_atomically(folder / "one.json", R"({"username": "c"})");
  EXPECT_EQ(Persona::from_json_file(folder / "many.json").at(1).username(), "b");
  EXPECT_EQ(Persona::from_json_file(folder / "one.json").at(0).username(), "c");
}

TEST(PersonaFile, NamesThePlaceOfWhatIsWrong) {
  const Folder folder;
  write_file_atomically(folder / "p.json", "[{\"username\": \"a\"},\n {\"age\": 3}]");
  EXPECT_THAT(refusal([&] { Persona::from_json_file(folder / "p.json"); }),
              HasSubstr("p.json:2 (/1): a persona needs a \"username\""));
  write_file_atomically(folder / "p.json", "3");
  EXPECT_THAT(refusal([&] { Persona::from_json_file(folder / "p.json"); }),
              HasSubstr("expected a list of personas"));
}

}  // namespace
}  // namespace syndisco::api::testing
