#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "syndisco/analysis/figures/markup.h"
#include "syndisco/analysis/figures/scale.h"
#include "syndisco/analysis/figures/text_width.h"
#include "syndisco/text/unicode.h"

namespace syndisco::figures {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Scale, OfZerosGoesFromZeroToOne) {
  const Range range = range_of(0, 0);
  EXPECT_EQ(range.lowest, 0);
  EXPECT_EQ(range.highest, 1);
}

TEST(NiceTicks, AreRoundAndEmbraceTheRange) {
  EXPECT_THAT(nice_ticks({0, 2.52}, 6).texts, ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(nice_ticks({0.13, 0.48}, 6).texts, ElementsAre("0.1", "0.2", "0.3", "0.4", "0.5"));
  EXPECT_THAT(nice_ticks({-0.31, 0.3}, 5).texts,
              ElementsAre("\u22120.4", "\u22120.2", "0.0", "0.2", "0.4"));
  EXPECT_THAT(nice_ticks({0, 120000}, 4).texts, ElementsAre("0", "50000", "100000", "150000"));
}

TEST(NiceTicks, AreWrittenWithExponentsWhereNumbersAreHugeOrTiny) {
  EXPECT_THAT(nice_ticks({0, 3e9}, 4).texts, ElementsAre("0", "1e9", "2e9", "3e9"));
  EXPECT_THAT(nice_ticks({0, 3e-9}, 4).texts,
              ElementsAre("0", "1e\u22129", "2e\u22129", "3e\u22129"));
}

TEST(NiceTicks, AreFewDifferentAndFiniteWhateverTheRange) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  for (const Range range : {Range{0, 0},
                            {5, 5},
                            {-huge, huge},
                            {0, tiny},
                            {1e15, 1e15 + 0.2},
                            {-3, -3},
                            {huge, huge},
                            {-1e-300, 1e300},
                            {0.1, 0.1 + 1e-17}}) {
    const Ticks ticks = nice_ticks(range, 6);
    ASSERT_GE(ticks.at.size(), 2U);
    EXPECT_LE(ticks.at.size(), 12U);
    for (std::size_t i = 0; i < ticks.at.size(); ++i) {
      EXPECT_TRUE(std::isfinite(ticks.at[i]));
      if (i > 0) {
        EXPECT_LT(ticks.at[i - 1], ticks.at[i]);
        EXPECT_NE(ticks.texts[i - 1], ticks.texts[i]) << range.lowest << " " << range.highest;
      }
      EXPECT_LE(ticks.texts[i].size(), 24U);
    }
  }
}

TEST(Scale, KeepsWhatIsOutsideAtItsEnds) {
  const Scale scale({0, 10}, 100, 200);
  EXPECT_DOUBLE_EQ(scale(2.5), 125);
  EXPECT_DOUBLE_EQ(scale(-1), 100);
  EXPECT_DOUBLE_EQ(scale(kInfinity), 200);
  EXPECT_DOUBLE_EQ(scale(std::nan("")), 100);
  EXPECT_DOUBLE_EQ(Scale({-1e308, 1e308}, 0, 1)(0), 0.5);
}

TEST(NumberText, HasThreeSignificantDigits) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(5), "5");
  EXPECT_EQ(number_text(2.3149), "2.31");
  EXPECT_EQ(number_text(100), "100");
  EXPECT_EQ(number_text(12345), "12345");
  EXPECT_EQ(number_text(-0.25), "\u22120.25");
  EXPECT_EQ(number_text(0.00012), "1.20e\u22124");
  EXPECT_EQ(number_text(1.5e9), "1.50e9");
  EXPECT_EQ(number_text(std::nan("")), "\u2013");
}

TEST(NumberTexts, AreAlike) {
  EXPECT_THAT(number_texts({2, 0.5, -1.25, -0.0001}),
              ElementsAre("2.00", "0.50", "\u22121.25", "0.00"));
  EXPECT_THAT(number_texts({0, 0}), ElementsAre("0", "0"));
}

TEST(Shortened, KeepsWhatFitsAndCutsTheRest) {
  EXPECT_EQ(shortened("short", 100, 12), "short");
  const std::string cut = shortened("a rather long name of a condition", 80, 12);
  EXPECT_THAT(cut, testing::EndsWith("\u2026"));
  EXPECT_LE(text_width(cut, 12), 80);
  EXPECT_GT(text_width(cut, 12), 50);
  EXPECT_EQ(shortened("anything", 0, 12), "\u2026");
  EXPECT_EQ(shortened("", 100, 12), "");
}

TEST(Shortened, CutsBetweenCharactersOfAnyScript) {
  for (const std::string& text :
       {std::string("\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u05e9\u05dc\u05d5\u05dd"),
        std::string("\u8a71\u3057\u5408\u3044\u306e\u6761\u4ef6\u306e\u540d\u524d"),
        std::string("\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600"),
        std::string(std::size_t{1} << 20U, 'x')})
    for (const double width : {5.0, 20.0, 40.0, 61.5})
      EXPECT_TRUE(is_valid_utf8(shortened(text, width, 12)));
}

TEST(Wrapped, BreaksBetweenWordsAndEndsWhereRoomEnds) {
  EXPECT_THAT(wrapped("one two three", 60, 12, 3), ElementsAre("one two", "three"));
  const auto lines = wrapped("one two three four five six seven", 45, 12, 2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[1], testing::EndsWith("\u2026"));
  EXPECT_TRUE(wrapped("", 45, 12, 2).empty());
}

TEST(MarkupText, HoldsNoMarkup) {
  EXPECT_EQ(markup_text("<b a='x' c=\"y\">&amp;"),
            "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;amp;");
  EXPECT_EQ(markup_text("a\n\x1b[0m \u202e"), "a\n\\x1b[0m \\u202e");
  EXPECT_EQ(markup_line("a\nb"), "a\\nb");
  EXPECT_EQ(markup_text("\uffff \ufffe \uffe5"), "\\uffff \\ufffe \uffe5");
}

}  // namespace
}  // namespace syndisco::figures
