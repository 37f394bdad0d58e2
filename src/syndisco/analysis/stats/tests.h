#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "syndisco/analysis/stats/multiple_testing.h"
#include "syndisco/analysis/stats/value.h"

// Descriptives, tests and correlations. All p are two-sided unless they say otherwise. Formulas and
// sources stand in docs/statistics.md.
namespace syndisco::stats {

struct Descriptives {
  std::size_t n = 0;        ///< values that are there
  std::size_t missing = 0;  ///< NaN
  double level = 0.95;
  Value sum;
  Value mean;
  Value sd;   ///< with n - 1
  Value sem;  ///< sd / sqrt n
  Value min;
  Value median;
  Value max;
  Value ci_low;  ///< of the mean, by Student's t
  Value ci_high;
};
Descriptives describe(std::span<const double> values, double level = 0.95);

/// Quantile `q` in [0, 1], linear between order statistics (Hyndman & Fan 1996, type 7).
Value quantile(std::span<const double> values, double q);

// ---- two samples

struct TTest {
  std::size_t n_a = 0;
  std::size_t n_b = 0;
  double level = 0.95;
  Value difference;  ///< mean of a - mean of b
  Value t;
  Value df;
  Value p;
  Value ci_low;  ///< of the difference
  Value ci_high;
};
TTest welch_t(std::span<const double> a, std::span<const double> b, double level = 0.95);
/// With a pooled variance.
TTest student_t(std::span<const double> a, std::span<const double> b, double level = 0.95);

struct MannWhitney {
  std::size_t n_a = 0;
  std::size_t n_b = 0;
  bool ties = false;
  Value u_a;  ///< pairs in which a is larger, half of the equal ones included
  Value u_b;
  Value p;          ///< normal, corrected for ties
  Value p_less;     ///< of a tending to be smaller
  Value p_greater;  ///< of a tending to be larger
  Value exact_p;    ///< only without ties and up to 10,000 pairs
};
MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b,
                         bool continuity = true);

struct KolmogorovSmirnov {
  std::size_t n_a = 0;
  std::size_t n_b = 0;
  Value d;
  Value exact_p;       ///< up to 100 million pairs; conservative with ties
  Value asymptotic_p;  ///< one-sample distribution at n = round(n_a n_b / (n_a + n_b))
  Value p;             ///< exact where there is one
};
KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> a, std::span<const double> b);

/// P(D_n >= d) of the two-sided one-sample statistic: exact up to n = 500 or above n d² = 2.2, else
/// by Pelz & Good 1976.
double kolmogorov_survival(std::size_t n, double d);

// ---- several samples. Empty groups are left out; fewer than two others make all undefined.

using Samples = std::span<const std::vector<double>>;

struct KruskalWallis {
  std::size_t n = 0;
  std::size_t groups = 0;
  Value h;  ///< corrected for ties
  Value df;
  Value p;
  Value epsilon_squared;  ///< h / (n - 1), in [0, 1]
};
KruskalWallis kruskal_wallis(Samples samples);

struct Anova {
  std::size_t n = 0;
  std::size_t groups = 0;
  Value f;
  Value df_between;
  Value df_within;
  Value p;
  Value ss_between;
  Value ss_within;
  Value eta_squared;
};
Anova one_way_anova(Samples samples);

/// Levene's test around the medians (Brown & Forsythe 1974): `f` is W; sums of squares are of the
/// distances from the medians.
Anova levene(Samples samples);

struct DunnPair {
  std::size_t a = 0;  ///< positions in the samples, a < b
  std::size_t b = 0;
  Value z;
  Value p;
  Value adjusted_p;
};
/// After Kruskal-Wallis, every pair (Dunn 1964, corrected for ties). A pair with an empty group is
/// undefined and does not count in the adjustment.
std::vector<DunnPair> dunn(Samples samples, Adjustment adjustment = Adjustment::kHolm);

// ---- counts

using Table = std::vector<std::vector<double>>;  ///< rows of equal length; counts, finite, >= 0

struct ChiSquare {
  double n = 0;
  Value chi2;
  Value df;
  Value p;
  Value cramers_v;  ///< of the uncorrected statistic
  Table expected;
  double smallest_expected = 0;  ///< below 5 the approximation is poor
};
/// `yates`: the continuity correction, only where df is 1. Undefined where a row or column sums to
/// 0. std::invalid_argument on rows of different length and impossible counts.
ChiSquare chi_square(const Table& table, bool yates = true);

struct Fisher {
  Value odds_ratio;  ///< of the table, ad/bc
  Value p;           ///< all tables at most as likely
};
Fisher fisher_exact(const std::array<std::array<std::uint64_t, 2>, 2>& table);

// ---- pairs of values (equal lengths, else std::invalid_argument)

struct Correlation {
  std::size_t n = 0;  ///< pairs that are there
  Value r;
  Value p;  ///< undefined below 3 pairs
};
Correlation pearson(std::span<const double> a, std::span<const double> b);
/// Of average ranks; p as for Pearson's.
Correlation spearman(std::span<const double> a, std::span<const double> b);
/// Tau-b in O(n log n) (Knight 1966); p exact without ties up to 33 pairs, else normal.
Correlation kendall(std::span<const double> a, std::span<const double> b);

/// Ranks from 1, equal values share their mean. No NaN.
std::vector<double> average_ranks(std::span<const double> values);

}  // namespace syndisco::stats
