#include "syndisco/text/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "golden.h"

#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

using std::string_literals::operator""s;

// ---- values

TEST(Json, TellsItsKind) {
  EXPECT_EQ(Json().kind(), "null");
  EXPECT_EQ(Json(true).kind(), "a boolean");
  EXPECT_EQ(Json(1).kind(), "a whole number");
  EXPECT_EQ(Json(BigInteger{"123456789012345678901"}).kind(), "a whole number");
  EXPECT_EQ(Json(1.5).kind(), "a number");
  EXPECT_EQ(Json("x").kind(), "a text");
  EXPECT_EQ(Json(JsonArray{}).kind(), "a list");
  EXPECT_EQ(Json(JsonObject{}).kind(), "a mapping");
}

TEST(Json, KeepsSizesBeyondTheSignedRangeByTheirDigits) {
  EXPECT_EQ(Json(std::size_t{9223372036854775807U}).integer(), 9223372036854775807);
  EXPECT_EQ(dump_json(Json(std::size_t{18446744073709551615U})), "18446744073709551615");
}

TEST(Json, GivesAnyNumberAsADouble) {
  EXPECT_EQ(Json(3).number(), 3.0);
  EXPECT_EQ(Json(2.5).number(), 2.5);
  EXPECT_EQ(Json(BigInteger{"-100000000000000000000"}).number(), -1e20);
  EXPECT_EQ(Json(BigInteger{"-" + std::string(400, '9')}).number(),
            -std::numeric_limits<double>::infinity());
  EXPECT_THROW(Json("3").number(), std::bad_variant_access);
}

TEST(Json, FindsMembersOfObjectsOnly) {
  const Json value(JsonObject{{"a", 1}, {"b", nullptr}});
  EXPECT_EQ(value.find("a")->integer(), 1);
  EXPECT_TRUE(value.find("b")->is_null());
  EXPECT_EQ(value.find("c"), nullptr);
  EXPECT_EQ(Json(JsonArray{1}).find("a"), nullptr);
  EXPECT_EQ(Json().find("a"), nullptr);
}

TEST(Json, FindsMembersThatAreTexts) {
  const Json value(JsonObject{{"a", "x"}, {"b", 1}, {"c", nullptr}});
  ASSERT_NE(value.find_string("a"), nullptr);
  EXPECT_EQ(*value.find_string("a"), "x");
  for (const char* name : {"b", "c", "d"}) EXPECT_EQ(value.find_string(name), nullptr) << name;
  EXPECT_EQ(Json("a").find_string("a"), nullptr);
}

TEST(Json, ShowsTextsPlainly) {
  EXPECT_EQ(plain_text("a \"b\""), "a \"b\"");
  EXPECT_EQ(plain_text(JsonArray{"a", 1.0}), R"(["a",1.0])");
  EXPECT_EQ(plain_text(nullptr), "null");
}

TEST(Json, SetsMembersAsPythonDoes) {
  Json value;
  value.set("a", 1);
  value.set("b", 2);
  value.set("a", 3);
  EXPECT_EQ(dump_json(value), R"({"a": 3, "b": 2})");
  EXPECT_THROW(Json(1).set("a", 1), std::bad_variant_access);
}

TEST(Json, ErasesAMemberAndSaysWhetherItWasThere) {
  Json value(JsonObject{{"a", 1}, {"b", 2}});
  EXPECT_TRUE(value.erase("a"));
  EXPECT_FALSE(value.erase("a"));
  EXPECT_FALSE(Json(1).erase("a"));
  EXPECT_EQ(dump_json(value), R"({"b": 2})");
}

TEST(Json, IsEqualOnlyInTheSameOrder) {
  EXPECT_EQ(parse_json(R"({"a":1,"b":[2]})"), parse_json(R"({"a":1,"b":[2]})"));
  EXPECT_NE(parse_json(R"({"a":1,"b":2})"), parse_json(R"({"b":2,"a":1})"));
  EXPECT_NE(Json(1), Json(1.0));
}

TEST(PointerJoin, EscapesTildesAndSlashes) {
  EXPECT_EQ(pointer_join("", "a/b"), "/a~1b");
  EXPECT_EQ(pointer_join("/x", "~"), "/x/~0");
  EXPECT_EQ(pointer_join("/x", ""), "/x/");
}

// ---- writing

TEST(JsonText, IsReadAndWrittenAsPythonDoes) {
  for (const auto& golden : test::golden("json.json")) {
    const auto text = golden["text"].get<std::string>();
    const Json value = parse_json(text);
    EXPECT_EQ(dump_json(value), golden["dumps"].get<std::string>()) << text;
    EXPECT_EQ(dump_json_indented(value), golden["indented"].get<std::string>()) << text;
    EXPECT_EQ(dump_json_compact(value), golden["compact"].get<std::string>()) << text;
    EXPECT_EQ(python_repr(value), golden["repr"].get<std::string>()) << text;
  }
}

TEST(PythonFloat, AnswersAsPythonDoes) {
  for (const auto& [bits, written] :
       test::golden("float.json").get<std::vector<std::pair<std::string, std::string>>>()) {
    EXPECT_EQ(python_float(std::bit_cast<double>(std::uint64_t{std::stoull(bits, nullptr, 16)})),
              written);
  }
}

TEST(DumpJson, WritesWhatIsNotFiniteAsPythonDoes) {
  const Json value(JsonArray{std::nan(""), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()});
  EXPECT_EQ(dump_json(value), "[NaN, Infinity, -Infinity]");
  EXPECT_EQ(python_repr(value), "[nan, inf, -inf]");
}

TEST(DumpJsonCompact, WritesNullForWhatIsNotFinite) {
  EXPECT_EQ(dump_json_compact(JsonArray{std::nan(""), -std::numeric_limits<double>::infinity()}),
            "[null,null]");
}

TEST(DumpJson, WritesIllFormedBytesAsReplacementCharacters) {
  EXPECT_EQ(dump_json("a\xff\xed\xa0\x80"), R"("a\ufffd\ufffd\ufffd\ufffd")");
  EXPECT_EQ(dump_json_compact("a\xff"), R"("a\ufffd")");
  EXPECT_EQ(python_repr("a\xff"), "'a\uFFFD'");
}

TEST(PythonRepr, KnowsWhatIsPrintableSinceUnicode15) {
  EXPECT_EQ(python_repr("\U0001DF25\U0001E030"), "'\U0001DF25\U0001E030'");
}

// ---- reading

TEST(ParseJson, TellsWholeNumbersFromOthers) {
  EXPECT_TRUE(parse_json("1").is_integer());
  EXPECT_TRUE(parse_json("1.0").is_float());
  EXPECT_TRUE(parse_json("1e2").is_float());
  EXPECT_EQ(parse_json("-0").integer(), 0);
  EXPECT_TRUE(std::signbit(parse_json("-0.0").number()));
}

TEST(ParseJson, KeepsEveryDigitOfAWholeNumber) {
  for (const std::string& digits :
       {"9223372036854775808"s, "-9223372036854775809"s, "18446744073709551616"s,
        std::string(400, '7'), std::string(4300, '7')}) {
    EXPECT_EQ(dump_json(parse_json(digits)), digits);
  }
}

TEST(ParseJson, TakesANumberTooNearToZeroForZero) {
  EXPECT_EQ(parse_json("1e-400").number(), 0.0);
  EXPECT_TRUE(std::signbit(parse_json("-1e-400").number()));
  EXPECT_EQ(parse_json("5e-324").number(), 5e-324);
}

TEST(ParseJson, LetsTheLastOfTwoMembersWinInThePlaceOfTheFirst) {
  EXPECT_EQ(dump_json(parse_json(R"({"a":1,"b":2,"a":3})")), R"({"a": 3, "b": 2})");
}

TEST(ParseJson, FindsDuplicatesAmongManyMembers) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text += R"("k3":1,"k99":1})";
  JsonPlaces places;
  const Json value = parse_json(text, "f", &places);
  EXPECT_EQ(value.object().size(), 100u);
  EXPECT_EQ(value.find("k3")->integer(), 1);
  EXPECT_EQ(places.duplicates, (std::vector<std::string>{"/k3", "/k99"}));
}

TEST(ParseJson, TellsWhereEachValueStands) {
  JsonPlaces places;
  parse_json("{\"a\": 1,\n \"é\": [1, {\"x/y\": \"b\"},\r\n 2.5 ,null]}", "f", &places);
  std::vector<std::string> found;
  for (const auto& [pointer, position] : places.positions) {
    found.push_back(pointer + " " + std::to_string(position.line) + ":" +
                    std::to_string(position.column));
  }
  EXPECT_EQ(found, (std::vector<std::string>{" 1:1", "/a 1:7", "/é 2:7", "/é/0 2:8", "/é/1 2:11",
                                             "/é/1/x~1y 2:19", "/é/2 3:2", "/é/3 3:7"}));
}

TEST(ParseJson, ForgetsThePlacesInsideAValueThatWasReplaced) {
  JsonPlaces places;
  parse_json(R"({"a":{"b":1},"ab":2,"a":[7],"a":8})", "f", &places);
  EXPECT_EQ(places.positions.count("/a/b"), 0u);
  EXPECT_EQ(places.positions.count("/a/0"), 0u);
  EXPECT_EQ(places.positions.at("/a").column, 33);
  EXPECT_EQ(places.positions.count("/ab"), 1u);
  EXPECT_EQ(places.duplicates, std::vector<std::string>{"/a"});
}

TEST(ParseJson, ReadsAThousandLevelsAndNoMore) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_EQ(dump_json(parse_json(nested(1000))), nested(1000));
  EXPECT_THROW(parse_json(nested(1001)), InputError);
  EXPECT_THROW(parse_json(std::string(1'000'000, '[')), InputError);
}

/// The report of the error, without its "error: ".
std::string problem(std::string_view text) {
  try {
    parse_json(text, "f");
  } catch (const InputError& error) {
    const std::string report = error.report();
    return report.substr(7, report.size() - 8);
  }
  return "no problem";
}

TEST(ParseJsonProblems, NameWhatWasExpectedAndFound) {
  EXPECT_EQ(problem(""), "f:1:1: expected a value, found the end of the text");
  EXPECT_EQ(problem("{\"a\":}"), "f:1:6: expected a value, found '}'");
  EXPECT_EQ(problem("[1 2]"), "f:1:4: expected ',' or ']', found a number");
  EXPECT_EQ(problem("{\"a\" 1}"), "f:1:6: expected ':', found a number");
  EXPECT_EQ(problem("{\"a\":1 \"b\":2}"), "f:1:8: expected ',' or '}', found a text");
  EXPECT_EQ(problem("{} {}"), "f:1:4: expected the end of the text, found '{'");
  EXPECT_EQ(problem("\u202e"), "f:1:1: expected a value, found '\\u202e'");
}

TEST(ParseJsonProblems, TellLineAndColumnInCharacters) {
  EXPECT_EQ(problem("[\"é\",\n  \"日本\", *]"), "f:2:9: expected a value, found '*'");
}

TEST(ParseJsonProblems, BelongToTheLineThatANumberEnds) {
  EXPECT_EQ(problem("[1\n,\n2\n3]"), "f:4:1: expected ',' or ']', found a number");
}

TEST(ParseJsonProblems, TellWhatIsNotClosed) {
  EXPECT_EQ(problem("{\n\"a\": [1,\n2"),
            "f:3:2: expected ',' or ']', found the end of the text\n"
            "hint: the '[' of line 2 is not closed");
}

TEST(ParseJsonProblems, HintAtHabitsOfOtherLanguages) {
  EXPECT_EQ(problem("[1,]"),
            "f:1:4: expected a value, found ']'\nhint: take out the comma before it");
  EXPECT_EQ(problem("{a: 1}"),
            "f:1:2: expected a name in double quotes or '}', found 'a'\nhint: names stand in "
            "double quotes");
  EXPECT_EQ(problem("['a']"),
            "f:1:2: expected a value or ']', found '''\nhint: texts stand in double quotes");
  EXPECT_EQ(problem("[True]"),
            "f:1:2: expected a value or ']', found 'True'\nhint: JSON writes true and false in "
            "small letters");
  EXPECT_EQ(problem("None"), "f:1:1: expected a value, found 'None'\nhint: JSON writes null");
  EXPECT_EQ(problem("// x"), "f:1:1: expected a value, found '/'\nhint: JSON has no comments");
}

TEST(ParseJsonProblems, NameNumbersThatAreNone) {
  EXPECT_EQ(
      problem("NaN"),
      "f:1:1: expected a value, found 'NaN'\nhint: JSON has no such number; null may stand for it");
  EXPECT_EQ(problem("-Infinity"),
            "f:1:1: '-Infinity' is no number of JSON\nhint: null may stand for it");
  EXPECT_EQ(problem("[1.]"), "f:1:2: '1.' is no number");
  EXPECT_EQ(problem("[-]"), "f:1:2: '-' is no number");
  EXPECT_EQ(problem("[1, 01]"),
            "f:1:5: a number begins with a zero\n"
            "hint: take out the zero, or put the digits in double quotes");
  EXPECT_EQ(problem("1e400"), "f:1:1: the number 1e400 is too large");
  EXPECT_EQ(problem(std::string(4301, '1')),
            "f:1:1: a whole number has 4301 digits, but at most 4300 can be read");
}

TEST(ParseJsonProblems, NameWhatIsWrongInAText) {
  EXPECT_EQ(problem("\"abc"),
            "f:1:1: the text that begins here is never closed\nhint: add a double quote");
  EXPECT_EQ(problem("\"a\nb\""),
            "f:1:3: a line ends inside a text\n"
            "hint: write \\n for a new line, or close the text with a double quote");
  EXPECT_EQ(problem("\"a\tb\""),
            "f:1:3: the control character \\t stands inside a text\n"
            "hint: write it as an escape: \\t, or \\u with four digits");
  EXPECT_EQ(problem("\"C:\\x\""),
            "f:1:4: '\\x' is no escape of JSON\nhint: write two backslashes for a backslash");
  EXPECT_EQ(problem("\"\\u12\""),
            "f:1:2: \\u is not followed by four hexadecimal digits\nhint: write two backslashes "
            "for a backslash");
  EXPECT_EQ(problem("\"\xff\""),
            "f:1:2: a text holds bytes that are not UTF-8\nhint: save the file as UTF-8");
}

TEST(ParseJsonProblems, NameLoneSurrogates) {
  for (const char* text :
       {R"("a\ud83d")", R"("a\ud83d\u0041")", R"("a\ud83dx")", R"("a\ud83d\ud83d\ude00")"}) {
    EXPECT_EQ(problem(text),
              "f:1:3: the escape \\ud83d is half of a surrogate pair\n"
              "hint: write both halves, or the character itself");
  }
  EXPECT_TRUE(problem(R"("\udc00")").starts_with("f:1:2: the escape \\udc00 is half"));
}

TEST(ParseJsonProblems, NameTheByteOrderMark) {
  EXPECT_EQ(problem("\uFEFF{}"),
            "f:1:1: the text begins with a byte order mark\n"
            "hint: save the file as UTF-8 without a byte order mark");
}

TEST(ParseJsonProblems, TakeNoNulForTheEnd) {
  EXPECT_EQ(problem("1\0"s), "f:1:2: expected the end of the text, found '\\x00'");
  EXPECT_EQ(problem("[1]\0 x"s), "f:1:4: expected the end of the text, found '\\x00'");
  EXPECT_EQ(problem("\0"s), "f:1:1: expected a value, found '\\x00'");
}

TEST(ParseJsonProblems, AreReportedForEveryBrokenBeginning) {
  const std::string whole =
      R"({"a": [1, -2.5e-3, "x\u00e9\ud83d\ude00", null, true, false], "日": {"c": {}}})";
  ASSERT_NO_THROW(parse_json(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string report = problem(std::string_view(whole).substr(0, length));
    EXPECT_TRUE(report.starts_with("f:1:")) << report;
    EXPECT_TRUE(is_valid_utf8(report));
  }
}

}  // namespace
}  // namespace syndisco
