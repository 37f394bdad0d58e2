#include "syndisco/record/budget.h"

#include <algorithm>

namespace syndisco {
namespace {

double number_of(const Json& json, const char* name) {
  const Json* value = json.find(name);
  return value != nullptr && value->is_number() ? value->number() : 0;
}

std::optional<double> maybe_number(const Json& json, const char* name) {
  const Json* value = json.find(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->number();
}

std::optional<std::uint64_t> maybe_count(const Json& json, const char* name) {
  const Json* value = json.find(name);
  if (value == nullptr || !value->is_integer()) return std::nullopt;
  return static_cast<std::uint64_t>(value->integer());
}

}  // namespace

Usage& Usage::operator+=(const Usage& more) {
  requests += more.requests;
  prompt_tokens += more.prompt_tokens;
  reused_tokens += more.reused_tokens;
  generated_tokens += more.generated_tokens;
  return *this;
}

double cost_of(const Usage& usage, const Price& price) {
  constexpr double kMillion = 1e6;
  const std::uint64_t cached = std::min(usage.reused_tokens, usage.prompt_tokens);
  return (static_cast<double>(usage.prompt_tokens - cached) * price.input +
          static_cast<double>(cached) * price.cached_input +
          static_cast<double>(usage.generated_tokens) * price.output) /
         kMillion;
}

Json to_json(const Usage& usage) {
  return JsonObject{{"requests", usage.requests},
                    {"prompt_tokens", usage.prompt_tokens},
                    {"reused_tokens", usage.reused_tokens},
                    {"generated_tokens", usage.generated_tokens}};
}

Json to_json(const Price& price) {
  return JsonObject{
      {"input", price.input}, {"cached_input", price.cached_input}, {"output", price.output}};
}

Json to_json(const Limits& limits) {
  JsonObject json;
  if (limits.tokens) json.emplace_back("tokens", *limits.tokens);
  if (limits.requests) json.emplace_back("requests", *limits.requests);
  if (limits.wall_time) json.emplace_back("wall_time", *limits.wall_time);
  if (limits.cost) json.emplace_back("cost", *limits.cost);
  return json;
}

Limits limits_from_json(const Json& json) {
  return {.tokens = maybe_count(json, "tokens"),
          .requests = maybe_count(json, "requests"),
          .wall_time = maybe_number(json, "wall_time"),
          .cost = maybe_number(json, "cost")};
}

Price price_from_json(const Json& json) {
  return {.input = number_of(json, "input"),
          .cached_input = number_of(json, "cached_input"),
          .output = number_of(json, "output")};
}

}  // namespace syndisco
