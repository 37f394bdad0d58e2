#include "syndisco/analysis/stats/distributions.h"

#include <cmath>
#include <numbers>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace syndisco::stats {

using boost::math::complement;
namespace policies = boost::math::policies;

namespace {

// What has no answer is NaN, which a Value explains, instead of an exception.
using Policy = policies::policy<policies::domain_error<policies::ignore_error>,
                                policies::overflow_error<policies::ignore_error>,
                                policies::evaluation_error<policies::ignore_error>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using StudentsT = boost::math::students_t_distribution<double, Policy>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;
using FisherF = boost::math::fisher_f_distribution<double, Policy>;

}  // namespace

double normal_quantile(double p) {
  return boost::math::quantile(Normal(), p);
}

double normal_upper(double z) {
  return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

double normal_two_sided(double z) {
  return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

double t_quantile(double p, double df) {
  return boost::math::quantile(StudentsT(df), p);
}

double t_two_sided(double t, double df) {
  if (std::isinf(t)) return 0;
  return 2 * boost::math::cdf(complement(StudentsT(df), std::abs(t)));
}

double chi_square_upper(double x, double df) {
  return boost::math::cdf(complement(ChiSquared(df), x));
}

double f_upper(double x, double df_1, double df_2) {
  return boost::math::cdf(complement(FisherF(df_1, df_2), x));
}

double f_quantile(double p, double df_1, double df_2) {
  return boost::math::quantile(FisherF(df_1, df_2), p);
}

}  // namespace syndisco::stats
