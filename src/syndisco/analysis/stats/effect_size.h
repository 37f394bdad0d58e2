#pragma once

#include <cstddef>
#include <span>

#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

struct EffectSize {
  std::size_t n_a = 0;
  std::size_t n_b = 0;
  double level = 0.95;
  Value estimate;
  Value ci_low;
  Value ci_high;
};

/// (mean_a - mean_b) / pooled standard deviation. Interval: normal, with the variance
/// (n_a+n_b)/(n_a n_b) + d²/(2(n_a+n_b)) (Hedges & Olkin 1985, p. 86).
/// Undefined below two values in a group, or where neither group varies.
EffectSize cohens_d(std::span<const double> a, std::span<const double> b, double level = 0.95);

/// d (1 - 3/(4(n_a+n_b)-9)) (Hedges 1981); the interval of d times the same factor.
EffectSize hedges_g(std::span<const double> a, std::span<const double> b, double level = 0.95);

/// P(a > b) - P(a < b), in [-1, 1], in O(n log n). Interval: the asymmetric one of Cliff 1996 (Feng
/// & Cliff 2004) with the unbiased variance; where the groups do not overlap, ±1 and
/// ±(n-z²)/(n+z²) with the smaller n. Undefined where a group is empty, its interval below two
/// values in a group.
EffectSize cliffs_delta(std::span<const double> a, std::span<const double> b, double level = 0.95);

}  // namespace syndisco::stats
