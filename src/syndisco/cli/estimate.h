#pragma once

#include <map>
#include <optional>
#include <string>

#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// What a whole plan will come to, by multiplying what the sample discussion of each cell comes to:
/// prompts by their bytes (before reuse), answers at their longest, nobody silent, nothing failing.
struct Estimate {
  std::map<std::string, Usage> by_model;
  Usage all;
  double cost = 0;                ///< of the models that have a price
  std::optional<double> seconds;  ///< where an earlier run with these models tells
};

Estimate estimate(const Plan& plan);

Json to_json(const Estimate& estimate);

/// Prices of the plan's models that have one, by name.
std::map<std::string, Price> prices_of(const Plan& plan);

/// What the journal notes of the plan, for `status`: limits, prices and the estimate.
Json budget_note(const Plan& plan);

}  // namespace syndisco::cli
