#include <gtest/gtest.h>

#include <cmath>

#include "syndisco/analysis/read_answer.h"
#include "syndisco/analysis/words.h"
#include "syndisco/base/error.h"

namespace syndisco {
namespace {

std::optional<double> read_rating(std::string_view text) {
  return read_answer({"", IntegerRange{1, 5}, {}}, Json(), text);
}

TEST(ReadAnswer, FindsTheOnlyNumberOfTheRange) {
  EXPECT_EQ(read_rating("4"), 4);
  EXPECT_EQ(read_rating(" Toxicity: 4.\n"), 4);
  EXPECT_EQ(read_rating("4, because 100% of it is calm, so 4"), 4);
  EXPECT_EQ(read_rating("I say **2**"), 2);
  EXPECT_EQ(read_rating("I say 4, so 4"), 4);
  EXPECT_EQ(read_rating("... 3...no.3"), 3);
  EXPECT_EQ(read_rating("4 (confidence 0.95)"), 4);
}

TEST(ReadAnswer, RefusesToGuessBetweenNumbers) {
  for (const char* text :
       {"4 of 5", "1-5",  "3/5",           "2 or 3",       "3.5", "six",  "",      "9",
        "-3",     "gpt4", "4th",           ".5",           "3,7", "4/10", "1,000", "1.000",
        "3.0",    "-.5",  "4 on 1/2/2024", "version 1.2.3"})
    EXPECT_EQ(read_rating(text), std::nullopt) << text;
}

std::optional<double> read_stance(std::string_view text) {
  const std::vector<std::string> options = {"toxic", "not toxic", "unclear"};
  return read_answer({"", Choice{options}, options}, Json(), text);
}

TEST(ReadAnswer, FindsTheOnlyOptionNamed) {
  EXPECT_EQ(read_stance("toxic"), 0);
  EXPECT_EQ(read_stance("The comment is Not toxic."), 1);
  EXPECT_EQ(read_stance("UNCLEAR to me; unclear"), 2);
}

TEST(ReadAnswer, RefusesSeveralOptionsPartsOfWordsAndDenials) {
  for (const char* text :
       {"toxic or unclear", "intoxication", "toxicity", "never unclear", "isn't toxic", "", "yes"})
    EXPECT_EQ(read_stance(text), std::nullopt) << text;
}

TEST(ReadAnswer, LooksForDenialsInTheSentenceOfTheOption) {
  for (const char* text :
       {"It is not at all toxic.", "No, I would call it toxic", "I don't find it toxic",
        "I don\xe2\x80\x99t find it toxic", "Non-toxic", "\"never\" toxic"})
    EXPECT_EQ(read_stance(text), std::nullopt) << text;
  EXPECT_EQ(read_stance("I do not like it. It is toxic."), 0);
  EXPECT_EQ(read_stance("No!\nToxic"), 0);
  EXPECT_EQ(read_stance("Notable: toxic"), 0);
}

TEST(ReadAnswer, TrustsTypedValuesWithinTheirConstraint) {
  const AnswerPart part{"", IntegerRange{1, 5}, {}};
  EXPECT_EQ(read_answer(part, 3, "nonsense"), 3);
  EXPECT_EQ(read_answer(part, 7, "7"), std::nullopt);
}

TEST(ReadAnswer, ReadsPropertiesOfJsonAnswers) {
  const Json schema = parse_json(
      R"({"type": "object", "properties": {"score": {"type": "integer"}, "why": {"type": "string"},
          "civil": {"type": "boolean"}}})");
  const std::vector<AnswerPart> parts = answer_parts(JsonAnswer{schema});
  ASSERT_EQ(parts.size(), 2U);
  const Json answer = parse_json(R"({"score": 4, "why": "x", "civil": true})");
  EXPECT_EQ(read_answer(parts[0], answer, ""), 4);
  EXPECT_EQ(read_answer(parts[1], answer, ""), 1);
  EXPECT_EQ(read_answer(parts[0], Json(), "{\"score\": 2}"), 2);
  EXPECT_EQ(read_answer(parts[0], Json(), "score 2"), std::nullopt);
}

TEST(ReadAnswer, TakesConstraintsFromTheCommandLine) {
  EXPECT_EQ(constraint_from("integer:-1-5"), AnswerConstraint(IntegerRange{-1, 5}));
  EXPECT_EQ(constraint_from("choice:yes, no"), AnswerConstraint(Choice{{"yes", "no"}}));
  for (const char* text :
       {"", "integer:", "integer:5-1", "integer:1", "choice:", "choice:a,,b", "choice:a,a", "text",
        "integer:1-99999999", "integer:-9223372036854775807-9223372036854775807"})
    EXPECT_THROW(constraint_from(text), InputError) << text;
}

TEST(Words, AreCountedAsPythonSplits) {
  EXPECT_EQ(count_words(""), 0U);
  EXPECT_EQ(count_words(" a  b\n\xc2\xa0"
                        "c "),
            3U);
  EXPECT_EQ(count_words("\"\""), 1U);
  EXPECT_EQ(count_words("a\x1c"
                        "b\xe2\x80\x8b"
                        "c"),
            2U);
}

TEST(Words, KnowQuoteOnlyTexts) {
  EXPECT_TRUE(is_quote_only("\"\""));
  EXPECT_TRUE(is_quote_only(" \" \n"));
  EXPECT_TRUE(is_quote_only(""));
  EXPECT_FALSE(is_quote_only("\"a\""));
}

TEST(Words, FindTheLongestNameOfEachMention) {
  using Places = std::vector<std::size_t>;
  EXPECT_EQ(mentions("well @anna, no", {"ann", "anna"}), Places({1}));
  EXPECT_EQ(mentions("well @anna", {"ann"}), Places());
  EXPECT_EQ(mentions("mail a@b, @bo @x @bo", {"x", "bo"}), Places({1, 0, 1}));
  EXPECT_EQ(mentions("@", {""}), Places());
}

TEST(Balance, IsEvenOrOneSided) {
  EXPECT_DOUBLE_EQ(gini({2, 2, 2}), 0);
  EXPECT_DOUBLE_EQ(gini({0, 0, 6}), 2.0 / 3);
  EXPECT_DOUBLE_EQ(normalised_entropy({3, 3}), 1);
  EXPECT_DOUBLE_EQ(normalised_entropy({0, 5}), 0);
  EXPECT_TRUE(std::isnan(gini({0, 0})));
  EXPECT_TRUE(std::isnan(normalised_entropy({4})));
}

}  // namespace
}  // namespace syndisco
