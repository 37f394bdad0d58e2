#include "syndisco/text/wrap.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "golden.h"

namespace syndisco {
namespace {

TEST(PythonFill, AnswersAsPythonDoes) {
  const auto cases = test::golden("wrap.json");
  ASSERT_GT(cases.size(), 300u);
  for (const auto& [text, width, filled] :
       cases.get<std::vector<std::tuple<std::string, std::size_t, std::string>>>()) {
    EXPECT_EQ(python_fill(text, width), filled) << "width " << width << " of " << text;
  }
}

TEST(PythonFill, FlattensParagraphsEvenAtAGreatWidth) {
  EXPECT_EQ(python_fill("one\n\ntwo\tthree\n", 900'000), "one  two     three");
}

TEST(PythonFill, BreaksBetweenHyphenatedParts) {
  EXPECT_EQ(python_fill("this-is-hyphenated text", 10), "this-is-\nhyphenated\ntext");
}

TEST(PythonFill, FillsTheLineBeforeItCutsAnOverlongWord) {
  EXPECT_EQ(python_fill("ab cdefghijkl", 6), "ab cde\nfghijk\nl");
}

TEST(PythonFill, KnowsLettersThatCameWithUnicode15) {
  // U+1DF25 is a letter since 15.0: older tables would not break here.
  EXPECT_EQ(python_fill("\U0001DF25\U0001DF25-\U0001DF25\U0001DF25", 4),
            "\U0001DF25\U0001DF25-\n\U0001DF25\U0001DF25");
}

TEST(PythonFill, ReplacesIllFormedBytes) {
  EXPECT_EQ(python_fill("a\xff\xc3 b", 70), "a\uFFFD\uFFFD b");
}

TEST(PythonFill, TakesAWidthOfZeroForOne) {
  EXPECT_EQ(python_fill("ab", 0), "a\nb");
}

TEST(PythonFill, TakesLinearTime) {
  // Each of these is quadratic, and takes minutes, where the rest of a text is copied or searched
  // again for each line.
  const std::string pieces[] = {"-", "a", "a-", "1-", " ", "--a", "-1"};
  for (const std::string& piece : pieces) {
    std::string text;
    while (text.size() < 1'000'000) text += piece;
    for (const std::size_t width : {std::size_t{1}, std::size_t{1000}, std::size_t{900'000}}) {
      EXPECT_FALSE(python_fill("x" + text, width).empty());
    }
  }
}

}  // namespace
}  // namespace syndisco
