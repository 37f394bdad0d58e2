#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "syndisco/analysis/stats/value.h"

// Agreement of raters. Ratings are numbers; labels without an order go in as codes, and then only
// the nominal measures mean anything. NaN is a rating that is missing.
namespace syndisco::stats {

struct Ratings {
  std::size_t items = 0;
  std::size_t raters = 0;
  std::vector<double> values;  ///< items × raters, item by item

  double at(std::size_t item, std::size_t rater) const { return values[item * raters + rater]; }
  std::vector<double> of(std::size_t rater) const;  ///< one a item
};

enum class Weights { kNone, kLinear, kQuadratic };

/// Cohen's kappa over items that both rated (Cohen 1960, 1968). `categories`: all possible ratings
/// in order, since weights are distances of their positions; empty: those that occur, ascending. A
/// rating outside of them throws std::invalid_argument. Undefined where chance agreement is
/// complete.
Value cohen_kappa(std::span<const double> a, std::span<const double> b,
                  Weights weights = Weights::kNone, std::span<const double> categories = {});

/// Share of items that both rated on which they agree, in [0, 1].
Value percent_agreement(std::span<const double> a, std::span<const double> b);
/// Share of pairs of ratings of one item that agree, over all items.
Value percent_agreement(const Ratings& ratings);

/// Items that all raters rated.
std::size_t complete_items(const Ratings& ratings);

/// Over complete items only. Fleiss 1971.
Value fleiss_kappa(const Ratings& ratings);
/// Free-marginal kappa over complete items (Randolph 2005); chance is 1 / the number of categories.
/// `categories` as above.
Value randolph_kappa(const Ratings& ratings, std::span<const double> categories = {});

enum class Scale { kNominal, kOrdinal, kInterval, kRatio };

/// Krippendorff's alpha by the coincidence matrix (Krippendorff 2011), over items with two ratings
/// or more. Ratio scales need ratings >= 0 (undefined otherwise).
Value krippendorff_alpha(const Ratings& ratings, Scale scale);

/// Two-way random effects, absolute agreement (Shrout & Fleiss 1979), over complete items.
struct IntraclassCorrelation {
  std::size_t items = 0;  ///< complete ones
  std::size_t raters = 0;
  double level = 0.95;
  Value single;  ///< ICC(2,1)
  Value single_low;
  Value single_high;
  Value average;  ///< ICC(2,k)
  Value average_low;
  Value average_high;
  Value f;  ///< MSR / MSE
  Value p;
  Value ms_items;   ///< MSR
  Value ms_raters;  ///< MSC
  Value ms_error;   ///< MSE
};
IntraclassCorrelation intraclass_correlation(const Ratings& ratings, double level = 0.95);

}  // namespace syndisco::stats
