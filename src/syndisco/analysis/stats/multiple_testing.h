#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

enum class Adjustment { kNone, kHolm, kBenjaminiHochberg, kBonferroni };

/// "none", "Holm", "Benjamini-Hochberg", "Bonferroni".
std::string_view name(Adjustment adjustment);

/// Adjusted p in the order of `p`, at most 1. Undefined ones stay as they are and do not count as
/// tests. Holm 1979; Benjamini & Hochberg 1995 (step-up). `p` in [0, 1] (std::invalid_argument).
std::vector<Value> adjust(std::span<const Value> p, Adjustment adjustment);
std::vector<double> adjust(std::span<const double> p, Adjustment adjustment);

}  // namespace syndisco::stats
