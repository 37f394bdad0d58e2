#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

// Below it sums of squares have lost digits.
constexpr double kSmallestSquares =
    std::numeric_limits<double>::min() / std::numeric_limits<double>::epsilon();

}  // namespace

Sample::Sample(std::span<const double> all) {
  values.reserve(all.size());
  for (const double value : all) {
    if (std::isnan(value)) {
      ++missing;
      continue;
    }
    values.push_back(value);
    finite = finite && std::isfinite(value);
  }
  if (values.empty() || !finite) return;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  min = *low;
  max = *high;
  // The rounded mean of equal values may differ from them, and would give them a variance.
  if (constant()) {
    mean = min;
    return;
  }
  mean = std::accumulate(values.begin(), values.end(), 0.0) / count();
  double rest = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
    rest += value - mean;
  }
  squares -= rest * rest / count();
  mean += rest / count();
  // Squares of tiny differences vanish, and would leave values that differ without a variance.
  finite = std::isfinite(mean) && std::isfinite(squares) && squares > kSmallestSquares;
}

std::string why_not_two(const Sample& a, const Sample& b, std::size_t least) {
  if (a.n() < least || b.n() < least) {
    return least == 1 ? "a group is empty" : "a group has fewer than two values";
  }
  if (!a.finite || !b.finite) return kInfinite;
  return "";
}

void check_level(double level) {
  if (!(level > 0 && level < 1)) {
    throw std::invalid_argument("the level of an interval is not between 0 and 1");
  }
}

Pairs present_pairs(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) throw std::invalid_argument("paired samples of different lengths");
  Pairs pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    pairs.a.push_back(a[i]);
    pairs.b.push_back(b[i]);
  }
  return pairs;
}

std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + 1 + end) / 2;
    for (; begin < end; ++begin) ranks[order[begin]] = rank;
  }
  return ranks;
}

double tie_sum(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin + 1;
    while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
    const auto ties = static_cast<double>(end - begin);
    sum += ties * ties * ties - ties;
    begin = end;
  }
  return sum;
}

}  // namespace syndisco::stats
