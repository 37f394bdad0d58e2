#include "syndisco/model/answer_text.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

const ThinkingTags kThink = {"<think>", "</think>", ""};

struct Result {
  std::string text;
  std::string thinking;
  bool stopped = false;
};

/// Feeds the text in pieces of `size` bytes.
Result put_together(const std::string& text, std::size_t size, std::vector<std::string> stop = {},
                    bool open = false, const ThinkingTags& tags = kThink) {
  AnswerText answer(tags, open, std::move(stop));
  Result result;
  for (std::size_t at = 0; at < text.size() && !result.stopped; at += size)
    result.stopped = answer.add(std::string_view(text).substr(at, size));
  result.stopped = answer.finish() || result.stopped;
  result.text = answer.text();
  result.thinking = answer.thinking();
  return result;
}

class InPieces : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(AnswerText, InPieces, ::testing::Values(1, 2, 3, 7, 100));

TEST_P(InPieces, KeepsTextAsItIs) {
  EXPECT_EQ(put_together(" Hello \n", GetParam()).text, " Hello \n");
}

TEST_P(InPieces, EndsBeforeAStopString) {
  const Result result = put_together("Hello\nAnna: hi", GetParam(), {"\nAnna:"});
  EXPECT_EQ(result.text, "Hello");
  EXPECT_TRUE(result.stopped);
}

TEST_P(InPieces, EndsBeforeTheFirstOfSeveral) {
  EXPECT_EQ(put_together("one two three", GetParam(), {"three", "two thr", "t"}).text, "one ");
}

TEST_P(InPieces, KeepsTheBeginningOfAStopStringThatNeverCame) {
  const Result result = put_together("Hello\nAn", GetParam(), {"\nAnna:"});
  EXPECT_EQ(result.text, "Hello\nAn");
  EXPECT_FALSE(result.stopped);
}

TEST_P(InPieces, MayBeEmpty) {
  EXPECT_EQ(put_together("stop", GetParam(), {"stop"}).text, "");
}

TEST_P(InPieces, KeepsThoughtsApart) {
  const Result result = put_together("\n<think>\nHm.\n</think>\n\nYes.", GetParam());
  EXPECT_EQ(result.text, "Yes.");
  EXPECT_EQ(result.thinking, "Hm.");
}

TEST_P(InPieces, KeepsThoughtsApartThatThePromptBegan) {
  const Result result = put_together("Hm.</think>Yes.", GetParam(), {}, true);
  EXPECT_EQ(result.text, "Yes.");
  EXPECT_EQ(result.thinking, "Hm.");
}

TEST_P(InPieces, HasNoTextWhileItStillThinks) {
  const Result result = put_together("<think>Hm. <", GetParam());
  EXPECT_EQ(result.text, "");
  EXPECT_EQ(result.thinking, "Hm. <");
}

TEST_P(InPieces, LooksForStopStringsInTheTextAlone) {
  const Result result = put_together("<think>a\nb</think>\nc\nd", GetParam(), {"\n"});
  EXPECT_EQ(result.text, "c");
  EXPECT_EQ(result.thinking, "a\nb");
}

TEST_P(InPieces, TakesTagsInsideTheTextForText) {
  EXPECT_EQ(put_together("I say <think>x</think>", GetParam()).text, "I say <think>x</think>");
}

TEST_P(InPieces, KeepsWhatOnlyBeginsLikeATag) {
  EXPECT_EQ(put_together("<thi", GetParam()).text, "<thi");
  EXPECT_EQ(put_together("<thin air>", GetParam()).text, "<thin air>");
}

TEST_P(InPieces, FindsAStopStringThatLookedLikeATag) {
  const Result result = put_together("<th", GetParam(), {"<th"});
  EXPECT_EQ(result.text, "");
  EXPECT_TRUE(result.stopped);
}

TEST_P(InPieces, KnowsChannels) {
  const ThinkingTags tags = {"<|channel|>analysis<|message|>", "<|channel|>final<|message|>",
                             "<|end|><|start|>assistant"};
  const Result result = put_together(
      "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.",
      GetParam(), {}, false, tags);
  EXPECT_EQ(result.text, "Yes.");
  EXPECT_EQ(result.thinking, "Hm.");
  EXPECT_EQ(put_together("<|channel|>final<|message|>Yes.", GetParam(), {}, false, tags).text,
            "Yes.");
}

TEST_P(InPieces, DropsACharacterThatWasNotFinished) {
  const std::string emoji = "\xf0\x9f\x98\x80";
  EXPECT_EQ(put_together("a" + emoji + emoji.substr(0, 3), GetParam()).text, "a" + emoji);
}

}  // namespace
}  // namespace syndisco
