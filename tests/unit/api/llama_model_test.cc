#include "syndisco/api/llama_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/talkers.h"

namespace syndisco::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The embedded model, loaded once for all of these tests.
class ApiLlamaModel : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ = std::make_shared<LlamaModel>(LlamaModelOptions{.model_path = "builtin:smollm2-135m",
                                                            .max_out_tokens = 8,
                                                            .ctx_width_tokens = 512,
                                                            .remove_string_list = {"#", "nine"},
                                                            .parallel = 1});
  }
  static void TearDownTestSuite() { model_.reset(); }

  static std::shared_ptr<LlamaModel> model_;
};
std::shared_ptr<LlamaModel> ApiLlamaModel::model_;

TEST_F(ApiLlamaModel, ContinuesAPromptAsItStands) {
  const std::string prompt = "One, two, three, four,";
  const Answer plain = model_->complete(prompt, {.max_tokens = 6, .temperature = 0});
  EXPECT_THAT(plain.text, StartsWith(" five"));
  const Answer echo = model_->complete(prompt, {.max_tokens = 6, .echo = true, .temperature = 0});
  EXPECT_EQ(echo.text, prompt + plain.text);
  EXPECT_EQ(echo.prompt_tokens, plain.prompt_tokens);
}

TEST_F(ApiLlamaModel, TakesItsStringsOutOfEveryAnswer) {
  const std::string prompt = "Five, six, seven, eight,";
  EXPECT_THAT(model_->complete(prompt, {.max_tokens = 6, .temperature = 0}).text,
              StartsWith(" , ten"));
  Request request;
  request.messages = {{Message::From::kUser, prompt}};
  request.raw = true;
  request.sampling.temperature = 0;
  request.sampling.max_tokens = 6;
  request.sampling.remove = {","};
  EXPECT_THAT(model_->ask(request).text, StartsWith("  ten"));
}

TEST_F(ApiLlamaModel, PutsNoChatFormatAroundAPrompt) {
  const Answer raw = model_->complete("Hi", {.max_tokens = 1});
  const Answer chat = model_->chat({{Message::From::kUser, "Hi"}}, {.max_tokens = 1});
  EXPECT_LT(raw.prompt_tokens, 3);
  EXPECT_GT(chat.prompt_tokens, raw.prompt_tokens + 4);
}

TEST_F(ApiLlamaModel, EndsACompletionBeforeAStopString) {
  const Answer answer =
      model_->complete("One, two, three,", {.max_tokens = 12, .stop = {","}, .temperature = 0});
  EXPECT_EQ(answer.finish, Finish::kStop);
  EXPECT_EQ(answer.text.find(','), std::string::npos);
}

TEST_F(ApiLlamaModel, SaysHowItsActorsAreAsked) {
  EXPECT_EQ(model_->info().name, "smollm2-135m");
  EXPECT_EQ(model_->info().sampling.max_tokens, 8);
  EXPECT_EQ(model_->info().sampling.remove, (std::vector<std::string>{"#", "nine"}));
}

TEST_F(ApiLlamaModel, NeedsAPromptAndMessages) {
  EXPECT_NE(refusal([] { model_->chat({}); }), "");
  EXPECT_NE(refusal([] { model_->complete("a", {.max_tokens = 0}); }), "");
}

TEST(ApiLlamaModelOptions, AreCheckedBeforeAnythingIsLoaded) {
  const auto refused = [](LlamaModelOptions options) {
    if (options.model_path.empty()) options.model_path = "none.gguf";
    return refusal([&] { LlamaModel{options}; });
  };
  EXPECT_THAT(refused({.model_path = {}, .max_out_tokens = 0}), HasSubstr("max_out_tokens"));
  EXPECT_THAT(refused({.model_path = {}, .chat_format = "alpacca"}),
              HasSubstr("did you mean alpaca?"));
  EXPECT_THAT(refused({.model_path = {}, .chat_format = "alpaca", .chat_template = "x"}),
              HasSubstr("both given"));
  EXPECT_THAT(refused({.model_path = {}, .temperature = -1}), HasSubstr("temperature"));
  EXPECT_THAT(refusal([] { LlamaModel{LlamaModelOptions{}}; }), HasSubstr("needs a model_path"));
}

TEST(ApiLlamaModelOptions, ChooseTheChatFormat) {
  LlamaModel alpaca({.model_path = "builtin:smollm2-135m",
                     .name = "a",
                     .ctx_width_tokens = 256,
                     .chat_format = "alpaca",
                     .parallel = 1});
  LlamaModel own({.model_path = "builtin:smollm2-135m",
                  .name = "b",
                  .ctx_width_tokens = 256,
                  .chat_template = "{{ messages[0]['content'] }}",
                  .parallel = 1});
  EXPECT_THAT(alpaca.spec().chat_template, HasSubstr("### Instruction: "));
  const std::vector<Message> hi = {{Message::From::kUser, "Hi"}};
  EXPECT_GT(alpaca.chat(hi, {.max_tokens = 1}).prompt_tokens,
            own.chat(hi, {.max_tokens = 1}).prompt_tokens);
}

}  // namespace
}  // namespace syndisco::api::testing
