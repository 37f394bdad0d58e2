// An endpoint model against a server that does everything that servers do wrong.
// docs/reliability.md has the same as a table.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/http_server.h"

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/model/endpoint/endpoint_model.h"

namespace syndisco {
namespace {

using test::HttpServer;
using test::Reply;
using test::ServerRequest;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kPause = 0.002;  // instead of half a second

Reply saying(const std::string& text) {
  return {.body = dump_json_compact(JsonObject{
              {"choices", JsonArray{JsonObject{{"message", JsonObject{{"content", text}}},
                                               {"finish_reason", "stop"}}}},
              {"usage", JsonObject{{"prompt_tokens", 10}, {"completion_tokens", 2}}}})};
}

Reply models_list() {
  return {.body = R"({"object":"list","data":[{"id":"m","owned_by":"somebody"}]})"};
}

/// A server whose n-th chat request, from 0, is answered by `reply`.
HttpServer::Handler chats(std::function<Reply(std::size_t n, const ServerRequest&)> reply) {
  return
      [reply, count = std::make_shared<std::atomic<std::size_t>>(0)](const ServerRequest& request) {
        if (request.path == "/v1/models") return models_list();
        if (request.path != "/v1/chat/completions") return Reply{.status = 404};
        return reply((*count)++, request);
      };
}

/// The first `times` chat requests get `fault`, later ones an answer.
HttpServer::Handler faulty(const Reply& fault, std::size_t times) {
  return chats([=](std::size_t n, const auto&) { return n < times ? fault : saying("fine"); });
}

ModelSpec spec_of(std::vector<std::string> urls) {
  ModelSpec spec;
  spec.name = "large";
  spec.context = 0;
  spec.endpoint.emplace();
  spec.endpoint->urls = std::move(urls);
  spec.endpoint->model = "m";
  for (std::string& url : spec.endpoint->urls) url += "/v1";
  return spec;
}

std::unique_ptr<Model> connect(const ModelSpec& spec, double give_up_after = 20) {
  return connect_endpoint(spec, {.give_up_after = give_up_after, .first_pause = kPause});
}

std::unique_ptr<Model> connect(const HttpServer& server, double give_up_after = 20) {
  return connect(spec_of({server.url()}), give_up_after);
}

Request question(const std::string& text = "Well?") {
  Request request;
  request.messages = {{Message::From::kSystem, "You are Ann."}, {Message::From::kUser, text}};
  request.seed = 1;
  request.tag.job = "job";
  return request;
}

/// The ModelError of a request, which must fail for good.
std::string failure_of(Model& model, const Request& request = question()) {
  try {
    ADD_FAILURE() << "answered: " << model.ask(request).text;
  } catch (const ModelError& error) {
    EXPECT_FALSE(error.retryable());
    return error.what();
  }
  return "";
}

std::string surroundings_of(Model& model, const Request& request = question()) {
  try {
    ADD_FAILURE() << "answered: " << model.ask(request).text;
  } catch (const EnvironmentError& error) {
    return error.report();
  }
  return "";
}

TEST(Endpoint, IsNotAskedToContinueAPromptWithoutAChatFormat) {
  HttpServer server(faulty({}, 0));
  const std::unique_ptr<Model> model = connect(server);
  Request request = question();
  request.raw = true;
  const std::size_t before = server.requests();
  EXPECT_NE(failure_of(*model, request).find("asked by chat messages"), std::string::npos);
  EXPECT_EQ(server.requests(), before);
}

// ---------------------------------------------------------------------------------------------
// Each fault

struct Fault {
  std::string name;
  Reply reply;
};
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class PassingFault : public ::testing::TestWithParam<Fault> {};

/// What passes is got over, twice in a row, and changes no answer.
TEST_P(PassingFault, IsGotOver) {
  HttpServer server(faulty(GetParam().reply, 2));
  ModelSpec spec = spec_of({server.url()});
  spec.endpoint->first_byte_timeout = 0.3;
  spec.endpoint->total_timeout = 0.6;
  EXPECT_EQ(connect(spec)->ask(question()).text, "fine");
  EXPECT_EQ(server.requests(), 1U + 3U);  // the list of models first
}

INSTANTIATE_TEST_SUITE_P(
    Endpoint, PassingFault,
    ::testing::Values(
        Fault{"Busy", {.status = 429, .body = R"({"error":{"message":"slow down"}})"}},
        Fault{"BusyFor", {.status = 429, .headers = {{"Retry-After", "0.05"}}}},
        Fault{"BusyUntil",
              {.status = 429, .headers = {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}}},
        Fault{"InternalError", {.status = 500, .body = "oops"}},
        Fault{"Unavailable", {.status = 503, .body = R"({"error":{"message":"loading"}})"}},
        Fault{"UnavailableFor", {.status = 503, .headers = {{"Retry-After", "0.05"}}}},
        Fault{"RequestTimeout", {.status = 408}}, Fault{"Closed", {.fault = Reply::Fault::kClose}},
        Fault{"Reset", {.fault = Reply::Fault::kReset}},
        Fault{"ClosedInBody",
              {.body = std::string(1000, ' '), .fault = Reply::Fault::kCloseInBody}},
        Fault{"ResetInBody", {.body = std::string(1000, ' '), .fault = Reply::Fault::kResetInBody}},
        Fault{"Hang", {.fault = Reply::Fault::kHang}},
        Fault{"SlowBody", {.body = std::string(1000, ' '), .fault = Reply::Fault::kSlow}},
        Fault{"TruncatedJson", {.body = R"({"choices":[{"message":{"conte)"}},
        Fault{"InvalidJson", {.body = "no JSON at all"}},
        Fault{"EmptyChoices", {.body = R"({"choices":[]})"}},
        Fault{"NoText", {.body = R"({"choices":[{"message":{"content":null}}]})"}},
        Fault{"HtmlPage", {.body = "<html>Log in</html>", .type = "text/html"}},
        Fault{"ErrorUnderOk", {.body = R"({"error":{"message":"overloaded"}})"}},
        Fault{"TenMegabytes", {.body = std::string(10'000'000, ' ')}}),
    [](const auto& test) { return test.param.name; });

TEST(Endpoint, TakesAnswersUnderAWrongTypeAndInChunks) {
  HttpServer server(chats([](std::size_t n, const auto&) {
    Reply reply = saying("fine");
    reply.type = n == 0 ? "text/plain" : "";
    reply.chunked = n > 0;
    return reply;
  }));
  const auto model = connect(server);
  EXPECT_EQ(model->ask(question()).text, "fine");
  EXPECT_EQ(model->ask(question()).text, "fine");
}

TEST(Endpoint, GivesABrokenAnswerUpAfterThreeTimes) {
  for (const char* body : {"no JSON at all", R"({"choices":[]})"}) {
    HttpServer server(faulty({.body = body}, 1000));
    EXPECT_THAT(failure_of(*connect(server)), HasSubstr("(3 times)"));
    EXPECT_EQ(server.requests(), 1U + 3U);
  }
  HttpServer large(faulty({.body = std::string(10'000'000, ' ')}, 1000));
  EXPECT_THAT(failure_of(*connect(large)), HasSubstr("sends more than 8388608 bytes (3 times)"));
}

TEST(Endpoint, FailsTheJobWhereTheServerRefusesTheRequest) {
  for (const int status : {400, 404, 422}) {
    HttpServer server(faulty(
        {.status = status, .body = R"({"error":{"message":"no \u001b such thing"}})"}, 1000));
    EXPECT_EQ(failure_of(*connect(server)),
              "status " + std::to_string(status) + ": no \\x1b such thing");
    EXPECT_EQ(server.requests(), 2U);
  }
}

TEST(Endpoint, FollowsNoRedirect) {
  HttpServer elsewhere(faulty({}, 0));
  HttpServer server(faulty(
      {.status = 307, .headers = {{"Location", elsewhere.url() + "/v1/chat/completions"}}}, 1000));
  EXPECT_THAT(failure_of(*connect(server)), HasSubstr("status 307"));
  EXPECT_EQ(elsewhere.requests(), 0U);
}

TEST(Endpoint, EndsTheRunWhereItsKeyIsRefused) {
  setenv("SYNDISCO_TEST_KEY", "sk-very-secret", 1);
  for (const int status : {401, 403}) {
    HttpServer server(
        faulty({.status = status, .body = R"({"error":"bad key sk-very-secret"})"}, 1000));
    ModelSpec spec = spec_of({server.url()});
    spec.endpoint->api_key_env = "SYNDISCO_TEST_KEY";
    const std::string report = surroundings_of(*connect(spec));
    EXPECT_THAT(report, HasSubstr("bad key ***"));
    EXPECT_THAT(report, HasSubstr("SYNDISCO_TEST_KEY"));
    EXPECT_THAT(report, Not(HasSubstr("sk-very-secret")));
  }
  unsetenv("SYNDISCO_TEST_KEY");
}

TEST(Endpoint, SendsItsKey) {
  setenv("SYNDISCO_TEST_KEY", "sk-very-secret\n", 1);
  HttpServer server(chats([](std::size_t, const ServerRequest& request) {
    return saying(request.headers.at("authorization") + " " + request.headers.at("content-type"));
  }));
  ModelSpec spec = spec_of({server.url()});
  spec.endpoint->api_key_env = "SYNDISCO_TEST_KEY";
  const auto model = connect(spec);
  EXPECT_EQ(model->ask(question()).text, "Bearer sk-very-secret application/json");
  EXPECT_THAT(dump_json(model->info().details), Not(HasSubstr("secret")));
  unsetenv("SYNDISCO_TEST_KEY");
  EXPECT_THROW(connect(spec), EnvironmentError);
}

TEST(Endpoint, FailsOnePoisonedPromptWhileOthersAreAnswered) {
  HttpServer server(chats([](std::size_t, const ServerRequest& request) {
    return request.body.find("poison") != std::string::npos ? Reply{.status = 500, .body = "ouch"}
                                                            : saying("fine");
  }));
  const auto model = connect(server);
  std::atomic<bool> done{false};
  std::jthread others([&] {
    while (!done) model->ask(question());
  });
  EXPECT_THAT(failure_of(*model, question("poison")),
              HasSubstr("failed 8 times, though its server is not gone: status 500: ouch"));
  done = true;
}

// ---------------------------------------------------------------------------------------------
// Servers that go and come

TEST(Endpoint, WaitsForAServerThatIsGone) {
  HttpServer server(faulty({}, 0));
  const auto model = connect(server);
  EXPECT_EQ(model->ask(question()).text, "fine");
  server.stop();
  std::jthread asking([&] { EXPECT_EQ(model->ask(question()).text, "fine"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // so that it finds nobody there
  server.start();
  asking.join();
}

TEST(Endpoint, WaitsForAServerBeforeTheFirstRequest) {
  HttpServer server(faulty({}, 0));
  server.stop();
  std::unique_ptr<Model> model;
  std::jthread connecting([&] { model = connect(server); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server.start();
  connecting.join();
  EXPECT_EQ(model->ask(question()).text, "fine");
}

TEST(Endpoint, GivesUpAfterAWhile) {
  HttpServer server(faulty({}, 0));
  const auto model = connect(server, 0.1);
  server.stop();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back(
        [&] { EXPECT_THAT(surroundings_of(*model), HasSubstr("no answer since")); });
  threads.clear();
  EXPECT_THROW(connect(server, 0), EnvironmentError);
}

TEST(Endpoint, GivesUpAServerThatIsAlwaysBusy) {
  HttpServer server(
      faulty({.status = 429, .body = R"({"error":{"message":"come back tomorrow"}})"}, 1000));
  EXPECT_THAT(surroundings_of(*connect(server, 0.1)), HasSubstr("come back tomorrow"));
}

TEST(Endpoint, FailsAPoisonedPromptThatIsAloneToo) {
  for (const Reply& fault : {Reply{.status = 500}, Reply{.fault = Reply::Fault::kClose}}) {
    HttpServer server(faulty(fault, 1000));
    EXPECT_THAT(failure_of(*connect(server), question()), HasSubstr("failed 8 times"));
    EXPECT_GE(server.requests(), 8U);
  }
}

TEST(Endpoint, GoesOnWithTheServersThatAreLeft) {
  HttpServer one(faulty({}, 0)), two(faulty({}, 0)), three(faulty({.status = 500}, 1000));
  const auto model = connect(spec_of({one.url(), two.url(), three.url()}));
  two.stop();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i)
    threads.emplace_back([&, i] {
      Request request = question();
      request.messages[0].text = std::to_string(i);
      EXPECT_EQ(model->ask(request).text, "fine");
    });
  threads.clear();
  EXPECT_GE(one.requests(), 20U);
}

TEST(Endpoint, IsCancelledWhileItWaits) {
  HttpServer server(faulty({}, 0));
  const auto model = connect(server);
  server.stop();
  std::stop_source stop;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i)
    threads.emplace_back(
        [&] { EXPECT_THROW(model->ask(question(), stop.get_token()), Cancelled); });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  const double asked = monotonic_seconds();
  stop.request_stop();
  threads.clear();
  EXPECT_LT(monotonic_seconds() - asked, 1);
  EXPECT_THROW(connect_endpoint(spec_of({server.url()}), {}, stop.get_token()), Cancelled);
}

TEST(Endpoint, TrustsNoExpiredCertificate) {
  const test::Certificate expired = test::make_certificate(true);
  HttpServer server(faulty({}, 0), &expired);
  try {
    connect(server);
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("certificate"));
  }
}

TEST(Endpoint, AsksNoMoreAtOnceThanItIsTold) {
  HttpServer server(chats([](auto, const auto&) {
    Reply reply = saying("fine");
    reply.delay = 0.01;
    return reply;
  }));
  ModelSpec spec = spec_of({server.url()});
  spec.endpoint->concurrency = 3;
  const auto model = connect(spec);
  EXPECT_EQ(model->info().parallel, 3U);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 30; ++i) threads.emplace_back([&] { model->ask(question()); });
  threads.clear();
  EXPECT_EQ(server.most_at_once(), 3U);
}

TEST(Endpoint, SaysOnceThatItWaitsAndThatItGoesOn) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("syndisco-log-" + std::to_string(getpid()));
  log::configure({.level = log::Level::kOff, .directory = folder});
  {
    HttpServer server(faulty({}, 0));
    const auto model = connect(server);
    server.stop();
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) threads.emplace_back([&] { model->ask(question()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    server.start();
  }
  log::configure({});
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto count = [&](const std::string& words) {
    int found = 0;
    for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("waiting for http://127.0.0.1"), 1) << text;
  EXPECT_EQ(count("answers again after"), 1) << text;
  std::filesystem::remove_all(folder);
}

// ---------------------------------------------------------------------------------------------
// Constraints and what the server turns out to be

TEST(Endpoint, AsksWithAnotherSeedForAnAnswerThatIsNotAllowed) {
  HttpServer server(chats([](std::size_t n, const ServerRequest& request) {
    const std::int64_t seed = parse_json(request.body).find("seed")->integer();
    EXPECT_EQ(seed == 1, n == 0);
    return saying(n < 2 ? "perhaps" : R"({"answer": "yes"})");
  }));
  Request request = question();
  request.constraint = Choice{{"yes", "no"}};
  std::vector<Usage> refused;
  request.again = [&](const Usage& spent) { refused.push_back(spent); };
  const Answer answer = connect(server)->ask(request);
  EXPECT_EQ(answer.text, "yes");
  EXPECT_EQ(answer.prompt_tokens, 10) << "its own";
  const Usage each{.requests = 1, .prompt_tokens = 10, .generated_tokens = 2};
  EXPECT_THAT(refused, ::testing::ElementsAre(each, each));
  request.again = [](const Usage&) { throw Cancelled(); };
  HttpServer stubborn(chats([](auto, const auto&) { return saying("perhaps"); }));
  EXPECT_THROW(connect(stubborn)->ask(request), Cancelled);
  EXPECT_EQ(stubborn.requests(), 2U) << "what it is, and once";
}

TEST(Endpoint, CountsWhatBrokenAnswersCost) {
  HttpServer server(chats([](std::size_t n, const ServerRequest&) {
    if (n > 0) return saying("fine");
    return Reply{.body = R"({"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":0}})"};
  }));
  Request request = question();
  std::vector<Usage> broken;
  request.again = [&](const Usage& spent) { broken.push_back(spent); };
  EXPECT_EQ(connect(server)->ask(request).text, "fine");
  EXPECT_THAT(broken, ::testing::ElementsAre(Usage{.requests = 1, .prompt_tokens = 10}));
}

TEST(Endpoint, GivesUpAnAnswerThatIsNeverAllowed) {
  for (const auto& [kind, times] : {std::pair{"openai", 3U}, std::pair{"plain", 5U}}) {
    HttpServer server(chats([](auto, const auto&) { return saying("perhaps"); }));
    ModelSpec spec = spec_of({server.url()});
    spec.endpoint->server = kind;
    Request request = question();
    request.constraint = Choice{{"yes", "no"}};
    EXPECT_EQ(failure_of(*connect(spec), request),
              "the model large answered 'perhaps', which is not allowed (" + std::to_string(times) +
                  " times)");
    EXPECT_EQ(server.requests(), 1 + times);
  }
}

TEST(Endpoint, JudgesWhatIsLeftOfAnAnswer) {
  HttpServer server(chats([](auto, const auto&) { return saying("**yes**"); }));
  Request request = question();
  request.constraint = Choice{{"yes", "no"}};
  request.sampling.remove = {"**"};
  EXPECT_EQ(connect(server)->ask(request).text, "yes");
}

TEST(Endpoint, LearnsThatThereIsNoSystemRole) {
  HttpServer server(chats([](auto, const ServerRequest& request) {
    if (request.body.find("\"system\"") != std::string::npos)
      return Reply{.status = 400, .body = R"({"error":{"message":"System role not supported"}})"};
    return saying("fine");
  }));
  const auto model = connect(server);
  EXPECT_EQ(model->ask(question()).text, "fine");
  EXPECT_EQ(model->ask(question()).text, "fine");
  EXPECT_EQ(server.requests(), 1U + 3U);
}

TEST(Endpoint, TellsThatAPromptIsTooLong) {
  HttpServer server(faulty(
      {.status = 400,
       .body =
           R"({"error":{"type":"exceed_context_size_error","message":"too long","n_prompt_tokens":900,"n_ctx":512}})"},
      1));
  const auto model = connect(server);
  Request request = question();
  request.sampling.max_tokens = 12;
  try {
    model->ask(request);
    FAIL();
  } catch (const PromptTooLong& error) {
    EXPECT_EQ(error.tokens(), 900);
    EXPECT_EQ(error.limit(), 500);
  }
  EXPECT_EQ(model->ask(request).text, "fine");
}

TEST(Endpoint, FindsOutWhatTheServerIs) {
  HttpServer server([](const ServerRequest& request) {
    if (request.path == "/v1/models")
      return Reply{.body = R"({"data":[{"id":"m","owned_by":"vllm","max_model_len":2048}]})"};
    if (request.path == "/version") return Reply{.body = R"({"version":"0.13.1"})"};
    EXPECT_EQ(request.path, "/v1/chat/completions");
    EXPECT_NE(parse_json(request.body).find("structured_outputs"), nullptr);
    return saying("yes");
  });
  const auto model = connect(server);
  EXPECT_EQ(model->info().context, 2048);
  EXPECT_EQ(model->info().name, "large");
  EXPECT_EQ(*model->info().details.find("server"), Json("vllm"));
  EXPECT_EQ(*model->info().details.find("server_version"), Json("0.13.1"));
  Request request = question();
  request.constraint = Choice{{"yes", "no"}};
  EXPECT_EQ(model->ask(request).text, "yes");
  request.sampling.max_tokens = 2048;
  EXPECT_THAT(failure_of(*model, request), HasSubstr("leaves no room"));
}

TEST(Endpoint, RefusesAModelThatTheServerDoesNotServe) {
  HttpServer server([](const ServerRequest&) {
    return Reply{.body = R"({"data":[{"id":"some/model-8b","owned_by":"vllm"}]})"};
  });
  ModelSpec spec = spec_of({server.url()});
  spec.endpoint->model = "some/model-7b";
  try {
    connect(spec);
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.report(), HasSubstr("serves some/model-8b, not some/model-7b"));
    EXPECT_THAT(error.report(), HasSubstr("did you mean some/model-8b?"));
  }
}

TEST(Endpoint, RefusesSettingsThatTheServerDoesNotKnow) {
  HttpServer server(faulty({}, 0));
  Sampling sampling;
  sampling.dry.multiplier = 0.8;
  try {
    connect_endpoint(spec_of({server.url()}), {.samplings = {sampling}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not know dry"));
  }
}

TEST(Endpoint, RefusesServersOfDifferentKinds) {
  HttpServer one(faulty({}, 0)), two([](const ServerRequest&) {
    return Reply{.body = R"({"data":[{"id":"m","owned_by":"vllm"}]})"};
  });
  EXPECT_THROW(connect(spec_of({one.url(), two.url()})), EnvironmentError);
}

}  // namespace
}  // namespace syndisco
