#include "syndisco/base/error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace syndisco {
namespace {

Place place(std::string file, int line = 0, int column = 0, std::string pointer = "") {
  return {std::move(file), line, column, std::move(pointer)};
}

TEST(Place, TellsFileLineAndColumn) {
  EXPECT_EQ(place("a.yaml", 14, 17).text(), "a.yaml:14:17");
}

TEST(Place, TellsThePointerWhereNoColumnIsKnown) {
  EXPECT_EQ(place("a.json", 14, 0, "/x/0").text(), "a.json:14 (/x/0)");
  EXPECT_EQ(place("a.json", 0, 0, "/x").text(), "a.json (/x)");
  EXPECT_EQ(place("a.yaml", 14, 17, "/x").text(), "a.yaml:14:17");
}

TEST(Place, TellsWhatIsKnownWithoutAFile) {
  EXPECT_EQ(place("", 3, 4).text(), "line 3, column 4");
  EXPECT_EQ(place("", 0, 0, "/x").text(), "/x");
  EXPECT_EQ(place("").text(), "");
}

TEST(Error, ReportsPlaceMessageAndHint) {
  const InputError error("participants is 9, but personas.json holds only 6",
                         place("forum.yaml", 14, 17), "add personas or lower participants");
  EXPECT_EQ(error.report(),
            "error: forum.yaml:14:17: participants is 9, but personas.json holds only 6\n"
            "hint: add personas or lower participants\n");
}

TEST(Error, LeavesOutEmptyParts) {
  EXPECT_EQ(InputError("no").report(), "error: no\n");
}

TEST(Error, KeepsPlaceAndHintOutOfWhat) {
  EXPECT_STREQ(InputError("message", place("f", 1, 1), "hint").what(), "message");
}

TEST(Error, EscapesControlCharactersInEveryPart) {
  const InputError error("a\nerror: b\x1b[2J", place("f\nhint: x"), "c\rd");
  EXPECT_EQ(error.report(),
            "error: f\\nhint: x: a\\nerror: b\\x1b[2J\n"
            "hint: c\\rd\n");
}

TEST(Error, CarriesTheExitCodeOfItsKind) {
  EXPECT_EQ(InputError("x").exit_code(), ExitCode::kBadInput);
  EXPECT_EQ(EnvironmentError("x").exit_code(), ExitCode::kSurroundings);
}

class NearestWord : public ::testing::Test {
 protected:
  const std::vector<std::string> known_ = {"participants", "personas", "model", "turns"};
};

TEST_F(NearestWord, FindsASlipOfTheFingers) {
  EXPECT_EQ(nearest_word("particpants", known_), "participants");
  EXPECT_EQ(nearest_word("modle", known_), "model");
  EXPECT_EQ(nearest_word("turn", known_), "turns");
}

TEST_F(NearestWord, IsEmptyWhereNothingIsNear) {
  EXPECT_EQ(nearest_word("facilitator", known_), "");
  EXPECT_EQ(nearest_word("xyz", known_), "");
  EXPECT_EQ(nearest_word("model", {}), "");
}

TEST_F(NearestWord, CountsASwapOfNeighboursOnce) {
  const std::vector<std::string> known = {"ab"};
  EXPECT_EQ(nearest_word("ba", known), "ab");
}

TEST_F(NearestWord, CountsCharactersAndNotBytes) {
  const std::vector<std::string> known = {"λόγος"};
  EXPECT_EQ(nearest_word("λογος", known), "λόγος");
}

TEST_F(NearestWord, AllowsAThirdOfTheLongerWord) {
  const std::vector<std::string> known = {"abcdef"};
  EXPECT_EQ(nearest_word("abcdxy", known), "abcdef");
  EXPECT_EQ(nearest_word("abcxyz", known), "");
}

TEST_F(NearestWord, PrefersTheNearestThenTheFirst) {
  const std::vector<std::string> known = {"turnabc", "turnab", "turnax", "turnay"};
  EXPECT_EQ(nearest_word("turnab", known), "turnab");
  EXPECT_EQ(nearest_word("turnaz", known), "turnab");
}

TEST_F(NearestWord, TakesNoQuadraticTimeOverAnEndlessWord) {
  EXPECT_EQ(nearest_word(std::string(10'000'000, 'm'), known_), "");
}

}  // namespace
}  // namespace syndisco
