// What every Model promises, whoever answers behind it.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "support/http_server.h"
#include "support/llama_server.h"

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/model/endpoint/endpoint_model.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/model.h"
#include "syndisco/model/scripted/scripted_model.h"
#include "syndisco/record/answer_schema.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// One kind of model, and how to make it behave as a test needs.
struct Kind {
  std::string name;
  std::function<std::unique_ptr<Model>(const Json& script)> make;
  bool generates = false;  ///< draws its answers, within the limits that a request sets
  bool repeats = true;     ///< answers the same request alike
  bool insists = false;    ///< asks again by itself, so that nobody else should
  std::function<std::optional<std::string>()> missing = nullptr;  ///< why it is not here
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

constexpr const char* kEmbeddedFile = "SmolLM2-135M-Instruct.Q4_1.gguf";

Kind scripted() {
  return {.name = "scripted",
          .make = [](const Json& script) { return make_scripted_model("m", script); }};
}

Kind embedded() {
  const auto missing = []() -> std::optional<std::string> {
    if (std::filesystem::exists(cache_directory() / "models" / kEmbeddedFile)) return std::nullopt;
    return "the embedded model is not in the cache";
  };
  return {.name = "embedded",
          .make =
              [](const Json& script) {
                ModelSpec spec;
                spec.name = "m";
                spec.gguf = "builtin:smollm2-135m";
                spec.weights = "Q8_0";  // not whichever is fastest, so that answers are the same
                spec.context = 1024;
                // Tests share the machine with others, where threads that wait for each other are
                // slow.
                spec.threads = 1;
                if (const Json* words = script.find("context"))
                  spec.context = static_cast<int>(words->integer());
                return load_llama_model(spec);
              },
          .generates = true,
          .missing = missing};
}

/// A model with what it needs to live.
template <typename Server>
class WithServer final : public Model {
 public:
  WithServer(std::unique_ptr<Server> server, const std::string& url) : server_(std::move(server)) {
    ModelSpec spec;
    spec.name = "m";
    spec.endpoint.emplace();
    spec.endpoint->urls = {url};
    spec.endpoint->model = "m";
    model_ = connect_endpoint(spec, {.first_pause = 0.05});
  }
  const ModelInfo& info() const override { return model_->info(); }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    return model_->ask(request, std::move(stop));
  }

 private:
  std::unique_ptr<Server> server_;
  std::unique_ptr<Model> model_;
};

int words_in(const std::string& text) {
  std::istringstream words(text);
  return static_cast<int>(std::distance(std::istream_iterator<std::string>(words),
                                        std::istream_iterator<std::string>()));
}

std::string first_words(const std::string& text, std::int64_t count) {
  std::istringstream words(text);
  std::string first, word;
  for (std::int64_t i = 0; i < count && words >> word; ++i) first += (i > 0 ? " " : "") + word;
  return first;
}

/// Answers chats with replies of the script, chosen by what is asked; keeps to schemas and limits.
/// A token is a word.
test::Reply chat(const Json& script, const test::ServerRequest& request) {
  const Json body = parse_json(request.body);
  test::Reply reply;
  std::string asked;
  for (const Json& message : body.find("messages")->array())
    asked += message.find("content")->string() + " ";
  const Json* context = script.find("context");
  const std::int64_t limit = body.find("max_tokens")->integer();
  if (context != nullptr && words_in(asked) + limit > context->integer()) {
    reply.status = 400;
    reply.body = dump_json(JsonObject{{"error", JsonObject{{"type", "exceed_context_size_error"},
                                                           {"message", "too long"},
                                                           {"n_prompt_tokens", words_in(asked)},
                                                           {"n_ctx", context->integer()}}}});
    return reply;
  }
  if (const Json* delay = script.find("delay_ms"))
    reply.delay = (delay->is_array() ? delay->array()[1] : *delay).number() / 1000;
  const JsonArray& replies = script.find("replies")->array();
  std::string text = replies[std::hash<std::string>()(request.body) % replies.size()].string();
  if (const Json* format = body.find("response_format"))
    text = dump_json(schema_example(*format->find("json_schema")->find("schema")));
  const bool cut = words_in(text) > limit;
  if (cut) text = first_words(text, limit);
  reply.body = dump_json(JsonObject{
      {"choices", JsonArray{JsonObject{{"message", JsonObject{{"content", text}}},
                                       {"finish_reason", cut ? "length" : "stop"}}}},
      {"usage",
       JsonObject{{"prompt_tokens", words_in(asked)}, {"completion_tokens", words_in(text)}}}});
  return reply;
}

Kind endpoint() {
  return {.name = "endpoint",
          .make =
              [](const Json& script) {
                auto server = std::make_unique<test::HttpServer>(
                    [script](const test::ServerRequest& request) {
                      return request.path == "/v1/chat/completions" ? chat(script, request)
                                                                    : test::Reply{.status = 404};
                    });
                const std::string url = server->url() + "/v1";
                return std::make_unique<WithServer<test::HttpServer>>(std::move(server), url);
              },
          .insists = true};
}

Kind llama_server() {
  return {.name = "llama_server",
          .make =
              [](const Json& script) {
                // It makes contexts longer, in steps of 256 tokens.
                const Json* context = script.find("context");
                auto server = std::make_unique<test::LlamaServer>(
                    context != nullptr ? static_cast<int>(context->integer()) / 256 * 256 : 1024);
                const std::string url = server->url();
                return std::make_unique<WithServer<test::LlamaServer>>(std::move(server), url);
              },
          .generates = true,
          // What is computed beside it and what is in its cache changes how it rounds.
          .repeats = false,
          .insists = true,
          .missing = test::LlamaServer::missing};
}

class ModelContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam().missing)
      if (const std::optional<std::string> why = GetParam().missing()) GTEST_SKIP() << *why;
  }

  std::unique_ptr<Model> make(const std::string& script) const {
    return GetParam().make(parse_json(script));
  }

  static Request question(const std::string& text, int max_tokens = 16) {
    Request request;
    request.messages = {{Message::From::kSystem, "You take part in a discussion."},
                        {Message::From::kUser, text}};
    request.sampling.max_tokens = max_tokens;
    request.tag.job = "contract";
    return request;
  }
};

INSTANTIATE_TEST_SUITE_P(Model, ModelContract,
                         ::testing::Values(scripted(), embedded(), endpoint(), llama_server()),
                         [](const auto& test) { return test.param.name; });

const char* const kHello = R"({"replies": ["Hello, all of you."]})";
const char* const kSlow = R"({"replies": ["a"], "delay_ms": 3600000})";

TEST_P(ModelContract, TellsItsName) {
  EXPECT_EQ(make(kHello)->info().name, "m");
}

TEST_P(ModelContract, AnswersAndCounts) {
  const Answer answer = make(kHello)->ask(question("Say hello."));
  EXPECT_FALSE(answer.text.empty());
  EXPECT_GT(answer.prompt_tokens, 0);
  EXPECT_GT(answer.generated_tokens, 0);
  EXPECT_GE(answer.seconds, 0);
}

TEST_P(ModelContract, AnswersTheSameRequestAlike) {
  if (!GetParam().repeats) GTEST_SKIP() << "it does not promise that";
  const auto model = make(kHello);
  for (const double temperature : {0.0, 1.0}) {
    Request request = question("What do you think of cars in cities?");
    request.sampling.temperature = temperature;
    request.seed = 7;
    const std::string first = model->ask(request).text;
    model->ask(question("Something else in between."));
    EXPECT_EQ(model->ask(request).text, first) << temperature;
    EXPECT_EQ(model->ask(request).text, first) << temperature;
  }
}

TEST_P(ModelContract, AnswersManyThreadsAtOnceAsItAnswersOne) {
  const auto model = make(R"({"replies": ["a", "b", "c", "d"], "delay_ms": [0, 5]})");
  const auto ask = [&](std::uint64_t i) {
    Request request = question("Question " + std::to_string(i), 6);
    request.seed = i;
    request.tag.call = request.tag.step = i;
    return model->ask(request).text;
  };
  std::vector<std::string> alone;
  for (std::uint64_t i = 0; i < 12; ++i) alone.push_back(ask(i));
  std::vector<std::string> together(alone.size());
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < alone.size(); ++i)
      threads.emplace_back([&, i] { together[i] = ask(i); });
  }
  if (GetParam().repeats) {
    EXPECT_EQ(together, alone);
  }
  for (const std::string& text : together) EXPECT_FALSE(text.empty());
}

TEST_P(ModelContract, IsCancelledBeforeItBegins) {
  const auto model = make(kHello);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(model->ask(question("Hi"), stop.get_token()), Cancelled);
}

TEST_P(ModelContract, IsCancelledWhileItAnswersAndWhileOthersWait) {
  const auto model = make(kSlow);
  std::stop_source stop;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      Request request = question("Write a long story.", 900);
      // So that it does not end by itself before.
      request.sampling.temperature = 2.0;
      request.sampling.top_k = 0;
      request.sampling.top_p = 1;
      request.sampling.min_p = 0;
      EXPECT_THROW(model->ask(request, stop.get_token()), Cancelled);
    });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  const auto asked = std::chrono::steady_clock::now();
  stop.request_stop();
  threads.clear();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(1));
}

TEST_P(ModelContract, AnswersAfterACancelledRequest) {
  const auto model = make(R"({"replies": ["a"], "delay_ms": 20})");
  Request request = question("What do you think?", 8);
  request.sampling.temperature = 0;
  const std::string first = model->ask(request).text;
  for (int i = 0; i < 3; ++i) {
    std::stop_source stop;
    std::jthread thread([&] {
      try {
        model->ask(question("Another long question " + std::string(300, 'x'), 500),
                   stop.get_token());
      } catch (const Cancelled&) {
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * i));
    stop.request_stop();
  }
  const std::string again = model->ask(request).text;
  EXPECT_FALSE(again.empty());
  if (GetParam().repeats) {
    EXPECT_EQ(again, first);
  }
}

TEST_P(ModelContract, ReportsAPromptThatIsTooLong) {
  const auto model = make(R"({"replies": ["a"], "context": 300})");
  std::string text;
  for (int i = 0; i < 400; ++i) text += "word ";
  try {
    model->ask(question(text));
    FAIL();
  } catch (const PromptTooLong& error) {
    EXPECT_GT(error.tokens(), error.limit());
    EXPECT_GT(error.tokens(), 390);
    EXPECT_LE(error.limit(), 300);
  }
  EXPECT_NO_THROW(model->ask(question("short")));
}

TEST_P(ModelContract, TakesRemovedStringsOut) {
  const auto model = make(kHello);
  Request request = question("Say hello.");
  request.sampling.temperature = 0;
  ASSERT_NE(model->ask(request).text.find('e'), std::string::npos);
  request.sampling.remove = {"e"};
  EXPECT_EQ(model->ask(request).text.find('e'), std::string::npos);
}

TEST_P(ModelContract, NeverReturnsAnAnswerThatIsNotAllowed) {
  const std::vector<AnswerConstraint> constraints = {
      Choice{{"yes", "no"}},
      Choice{{"a", "ab", "abc", "b"}},
      Choice{{"very toxic", "not toxic at all", "not", "\xe2\x98\xba"}},
      IntegerRange{1, 10},
      IntegerRange{-3, 3},
      IntegerRange{-50'000, 49'999},
      IntegerRange{7, 7}};
  const auto model =
      make(R"({"replies": ["yes", "abc", "not", "10", "-3", "-50000", "7", "maybe"]})");
  for (std::size_t i = 0; i < constraints.size(); ++i)
    for (const int max_tokens : {1, 50}) {
      Request request = question("How toxic is this comment?", max_tokens);
      request.constraint = constraints[i];
      request.seed = i;
      request.tag.call = i;
      request.sampling.temperature = 1.5;
      request.sampling.stop = {"1", "n"};
      const std::string text = model->ask(request).text;
      EXPECT_TRUE(satisfies(constraints[i], text)) << text;
    }
  Request request = question("Well?");
  request.constraint = Choice{{"yes", "no"}};
  request.tag.call = 7;
  try {
    EXPECT_TRUE(satisfies(request.constraint, model->ask(request).text));
  } catch (const ModelError&) {
    EXPECT_FALSE(GetParam().generates);
  }
}

const char* const kReview = R"({
  "type": "object",
  "properties": {
    "toxic": {"type": "boolean"},
    "score": {"type": "integer", "minimum": 1, "maximum": 5},
    "sure": {"type": "number", "minimum": 0, "maximum": 1},
    "tone": {"enum": ["civil", "rude", "\"other\"", null]},
    "words": {"type": "array", "items": {"type": "string", "maxLength": 8}, "maxItems": 2}
  },
  "required": ["toxic", "score", "sure", "tone"]
})";

TEST_P(ModelContract, AnswersJsonOfASchema) {
  const auto model = make(R"({"replies": [
      "{\"toxic\": true, \"score\": 5, \"sure\": 0.5, \"tone\": null}", "3", "[]", "[]"]})");
  const std::vector<std::string> schemas = {
      kReview, R"({"type": "integer", "minimum": -3, "maximum": 12})",
      R"({"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3})",
      R"({"type": "array", "maxItems": 0})"};
  for (std::uint64_t seed = 0; seed < 3; ++seed)
    for (std::size_t i = 0; i < schemas.size(); ++i) {
      Request request = question("How toxic is this comment? Answer in JSON.", 120);
      request.constraint = JsonAnswer{parse_json(schemas[i])};
      request.seed = seed;
      request.tag.call = i;
      request.sampling.temperature = 0.5 * static_cast<double>(seed);
      request.sampling.stop = {"\"", "1"};
      const Answer answer = model->ask(request);
      EXPECT_TRUE(satisfies(request.constraint, answer.text)) << answer.text;
      EXPECT_EQ(answer.finish, Finish::kEnd);
    }
}

TEST_P(ModelContract, RefusesJsonThatDoesNotFitSoThatItIsAskedAgain) {
  const auto model = make(R"({"replies": ["{\"score\": 9}"]})");
  Request request = question("How toxic is this?", 2);
  request.constraint = JsonAnswer{parse_json(kReview)};
  try {
    model->ask(request);
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.retryable(), !GetParam().insists);
    EXPECT_EQ(std::string(error.what()).find("max_tokens (2) may be too low") != std::string::npos,
              GetParam().generates || GetParam().insists)
        << error.what();
  }
}

TEST_P(ModelContract, AnswersJsonAndFreeTextTogetherAsAlone) {
  const auto model = make(R"({"replies": ["3"], "delay_ms": [0, 5]})");
  const auto ask = [&](std::uint64_t i) {
    Request request = question("Question " + std::to_string(i), i % 3 == 0 ? 40 : 6);
    if (i % 3 == 0) request.constraint = JsonAnswer{parse_json(R"({"type": "integer"})")};
    if (i % 3 == 1) request.constraint = IntegerRange{1, 5};
    request.seed = i;
    request.tag.call = request.tag.step = i;
    return model->ask(request).text;
  };
  std::vector<std::string> alone;
  for (std::uint64_t i = 0; i < 12; ++i) alone.push_back(ask(i));
  std::vector<std::string> together(alone.size());
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < alone.size(); ++i)
      threads.emplace_back([&, i] { together[i] = ask(i); });
  }
  if (GetParam().repeats) {
    EXPECT_EQ(together, alone);
  }
  for (const std::string& text : together) EXPECT_FALSE(text.empty());
}

/// What only a model that generates its answers can keep.
class GeneratingModel : public ModelContract {};

INSTANTIATE_TEST_SUITE_P(Model, GeneratingModel, ::testing::Values(embedded(), llama_server()),
                         [](const auto& test) { return test.param.name; });

/// What our own engine tells beyond what servers do.
class EngineModel : public ModelContract {};

INSTANTIATE_TEST_SUITE_P(Model, EngineModel, ::testing::Values(embedded()),
                         [](const auto& test) { return test.param.name; });

TEST_P(GeneratingModel, DrawsOtherAnswersWithOtherSeeds) {
  const auto model = make("{}");
  std::set<std::string> answers;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Request request = question("Tell me something.", 8);
    request.sampling.temperature = 1.2;
    request.seed = seed;
    answers.insert(model->ask(request).text);
  }
  EXPECT_GT(answers.size(), 1U);
}

TEST_P(GeneratingModel, EndsBeforeAStopString) {
  const auto model = make("{}");
  Request request = question("Count from 1 to 9.", 24);
  request.sampling.temperature = 0;
  const std::string whole = model->ask(request).text;
  ASSERT_GT(whole.size(), 8U);
  // From the middle of one word into another.
  const std::string stop = whole.substr(whole.size() / 2, 4);
  request.sampling.stop = {stop, "never said"};
  const Answer answer = model->ask(request);
  // llama-server does not tell what ended an answer.
  if (!GetParam().insists) {
    EXPECT_EQ(answer.finish, Finish::kStop);
  }
  EXPECT_EQ(answer.text, whole.substr(0, whole.find(stop)));
}

TEST_P(GeneratingModel, SaysNoMoreThanMaxTokens) {
  const auto model = make("{}");
  for (const int limit : {1, 3}) {
    const Answer answer = model->ask(question("Write a long story.", limit));
    EXPECT_EQ(answer.generated_tokens, limit);
    EXPECT_EQ(answer.finish, Finish::kLength);
  }
}

TEST_P(GeneratingModel, NeverCutsACharacter) {
  const auto model = make("{}");
  for (int limit = 1; limit <= 6; ++limit) {
    Request request =
        question("Repeat: \xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80", limit);
    request.sampling.temperature = 0;
    const std::string text = model->ask(request).text;
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(text.find("\xef\xbf\xbd"), std::string::npos);
  }
}

TEST_P(GeneratingModel, ComputesACommonBeginningOnce) {
  const auto model = make("{}");
  Request request = question("A question that two requests have in common.", 2);
  const Answer first = model->ask(request);
  EXPECT_LT(first.reused_tokens, first.prompt_tokens);
  request.messages[1].text += " And something else.";
  const Answer second = model->ask(request);
  EXPECT_GT(second.reused_tokens, 15);
  EXPECT_LT(second.reused_tokens, second.prompt_tokens);
}

TEST_P(GeneratingModel, RefusesAnAnswerLongerThanItsContext) {
  const auto model = make(R"({"context": 256})");
  EXPECT_THROW(model->ask(question("Hi", 256)), ModelError);
}

TEST_P(EngineModel, RefusesAContextThatNoMemoryCanHold) {
  EXPECT_THROW(make(R"({"context": 2000000000})"), EnvironmentError);
}

TEST_P(EngineModel, LeavesRoomForTheAnswer) {
  const auto model = make(R"({"context": 256})");
  try {
    model->ask(question("Hi", 250));
    FAIL();
  } catch (const PromptTooLong& error) {
    EXPECT_EQ(error.limit(), 6);
  }
}

TEST_P(EngineModel, TellsWhatItIsMadeOf) {
  const auto model = make("{}");
  const Json& details = model->info().details;
  EXPECT_EQ(model->info().context, 1024);
  for (const char* name : {"gguf", "sha256", "weights", "template_date", "parameters",
                           "trained_context", "threads", "llama.cpp"})
    EXPECT_NE(details.find(name), nullptr) << name;
  EXPECT_EQ(details.find("weights")->string(), "Q8_0");
  EXPECT_EQ(details.find("trained_context")->integer(), 8192);
}

TEST_P(GeneratingModel, RepeatsLessWithDry) {
  const auto model = make("{}");
  const std::string sentence = "The old mill by the river was sold to a baker from the next town";
  Request request = question("Repeat exactly this sentence: " + sentence + ".", 24);
  request.sampling.temperature = 0;
  const bool copied =
      model->ask(request).text.find("river was sold to a baker") != std::string::npos;
  request.sampling.dry.multiplier = 4;
  const std::string text = model->ask(request).text;
  EXPECT_EQ(text.find("river was sold to a baker"), std::string::npos) << text;
  if (!copied) GTEST_SKIP() << "the model does not even repeat without DRY";
}

}  // namespace
}  // namespace syndisco
