#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "syndisco/base/log.h"
#include "syndisco/model/answer_text.h"
#include "syndisco/model/endpoint/protocol.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

using Kind = Failure::Kind;

// Enough of what a server says to see what is wrong.
constexpr std::size_t kMessageBytes = 300;

/// Without keys that the server quotes: what is cut afterwards must not keep the half of one.
std::string shortened(std::string_view whole) {
  const std::string clean = log::without_secrets(whole);
  const std::string_view text = python_strip(clean);
  if (text.size() <= kMessageBytes) return printable_line(text);
  return printable_line(text.substr(0, complete_utf8_prefix(text.substr(0, kMessageBytes)))) +
         "...";
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::optional<Json> parsed(const std::string& body) {
  try {
    return parse_json(body);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// A count, clamped to what an int holds; 0 where there is none.
int count_in(const Json* json, std::string_view name) {
  const Json* value = json == nullptr ? nullptr : json->find(name);
  if (value == nullptr || !value->is_integer()) return 0;
  return static_cast<int>(
      std::clamp<std::int64_t>(value->integer(), 0, std::numeric_limits<int>::max()));
}

// ---------------------------------------------------------------------------------------------
// Errors

/// What different servers put where.
struct ServerError {
  std::string message;
  std::string code;  ///< code and type, in lower case
  int prompt_tokens = 0;
  int context = 0;
};

bool is_html(const HttpResponse& response) {
  const std::string* type = response.header("content-type");
  return (type != nullptr && lower_case(*type).find("html") != std::string::npos) ||
         python_strip(response.body).starts_with("<");
}

ServerError server_error(const HttpResponse& response) {
  ServerError error;
  const std::optional<Json> body = parsed(response.body);
  if (!body || !body->is_object()) {
    error.message = is_html(response) ? "a page of HTML" : shortened(response.body);
    return error;
  }
  const Json* inner = body->find("error");
  if (inner == nullptr || !(inner->is_object() || inner->is_string())) inner = &*body;
  if (inner->is_string()) {
    error.message = shortened(inner->string());
    return error;
  }
  for (const char* name : {"message", "detail", "error"})
    if (const Json* value = inner->find(name); value != nullptr && error.message.empty())
      error.message = shortened(plain_text(*value));
  for (const char* name : {"code", "type"})
    if (const std::string* word = inner->find_string(name)) error.code += lower_case(*word) + " ";
  error.prompt_tokens = count_in(inner, "n_prompt_tokens");
  error.context = count_in(inner, "n_ctx");
  if (error.message.empty()) error.message = shortened(response.body);
  return error;
}

/// The number right before or behind `words` in `text`; 0 where there is none.
int number_before(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string_view::npos || at == 0) return 0;
  std::size_t first = at;
  while (first > 0 && text[first - 1] >= '0' && text[first - 1] <= '9') --first;
  int number = 0;
  std::from_chars(text.data() + first, text.data() + at, number);
  return number;
}

int number_behind(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string_view::npos) return 0;
  int number = 0;
  std::from_chars(text.data() + at + words.size(), text.data() + text.size(), number);
  return number;
}

int first_of(std::initializer_list<int> numbers) {
  for (const int number : numbers)
    if (number > 0) return number;
  return 0;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) {
    return text.find(each) != std::string_view::npos;
  });
}

/// The prompt is too long by what the server says.
std::optional<ChatReply> too_long(const ServerError& error, const Request& request,
                                  const ChatSettings& settings) {
  const std::string text = lower_case(error.message);
  const bool said = has_any(error.code, {"exceed_context_size", "context_length_exceeded"}) ||
                    has_any(text, {"maximum context length", "model's context length",
                                   "exceeds the available context size", "maximum model length",
                                   "prompt is too long", "longer than the maximum"});
  if (!said) return std::nullopt;
  const int context = first_of({error.context, number_behind(text, "maximum context length is "),
                                number_behind(text, "context length is only "),
                                number_behind(text, "maximum model length of "), settings.context});
  const int tokens = first_of(
      {error.prompt_tokens, number_before(text, " in the messages"),
       number_behind(text, "you passed "), number_behind(text, "your messages resulted in "),
       number_behind(text, "your request has "), number_behind(text, "prompt contains at least "),
       number_behind(text, "length of ")});
  const int answer = request.sampling.max_tokens;
  if (context > 0 && answer >= context)
    return Failure{Kind::kRefused, "max_tokens (" + std::to_string(answer) +
                                       ") leaves no room for a prompt in a context of " +
                                       std::to_string(context)};
  // Where nothing is known of its length, it is as long as it takes to say that it is too long.
  const int limit = context > 0 ? context - answer : 0;
  return TooLong{std::max(tokens, limit + 1), limit};
}

ChatReply read_error(const HttpResponse& response, const Request& request,
                     const ChatSettings& settings) {
  const ServerError error = server_error(response);
  const std::string text = lower_case(error.message);
  const int status = response.status;
  const std::string message = error_text(response);
  if (status == 401 || status == 403) return Failure{Kind::kForbidden, message};
  if (status == 429 && has_any(error.code, {"insufficient_quota"}))
    return Failure{Kind::kForbidden, message};
  if (status == 402) return Failure{Kind::kForbidden, message};
  if (status == 429) return Failure{Kind::kBusy, message};
  if (auto reply = too_long(error, request, settings)) return *reply;
  if (settings.system_role &&
      has_any(text, {"system role", "role system", "system message", "'system'",
                     "conversation roles must alternate"}) &&
      status < 501 &&
      has_any(text, {"not supported", "not support", "unsupported", "does not", "must alternate",
                     "invalid", "no system"}))
    return Failure{Kind::kNoSystemRole, message};
  if (!settings.max_completion_tokens && status == 400 &&
      has_any(text, {"max_completion_tokens"}) && has_any(text, {"unsupported", "not supported"}))
    return Failure{Kind::kMaxCompletionTokens, message};
  // 408: the request came too slowly; 409, 425: not now.
  if (status >= 500 || status == 408 || status == 409 || status == 425 || status < 200)
    return Failure{Kind::kServer, message};
  return Failure{Kind::kRefused, message};
}

// ---------------------------------------------------------------------------------------------
// Answers

/// Content and thoughts may be texts, or lists of parts.
struct Said {
  std::string text;
  std::string thinking;
};

void add_part(Said& said, const Json& part) {
  const std::string* type = part.find_string("type");
  if (const std::string* text = part.find_string("text")) {
    (type != nullptr && type->find("think") != std::string::npos ? said.thinking : said.text) +=
        *text;
  }
  if (const Json* inner = part.find("thinking"); inner != nullptr && inner->is_string()) {
    said.thinking += inner->string();
  } else if (inner != nullptr && inner->is_array()) {
    for (const Json& each : inner->array())
      if (const std::string* text = each.find_string("text")) said.thinking += *text;
  }
}

constexpr std::string_view kThinkingEnd = "</think>";

/// Thoughts that stand in the text itself. `stopped` where it is cut before a stop string.
void take_apart(Said& said, std::vector<std::string> stop, bool& stopped) {
  const ThinkingTags tags{"<think>", std::string(kThinkingEnd), ""};
  // Prompts of some models end with the opening tag, so only the closing one is said.
  const bool inside = said.thinking.empty() && !python_strip(said.text).starts_with(tags.start) &&
                      said.text.find(kThinkingEnd) != std::string::npos;
  AnswerText parts(tags, inside, std::move(stop));
  stopped = parts.add(said.text);
  stopped = parts.finish() || stopped;
  said.text = parts.text();
  if (!parts.thinking().empty())
    said.thinking += (said.thinking.empty() ? "" : "\n") + parts.thinking();
}

/// Inside of a fence such as ```json ... ```, else the text.
std::string_view without_fence(std::string_view text) {
  constexpr std::string_view kFence = "```";
  if (!text.starts_with(kFence) || !text.ends_with(kFence) || text.size() < 2 * kFence.size())
    return text;
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos || line + kFence.size() >= text.size()) return text;
  return python_strip(text.substr(line, text.size() - line - kFence.size()));
}

/// The plain text of a JSON value that stands for a choice or an integer; what is neither stays.
std::string unwrapped(const AnswerConstraint& constraint, const std::string& text) {
  if (std::holds_alternative<FreeText>(constraint) || satisfies(constraint, text)) return text;
  const std::string_view inside = without_fence(python_strip(text));
  if (satisfies(constraint, inside)) return std::string(inside);
  if (std::holds_alternative<JsonAnswer>(constraint)) return text;
  std::optional<Json> value = parsed(std::string(inside));
  if (value && value->is_object() && value->object().size() == 1) {
    Json only = value->object().front().second;
    value = std::move(only);
  }
  if (!value) return text;
  std::string plain = value->is_string()    ? value->string()
                      : value->is_integer() ? std::to_string(value->integer())
                                            : text;
  return satisfies(constraint, plain) ? plain : text;
}

Failure broken(const std::string& what) {
  return {.kind = Kind::kBroken, .message = "the server's answer " + what};
}

void read_usage(const Json& body, Answer& answer) {
  const Json* usage = body.find("usage");
  answer.prompt_tokens = count_in(usage, "prompt_tokens");
  answer.generated_tokens = count_in(usage, "completion_tokens");
  if (const Json* details = usage == nullptr ? nullptr : usage->find("prompt_tokens_details"))
    answer.reused_tokens = std::min(count_in(details, "cached_tokens"), answer.prompt_tokens);
}

ChatReply read_answer(const Json& body, const Request& request, const ChatSettings& settings) {
  const Json* choices = body.find("choices");
  if (choices == nullptr || !choices->is_array()) return broken("holds no choices");
  if (choices->array().empty()) return broken("holds an empty list of choices");
  const Json& choice = choices->array().front();
  const Json* message = choice.find("message");
  if (message == nullptr || !message->is_object()) return broken("holds no message");

  Said said;
  for (const char* name : {"reasoning_content", "reasoning"})
    if (const std::string* text = message->find_string(name);
        text != nullptr && said.thinking.empty())
      said.thinking = *text;
  const Json* content = message->find("content");
  if (content != nullptr && content->is_string()) {
    said.text = content->string();
  } else if (content != nullptr && content->is_array()) {
    for (const Json& part : content->array()) add_part(said, part);
  } else if (const std::string* refusal = message->find_string("refusal")) {
    return broken("is a refusal: " + shortened(*refusal));
  } else if (said.thinking.empty()) {
    // Who thinks until nothing is left of max_tokens says nothing; others have no excuse.
    return broken("holds no text");
  }

  const std::string* reason = choice.find_string("finish_reason");
  if (reason != nullptr && *reason == "content_filter")
    return broken("was cut by the server's content filter");
  if (reason != nullptr && (*reason == "tool_calls" || *reason == "function_call"))
    return broken("is a call of a tool");
  if (reason != nullptr && *reason == "error") return broken("ends in an error");

  const bool free = std::holds_alternative<FreeText>(request.constraint);
  bool stopped = false;
  take_apart(said, free ? request.sampling.stop : std::vector<std::string>{}, stopped);
  Answer answer;
  answer.text = unwrapped(request.constraint, said.text);
  answer.thinking = std::string(python_strip(said.thinking));
  read_usage(body, answer);
  const Json* word = choice.find("stop_reason");  // vLLM tells the stop string
  if (reason != nullptr && (*reason == "length" || *reason == "max_tokens"))
    answer.finish = Finish::kLength;
  // Servers cut inside a character and put this in its place.
  constexpr std::string_view kCut = "\xef\xbf\xbd";
  if (answer.finish == Finish::kLength)
    while (answer.text.ends_with(kCut)) answer.text.resize(answer.text.size() - kCut.size());
  if (stopped || (word != nullptr && word->is_string() && free)) answer.finish = Finish::kStop;

  // llama-server cuts an answer at the end of its context; ours never are, unless by max_tokens.
  if (settings.context > 0 && answer.finish == Finish::kLength && answer.generated_tokens > 0 &&
      answer.generated_tokens < request.sampling.max_tokens &&
      answer.prompt_tokens + answer.generated_tokens + 1 >= settings.context)
    return TooLong{answer.prompt_tokens,
                   std::max(settings.context - request.sampling.max_tokens, 0)};
  return answer;
}

}  // namespace

std::string error_text(const HttpResponse& response) {
  const std::string said = server_error(response).message;
  return "status " + std::to_string(response.status) + (said.empty() ? "" : ": " + said);
}

ChatReply read_chat_reply(const HttpResponse& response, const Request& request,
                          const ChatSettings& settings) {
  if (response.status < 200 || response.status >= 300)
    return read_error(response, request, settings);
  const std::optional<Json> body = parsed(response.body);
  if (!body) {
    // A page of a proxy or of another server is no answer of ours: it may come back.
    if (is_html(response)) return Failure{Kind::kServer, "a page of HTML instead of an answer"};
    return broken("is no valid JSON");
  }
  // Some servers say "200 OK" to what went wrong.
  if (body->find("choices") == nullptr && body->find("error") != nullptr)
    return Failure{Kind::kServer, error_text(response)};
  ChatReply reply = read_answer(*body, request, settings);
  if (auto* failure = std::get_if<Failure>(&reply)) {
    Answer computed;
    read_usage(*body, computed);
    if (computed.prompt_tokens + computed.generated_tokens > 0) failure->spent = spent_on(computed);
  }
  return reply;
}

}  // namespace syndisco
