#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

/// Normalised distance from unimodality (Pavlopoulos & Likas 2024), in [0, 1]: 0 where the
/// histogram falls on both sides of its first highest bin, 1 where it rises to that height again.
struct Ndfu {
  Value ndfu;
  std::vector<std::size_t> counts;  ///< of the bins
  std::vector<double> edges;        ///< one more than bins; empty for fixed categories
};

/// `bins` equal bins from the smallest to the largest value (all equal: half a unit to either
/// side), the last one closed, as the published code does. The bins depend on the range of the
/// data: for ratings on a known scale prefer `ndfu_of_categories`. `bins` >= 1.
Ndfu ndfu(std::span<const double> values, std::size_t bins = 5);

/// One bin for each of `categories` (distinct, in order, at least one); std::invalid_argument on a
/// value outside of them.
Ndfu ndfu_of_categories(std::span<const double> values, std::span<const double> categories);

/// Does membership in a group explain the polarisation of one item? After Pavlopoulos & Likas 2024:
/// it does as far as all ratings together are polarised and those inside the groups are not.
struct GroupPolarisation {
  Value overall;
  std::vector<Value> within;        ///< one a group
  std::vector<std::size_t> counts;  ///< ratings in each group
  Value mean_within;                ///< weighted by ratings
  Value explained;                  ///< overall - mean_within, in [-1, 1]
};
/// `groups`: code of each value in [0, group_count), -1 where unknown (left out).
GroupPolarisation group_polarisation(std::span<const double> values,
                                     std::span<const std::int32_t> groups, std::size_t group_count,
                                     std::span<const double> categories);

}  // namespace syndisco::stats
