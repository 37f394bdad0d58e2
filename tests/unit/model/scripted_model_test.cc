#include "syndisco/model/scripted/scripted_model.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace syndisco {
namespace {

std::unique_ptr<Model> model_of(const std::string& script) {
  return make_scripted_model("scripted", parse_json(script));
}

Request request_of(std::uint64_t call, Role role = Role::kUser, std::uint64_t role_call = 0) {
  Request request;
  request.messages = {{Message::From::kUser, "one two three"}};
  request.tag = {.job = "job",
                 .step = call,
                 .call = call,
                 .role_call = role_call,
                 .role = role,
                 .actor = "Anna"};
  return request;
}

TEST(ScriptedModel, RepliesByCallAndBeginsAgain) {
  const auto model = model_of(R"({"replies": ["a", "b"]})");
  std::string said;
  for (std::uint64_t call = 0; call < 5; ++call) said += model->ask(request_of(call)).text;
  EXPECT_EQ(said, "ababa");
}

TEST(ScriptedModel, CountsNothingItself) {
  const auto model = model_of(R"({"replies": ["a", "b", "c"]})");
  EXPECT_EQ(model->ask(request_of(2)).text, "c");
  EXPECT_EQ(model->ask(request_of(2)).text, "c");
}

TEST(ScriptedModel, RepliesByRole) {
  const auto model = model_of(
      R"({"by_role": {"user": ["u1", "u2"], "moderator": ["m"], "annotator": ["1", "2"]}})");
  EXPECT_EQ(model->ask(request_of(5, Role::kUser, 3)).text, "u2");
  EXPECT_EQ(model->ask(request_of(6, Role::kFacilitator, 2)).text, "m");
  EXPECT_EQ(model->ask(request_of(7, Role::kAnnotator, 0)).text, "1");
}

TEST(ScriptedModel, FailsForGoodWhereARoleHasNoReplies) {
  const auto model = model_of(R"({"by_role": {"user": ["u"]}})");
  try {
    model->ask(request_of(0, Role::kAnnotator));
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_FALSE(error.retryable());
    EXPECT_STREQ(error.what(), "the script of scripted has no replies for the role annotator");
  }
}

TEST(ScriptedModel, NamesItself) {
  EXPECT_EQ(model_of(R"({"replies": ["a"]})")->info().name, "scripted");
  EXPECT_EQ(model_of(R"({"replies": ["a"], "name": "Llama"})")->info().name, "Llama");
}

TEST(ScriptedModel, AppliesNoStopStrings) {
  const auto model = model_of(R"({"replies": ["a\nb"]})");
  Request request = request_of(0);
  request.sampling.stop = {"\n"};
  EXPECT_EQ(model->ask(request).text, "a\nb");
}

TEST(ScriptedModel, CountsWords) {
  const Answer answer = model_of(R"({"replies": ["a b"]})")->ask(request_of(0));
  EXPECT_EQ(answer.prompt_tokens, 3);
  EXPECT_EQ(answer.generated_tokens, 2);
  EXPECT_EQ(answer.finish, Finish::kEnd);
}

TEST(ScriptedModel, FindsAPromptTooLong) {
  const auto model = model_of(R"({"replies": ["a"], "context": 2})");
  try {
    model->ask(request_of(0));
    FAIL();
  } catch (const PromptTooLong& error) {
    EXPECT_EQ(error.tokens(), 3);
    EXPECT_EQ(error.limit(), 2);
  }
}

TEST(ScriptedModel, FailsAtTheNamedCallsHoweverOftenTheyAreTried) {
  const auto model = model_of(R"({"replies": ["a"], "fail_at": [2]})");
  EXPECT_NO_THROW(model->ask(request_of(0)));
  for (std::uint64_t attempt = 0; attempt < 3; ++attempt) {
    Request request = request_of(1);
    request.tag.attempt = attempt;
    try {
      model->ask(request);
      FAIL();
    } catch (const ModelError& error) {
      EXPECT_FALSE(error.retryable());
    }
  }
}

TEST(ScriptedModel, FailsAtTheGivenRateAndAlikeEachTime) {
  const auto model = model_of(R"({"replies": ["a"], "fail_rate": 0.3})");
  const auto fails = [&](std::uint64_t call, std::uint64_t attempt) {
    Request request = request_of(call);
    request.tag.attempt = attempt;
    try {
      model->ask(request);
      return false;
    } catch (const ModelError& error) {
      EXPECT_TRUE(error.retryable());
      return true;
    }
  };
  int failed = 0;
  int passed_later = 0;
  for (std::uint64_t call = 0; call < 1000; ++call) {
    const bool first = fails(call, 0);
    EXPECT_EQ(first, fails(call, 0));
    failed += first;
    passed_later += first && !fails(call, 1);
  }
  EXPECT_GT(failed, 240);
  EXPECT_LT(failed, 360);
  EXPECT_GT(passed_later, failed / 2);
}

TEST(ScriptedModel, TakesTheTimeItIsGiven) {
  const Answer answer = model_of(R"({"replies": ["a"], "delay_ms": [20, 30]})")->ask(request_of(0));
  EXPECT_GE(answer.seconds, 0.02);
}

TEST(ScriptedModel, StopsWaitingAtOnce) {
  const auto model = model_of(R"({"replies": ["a"], "delay_ms": 3600000})");
  std::stop_source stop;
  std::jthread asking(
      [&] { EXPECT_THROW(model->ask(request_of(0), stop.get_token()), Cancelled); });
  stop.request_stop();
}

TEST(ScriptedModel, RejectsAReplyThatIsNotAllowed) {
  const auto model = model_of(R"({"replies": ["perhaps"]})");
  Request request = request_of(0);
  request.constraint = Choice{{"yes", "no"}};
  EXPECT_THROW(model->ask(request), ModelError);
}

TEST(ScriptedModel, RejectsAWrongScript) {
  EXPECT_THROW(model_of(R"({"replies": []})"), InputError);
}

}  // namespace
}  // namespace syndisco
