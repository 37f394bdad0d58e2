#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "syndisco/analysis/stats/formula.h"
#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

struct Coefficient {
  std::string name;
  double estimate = 0;
  Value se;
  /// Mixed models only: the standard error with the variances taken as known, which lme4 shows.
  /// `se` takes into account that they are estimated, as statsmodels does.
  Value se_gls;
  Value statistic;  ///< estimate / se: z in mixed models, t in linear ones
  Value p;          ///< two-sided
  Value ci_low;
  Value ci_high;
};

enum class Likelihood { kRestricted, kFull };  ///< REML, ML

struct MixedModelOptions {
  Likelihood likelihood = Likelihood::kRestricted;
  double level = 0.95;  ///< of the intervals, in (0, 1)
};

/// y = Xb + u_group + e, with u ~ N(0, group_variance) and e ~ N(0, residual_variance).
struct MixedModel {
  std::vector<Coefficient> coefficients;
  Likelihood likelihood = Likelihood::kRestricted;
  double level = 0.95;
  double gamma = 0;  ///< group_variance / residual_variance
  double group_variance = 0;
  double residual_variance = 0;
  Value gamma_se;
  Value intraclass_correlation;  ///< group variance / both
  double log_likelihood = 0;
  double aic = 0;  ///< p coefficients and two variances; under REML comparable only for equal X
  double bic = 0;  ///< with ln(rows)
  std::size_t rows = 0;
  std::size_t groups = 0;
  std::size_t smallest_group = 0;
  std::size_t largest_group = 0;
  /// The likelihood is highest at group_variance = 0: the coefficients are those of least squares,
  /// and `se` equals `se_gls`.
  bool boundary = false;
  bool converged = false;
  int iterations = 0;  ///< evaluations of the likelihood
  double score = 0;    ///< derivative of the log-likelihood by ln(gamma) there; by gamma at 0
  std::vector<std::string>
      notes;  ///< what a reader must know (boundary, several maxima), a sentence each
};

/// What the model needs of the rows, so that they need not be kept: memory grows with the number of
/// groups only. Rows may come in any order of groups. Not thread-safe.
class MixedModelSums {
 public:
  explicit MixedModelSums(std::vector<std::string> names);  ///< of the columns
  MixedModelSums(MixedModelSums&&) noexcept;
  MixedModelSums& operator=(MixedModelSums&&) noexcept;
  ~MixedModelSums();

  /// A group without rows yet; the number to add rows under, counted from 0.
  std::size_t add_group();
  /// `x`: one number a column. All must be finite (std::invalid_argument).
  void add(std::size_t group, std::span<const double> x, double y);

  std::size_t rows() const;
  std::size_t groups() const;

  struct State;
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// Random-intercept model by (restricted) maximum likelihood, profiled down to gamma and solved to
/// the last bits: the root of the analytic score, bracketed on a grid over all magnitudes and
/// narrowed by bisection and secants. Formulas: Lindstrom & Bates 1988, and as in
/// docs/statistics.md; `se` from the full Hessian by (b, gamma).
///
/// Throws InputError where there is no such estimate: no random intercept, columns that depend on
/// each other (the first one that follows from those before it is named), fewer rows than columns,
/// fewer than two groups, only groups of one row, a response without variance, no residual variance
/// left.
MixedModel fit_mixed_model(const Design& design, const MixedModelOptions& options = {});
MixedModel fit_mixed_model(const MixedModelSums& sums, const MixedModelOptions& options = {});

/// y = Xb + e by ordinary least squares.
struct LinearModel {
  std::vector<Coefficient> coefficients;
  double level = 0.95;
  double residual_variance = 0;  ///< residual sum of squares / (rows - columns)
  std::size_t df = 0;            ///< rows - columns
  Value r_squared;               ///< against the mean of y; undefined without an intercept
  Value adjusted_r_squared;
  double log_likelihood = 0;  ///< at the maximum-likelihood variance
  double aic = 0;             ///< p coefficients counted, as statsmodels does
  double bic = 0;
  std::size_t rows = 0;
};

/// Throws InputError on dependent columns, rows <= columns, and a response without variance. A
/// grouping variable of the design is not looked at.
LinearModel fit_linear_model(const Design& design, double level = 0.95);

}  // namespace syndisco::stats
