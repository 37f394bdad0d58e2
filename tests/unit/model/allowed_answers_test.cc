#include "syndisco/model/llama/allowed_answers.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace syndisco {
namespace {

/// A vocabulary; the token is the position in the list.
SortedPieces pieces_of(const std::vector<std::string>& texts) {
  SortedPieces pieces;
  for (std::size_t i = 0; i < texts.size(); ++i)
    pieces.emplace_back(texts[i], static_cast<Token>(i));
  std::sort(pieces.begin(), pieces.end());
  return pieces;
}

std::vector<std::string> next_texts(const AnswerPath& path, const SortedPieces& pieces) {
  std::vector<std::string> texts;
  for (const Token token : path.next(pieces))
    for (const auto& [text, id] : pieces)
      if (id == token) texts.push_back(text);
  std::sort(texts.begin(), texts.end());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(AnswerPath, OffersWhatBeginsAnAllowedAnswer) {
  const AllowedAnswers allowed(Choice{{"yes", "no"}});
  const SortedPieces pieces = pieces_of({"y", "ye", "yes", "yess", "n", "x", "o", "no"});
  EXPECT_EQ(next_texts(AnswerPath(allowed), pieces), (Texts{"n", "no", "y", "ye", "yes"}));
}

TEST(AnswerPath, OffersWhatGoesOn) {
  const AllowedAnswers allowed(Choice{{"yes", "yet"}});
  const SortedPieces pieces = pieces_of({"y", "e", "es", "et", "s", "t", "ex"});
  AnswerPath path(allowed);
  path.add("y");
  EXPECT_EQ(next_texts(path, pieces), (Texts{"e", "es", "et"}));
  path.add("e");
  EXPECT_EQ(next_texts(path, pieces), (Texts{"s", "t"}));
  path.add("t");
  EXPECT_TRUE(path.finished());
}

TEST(AnswerPath, MayEndOrGoOnWhereOneAnswerBeginsAnother) {
  const AllowedAnswers allowed(Choice{{"ab", "a"}});
  const SortedPieces pieces = pieces_of({"a", "b", "ab"});
  AnswerPath path(allowed);
  EXPECT_FALSE(path.complete());
  path.add("a");
  EXPECT_TRUE(path.complete());
  EXPECT_FALSE(path.finished());
  EXPECT_EQ(next_texts(path, pieces), Texts{"b"});
  path.add("b");
  EXPECT_TRUE(path.finished());
}

TEST(AnswerPath, IgnoresOneBlankBeforeTheAnswer) {
  const AllowedAnswers allowed(Choice{{"yes"}});
  const SortedPieces pieces = pieces_of({" ", " y", "y", "  y", " x"});
  AnswerPath path(allowed);
  EXPECT_EQ(next_texts(path, pieces), (Texts{" y", "y"}));
  path.add(" y");
  EXPECT_EQ(path.text(), "y");
  EXPECT_EQ(next_texts(path, pieces_of({" ", "es", " es"})), Texts{"es"});
}

TEST(AnswerPath, KeepsABlankThatBelongsToTheAnswer) {
  const AllowedAnswers allowed(Choice{{" yes", "yes"}});
  AnswerPath path(allowed);
  path.add(" y");
  EXPECT_EQ(path.text(), " y");
}

TEST(AnswerPath, KnowsNumbers) {
  const AllowedAnswers allowed(IntegerRange{-2, 12});
  const SortedPieces pieces = pieces_of({"-", "-1", "-3", "0", "00", "1", "12", "13", "2", "9"});
  AnswerPath path(allowed);
  EXPECT_EQ(next_texts(path, pieces), (Texts{"-", "-1", "0", "1", "12", "2", "9"}));
  path.add("1");
  EXPECT_TRUE(path.complete());
  EXPECT_EQ(next_texts(path, pieces), (Texts{"0", "1", "2"}));
  path.add("2");
  EXPECT_TRUE(path.finished());
}

TEST(AnswerPath, GoesThroughHalvesOfCharacters) {
  const AllowedAnswers allowed(Choice{{"\xc3\xa9", "\xc3\xa8"}});
  const SortedPieces pieces = pieces_of({"\xc3", "\xa9", "\xa8", "\xa7"});
  AnswerPath path(allowed);
  EXPECT_EQ(next_texts(path, pieces), Texts{"\xc3"});
  path.add("\xc3");
  EXPECT_EQ(next_texts(path, pieces), (Texts{"\xa8", "\xa9"}));
}

TEST(AllowedAnswers, HoldsTheLargestRange) {
  const AllowedAnswers allowed(IntegerRange{-50'000, 49'999});
  EXPECT_EQ(allowed.longest(), 6U);
  AnswerPath path(allowed);
  path.add("-4");
  path.add("2");
  EXPECT_TRUE(path.complete());
  path.add("000");
  EXPECT_TRUE(path.finished());
  EXPECT_EQ(path.text(), "-42000");
}

}  // namespace
}  // namespace syndisco
