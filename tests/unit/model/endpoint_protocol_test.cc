#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "syndisco/base/log.h"
#include "syndisco/model/endpoint/access.h"
#include "syndisco/model/endpoint/protocol.h"
#include "syndisco/model/endpoint/server_facts.h"

namespace syndisco {
namespace {

using Kind = Failure::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Request question() {
  Request request;
  request.messages = {{Message::From::kSystem, "You are Ann."}, {Message::From::kUser, "Hi?"}};
  request.sampling.max_tokens = 50;
  request.seed = 7;
  return request;
}

ChatSettings with(Dialect dialect) {
  ChatSettings settings;
  settings.model = "some/model";
  settings.dialect = dialect;
  return settings;
}

Json body_of(const Request& request, const ChatSettings& settings) {
  return parse_json(chat_body(request, settings, request.seed));
}

std::string member(const Json& json, const std::string& name) {
  const Json* found = json.find(name);
  return found == nullptr ? "(none)" : dump_json_compact(*found);
}

// ---------------------------------------------------------------------------------------------
// Requests

TEST(ChatBody, HoldsMessagesAndSampling) {
  Request request = question();
  request.sampling.stop = {"\n", "END"};
  request.sampling.temperature = 0.5;
  const Json body = body_of(request, with(Dialect::kOpenAi));
  EXPECT_EQ(member(body, "model"), R"("some/model")");
  EXPECT_EQ(member(body, "messages"),
            R"([{"role":"system","content":"You are Ann."},{"role":"user","content":"Hi?"}])");
  EXPECT_EQ(member(body, "temperature"), "0.5");
  EXPECT_EQ(member(body, "top_p"), "0.95");
  EXPECT_EQ(member(body, "max_tokens"), "50");
  EXPECT_EQ(member(body, "stop"), R"(["\n","END"])");
  EXPECT_EQ(member(body, "seed"), "7");
  for (const char* name : {"top_k", "min_p", "repeat_penalty", "response_format", "grammar"})
    EXPECT_EQ(body.find(name), nullptr) << name;
}

TEST(ChatBody, SendsAllSettingsToWhoKnowsThem) {
  Request request = question();
  request.sampling.top_k = 0;
  request.sampling.repeat_penalty = 1.2;
  request.sampling.repeat_last_n = -1;
  request.sampling.dry = {.multiplier = 0.8, .base = 1.5, .allowed_length = 3, .last_n = 100};
  ChatSettings llama = with(Dialect::kLlama);
  llama.context = 2048;
  const Json body = body_of(request, llama);
  EXPECT_EQ(member(body, "top_k"), "0");
  EXPECT_EQ(member(body, "min_p"), "0.05");
  EXPECT_EQ(member(body, "repeat_penalty"), "1.2");
  EXPECT_EQ(member(body, "repeat_last_n"), "2048");
  EXPECT_EQ(member(body, "dry_multiplier"), "0.8");
  EXPECT_EQ(member(body, "dry_base"), "1.5");
  EXPECT_EQ(member(body, "dry_allowed_length"), "3");
  EXPECT_EQ(member(body, "dry_penalty_last_n"), "100");
  const Json vllm = body_of(request, with(Dialect::kVllm));
  EXPECT_EQ(member(vllm, "top_k"), "-1");
  EXPECT_EQ(member(vllm, "repetition_penalty"), "1.2");
}

TEST(ChatBody, TellsWhichSettingsAServerDoesNotKnow) {
  Sampling sampling;
  EXPECT_THAT(unknown_settings(sampling, Dialect::kOpenAi), IsEmpty());
  sampling.top_k = 0;
  sampling.min_p = 0;
  EXPECT_THAT(unknown_settings(sampling, Dialect::kOpenAi), IsEmpty());
  sampling.top_k = 20;
  sampling.min_p = 0.1;
  sampling.repeat_penalty = 1.1;
  sampling.dry.multiplier = 0.8;
  EXPECT_THAT(unknown_settings(sampling, Dialect::kOpenAi),
              ElementsAre("top_k", "min_p", "repeat_penalty", "dry"));
  EXPECT_THAT(unknown_settings(sampling, Dialect::kVllm), ElementsAre("dry"));
  EXPECT_THAT(unknown_settings(sampling, Dialect::kLlama), IsEmpty());
  sampling.dry.multiplier = 0;
  sampling.repeat_last_n = 10;
  EXPECT_THAT(unknown_settings(sampling, Dialect::kVllm), ElementsAre("repeat_last_n"));
}

TEST(ChatBody, SendsSeedsThatEveryServerTakes) {
  for (const std::uint64_t seed : {0xffffffffffffffffU, 0x8000000000000000U, 1UL << 40}) {
    const Json body = parse_json(chat_body(question(), with(Dialect::kVllm), seed));
    EXPECT_GE(body.find("seed")->integer(), 0);
    EXPECT_LE(body.find("seed")->integer(), 0x7fffffff);
  }
}

TEST(ChatBody, PutsTheSystemTextBeforeTheUsersWhereThereIsNoSystemRole) {
  ChatSettings settings = with(Dialect::kOpenAi);
  settings.system_role = false;
  EXPECT_EQ(member(body_of(question(), settings), "messages"),
            R"([{"role":"user","content":"You are Ann.\n\nHi?"}])");
}

TEST(ChatBody, SaysMaxTokensAsTheServerKnowsIt) {
  ChatSettings settings = with(Dialect::kOpenAi);
  settings.max_completion_tokens = true;
  const Json body = body_of(question(), settings);
  EXPECT_EQ(member(body, "max_completion_tokens"), "50");
  EXPECT_EQ(body.find("max_tokens"), nullptr);
}

TEST(ChatBody, HoldsToAChoiceAsTheServerCan) {
  Request request = question();
  request.constraint = Choice{{"yes", "a \"no\"\n\\"}};
  request.sampling.stop = {"e"};
  EXPECT_EQ(member(body_of(request, with(Dialect::kLlama)), "grammar"),
            R"("root ::= \"yes\" | \"a \\\"no\\\"\\n\\\\\"")");
  EXPECT_EQ(member(body_of(request, with(Dialect::kVllm)), "structured_outputs"),
            R"({"choice":["yes","a \"no\"\n\\"]})");
  ChatSettings old = with(Dialect::kVllm);
  old.guided_choice = true;
  EXPECT_EQ(member(body_of(request, old), "guided_choice"), R"(["yes","a \"no\"\n\\"])");
  EXPECT_THAT(member(body_of(request, with(Dialect::kOpenAi)), "response_format"),
              HasSubstr(R"({"answer":{"type":"string","enum":["yes","a \"no\"\n\\"]}})"));
  const Json plain = body_of(request, with(Dialect::kPlain));
  EXPECT_EQ(plain.find("response_format"), nullptr);
  // Nothing may cut the answer short.
  EXPECT_EQ(plain.find("stop"), nullptr);
  EXPECT_GT(plain.find("max_tokens")->integer(), 60);
}

TEST(ChatBody, HoldsToNumbersAsTheServerCan) {
  Request request = question();
  request.constraint = IntegerRange{-1, 2};
  EXPECT_EQ(member(body_of(request, with(Dialect::kVllm)), "structured_outputs"),
            R"({"choice":["-1","0","1","2"]})");
  EXPECT_THAT(member(body_of(request, with(Dialect::kLlama)), "response_format"),
              HasSubstr(R"("schema":{"type":"integer","minimum":-1,"maximum":2})"));
  EXPECT_THAT(member(body_of(request, with(Dialect::kOpenAi)), "response_format"),
              HasSubstr(R"({"answer":{"type":"integer","minimum":-1,"maximum":2}})"));
  request.constraint = IntegerRange{0, 50'000};
  EXPECT_THAT(member(body_of(request, with(Dialect::kVllm)), "response_format"),
              HasSubstr(R"("maximum":50000)"));
}

TEST(ChatBody, SaysSchemasAsLlamaServerTakesThem) {
  const auto said = [](const char* schema) {
    Request request = question();
    request.constraint = JsonAnswer{parse_json(schema)};
    const Json body = body_of(request, with(Dialect::kLlama));
    return member(*body.find("response_format")->find("json_schema"), "schema");
  };
  const std::string any = R"({"description":"any value"})";
  EXPECT_EQ(said("{}"), any);
  EXPECT_EQ(said(R"({"type":"array","maxItems":0})"),
            R"({"type":"array","items":)" + any + R"(,"maxItems":0})");
  EXPECT_EQ(said(R"({"type":"integer","minimum":1})"),
            R"({"type":"integer","minimum":1,"maximum":1000000000000000})");
  EXPECT_EQ(said(R"({"type":["null","string"],"maxLength":3})"),
            R"({"anyOf":[{"type":"null"},{"type":"string","maxLength":3}]})");
  EXPECT_EQ(said(R"({"type":"object","required":["a"],"properties":{"a":{"enum":[1,"b"]}}})"),
            R"({"type":"object","properties":{"a":{"enum":[1,"b"]}},"required":["a"],)"
            R"("additionalProperties":false})");
}

TEST(ChatBody, AsksForStrictSchemasWhereOpenAiHasThem) {
  const auto format = [](const char* schema) {
    Request request = question();
    request.constraint = JsonAnswer{parse_json(schema)};
    return member(body_of(request, with(Dialect::kOpenAi)), "response_format");
  };
  EXPECT_THAT(format(R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],
                         "additionalProperties":false})"),
              HasSubstr(R"("strict":true)"));
  for (const char* schema :
       {R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})",
        R"({"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false})",
        R"({"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"],
            "additionalProperties":false})",
        "{}"})
    EXPECT_THAT(format(schema), Not(HasSubstr("strict"))) << schema;
}

// ---------------------------------------------------------------------------------------------
// Replies

ChatReply reply(const std::string& body, const Request& request = question(),
                const ChatSettings& settings = with(Dialect::kOpenAi), int status = 200) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"content-type", "application/json"}};
  response.body = body;
  return read_chat_reply(response, request, settings);
}

std::string saying(const std::string& message, const std::string& more = "") {
  return R"({"choices":[{"index":0,"message":)" + message + R"(,"finish_reason":"stop"}])" + more +
         "}";
}

Answer answer_of(const std::string& body, const Request& request = question(),
                 const ChatSettings& settings = with(Dialect::kOpenAi)) {
  const ChatReply read = reply(body, request, settings);
  if (const auto* answer = std::get_if<Answer>(&read)) return *answer;
  ADD_FAILURE() << "no answer: " << body;
  return {};
}

Kind failure_of(const std::string& body, int status = 200) {
  const ChatReply read = reply(body, question(), with(Dialect::kOpenAi), status);
  if (const auto* failure = std::get_if<Failure>(&read)) return failure->kind;
  ADD_FAILURE() << "no failure: " << body;
  return Kind::kBroken;
}

TEST(ChatReply, IsAnAnswerWithItsCounts) {
  const Answer answer = answer_of(saying(R"({"role":"assistant","content":"Hello \u00e9"})",
                                         R"(,"usage":{"prompt_tokens":12,"completion_tokens":3,
                 "prompt_tokens_details":{"cached_tokens":10}})"));
  EXPECT_EQ(answer.text, "Hello \xc3\xa9");
  EXPECT_EQ(answer.thinking, "");
  EXPECT_EQ(answer.finish, Finish::kEnd);
  EXPECT_EQ(answer.prompt_tokens, 12);
  EXPECT_EQ(answer.generated_tokens, 3);
  EXPECT_EQ(answer.reused_tokens, 10);
}

TEST(ChatReply, CountsNothingWhereNothingIsTold) {
  for (const char* usage :
       {"", R"(,"usage":null)", R"(,"usage":{"prompt_tokens":-3,"completion_tokens":"x"})",
        R"(,"usage":{"prompt_tokens_details":null})"}) {
    const Answer answer = answer_of(saying(R"({"content":"a"})", usage));
    EXPECT_EQ(answer.prompt_tokens, 0);
    EXPECT_EQ(answer.generated_tokens, 0);
    EXPECT_EQ(answer.reused_tokens, 0);
  }
}

TEST(ChatReply, KeepsThoughtsApart) {
  for (
      const char* message :
      {R"({"content":"Yes.","reasoning_content":"Hm, why?"})",
       R"({"content":"Yes.","reasoning":"Hm, why?"})",
       R"({"content":"<think>\nHm, why?\n</think>\n\nYes."})",
       R"({"content":"Hm, why?\n</think>\n\nYes."})",
       R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm, why?"}]},{"type":"text","text":"Yes."}]})"}) {
    const Answer answer = answer_of(saying(message));
    EXPECT_EQ(answer.text, "Yes.") << message;
    EXPECT_EQ(answer.thinking, "Hm, why?") << message;
  }
}

TEST(ChatReply, SaysNothingWhileItThinks) {
  EXPECT_EQ(answer_of(saying(R"({"content":"<think> and on"})")).text, "");
  EXPECT_EQ(answer_of(saying(R"({"content":null,"reasoning_content":"and on"})")).text, "");
}

TEST(ChatReply, TellsWhyItEnds) {
  EXPECT_EQ(
      answer_of(R"({"choices":[{"message":{"content":"a"},"finish_reason":"length"}]})").finish,
      Finish::kLength);
  EXPECT_EQ(answer_of(R"({"choices":[{"message":{"content":"a"},"finish_reason":null}]})").finish,
            Finish::kEnd);
  EXPECT_EQ(
      answer_of(
          R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop","stop_reason":"b"}]})")
          .finish,
      Finish::kStop);
}

TEST(ChatReply, HoldsNoHalfCharacterWhereItIsCut) {
  const auto text = [](const std::string& reason) {
    return answer_of(R"({"choices":[{"message":{"content":"a \ufffd\ufffd"},"finish_reason":")" +
                     reason + R"("}]})")
        .text;
  };
  EXPECT_EQ(text("length"), "a ");
  EXPECT_EQ(text("stop"), "a \xef\xbf\xbd\xef\xbf\xbd");
}

TEST(ChatReply, EndsBeforeAStopStringThatTheServerLeft) {
  Request request = question();
  request.sampling.stop = {"END"};
  const Answer answer = answer_of(saying(R"({"content":"one END two"})"), request);
  EXPECT_EQ(answer.text, "one ");
  EXPECT_EQ(answer.finish, Finish::kStop);
}

TEST(ChatReply, IsThePlainTextOfWhatStandsForAConstraint) {
  Request request = question();
  request.constraint = Choice{{"yes", "no"}};
  for (const char* content : {"yes", R"( yes\n)", R"(\"yes\")", R"({\"answer\": \"yes\"})",
                              R"(```json\n{\"answer\": \"yes\"}\n```)", R"(<think>no?</think>yes)"})
    EXPECT_EQ(answer_of(saying(R"({"content":")" + std::string(content) + R"("})"), request).text,
              "yes")
        << content;
  EXPECT_EQ(answer_of(saying(R"({"content":"Yes!"})"), request).text, "Yes!");
  request.constraint = IntegerRange{1, 5};
  for (const char* content : {"3", R"({\"answer\":3})", R"(\"3\")", "3 "})
    EXPECT_EQ(answer_of(saying(R"({"content":")" + std::string(content) + R"("})"), request).text,
              "3");
  EXPECT_EQ(answer_of(saying(R"({"content":"{\"answer\":7}"})"), request).text, R"({"answer":7})");
  // A text that is itself JSON is an answer as it stands.
  request.constraint = Choice{{"\"yes\"", "yes"}};
  EXPECT_EQ(answer_of(saying(R"({"content":"\"yes\""})"), request).text, "\"yes\"");
  request.constraint = JsonAnswer{parse_json(R"({"type":"integer"})")};
  EXPECT_EQ(answer_of(saying(R"({"content":"```json\n3\n```"})"), request).text, "3");
}

TEST(ChatReply, LeavesFreeTextAsItIs) {
  EXPECT_EQ(answer_of(saying(R"({"content":" \n\"quoted\" "})")).text, " \n\"quoted\" ");
  EXPECT_EQ(answer_of(saying(R"({"content":""})")).text, "");
}

TEST(ChatReply, IsBrokenWhereItHoldsNoText) {
  for (const char* body :
       {"", "{", R"({"choices":[{"message":{"content":"a)", "[]", "null", "3", R"({"choices":[]})",
        R"({"choices":{}})", R"({"choices":[null]})", R"({"choices":[{"message":null}]})",
        R"({"choices":[{"message":{"content":null}}]})",
        R"({"choices":[{"message":{"content":3}}]})",
        R"({"choices":[{"message":{"content":null,"refusal":"I will not"}}]})",
        R"({"choices":[{"message":{"content":"a"},"finish_reason":"content_filter"}]})",
        R"({"choices":[{"message":{"content":""},"finish_reason":"tool_calls"}]})"})
    EXPECT_EQ(failure_of(body), Kind::kBroken) << body;
}

TEST(ChatReply, TellsWhatABrokenAnswerCameTo) {
  const auto spent = [](const std::string& body) {
    return std::get<Failure>(reply(body, question(), with(Dialect::kOpenAi))).spent;
  };
  EXPECT_EQ(spent(R"({"choices":[{"message":{"content":"a"},"finish_reason":"content_filter"}],
                      "usage":{"prompt_tokens":7,"completion_tokens":3}})"),
            (Usage{.requests = 1, .prompt_tokens = 7, .generated_tokens = 3}));
  EXPECT_EQ(spent(R"({"choices":[]})"), Usage{});
}

TEST(ChatReply, OfAnotherServerIsNone) {
  EXPECT_EQ(failure_of("<html><body>Log in</body></html>"), Kind::kServer);
  EXPECT_EQ(failure_of(R"({"error":{"message":"overloaded"}})"), Kind::kServer);
}

TEST(ChatReply, TellsErrorsApart) {
  const char* said = R"({"error":{"message":"so it is","type":"x","code":null}})";
  for (const int status : {500, 502, 503, 504, 408, 425})
    EXPECT_EQ(failure_of(said, status), Kind::kServer);
  for (const int status : {400, 404, 413, 422, 302})
    EXPECT_EQ(failure_of(said, status), Kind::kRefused);
  for (const int status : {401, 402, 403}) EXPECT_EQ(failure_of(said, status), Kind::kForbidden);
  EXPECT_EQ(failure_of(said, 429), Kind::kBusy);
  EXPECT_EQ(failure_of(R"({"error":{"message":"no money","code":"insufficient_quota"}})", 429),
            Kind::kForbidden);
}

TEST(ChatReply, QuotesTheServerInOneLine) {
  const auto said = [](const std::string& body) {
    return std::get<Failure>(reply(body, question(), with(Dialect::kOpenAi), 400)).message;
  };
  EXPECT_EQ(said(R"({"error":{"message":"no\nsuch \u001b[31m thing"}})"),
            "status 400: no\\nsuch \\x1b[31m thing");
  EXPECT_EQ(said(R"({"error":"plain"})"), "status 400: plain");
  EXPECT_EQ(said(R"({"object":"error","message":"old vLLM"})"), "status 400: old vLLM");
  EXPECT_EQ(said(R"({"detail":[{"msg":"field required"}]})"),
            R"(status 400: [{"msg":"field required"}])");
  EXPECT_EQ(said("<!doctype html><h1>Bad</h1>"), "status 400: a page of HTML");
  EXPECT_EQ(said(""), "status 400");
  EXPECT_LT(said(std::string(5000, 'x')).size(), 400U);
}

TEST(ChatReply, KnowsServersWithoutASystemRole) {
  EXPECT_EQ(failure_of(R"({"error":{"message":"System role not supported"}})", 400),
            Kind::kNoSystemRole);
  EXPECT_EQ(failure_of(
                R"({"error":{"message":"Conversation roles must alternate user/assistant"}})", 400),
            Kind::kNoSystemRole);
  EXPECT_EQ(
      failure_of(
          R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}})",
          400),
      Kind::kMaxCompletionTokens);
}

struct Overflow {
  const char* body;
  int tokens;
  int limit;
};

TEST(ChatReply, TellsHowMuchTooLongAPromptIs) {
  const std::vector<Overflow> cases = {
      {R"({"error":{"code":400,"message":"request (600 tokens) exceeds the available context size (512 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":600,"n_ctx":512}})",
       600, 462},
      {R"({"object":"error","message":"This model's maximum context length is 512 tokens. However, you requested 650 tokens (600 in the messages, 50 in the completion). Please reduce the length of the messages or completion."})",
       600, 462},
      {R"({"error":{"message":"This model's maximum context length is 512 tokens. However, your messages resulted in 600 tokens.","code":"context_length_exceeded"}})",
       600, 462},
      {R"({"error":{"message":"You passed 600 input tokens and requested 50 output tokens. However, the model's context length is only 512 tokens, resulting in a maximum input length of 462 tokens."}})",
       600, 462},
      {R"({"error":{"message":"'max_tokens' is too large: 50. This model's maximum context length is 512 tokens and your request has 480 input tokens"}})",
       480, 462},
      {R"({"error":{"message":"too much","code":"context_length_exceeded"}})", 1, 0}};
  for (const Overflow& each : cases) {
    const ChatReply read = reply(each.body, question(), with(Dialect::kOpenAi), 400);
    const auto* too_long = std::get_if<TooLong>(&read);
    ASSERT_NE(too_long, nullptr) << each.body;
    EXPECT_EQ(too_long->tokens, each.tokens) << each.body;
    EXPECT_EQ(too_long->limit, each.limit) << each.body;
  }
}

TEST(ChatReply, RefusesAnAnswerLongerThanTheContext) {
  Request request = question();
  request.sampling.max_tokens = 512;
  const ChatReply read = reply(
      R"({"error":{"message":"x","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":512}})",
      request, with(Dialect::kLlama), 400);
  ASSERT_NE(std::get_if<Failure>(&read), nullptr);
  EXPECT_EQ(std::get<Failure>(read).kind, Kind::kRefused);
}

TEST(ChatReply, ThatTheContextCutsIsAPromptTooLong) {
  ChatSettings settings = with(Dialect::kLlama);
  settings.context = 512;
  const char* cut = R"({"choices":[{"message":{"content":"and so"},"finish_reason":"length"}],
                        "usage":{"prompt_tokens":490,"completion_tokens":22}})";
  const ChatReply read = reply(cut, question(), settings);
  ASSERT_NE(std::get_if<TooLong>(&read), nullptr);
  EXPECT_EQ(std::get<TooLong>(read).limit, 462);
  settings.context = 4096;
  EXPECT_EQ(answer_of(cut, question(), settings).text, "and so");
}

// ---------------------------------------------------------------------------------------------
// What servers tell of themselves, and keys

TEST(ServerFacts, OfAVllm) {
  ServerFacts facts;
  read_models_list(parse_json(R"({"object":"list","data":[
      {"id":"a","owned_by":"vllm","max_model_len":1},{"id":"b","owned_by":"vllm","max_model_len":8192}]})"),
                   "b", facts);
  EXPECT_EQ(facts.dialect, Dialect::kVllm);
  EXPECT_EQ(facts.context, 8192);
  EXPECT_THAT(facts.models, ElementsAre("a", "b"));
  read_vllm_version(parse_json(R"({"version":"0.10.2"})"), facts);
  EXPECT_TRUE(facts.guided_choice);
  read_vllm_version(parse_json(R"({"version":"0.12.0rc1"})"), facts);
  EXPECT_FALSE(facts.guided_choice);
}

TEST(ServerFacts, OfALlamaServer) {
  ServerFacts facts;
  EXPECT_TRUE(read_llama_props(
      parse_json(
          R"({"default_generation_settings":{"n_ctx":2048,"params":{}},"total_slots":4,"build_info":"b1-x"})"),
      facts));
  EXPECT_EQ(facts.dialect, Dialect::kLlama);
  EXPECT_EQ(facts.context, 2048);
  EXPECT_EQ(facts.slots, 4);
  EXPECT_EQ(facts.version, "b1-x");
}

TEST(ServerFacts, OfNonsenseAreNone) {
  ServerFacts facts;
  for (const char* text : {"{}", R"({"data":3})", R"({"data":[null,{"id":3}]})"})
    read_models_list(parse_json(text), "m", facts);
  EXPECT_FALSE(read_llama_props(parse_json(R"({"total_slots":4})"), facts));
  read_vllm_version(parse_json(R"({"version":3})"), facts);
  EXPECT_EQ(facts.dialect, Dialect::kOpenAi);
  EXPECT_THAT(facts.models, IsEmpty());
}

TEST(ApiKey, IsTakenFromTheEnvironmentAndNeverShown) {
  setenv("SYNDISCO_TEST_KEY", " sk-123\n", 1);
  EXPECT_EQ(key_of_environment("SYNDISCO_TEST_KEY"), "sk-123");
  EXPECT_EQ(log::without_secrets("Incorrect key sk-123 given: sk-123"),
            "Incorrect key *** given: ***");
  setenv("SYNDISCO_TEST_KEY", "sk-1\r\nX-Other: 2", 1);
  try {
    key_of_environment("SYNDISCO_TEST_KEY");
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.report(), HasSubstr("SYNDISCO_TEST_KEY"));
    EXPECT_THAT(error.report(), Not(HasSubstr("sk-1")));
  }
  setenv("SYNDISCO_TEST_KEY", " ", 1);
  EXPECT_THROW(key_of_environment("SYNDISCO_TEST_KEY"), EnvironmentError);
  unsetenv("SYNDISCO_TEST_KEY");
  EXPECT_THROW(key_of_environment("SYNDISCO_TEST_KEY"), EnvironmentError);
}

}  // namespace
}  // namespace syndisco
