#pragma once

#include <cstdint>
#include <optional>

#include "syndisco/text/json.h"

namespace syndisco {

/// What models were asked and what that came to.
struct Usage {
  std::uint64_t requests = 0;       ///< answered, or failed at the model
  std::uint64_t prompt_tokens = 0;  ///< all of the prompts
  std::uint64_t reused_tokens = 0;  ///< of these, not computed again
  std::uint64_t generated_tokens = 0;

  std::uint64_t tokens() const { return prompt_tokens + generated_tokens; }
  Usage& operator+=(const Usage& more);
  bool operator==(const Usage&) const = default;
};

/// What a million tokens of a model cost, in whatever currency the user thinks in; at least 0.
struct Price {
  double input = 0;         ///< of prompts
  double cached_input = 0;  ///< of prompts, not computed again
  double output = 0;        ///< of answers
  bool operator==(const Price&) const = default;
};

double cost_of(const Usage& usage, const Price& price);

/// What all runs on a directory may spend together. Nothing: as much as it takes.
struct Limits {
  std::optional<std::uint64_t> tokens;    ///< of prompts (reused ones too) and answers, at least 1
  std::optional<std::uint64_t> requests;  ///< at least 1
  std::optional<double> wall_time;        ///< seconds, above 0
  std::optional<double> cost;             ///< in the currency of the prices, above 0

  bool any() const { return tokens || requests || wall_time || cost; }
  bool operator==(const Limits&) const = default;
};

Json to_json(const Usage& usage);
Json to_json(const Price& price);
/// Limits that are not set are left out. `limits_from_json` takes what `to_json` wrote.
Json to_json(const Limits& limits);
Limits limits_from_json(const Json& json);
Price price_from_json(const Json& json);

}  // namespace syndisco
