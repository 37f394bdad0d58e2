#include "syndisco/design/document.h"

#include <gtest/gtest.h>

#include <string>

namespace syndisco {
namespace {

/// The value as compact JSON, which tells types apart.
std::string yaml(const std::string& text) {
  return dump_json_compact(Document("test.yaml", text, Syntax::kYaml).root());
}

TEST(YamlScalar, NullIsWrittenInThreeWays) {
  EXPECT_EQ(yaml("[~, null, '']"), R"([null,null,""])");
}

TEST(YamlScalar, AnAbsentValueIsNull) {
  EXPECT_EQ(yaml("a:\nb:\n"), R"({"a":null,"b":null})");
}

TEST(YamlScalar, OnlyTrueAndFalseAreBooleans) {
  EXPECT_EQ(yaml("[true, False, yes, no, on, off, y]"),
            R"([true,false,"yes","no","on","off","y"])");
}

TEST(YamlScalar, WholeNumbers) {
  EXPECT_EQ(yaml("[0, -7, +8, 007, 0x1F, 0o17, 9223372036854775807, -9223372036854775808]"),
            "[0,-7,8,7,31,15,9223372036854775807,-9223372036854775808]");
}

TEST(YamlScalar, WholeNumbersOfMoreThan64BitsKeepTheirDigits) {
  EXPECT_EQ(yaml("[9223372036854775808, -00123456789012345678901234567890]"),
            "[9223372036854775808,-123456789012345678901234567890]");
}

TEST(YamlScalar, Floats) {
  EXPECT_EQ(yaml("[1.5, -.5, 2., 1e3, +1.5E-2, 1e-999]"), "[1.5,-0.5,2.0,1000.0,0.015,0.0]");
}

TEST(YamlScalar, WhatOnlyLooksLikeANumberIsText) {
  EXPECT_EQ(yaml("[1.2.3, 0xG, 1e, ., -, +, 12:30, 1_000, 0b1, 2024-01-01]"),
            R"(["1.2.3","0xG","1e",".","-","+","12:30","1_000","0b1","2024-01-01"])");
}

TEST(YamlScalar, QuotedIsText) {
  EXPECT_EQ(yaml(R"(['1', "true", '~'])"), R"(["1","true","~"])");
}

TEST(YamlScalar, TagsSayTheType) {
  EXPECT_EQ(yaml("[!!str 1, !!int '2', !!float 3, !!bool 'true', ! 12]"),
            R"(["1",2,3.0,true,"12"])");
}

TEST(YamlScalar, EscapedQuotesDoNotEndAText) {
  EXPECT_EQ(yaml(R"(a: "x\"y"
b: 'it''s'
c: "\\")"),
            R"({"a":"x\"y","b":"it's","c":"\\"})");
}

TEST(YamlMapping, NamesAreTextsAsWritten) {
  EXPECT_EQ(yaml("1: a\n0.50: b\ntrue: c\n'': d\n"), R"({"1":"a","0.50":"b","true":"c","":"d"})");
}

TEST(YamlMapping, KeepsTheOrder) {
  EXPECT_EQ(yaml("{z: 1, a: 2, m: 3}"), R"({"z":1,"a":2,"m":3})");
}

TEST(YamlMapping, AliasesRepeatWhatTheyReferTo) {
  EXPECT_EQ(yaml("a: &x {b: [1]}\nc: *x\n"), R"({"a":{"b":[1]},"c":{"b":[1]}})");
}

TEST(YamlMapping, OwnMembersComeBeforeMergedOnes) {
  EXPECT_EQ(yaml("a: &x {p: 1, q: 2}\nb: {q: 3, <<: *x, r: 4}\n"),
            R"({"a":{"p":1,"q":2},"b":{"p":1,"q":3,"r":4}})");
}

TEST(YamlMapping, OfSeveralMergedTheFirstCounts) {
  EXPECT_EQ(yaml("{<<: [{a: 1}, {a: 2, b: 3}]}"), R"({"a":1,"b":3})");
}

TEST(YamlMapping, QuotedMergeIsAName) {
  EXPECT_EQ(yaml("{'<<': 1}"), R"({"<<":1})");
}

TEST(YamlText, BlockTexts) {
  EXPECT_EQ(yaml("a: |\n  x\n  y\nb: >-\n  x\n  y\n"), R"({"a":"x\ny\n","b":"x y"})");
}

TEST(YamlText, WindowsLineEnds) {
  EXPECT_EQ(yaml("a: 1\r\nb: 2\r\n"), R"({"a":1,"b":2})");
}

TEST(YamlText, ByteOrderMark) {
  EXPECT_EQ(yaml("\xEF\xBB\xBF"
                 "a: 1\n"),
            R"({"a":1})");
}

TEST(YamlText, DirectivesAndMarkersOfOneDocument) {
  EXPECT_EQ(yaml("%YAML 1.2\n---\na: 1\n...\n"), R"({"a":1})");
}

TEST(JsonText, ByteOrderMark) {
  const Document document("test.json", "\xEF\xBB\xBF{\"a\": 1}", Syntax::kJson);
  EXPECT_EQ(dump_json_compact(document.root()), R"({"a":1})");
}

TEST(Document, EndingTellsTheSyntax) {
  EXPECT_EQ(syntax_of("a/b.json"), Syntax::kJson);
  EXPECT_EQ(syntax_of("B.JSON"), Syntax::kJson);
  EXPECT_EQ(syntax_of("a.json.yaml"), Syntax::kYaml);
  EXPECT_EQ(syntax_of("a.yml"), Syntax::kYaml);
  EXPECT_EQ(syntax_of("a"), Syntax::kYaml);
}

TEST(Document, PlacesOfYamlCountCharacters) {
  const Document document("f.yaml", "a: {ä: x, b: [1, 2]}\n", Syntax::kYaml);
  EXPECT_EQ(document.place("/a").text(), "f.yaml:1:4");
  EXPECT_EQ(document.name_place("/a/b").text(), "f.yaml:1:11");
  EXPECT_EQ(document.place("/a/b/1").text(), "f.yaml:1:18");
}

TEST(Document, PlaceOfWhatIsNotThereIsThatOfWhatIsAround) {
  const Document document("f.yaml", "a:\n  b: 1\n", Syntax::kYaml);
  EXPECT_EQ(document.place("/a/c/d").line, 2);
  EXPECT_EQ(document.place("/a/c/d").pointer, "/a/c/d");
}

TEST(Document, PlacesOfMergedMembersAreWhereTheyWereWritten) {
  const Document document("f.yaml", "a: &x\n  p: 1\nb:\n  <<: *x\n", Syntax::kYaml);
  EXPECT_EQ(document.place("/b/p").text(), "f.yaml:2:6");
}

TEST(Document, NamesWithSlashesHaveTheirOwnPlaces) {
  const Document document("f.yaml", "a/b: 1\na: {b: 2}\n", Syntax::kYaml);
  EXPECT_EQ(document.place("/a~1b").line, 1);
  EXPECT_EQ(document.place("/a/b").line, 2);
}

TEST(Document, TextsOfTenMegabytes) {
  const std::string text(10 << 20, 'x');
  const Document document("f.yaml", "a: |\n  " + text + "\nb: 1\n", Syntax::kYaml);
  EXPECT_EQ(document.root().find("a")->string().size(), text.size() + 1);
  EXPECT_EQ(document.place("/b").text(), "f.yaml:3:4");
}

}  // namespace
}  // namespace syndisco
