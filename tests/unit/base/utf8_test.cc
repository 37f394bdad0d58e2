#include "syndisco/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace syndisco {
namespace {

TEST(DecodeUtf8, ReadsEveryCodePointThatIsWritten) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const DecodedCharacter character = decode_utf8(text, 0);
    ASSERT_TRUE(character.valid) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(character.code, c);
    ASSERT_EQ(character.length, text.size());
  }
}

TEST(DecodeUtf8, RefusesOverlongFormsSurrogatesAndNumbersBeyondUnicode) {
  for (const std::string text :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\x80"}) {
    const DecodedCharacter character = decode_utf8(text, 0);
    EXPECT_FALSE(character.valid);
    EXPECT_EQ(character.code, char32_t{0xFFFD});
    EXPECT_EQ(character.length, 1u);
    EXPECT_FALSE(character.truncated);
  }
}

TEST(DecodeUtf8, TakesTheMaximalSubpartOfABrokenCharacter) {
  EXPECT_EQ(decode_utf8("\xF0\x9F\x99x", 0).length, 3u);
  EXPECT_EQ(decode_utf8("\xE3\x81\xE3", 0).length, 2u);
  EXPECT_FALSE(decode_utf8("\xE3\x81\xE3", 0).truncated);
}

TEST(DecodeUtf8, SaysWhereOnlyTheEndIsMissing) {
  EXPECT_TRUE(decode_utf8("\xF0\x9F\x99", 0).truncated);
  EXPECT_TRUE(decode_utf8("a\xC3", 1).truncated);
}

TEST(AppendUtf8, ReplacesWhatIsNoCharacter) {
  std::string text;
  append_utf8(text, 0xD800);
  append_utf8(text, 0x110000);
  EXPECT_EQ(text, "\uFFFD\uFFFD");
}

}  // namespace
}  // namespace syndisco
