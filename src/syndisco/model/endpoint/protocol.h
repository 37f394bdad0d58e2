#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "syndisco/model/http/http_client.h"
#include "syndisco/model/model.h"

namespace syndisco {

// The OpenAI protocol for chat completions, as far as it takes no connection: requests to bodies,
// replies to answers or to what is wrong with them.

/// What a server understands beside the plain protocol.
enum class Dialect {
  kOpenAi,  ///< holds answers to a JSON schema
  kLlama,   ///< llama-server: all sampling settings, grammars
  kVllm,    ///< vLLM: most sampling settings, choices
  kPlain,   ///< nothing: constraints are checked, and asked for again
};
/// "openai", "llama", "vllm", "plain".
std::string_view dialect_name(Dialect dialect);
Dialect dialect_from(std::string_view name);

/// How requests to the servers of one model are written.
struct ChatSettings {
  std::string model;  ///< name that the servers know
  Dialect dialect = Dialect::kOpenAi;
  int context = 0;             ///< tokens of prompt and answer together; 0: not known
  bool guided_choice = false;  ///< vLLM before 0.12, which calls choices so
  // What only errors tell:
  bool system_role = true;             ///< false: the system text stands before the user's
  bool max_completion_tokens = false;  ///< newer models of OpenAI call max_tokens so
};

/// Settings of `sampling` that change answers, differ from the defaults and cannot be sent in this
/// dialect, by the names of the experiment file. What stands at its default and cannot be sent is
/// left to the server.
std::vector<std::string> unknown_settings(const Sampling& sampling, Dialect dialect);

/// Tokens that the answer may have, whatever the dialect: max_tokens, and room for the whole of
/// what a constraint allows, because models may think first.
int most_answer_tokens(const Request& request);

/// Body of POST BASE/chat/completions. `seed` may differ from the request's when an answer was
/// refused; 31 bits of it are sent, which every server takes.
std::string chat_body(const Request& request, const ChatSettings& settings, std::uint64_t seed);

/// Why there is no answer, and what that means for asking again.
struct Failure {
  enum class Kind {
    kBusy,                 ///< 429: later
    kServer,               ///< 5xx, or nothing that such a server says: later
    kBroken,               ///< an answer that is none; the next may be one
    kRefused,              ///< 4xx: this request will never be answered
    kForbidden,            ///< 401, 403, no quota left: no request will
    kNoSystemRole,         ///< with ChatSettings::system_role false it may work
    kMaxCompletionTokens,  ///< with max_completion_tokens
  };
  Kind kind = Kind::kServer;
  std::string message;  ///< one line, without control characters; never a header
  Usage spent = {};     ///< what the server says it computed all the same; it may bill that
};

/// The prompt does not fit: what PromptTooLong says.
struct TooLong {
  int tokens = 0;
  int limit = 0;
};

using ChatReply = std::variant<Answer, TooLong, Failure>;

/// What a response means. `text` of an answer is what `satisfies` judges: of a JSON text or number
/// that stands for a choice or an integer, its value.
ChatReply read_chat_reply(const HttpResponse& response, const Request& request,
                          const ChatSettings& settings);

/// Of a response that is an error: status and what the server says, shortened, for people.
std::string error_text(const HttpResponse& response);

}  // namespace syndisco
