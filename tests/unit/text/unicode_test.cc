#include "syndisco/text/unicode.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "golden.h"

namespace syndisco {
namespace {

TEST(IsValidUtf8, RefusesWhatNoDecoderMayTake) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("aé日🙂"));
  for (const char* text :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xC3", "\xE6\x97", "\x80"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

// Unicode 15, table 3-8 and the examples around it.
TEST(RepairUtf8, ReplacesEachMaximalSubpartOnce) {
  EXPECT_EQ(repair_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
  EXPECT_EQ(repair_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
  EXPECT_EQ(repair_utf8("\xED\xA0\x80\xED\xBF\xBF\x41"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
}

TEST(RepairUtf8, LeavesWellFormedTextAlone) {
  EXPECT_EQ(repair_utf8("aé日🙂\0b"), "aé日🙂\0b");
}

TEST(CompleteUtf8Prefix, StopsBeforeACharacterThatIsCut) {
  const std::string text = "a🙂";
  EXPECT_EQ(complete_utf8_prefix(text), 5u);
  EXPECT_EQ(complete_utf8_prefix(text.substr(0, 4)), 1u);
  EXPECT_EQ(complete_utf8_prefix(text.substr(0, 3)), 1u);
  EXPECT_EQ(complete_utf8_prefix(text.substr(0, 2)), 1u);
  EXPECT_EQ(complete_utf8_prefix("é\xC3"), 2u);
  EXPECT_EQ(complete_utf8_prefix(""), 0u);
}

TEST(CompleteUtf8Prefix, WaitsForNothingThatCanNeverBecomeACharacter) {
  EXPECT_EQ(complete_utf8_prefix("a\xFF"), 2u);
  EXPECT_EQ(complete_utf8_prefix("a\xE0\x80"), 3u);
  EXPECT_EQ(complete_utf8_prefix("\x80\x80\x80\x80"), 4u);
}

TEST(CountCodePoints, CountsCharactersAndNotBytes) {
  EXPECT_EQ(count_code_points("aé日🙂"), 4u);
  EXPECT_EQ(count_code_points("e\u0301"), 2u);
  EXPECT_EQ(count_code_points("\xff\xff"), 2u);
}

TEST(IsPythonSpace, KnowsTheTwentyNineBlanksOfPython) {
  int count = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) count += is_python_space(c) ? 1 : 0;
  EXPECT_EQ(count, 29);
  EXPECT_FALSE(is_python_space(0x200B));
  EXPECT_FALSE(is_python_space(0xFEFF));
}

TEST(PythonStrip, AnswersAsPythonDoes) {
  for (const auto& [text, stripped] :
       test::golden("strip.json").get<std::vector<std::pair<std::string, std::string>>>()) {
    EXPECT_EQ(python_strip(text), stripped) << text;
  }
}

TEST(PythonStrip, KeepsIllFormedBytes) {
  EXPECT_EQ(python_strip(" \xA0\x85 "), "\xA0\x85");
}

TEST(IsBlank, HoldsForUnicodeBlanksAlone) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \n\x1c\u00a0\u2028\u3000"));
  EXPECT_FALSE(is_blank("\u200b"));
  EXPECT_FALSE(is_blank("."));
}

TEST(ReplaceAll, GoesFromLeftToRightWithoutOverlap) {
  EXPECT_EQ(replace_all("ffoooo", "foo", ""), "foo");
  EXPECT_EQ(replace_all("aaaa", "aa", "b"), "bb");
  EXPECT_EQ(replace_all("aaa", "aa", "b"), "ba");
  EXPECT_EQ(replace_all("abc", "b", "bbb"), "abbbc");
}

TEST(ReplaceAll, ChangesNothingWithoutAnythingToFind) {
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("ｆ"), 2u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("a\u200bb"), 2u);
  EXPECT_EQ(display_width("\xff"), 1u);
  EXPECT_EQ(display_width(""), 0u);
}

TEST(DisplayWidth, TakesAnEmojiSequenceForOneEmoji) {
  EXPECT_EQ(display_width("🙂"), 2u);
  EXPECT_EQ(display_width("👍🏽"), 2u);
  EXPECT_EQ(display_width("👩‍👩‍👧"), 2u);
  EXPECT_EQ(display_width("❤\uFE0F"), 2u);
  EXPECT_EQ(display_width("❤"), 1u);
  EXPECT_EQ(display_width("🇬🇷"), 2u);
}

TEST(Slug, MakesLowerCaseWordsWithDashes) {
  EXPECT_EQ(slug("No Facilitator!"), "no-facilitator");
  EXPECT_EQ(slug("  a__b--c  "), "a-b-c");
  EXPECT_EQ(slug("GPT-4.1"), "gpt-4-1");
}

TEST(Slug, KeepsLettersOfOtherScripts) {
  EXPECT_EQ(slug("Χωρίς Συντονιστή"), "χωρίς-συντονιστή");
  EXPECT_EQ(slug("ÉTÉ"), "été");
  EXPECT_EQ(slug("日本 語"), "日本-語");
  EXPECT_EQ(slug("हिन्दी"), "हिन्दी");
  EXPECT_EQ(slug("İ"), "i");
}

TEST(Slug, IsAlwaysAFileName) {
  for (const char* text : {"", ".", "..", "/", "///", "---", "🙂", "\xff", " ", "\u0301"})
    EXPECT_EQ(slug(text), "x") << text;
  EXPECT_EQ(slug("../../etc/passwd"), "etc-passwd");
}

TEST(Slug, EndsInsideTheLimitAndInsideNoCharacter) {
  EXPECT_EQ(slug(std::string(100, 'a')), std::string(64, 'a'));
  std::string greek = "a";
  for (int i = 0; i < 50; ++i) greek += "λ";
  EXPECT_EQ(slug(greek).size(), 63u);
  EXPECT_EQ(slug(std::string(64, 'a') + " b"), std::string(64, 'a'));
  EXPECT_EQ(slug(std::string(63, 'a') + " b"), std::string(63, 'a'));
}

}  // namespace
}  // namespace syndisco
