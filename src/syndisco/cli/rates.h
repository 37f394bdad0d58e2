#pragma once

#include <cstdint>
#include <string>

#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// Remembers how fast this machine got through the models of a plan, in the cache, so that `plan`
/// can estimate. Best effort: a cache that cannot be written is no error.
void remember_rate(const Plan& plan, double seconds, std::uint64_t prompt_tokens,
                   std::uint64_t generated_tokens);

/// "about 12m 30s, as fast as the last run" or "time not known before the first run". The tokens
/// are those of the whole plan.
std::string time_estimate(const Plan& plan, std::uint64_t prompt_tokens,
                          std::uint64_t generated_tokens);

}  // namespace syndisco::cli
