#include <algorithm>
#include <cmath>
#include <numbers>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/mixed_model.h"
#include "syndisco/analysis/stats/row_reduction_internal.h"
#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/base/error.h"

namespace syndisco::stats {

LinearModel fit_linear_model(const Design& design, double level) {
  check_level(level);
  const std::size_t p = design.columns();
  RowReduction reduction(p);
  for (std::size_t i = 0; i < design.rows(); ++i) {
    reduction.add(std::span(design.x).subspan(i * p, p), design.y[i]);
  }
  const Sample response(design.y);
  if (response.n() > 0 && response.constant()) {
    throw InputError("all values of " + design.response + " are equal");
  }
  const LeastSquares fit(reduction, design.names);
  LinearModel model;
  model.level = level;
  model.rows = design.rows();
  model.df = design.rows() - p;
  const auto n = static_cast<double>(model.rows);
  const auto df = static_cast<double>(model.df);
  model.residual_variance = fit.rest / df;
  const Eigen::VectorXd estimates = fit.inverse * fit.c;
  const double quantile = t_quantile(0.5 + level / 2, df);
  for (std::size_t k = 0; k < p; ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    const double estimate = estimates(row);
    const double se = std::sqrt(model.residual_variance) * fit.inverse.row(row).norm();
    Coefficient coefficient;
    coefficient.name = design.names[k];
    coefficient.estimate = estimate;
    coefficient.se = se;
    coefficient.se_gls = Value::undefined("a linear model has one kind of standard error");
    coefficient.statistic = estimate / se;
    coefficient.p = t_two_sided(estimate / se, df);
    coefficient.ci_low = estimate - quantile * se;
    coefficient.ci_high = estimate + quantile * se;
    model.coefficients.push_back(std::move(coefficient));
  }
  if (design.names.front() == "Intercept") {
    const double share = fit.rest / response.squares;
    model.r_squared = 1 - share;
    model.adjusted_r_squared = 1 - share * (n - 1) / df;
  } else {
    model.r_squared = Value::undefined("no intercept to compare with");
    model.adjusted_r_squared = model.r_squared;
  }
  model.log_likelihood = -n / 2 * (std::log(2 * std::numbers::pi * fit.rest / n) + 1);
  model.aic = -2 * model.log_likelihood + 2 * static_cast<double>(p);
  model.bic = -2 * model.log_likelihood + std::log(n) * static_cast<double>(p);
  return model;
}

}  // namespace syndisco::stats
