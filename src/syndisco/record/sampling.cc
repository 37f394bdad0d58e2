#include "syndisco/record/sampling.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "syndisco/base/error.h"
#include "syndisco/record/answer_schema.h"

namespace syndisco {
namespace {

// Only the shortest decimal form counts: "007" and "+3" read as numbers, but a model that is held
// to the range cannot write them.
std::optional<std::int64_t> canonical_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::to_string(value) != text) return std::nullopt;
  return value;
}

std::optional<Json> json_answer(const JsonAnswer& constraint, std::string_view text) {
  try {
    Json value = parse_json(text);
    if (fits_schema(constraint.schema, value)) return value;
  } catch (const InputError&) {
  }
  return std::nullopt;
}

}  // namespace

bool satisfies(const AnswerConstraint& constraint, std::string_view text) {
  if (const auto* choice = std::get_if<Choice>(&constraint)) {
    return std::find(choice->options.begin(), choice->options.end(), text) != choice->options.end();
  }
  if (const auto* range = std::get_if<IntegerRange>(&constraint)) {
    const std::optional<std::int64_t> value = canonical_integer(text);
    return value && *value >= range->lowest && *value <= range->highest;
  }
  if (const auto* json = std::get_if<JsonAnswer>(&constraint))
    return json_answer(*json, text).has_value();
  return true;
}

Json typed_value(const AnswerConstraint& constraint, std::string_view text) {
  if (const auto* json = std::get_if<JsonAnswer>(&constraint))
    return json_answer(*json, text).value_or(Json());
  if (!satisfies(constraint, text)) return Json();
  if (std::holds_alternative<Choice>(constraint)) return Json(text);
  if (std::holds_alternative<FreeText>(constraint)) return Json();
  const std::optional<std::int64_t> value = canonical_integer(text);
  return value ? Json(*value) : Json();
}

}  // namespace syndisco
