#include "syndisco/analysis/stats/multiple_testing.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace syndisco::stats {
namespace {

// Positions of `p`, smallest p first.
std::vector<std::size_t> ascending(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return p[i] < p[j]; });
  return order;
}

}  // namespace

std::string_view name(Adjustment adjustment) {
  switch (adjustment) {
    case Adjustment::kNone:
      return "none";
    case Adjustment::kHolm:
      return "Holm";
    case Adjustment::kBenjaminiHochberg:
      return "Benjamini-Hochberg";
    case Adjustment::kBonferroni:
      return "Bonferroni";
  }
  return "";
}

std::vector<double> adjust(std::span<const double> p, Adjustment adjustment) {
  for (const double one : p) {
    if (!(one >= 0 && one <= 1)) throw std::invalid_argument("adjust: a p outside of [0, 1]");
  }
  std::vector<double> adjusted(p.begin(), p.end());
  const auto n = static_cast<double>(p.size());
  const std::vector<std::size_t> order = ascending(p);
  switch (adjustment) {
    case Adjustment::kNone:
      break;
    case Adjustment::kBonferroni:
      for (double& one : adjusted) one = std::min(1.0, one * n);
      break;
    case Adjustment::kHolm: {
      double largest = 0;
      for (std::size_t i = 0; i < order.size(); ++i) {
        largest = std::max(largest, p[order[i]] * (n - static_cast<double>(i)));
        adjusted[order[i]] = std::min(1.0, largest);
      }
      break;
    }
    case Adjustment::kBenjaminiHochberg: {
      double smallest = 1;
      for (std::size_t i = order.size(); i-- > 0;) {
        smallest = std::min(smallest, p[order[i]] * n / static_cast<double>(i + 1));
        adjusted[order[i]] = smallest;
      }
      break;
    }
  }
  return adjusted;
}

std::vector<Value> adjust(std::span<const Value> p, Adjustment adjustment) {
  std::vector<double> defined;
  for (const Value& one : p) {
    if (one.defined()) defined.push_back(one.value);
  }
  const std::vector<double> adjusted = adjust(std::span<const double>(defined), adjustment);
  std::vector<Value> result(p.begin(), p.end());
  std::size_t next = 0;
  for (Value& one : result) {
    if (one.defined()) one = adjusted[next++];
  }
  return result;
}

}  // namespace syndisco::stats
