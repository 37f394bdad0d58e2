#include "syndisco/model/model.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

/// Says what it was told to say.
class Parrot final : public Model {
 public:
  explicit Parrot(std::string text, Finish finish = Finish::kEnd)
      : text_(std::move(text)), finish_(finish) {
    info_.name = "parrot";
  }
  const ModelInfo& info() const override { return info_; }

 protected:
  Answer do_ask(const Request&, std::stop_token) override {
    Answer answer;
    answer.text = text_;
    answer.thinking = text_;
    answer.finish = finish_;
    return answer;
  }

 private:
  std::string text_;
  Finish finish_;
  ModelInfo info_;
};

Answer answer_of(const std::string& text, const Request& request = {}) {
  return Parrot(text).ask(request);
}

TEST(Ask, RepairsIllFormedText) {
  const Answer answer = answer_of(
      "a\xff"
      "b");
  EXPECT_EQ(answer.text,
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(answer.thinking, answer.text);
}

TEST(Ask, RemovesInTheGivenOrderOnceEach) {
  Request request;
  request.sampling.remove = {"ab", "cc"};
  EXPECT_EQ(answer_of("aabbcabc", request).text, "ab");
}

TEST(Ask, RemovesNothingFromWhatWasThought) {
  Request request;
  request.sampling.remove = {"a"};
  EXPECT_EQ(answer_of("ab", request).thinking, "ab");
}

TEST(Ask, ReturnsAnAnswerThatTheConstraintAllows) {
  Request request;
  request.constraint = Choice{{"yes", "no"}};
  EXPECT_EQ(answer_of("no", request).text, "no");
}

TEST(Ask, SaysThatMaxTokensMayBeTooLowWhereJsonWasCut) {
  Request request;
  request.constraint = JsonAnswer{JsonObject{{"type", "object"}}};
  request.sampling.max_tokens = 7;
  try {
    Parrot("{\"a\": ", Finish::kLength).ask(request);
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_TRUE(error.retryable());
    EXPECT_STREQ(error.what(),
                 "the model parrot answered '{\"a\": ', which is not complete: max_tokens (7) may "
                 "be too low");
  }
}

TEST(Ask, NeverReturnsOneThatItDoesNotAllow) {
  Request request;
  request.constraint = IntegerRange{1, 5};
  for (const char* text : {"6", "", "1 ", "five"})
    EXPECT_THROW(answer_of(text, request), ModelError);
}

TEST(Ask, ChecksTheAnswerAfterRemoving) {
  Request request;
  request.constraint = IntegerRange{1, 5};
  request.sampling.remove = {"."};
  EXPECT_EQ(answer_of("3.", request).text, "3");
}

TEST(Ask, MeasuresTheTime) {
  EXPECT_GE(answer_of("a").seconds, 0);
}

TEST(PromptTooLong, TellsBothNumbers) {
  const PromptTooLong error(900, 800);
  EXPECT_EQ(error.tokens(), 900);
  EXPECT_EQ(error.limit(), 800);
  EXPECT_STREQ(error.what(),
               "the prompt has 900 tokens, but the model has room for 800 beside the answer");
}

TEST(FinishName, IsTheWordThatRecordsKeep) {
  EXPECT_EQ(finish_name(Finish::kEnd), "end");
  EXPECT_EQ(finish_name(Finish::kStop), "stop");
  EXPECT_EQ(finish_name(Finish::kLength), "length");
}

}  // namespace
}  // namespace syndisco
