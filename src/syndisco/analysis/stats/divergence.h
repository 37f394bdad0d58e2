#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

/// Jensen-Shannon divergence of two distributions (Lin 1991; distance: Endres & Schindelin 2003).
struct JensenShannon {
  std::size_t n_a = 0;  ///< values, or weights
  std::size_t n_b = 0;
  Value divergence;       ///< in nats, in [0, ln 2]
  Value distance;         ///< square root of the divergence in nats
  Value distance_base_2;  ///< square root of the divergence in bits, in [0, 1]
};

/// Of weights, each list divided by its sum. Undefined where a list is empty or sums to 0;
/// std::invalid_argument on different lengths and on weights that are negative or not finite.
JensenShannon jensen_shannon(std::span<const double> a, std::span<const double> b);

/// Points low, ..., high at equal distances; low < high, points >= 2 (std::invalid_argument).
struct Grid {
  double low = 0;
  double high = 1;
  std::size_t points = 50;
};

/// A Gaussian kernel density at the points of a grid.
struct GridDensity {
  Value bandwidth;              ///< sd n^(-1/5) (Scott 1992)
  Value sum;                    ///< of the densities
  std::vector<double> weights;  ///< densities / sum; empty where undefined
};
GridDensity kernel_density(std::span<const double> values, const Grid& grid = {});

/// Whether all lie in [0, 1], so that the default grid, which is the published one, fits.
bool are_shares(std::span<const double> values);

/// From three bandwidths below all values to three above: for measures that are not shares. The
/// default grid where nothing can be said.
Grid covering_grid(std::span<const double> a, std::span<const double> b, std::size_t points = 50);

/// Of two samples by their kernel densities. Undefined below two values, where all values of a
/// sample are equal, and where a density vanishes on the whole grid.
JensenShannon jensen_shannon_of_samples(std::span<const double> a, std::span<const double> b,
                                        const Grid& grid = {});

}  // namespace syndisco::stats
