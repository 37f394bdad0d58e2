#include <algorithm>
#include <cmath>
#include <numeric>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

// `sorted` is not empty; `q` in [0, 1].
double quantile_of_sorted(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  const double share = place - static_cast<double>(below);
  return sorted[below] * (1 - share) + sorted[below + 1] * share;
}

}  // namespace

Descriptives describe(std::span<const double> values, double level) {
  check_level(level);
  Sample sample(values);
  Descriptives result;
  result.n = sample.n();
  result.missing = sample.missing;
  result.level = level;
  const auto all_undefined = [&](const char* why) {
    for (Value* value : {&result.sum, &result.mean, &result.sd, &result.sem, &result.min,
                         &result.median, &result.max, &result.ci_low, &result.ci_high}) {
      *value = Value::undefined(why);
    }
    return result;
  };
  if (sample.n() == 0) return all_undefined("no values");
  if (!sample.finite) return all_undefined(kInfinite);
  result.sum = std::accumulate(sample.values.begin(), sample.values.end(), 0.0);
  result.mean = sample.mean;
  result.min = sample.min;
  result.max = sample.max;
  std::sort(sample.values.begin(), sample.values.end());
  result.median = quantile_of_sorted(sample.values, 0.5);
  if (sample.n() < 2) {
    for (Value* value : {&result.sd, &result.sem, &result.ci_low, &result.ci_high}) {
      *value = Value::undefined("a single value");
    }
    return result;
  }
  const double sem = std::sqrt(sample.variance() / sample.count());
  const double reach = t_quantile(0.5 + level / 2, sample.count() - 1) * sem;
  result.sd = std::sqrt(sample.variance());
  result.sem = sem;
  result.ci_low = sample.mean - reach;
  result.ci_high = sample.mean + reach;
  return result;
}

Value quantile(std::span<const double> values, double q) {
  if (!(q >= 0 && q <= 1)) throw std::invalid_argument("a quantile outside of [0, 1]");
  Sample sample(values);
  if (sample.n() == 0) return Value::undefined("no values");
  if (!sample.finite) return Value::undefined(kInfinite);
  std::sort(sample.values.begin(), sample.values.end());
  return quantile_of_sorted(sample.values, q);
}

}  // namespace syndisco::stats
