#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

/// A sample without its missing values, and what all statistics of it begin with.
struct Sample {
  std::vector<double> values;
  std::size_t missing = 0;
  bool finite = true;  ///< else the moments mean nothing, for the reason kInfinite
  double mean = 0;
  double squares = 0;  ///< sum of squared distances from the mean; exactly 0 where all are equal
  double min = 0;
  double max = 0;

  explicit Sample(std::span<const double> all);
  std::size_t n() const { return values.size(); }
  double count() const { return static_cast<double>(values.size()); }
  bool constant() const { return min == max; }
  double variance() const { return squares / (count() - 1); }  ///< n >= 2
};

/// Why nothing can be said about two samples that each need `least` values; "" if something can.
std::string why_not_two(const Sample& a, const Sample& b, std::size_t least);

inline constexpr const char* kInfinite =
    "a value is infinite, or too large or too small to be squared";

/// Throws std::invalid_argument unless `level` is in (0, 1).
void check_level(double level);

/// Both values of each pair where neither is missing.
struct Pairs {
  std::vector<double> a;
  std::vector<double> b;
  std::size_t n() const { return a.size(); }
};
/// Throws std::invalid_argument where lengths differ.
Pairs present_pairs(std::span<const double> a, std::span<const double> b);

/// Sum of t^3 - t over the sets of t equal values.
double tie_sum(std::span<const double> values);

}  // namespace syndisco::stats
