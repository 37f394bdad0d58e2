#include "syndisco/text/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syndisco {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SearchTerms, AreRunsOfLettersAndDigitsInLowerCase) {
  EXPECT_THAT(search_terms("Cars OUT, of the city-centre! 2nd"),
              ElementsAre("cars", "out", "of", "the", "city", "centre", "2nd"));
}

TEST(SearchTerms, FoldTheCaseOfEveryScript) {
  EXPECT_THAT(search_terms("ÄRGER Straße ΛΌΓΟΣ Привет"),
              ElementsAre("ärger", "straße", "λόγοσ", "привет"));
}

TEST(SearchTerms, KeepMarksWithTheirLetters) {
  EXPECT_THAT(search_terms("हिन्दी e\u0301t"), ElementsAre("हिन्दी", "e\u0301t"));
}

TEST(SearchTerms, TakeEveryIdeographForAWord) {
  EXPECT_THAT(search_terms("自転車OK"), ElementsAre("自", "転", "車", "ok"));
}

TEST(SearchTerms, AreNoneWhereNothingIsSaid) {
  EXPECT_THAT(search_terms(""), IsEmpty());
  EXPECT_THAT(search_terms(" ... \U0001F600 !"), IsEmpty());
}

TEST(SearchTerms, ReadOverIllFormedBytes) {
  EXPECT_THAT(search_terms("a\xff\xfe"
                           "b"),
              ElementsAre("a", "b"));
}

}  // namespace
}  // namespace syndisco
