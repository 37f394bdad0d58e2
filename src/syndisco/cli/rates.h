#pragma once

#include <cstdint>
#include <optional>

#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// Remembers how fast this machine got through the models of a plan, in the cache, so that `plan`
/// can estimate. Best effort: a cache that cannot be written is no error.
void remember_rate(const Plan& plan, double seconds, std::uint64_t prompt_tokens,
                   std::uint64_t generated_tokens);

/// Seconds that so many tokens take at the speed of the last run with these models; nothing where
/// there was none.
std::optional<double> estimated_seconds(const Plan& plan, std::uint64_t prompt_tokens,
                                        std::uint64_t generated_tokens);

}  // namespace syndisco::cli
