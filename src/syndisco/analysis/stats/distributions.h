#pragma once

namespace syndisco::stats {

// Tails and quantiles of the usual distributions, accurate to the last few bits also far out.
// Arguments are finite, degrees of freedom above 0 (fractions allowed), probabilities in (0, 1);
// anything else gives NaN.

double normal_quantile(double p);
double normal_upper(double z);      ///< P(Z > z)
double normal_two_sided(double z);  ///< P(|Z| > |z|)
double t_quantile(double p, double df);
double t_two_sided(double t, double df);  ///< `t` may be infinite: 0
double chi_square_upper(double x, double df);
double f_upper(double x, double df_1, double df_2);
double f_quantile(double p, double df_1, double df_2);

}  // namespace syndisco::stats
