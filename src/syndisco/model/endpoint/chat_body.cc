#include <algorithm>

#include "syndisco/model/endpoint/protocol.h"
#include "syndisco/model/llama_schema.h"
#include "syndisco/model/messages.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

// What a choice or an integer takes at most, beside max_tokens: what a model thinks before it
// answers needs these, and answers of annotators are never cut.
constexpr int kAnswerTokens = 16;

// Lists of numbers longer than this become bounds, which not every server keeps to.
constexpr std::int64_t kListedNumbers = 1000;

Json messages_json(const std::vector<Message>& messages) {
  JsonArray list;
  for (const Message& message : messages)
    list.emplace_back(JsonObject{{"role", message_role(message.from)},
                                 // What is no UTF-8 is no JSON either.
                                 {"content", repair_utf8(message.text)}});
  return list;
}

/// A text of llama.cpp's grammar language.
std::string quoted_for_grammar(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n')
      quoted += "\\n";
    else if (c == '\r')
      quoted += "\\r";
    else if (c == '\t')
      quoted += "\\t";
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string grammar_of(const Choice& choice) {
  std::string grammar = "root ::= ";
  for (const std::string& option : choice.options) {
    if (!grammar.ends_with("= ")) grammar += " | ";
    grammar += quoted_for_grammar(option);
  }
  return grammar;
}

bool few(const IntegerRange& range) {
  return range.highest - range.lowest < kListedNumbers;
}

Json texts(const std::vector<std::string>& options) {
  JsonArray list;
  for (const std::string& option : options) list.emplace_back(option);
  return list;
}

Json integer_schema(const IntegerRange& range) {
  return JsonObject{{"type", "integer"}, {"minimum", range.lowest}, {"maximum", range.highest}};
}

/// Whether OpenAI's strict mode takes the schema: every object closed, every property required.
bool strict(const Json& schema) {
  if (!schema.is_object()) return true;
  for (const auto& [name, value] : schema.object()) {
    static const std::vector<std::string> kUnknown = {"minLength", "maxLength", "const"};
    if (std::find(kUnknown.begin(), kUnknown.end(), name) != kUnknown.end()) return false;
  }
  const Json* type = schema.find("type");
  if (type == nullptr && schema.find("enum") == nullptr) return false;
  if (const Json* items = schema.find("items"); items != nullptr && !strict(*items)) return false;
  const bool object = type != nullptr && dump_json(*type).find("\"object\"") != std::string::npos;
  if (!object) return true;
  const Json* properties = schema.find("properties");
  const Json* required = schema.find("required");
  const Json* more = schema.find("additionalProperties");
  if (properties == nullptr || required == nullptr || more == nullptr || *more != Json(false) ||
      required->array().size() != properties->object().size())
    return false;
  return std::all_of(properties->object().begin(), properties->object().end(),
                     [](const auto& each) { return strict(each.second); });
}

Json response_format(Json schema, bool strict_mode) {
  Json named = JsonObject{{"name", "answer"}, {"schema", std::move(schema)}};
  if (strict_mode) named.set("strict", true);
  return JsonObject{{"type", "json_schema"}, {"json_schema", std::move(named)}};
}

/// OpenAI takes objects only.
Json wrapped(Json schema) {
  return JsonObject{{"type", "object"},
                    {"properties", JsonObject{{"answer", std::move(schema)}}},
                    {"required", JsonArray{"answer"}},
                    {"additionalProperties", false}};
}

void add_choice(Json& body, const Choice& choice, const ChatSettings& settings) {
  switch (settings.dialect) {
    case Dialect::kLlama:
      body.set("grammar", grammar_of(choice));
      break;
    case Dialect::kVllm:
      if (settings.guided_choice)
        body.set("guided_choice", texts(choice.options));
      else
        body.set("structured_outputs", JsonObject{{"choice", texts(choice.options)}});
      break;
    case Dialect::kOpenAi:
      body.set("response_format",
               response_format(
                   wrapped(JsonObject{{"type", "string"}, {"enum", texts(choice.options)}}), true));
      break;
    case Dialect::kPlain:
      break;
  }
}

void add_integer(Json& body, const IntegerRange& range, const ChatSettings& settings) {
  if (settings.dialect == Dialect::kPlain) return;
  if (settings.dialect == Dialect::kVllm && few(range)) {
    Choice choice;
    for (std::int64_t number = range.lowest; number <= range.highest; ++number)
      choice.options.push_back(std::to_string(number));
    return add_choice(body, choice, settings);
  }
  const bool openai = settings.dialect == Dialect::kOpenAi;
  body.set(
      "response_format",
      response_format(openai ? wrapped(integer_schema(range)) : integer_schema(range), openai));
}

void add_constraint(Json& body, const AnswerConstraint& constraint, const ChatSettings& settings) {
  if (const auto* choice = std::get_if<Choice>(&constraint)) add_choice(body, *choice, settings);
  if (const auto* range = std::get_if<IntegerRange>(&constraint))
    add_integer(body, *range, settings);
  if (const auto* json = std::get_if<JsonAnswer>(&constraint))
    if (settings.dialect != Dialect::kPlain)
      body.set("response_format",
               response_format(
                   settings.dialect == Dialect::kLlama ? llama_schema(json->schema) : json->schema,
                   settings.dialect == Dialect::kOpenAi && strict(json->schema)));
}

/// Tokens of the longest allowed answer, which is never cut; 0 where max_tokens counts.
int least_tokens(const AnswerConstraint& constraint) {
  if (const auto* choice = std::get_if<Choice>(&constraint)) {
    std::size_t longest = 0;
    for (const std::string& option : choice->options) longest = std::max(longest, option.size());
    return static_cast<int>(std::min<std::size_t>(longest, 100'000)) + kAnswerTokens;
  }
  if (std::holds_alternative<IntegerRange>(constraint)) return 2 * kAnswerTokens;
  return 0;
}

void add_sampling(Json& body, const Request& request, const ChatSettings& settings) {
  const Sampling& sampling = request.sampling;
  const Dialect dialect = settings.dialect;
  body.set("temperature", sampling.temperature);
  body.set("top_p", sampling.top_p);
  body.set(settings.max_completion_tokens ? "max_completion_tokens" : "max_tokens",
           most_answer_tokens(request));
  // Constrained answers end where they are complete.
  if (!sampling.stop.empty() && std::holds_alternative<FreeText>(request.constraint))
    body.set("stop", texts(sampling.stop));
  if (dialect == Dialect::kLlama) {
    body.set("top_k", sampling.top_k);
    body.set("min_p", sampling.min_p);
    body.set("repeat_penalty", sampling.repeat_penalty);
    // llama-server takes no "all of it" here, and keeps room for as many tokens as are named.
    constexpr int kLongContext = 1 << 20;
    const int all = settings.context > 0 ? settings.context : kLongContext;
    body.set("repeat_last_n", sampling.repeat_last_n < 0 ? all : sampling.repeat_last_n);
    if (sampling.dry.multiplier > 0) {
      body.set("dry_multiplier", sampling.dry.multiplier);
      body.set("dry_base", sampling.dry.base);
      body.set("dry_allowed_length", sampling.dry.allowed_length);
      if (sampling.dry.last_n >= 0) body.set("dry_penalty_last_n", sampling.dry.last_n);
    }
  }
  if (dialect == Dialect::kVllm) {
    body.set("top_k", sampling.top_k == 0 ? -1 : sampling.top_k);
    body.set("min_p", sampling.min_p);
    body.set("repetition_penalty", sampling.repeat_penalty);
  }
}

}  // namespace

std::string_view dialect_name(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAi:
      return "openai";
    case Dialect::kLlama:
      return "llama";
    case Dialect::kVllm:
      return "vllm";
    case Dialect::kPlain:
      return "plain";
  }
  return "openai";
}

Dialect dialect_from(std::string_view name) {
  for (const Dialect each : {Dialect::kOpenAi, Dialect::kLlama, Dialect::kVllm, Dialect::kPlain})
    if (dialect_name(each) == name) return each;
  throw InputError("unknown kind of server " + printable_line(name));
}

std::vector<std::string> unknown_settings(const Sampling& sampling, Dialect dialect) {
  std::vector<std::string> names;
  if (dialect == Dialect::kLlama) return names;
  const Sampling usual;
  const auto check = [&](bool off, bool is_usual, const char* name) {
    if (!off && !is_usual) names.emplace_back(name);
  };
  if (dialect != Dialect::kVllm) {
    check(sampling.top_k == 0, sampling.top_k == usual.top_k, "top_k");
    check(sampling.min_p == 0, sampling.min_p == usual.min_p, "min_p");
    check(sampling.repeat_penalty == 1, false, "repeat_penalty");
  } else {
    // vLLM looks back over everything.
    check(sampling.repeat_penalty == 1 || sampling.repeat_last_n < 0,
          sampling.repeat_last_n == usual.repeat_last_n, "repeat_last_n");
  }
  check(sampling.dry.multiplier == 0 || sampling.dry.last_n == 0, false, "dry");
  return names;
}

int most_answer_tokens(const Request& request) {
  return request.sampling.max_tokens + least_tokens(request.constraint);
}

std::string chat_body(const Request& request, const ChatSettings& settings, std::uint64_t seed) {
  Json body = JsonObject{};
  body.set("model", settings.model);
  body.set("messages", messages_json(settings.system_role ? request.messages
                                                          : without_system(request.messages)));
  add_sampling(body, request, settings);
  body.set("seed", static_cast<std::int64_t>((seed ^ (seed >> 32)) & 0x7fffffffU));
  add_constraint(body, request.constraint, settings);
  return dump_json_compact(body);
}

}  // namespace syndisco
