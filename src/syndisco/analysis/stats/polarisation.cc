#include "syndisco/analysis/stats/polarisation.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "syndisco/analysis/stats/sample_internal.h"

namespace syndisco::stats {
namespace {

// `counts` holds something.
double of_counts(const std::vector<std::size_t>& counts) {
  double total = 0;
  for (const std::size_t count : counts) total += static_cast<double>(count);
  std::vector<double> shares;
  for (const std::size_t count : counts) shares.push_back(static_cast<double>(count) / total);
  const auto mode =
      static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
  double rise = 0;
  for (std::size_t i = mode; i + 1 < shares.size(); ++i) {
    rise = std::max(rise, shares[i + 1] - shares[i]);
  }
  for (std::size_t i = 1; i <= mode; ++i) rise = std::max(rise, shares[i - 1] - shares[i]);
  return rise / shares[mode];
}

}  // namespace

Ndfu ndfu(std::span<const double> values, std::size_t bins) {
  if (bins == 0) throw std::invalid_argument("ndfu: no bins");
  const Sample sample(values);
  Ndfu result;
  if (sample.n() == 0) {
    result.ndfu = Value::undefined("no values");
    return result;
  }
  const double low = sample.constant() ? sample.min - 0.5 : sample.min;
  const double high = sample.constant() ? sample.max + 0.5 : sample.max;
  const double width = (high - low) / static_cast<double>(bins);
  if (!std::isfinite(width) || !(width > 0)) {
    result.ndfu = Value::undefined("the range of the values cannot be divided");
    return result;
  }
  for (std::size_t i = 0; i < bins; ++i) {
    result.edges.push_back(static_cast<double>(i) * width + low);
  }
  result.edges.push_back(high);
  result.counts.assign(bins, 0);
  for (const double value : sample.values) {
    const auto above = std::upper_bound(result.edges.begin(), result.edges.end(), value);
    const auto bin = static_cast<std::size_t>(above - result.edges.begin()) - 1;
    ++result.counts[std::min(bin, bins - 1)];
  }
  result.ndfu = of_counts(result.counts);
  return result;
}

Ndfu ndfu_of_categories(std::span<const double> values, std::span<const double> categories) {
  if (categories.empty()) throw std::invalid_argument("ndfu_of_categories: no categories");
  Ndfu result;
  result.counts.assign(categories.size(), 0);
  bool any = false;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    const auto place = std::find(categories.begin(), categories.end(), value);
    if (place == categories.end()) {
      throw std::invalid_argument("a rating is outside of the categories");
    }
    ++result.counts[static_cast<std::size_t>(place - categories.begin())];
    any = true;
  }
  result.ndfu = any ? Value(of_counts(result.counts)) : Value::undefined("no values");
  return result;
}

GroupPolarisation group_polarisation(std::span<const double> values,
                                     std::span<const std::int32_t> groups, std::size_t group_count,
                                     std::span<const double> categories) {
  if (values.size() != groups.size()) {
    throw std::invalid_argument("group_polarisation: values and groups of different lengths");
  }
  std::vector<std::vector<double>> by_group(group_count);
  std::vector<double> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || groups[i] == -1) continue;
    if (groups[i] < 0 || static_cast<std::size_t>(groups[i]) >= group_count) {
      throw std::invalid_argument("group_polarisation: a group that does not exist");
    }
    by_group[static_cast<std::size_t>(groups[i])].push_back(values[i]);
    all.push_back(values[i]);
  }
  GroupPolarisation result;
  result.overall = ndfu_of_categories(all, categories).ndfu;
  double sum = 0;
  for (const std::vector<double>& own : by_group) {
    const Value within = ndfu_of_categories(own, categories).ndfu;
    result.within.push_back(within);
    result.counts.push_back(own.size());
    sum += within.value_or(0) * static_cast<double>(own.size());
  }
  if (all.empty()) {
    result.mean_within = Value::undefined("no values");
    result.explained = Value::undefined("no values");
    return result;
  }
  result.mean_within = sum / static_cast<double>(all.size());
  result.explained = result.overall.value - result.mean_within.value;
  return result;
}

}  // namespace syndisco::stats
