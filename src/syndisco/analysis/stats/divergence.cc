#include "syndisco/analysis/stats/divergence.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

#include "syndisco/analysis/stats/sample_internal.h"

namespace syndisco::stats {
namespace {

JensenShannon undefined_divergence(JensenShannon result, const std::string& why) {
  for (Value* value : {&result.divergence, &result.distance, &result.distance_base_2}) {
    *value = Value::undefined(why);
  }
  return result;
}

double bandwidth(const Sample& sample) {
  return std::sqrt(sample.variance()) * std::pow(sample.count(), -0.2);
}

// Why `sample` has no kernel density; "" if it has one.
std::string why_no_density(const Sample& sample) {
  if (sample.n() < 2) return "fewer than two values";
  if (!sample.finite) return kInfinite;
  if (sample.constant()) return "all values are equal";
  if (!(bandwidth(sample) > 0)) return "the values hardly differ";
  return "";
}

void check(const Grid& grid) {
  if (grid.points < 2 || !(grid.low < grid.high) || !std::isfinite(grid.high - grid.low)) {
    throw std::invalid_argument("a grid without points");
  }
}

}  // namespace

JensenShannon jensen_shannon(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) throw std::invalid_argument("distributions of different lengths");
  for (const auto weights : {a, b}) {
    for (const double weight : weights) {
      if (!std::isfinite(weight) || weight < 0) throw std::invalid_argument("an impossible weight");
    }
  }
  JensenShannon result;
  result.n_a = a.size();
  result.n_b = b.size();
  if (a.empty()) return undefined_divergence(result, "no values");
  const double sum_a = std::accumulate(a.begin(), a.end(), 0.0);
  const double sum_b = std::accumulate(b.begin(), b.end(), 0.0);
  if (sum_a == 0 || sum_b == 0) return undefined_divergence(result, "all weights are 0");
  double divergence = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double p = a[i] / sum_a;
    const double q = b[i] / sum_b;
    const double m = (p + q) / 2;
    if (p > 0 && m > 0) divergence += p * std::log(p / m) / 2;
    if (q > 0 && m > 0) divergence += q * std::log(q / m) / 2;
  }
  // Rounding may leave the range by a few bits.
  divergence = std::clamp(divergence, 0.0, std::numbers::ln2);
  result.divergence = divergence;
  result.distance = std::sqrt(divergence);
  result.distance_base_2 = std::sqrt(divergence / std::numbers::ln2);
  return result;
}

GridDensity kernel_density(std::span<const double> values, const Grid& grid) {
  check(grid);
  const Sample sample(values);
  GridDensity result;
  if (const std::string why = why_no_density(sample); !why.empty()) {
    result.bandwidth = Value::undefined(why);
    result.sum = Value::undefined(why);
    return result;
  }
  const double h = bandwidth(sample);
  result.bandwidth = h;
  const double peak = 1 / (h * std::sqrt(2 * std::numbers::pi) * sample.count());
  const double steps = static_cast<double>(grid.points - 1);
  std::vector<double> densities;
  for (std::size_t k = 0; k < grid.points; ++k) {
    const double place = grid.low + (grid.high - grid.low) * (static_cast<double>(k) / steps);
    double sum = 0;
    for (const double value : sample.values) {
      const double distance = (place - value) / h;
      sum += std::exp(-distance * distance / 2);
    }
    densities.push_back(sum * peak);
  }
  const double sum = std::accumulate(densities.begin(), densities.end(), 0.0);
  if (!(sum > 0) || !std::isfinite(sum)) {
    result.sum = Value::undefined("the density vanishes on the whole grid");
    return result;
  }
  result.sum = sum;
  for (const double density : densities) result.weights.push_back(density / sum);
  return result;
}

bool are_shares(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return value >= 0 && value <= 1; });
}

Grid covering_grid(std::span<const double> all_a, std::span<const double> all_b,
                   std::size_t points) {
  if (points < 2) throw std::invalid_argument("a grid without points");
  Grid grid;
  grid.points = points;
  bool any = false;
  for (const auto& values : {all_a, all_b}) {
    const Sample sample(values);
    if (!why_no_density(sample).empty()) continue;
    const double reach = 3 * bandwidth(sample);
    grid.low = any ? std::min(grid.low, sample.min - reach) : sample.min - reach;
    grid.high = any ? std::max(grid.high, sample.max + reach) : sample.max + reach;
    any = true;
  }
  return grid;
}

JensenShannon jensen_shannon_of_samples(std::span<const double> a, std::span<const double> b,
                                        const Grid& grid) {
  const GridDensity of_a = kernel_density(a, grid);
  const GridDensity of_b = kernel_density(b, grid);
  JensenShannon result;
  if (!of_a.sum.defined()) {
    result = undefined_divergence(result, of_a.sum.why_not);
  } else if (!of_b.sum.defined()) {
    result = undefined_divergence(result, of_b.sum.why_not);
  } else {
    result = jensen_shannon(of_a.weights, of_b.weights);
  }
  result.n_a = Sample(a).n();
  result.n_b = Sample(b).n();
  return result;
}

}  // namespace syndisco::stats
