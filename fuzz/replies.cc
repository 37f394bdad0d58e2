// A model server's reply, after four bytes that choose the status, the dialect, the constraint and
// whether it says that it is JSON: an answer, or what is wrong with it; never an exception. Also as
// what a server tells of itself.
#include <array>

#include "check.h"

#include "syndisco/model/endpoint/protocol.h"
#include "syndisco/model/endpoint/server_facts.h"
#include "syndisco/text/unicode.h"

using namespace syndisco;

namespace {

void check(const ChatReply& reply) {
  if (const auto* failure = std::get_if<Failure>(&reply)) {
    FUZZ_CHECK(is_valid_utf8(failure->message));
    FUZZ_CHECK(!failure->message.empty());
    for (const char c : failure->message) FUZZ_CHECK(static_cast<unsigned char>(c) >= ' ');
  } else if (const auto* answer = std::get_if<Answer>(&reply)) {
    FUZZ_CHECK(answer->prompt_tokens >= 0 && answer->generated_tokens >= 0);
    FUZZ_CHECK(answer->reused_tokens >= 0 && answer->reused_tokens <= answer->prompt_tokens);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  constexpr std::array kStatus{200, 400, 401, 404, 413, 429, 500, 503};
  constexpr std::array kDialects{Dialect::kOpenAi, Dialect::kLlama, Dialect::kVllm,
                                 Dialect::kPlain};
  const std::string body(reinterpret_cast<const char*>(data) + 4, size - 4);

  HttpResponse response;
  response.status = kStatus[data[0] % kStatus.size()];
  response.headers = {{"content-type", data[3] % 2 == 0 ? "application/json" : "text/html"}};
  response.body = body;
  ChatSettings settings;
  settings.dialect = kDialects[data[1] % kDialects.size()];
  Request request;
  request.messages = {{Message::From::kUser, "?"}};
  if (data[2] % 3 == 1) request.constraint = Choice{{"yes", "no"}};
  if (data[2] % 3 == 2) request.constraint = IntegerRange{1, 5};
  check(read_chat_reply(response, request, settings));

  try {
    const Json json = parse_json(body);
    ServerFacts facts;
    read_models_list(json, "m", facts);
    read_llama_props(json, facts);
    read_vllm_version(json, facts);
  } catch (const InputError&) {
  }
  return 0;
}
