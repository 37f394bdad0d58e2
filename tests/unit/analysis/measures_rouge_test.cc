#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "support/oracle.h"

#include "syndisco/analysis/rouge.h"

namespace syndisco {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint32_t> tokens_of(std::string_view text) {
  RougeVocabulary vocabulary;
  return vocabulary.tokens(text);
}

TEST(RougeVocabulary, TakesRunsOfAsciiLettersAndDigitsInAnyCase) {
  EXPECT_THAT(tokens_of("The cat, the CAT-2 & caf\xc3\xa9!"), ElementsAre(0, 1, 0, 1, 2, 3));
}

TEST(RougeVocabulary, LowersTheKelvinSignAndTheDottedCapitalI) {
  // U+212A is a k inside of a word; U+0130 an i and a mark, which ends the word.
  EXPECT_THAT(tokens_of("\xe2\x84\xaa"
                        "elvin kelvin"),
              ElementsAre(0, 0));
  EXPECT_THAT(tokens_of("d\xc4\xb0z di z"), ElementsAre(0, 1, 0, 1));
}

TEST(RougeL, EqualsRougeScoreOnPairsOfAllKinds) {
  const auto folder = testing::oracle_dir();
  if (!folder) GTEST_SKIP() << "no oracle values";
  const Json oracle = testing::read_oracle(*folder, "rouge_pairs.json");
  for (const Json& pair : oracle.find("pairs")->array()) {
    const RougeL score = rouge_l(pair.find("target")->string(), pair.find("prediction")->string());
    const std::int64_t id = pair.find("id")->integer();
    EXPECT_EQ(static_cast<std::int64_t>(score.lcs), pair.find("lcs")->integer()) << id;
    EXPECT_NEAR(score.precision, pair.find("precision")->number(), 1e-12) << id;
    EXPECT_NEAR(score.recall, pair.find("recall")->number(), 1e-12) << id;
    EXPECT_NEAR(score.f1, pair.find("f1")->number(), 1e-12) << id;
  }
}

std::size_t slow_lcs(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const std::uint32_t word : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = b[j] == word ? diagonal + 1 : std::max(row[j], above);
      diagonal = above;
    }
  }
  return row.back();
}

TEST(CommonSubsequence, EqualsTheTextbookTableAcrossBlocksOf64Words) {
  std::mt19937 random(7);
  CommonSubsequence common;
  for (const std::size_t length : {1U, 5U, 63U, 64U, 65U, 127U, 128U, 129U, 300U, 3U}) {
    for (const std::size_t other : {0U, 1U, 64U, 130U}) {
      std::vector<std::uint32_t> a(length), b(other);
      for (std::uint32_t& word : a) word = static_cast<std::uint32_t>(random() % 9);
      for (std::uint32_t& word : b) word = static_cast<std::uint32_t>(random() % 9);
      common.prepare(a, 9);
      EXPECT_EQ(common.length(b), slow_lcs(a, b)) << length << " " << other;
    }
  }
}

DiverseText text_of(RougeVocabulary& vocabulary, std::string_view text, std::uint8_t of = 1) {
  return {vocabulary.tokens(text), of};
}

TEST(Diversity, IsZeroForEqualCommentsAndOneForDifferentOnes) {
  RougeVocabulary vocabulary;
  const std::vector<DiverseText> equal = {text_of(vocabulary, "a b"), text_of(vocabulary, "A, b")};
  EXPECT_EQ(diversity(equal, vocabulary.size())[kGenerated], 0);
  const std::vector<DiverseText> other = {text_of(vocabulary, "a b"), text_of(vocabulary, "c")};
  EXPECT_EQ(diversity(other, vocabulary.size())[kGenerated], 1);
}

TEST(Diversity, CountsCommentsWithoutWordsAsLikeNothing) {
  RougeVocabulary vocabulary;
  const std::vector<DiverseText> comments = {text_of(vocabulary, "a"), text_of(vocabulary, "a"),
                                             text_of(vocabulary, "!?")};
  EXPECT_NEAR(diversity(comments, vocabulary.size())[kGenerated], 1 - 1.0 / 3, 1e-15);
}

TEST(Diversity, NeedsTwoComments) {
  RougeVocabulary vocabulary;
  const std::vector<DiverseText> one = {text_of(vocabulary, "a")};
  EXPECT_TRUE(std::isnan(diversity(one, vocabulary.size())[kGenerated]));
}

TEST(WordVariety, CountsDifferentWordsAndPairs) {
  RougeVocabulary vocabulary;
  const std::vector<DiverseText> comments = {text_of(vocabulary, "a b a b"),
                                             text_of(vocabulary, "a c")};
  const WordVariety variety = word_variety(comments);
  EXPECT_DOUBLE_EQ(variety.distinct_1, 3.0 / 6);
  EXPECT_DOUBLE_EQ(variety.distinct_2, 3.0 / 4);
  EXPECT_DOUBLE_EQ(variety.type_token_ratio, (0.5 + 1) / 2);
}

}  // namespace
}  // namespace syndisco
