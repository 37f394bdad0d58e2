#include "syndisco/base/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace syndisco {
namespace {

using std::string_literals::operator""s;

TEST(Printable, KeepsNewlinesAndTabs) {
  EXPECT_EQ(printable("a\n\tb"), "a\n\tb");
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("\x1b[31m\x7f\0\r"s), "\\x1b[31m\\x7f\\x00\\r");
  EXPECT_EQ(printable("\u0085\u009b"), "\\x85\\x9b");
}

TEST(Printable, EscapesBidirectionalControls) {
  EXPECT_EQ(printable("a\u202eb\u2066c\u200fd\u061c"), "a\\u202eb\\u2066c\\u200fd\\u061c");
}

TEST(Printable, ReplacesIllFormedBytes) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\uFFFD\uFFFD");
}

TEST(Printable, LeavesOtherTextAlone) {
  EXPECT_EQ(printable("Ω \\ 日本 🙂 \u00a0"), "Ω \\ 日本 🙂 \u00a0");
}

TEST(PrintableLine, EscapesEveryWayToBreakALine) {
  EXPECT_EQ(printable_line("a\nb\r\tc\v\f\u0085\u2028\u2029"),
            "a\\nb\\r\\tc\\x0b\\x0c\\x85\\u2028\\u2029");
}

TEST(PrintableJson, IsAStringOnOneLine) {
  EXPECT_EQ(printable_json("a\"\\\n\t\0\x7f\u009b\u202e\u2028 Ω🙂\xff"s),
            R"("a\"\\\u000a\u0009\u0000\u007f\u009b\u202e\u2028 Ω🙂)"
            "\uFFFD\"");
}

}  // namespace
}  // namespace syndisco
