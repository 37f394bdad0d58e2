#include "syndisco/analysis/stats/effect_size.h"

#include <algorithm>
#include <cmath>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/sample_internal.h"

namespace syndisco::stats {
namespace {

EffectSize undefined_effect(EffectSize effect, const std::string& why) {
  effect.estimate = Value::undefined(why);
  effect.ci_low = Value::undefined(why);
  effect.ci_high = Value::undefined(why);
  return effect;
}

// For every value of `a`: how many of `sorted` it is above, less those it is below.
std::vector<double> dominances(const std::vector<double>& a, const std::vector<double>& sorted) {
  std::vector<double> result;
  result.reserve(a.size());
  for (const double value : a) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    result.push_back(static_cast<double>((first - sorted.begin()) - (sorted.end() - last)));
  }
  return result;
}

// Sum of squared distances of `sums / n` from `delta`.
double spread(const std::vector<double>& sums, double n, double delta) {
  double sum = 0;
  for (const double one : sums) sum += (one / n - delta) * (one / n - delta);
  return sum;
}

}  // namespace

EffectSize cohens_d(std::span<const double> all_a, std::span<const double> all_b, double level) {
  check_level(level);
  const Sample a(all_a);
  const Sample b(all_b);
  EffectSize result;
  result.n_a = a.n();
  result.n_b = b.n();
  result.level = level;
  if (const std::string why = why_not_two(a, b, 2); !why.empty()) {
    return undefined_effect(result, why);
  }
  if (a.constant() && b.constant()) return undefined_effect(result, "neither group varies");
  const double n = a.count() + b.count();
  const double d = (a.mean - b.mean) / std::sqrt((a.squares + b.squares) / (n - 2));
  const double error = std::sqrt(n / (a.count() * b.count()) + d * d / (2 * n));
  const double reach = normal_quantile(0.5 + level / 2) * error;
  result.estimate = d;
  result.ci_low = d - reach;
  result.ci_high = d + reach;
  return result;
}

EffectSize hedges_g(std::span<const double> a, std::span<const double> b, double level) {
  EffectSize result = cohens_d(a, b, level);
  const double factor = 1 - 3 / (4 * static_cast<double>(result.n_a + result.n_b) - 9);
  for (Value* value : {&result.estimate, &result.ci_low, &result.ci_high}) {
    if (value->defined()) *value = value->value * factor;
  }
  return result;
}

EffectSize cliffs_delta(std::span<const double> all_a, std::span<const double> all_b,
                        double level) {
  check_level(level);
  Sample a(all_a);
  Sample b(all_b);
  EffectSize result;
  result.n_a = a.n();
  result.n_b = b.n();
  result.level = level;
  if (a.n() == 0 || b.n() == 0) return undefined_effect(result, "a group is empty");
  std::sort(a.values.begin(), a.values.end());
  std::sort(b.values.begin(), b.values.end());
  const double n_a = a.count();
  const double n_b = b.count();
  const std::vector<double> of_a = dominances(a.values, b.values);
  const std::vector<double> of_b = dominances(b.values, a.values);
  double sum = 0;
  for (const double one : of_a) sum += one;
  const double delta = sum / (n_a * n_b);
  result.estimate = delta;
  if (a.n() < 2 || b.n() < 2) {
    result.ci_low = Value::undefined("a group has fewer than two values");
    result.ci_high = result.ci_low;
    return result;
  }
  const double z = normal_quantile(0.5 + level / 2);
  if (std::abs(delta) == 1) {
    const double n = std::min(n_a, n_b);
    const double inner = (n - z * z) / (n + z * z);
    result.ci_low = delta > 0 ? inner : -1.0;
    result.ci_high = delta > 0 ? 1.0 : -inner;
    return result;
  }
  double unequal = 0;  // pairs, each with d_ij^2 = 1
  for (const double value : a.values) {
    const auto [first, last] = std::equal_range(b.values.begin(), b.values.end(), value);
    unequal += n_b - static_cast<double>(last - first);
  }
  // Dominances of b count the other way round.
  const double all_pairs = unequal - n_a * n_b * delta * delta;
  const double unbiased =
      (n_b * n_b * spread(of_a, n_b, delta) + n_a * n_a * spread(of_b, n_a, -delta) - all_pairs) /
      (n_a * n_b * (n_a - 1) * (n_b - 1));
  // The unbiased estimate may fall below what is possible.
  const double variance = std::max(unbiased, (1 - delta * delta) / (n_a * n_b - 1));
  const double rest = 1 - delta * delta;
  const double middle = delta * rest;
  const double reach = z * std::sqrt(variance * (rest * rest + z * z * variance));
  result.ci_low = std::max(-1.0, (middle - reach) / (rest + z * z * variance));
  result.ci_high = std::min(1.0, (middle + reach) / (rest + z * z * variance));
  return result;
}

}  // namespace syndisco::stats
