#include <algorithm>
#include <cmath>
#include <limits>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

// Both t tests differ in the standard error and the degrees of freedom only.
template <class StandardError>
TTest t_test(std::span<const double> all_a, std::span<const double> all_b, double level,
             StandardError standard_error) {
  check_level(level);
  const Sample a(all_a);
  const Sample b(all_b);
  TTest result;
  result.n_a = a.n();
  result.n_b = b.n();
  result.level = level;
  if (const std::string why = why_not_two(a, b, 1); !why.empty()) {
    result.difference = Value::undefined(why);
  } else {
    result.difference = a.mean - b.mean;
  }
  std::string why = why_not_two(a, b, 2);
  if (why.empty() && a.constant() && b.constant()) why = "neither group varies";
  if (!why.empty()) {
    for (Value* value : {&result.t, &result.df, &result.p, &result.ci_low, &result.ci_high}) {
      *value = Value::undefined(why);
    }
    return result;
  }
  const auto [error, df] = standard_error(a, b);
  const double difference = a.mean - b.mean;
  const double t = difference / error;
  const double reach = t_quantile(0.5 + level / 2, df) * error;
  result.t = t;
  result.df = df;
  result.p = t_two_sided(t, df);
  result.ci_low = difference - reach;
  result.ci_high = difference + reach;
  return result;
}

// P(U >= u) where every order of n_a and n_b distinct values is equally likely. With P(m, n, v) for
// the chance that U = v, the largest value belongs to a with chance m/(m+n) and then beats all n of
// b: P(m, n, v) = m/(m+n) P(m-1, n, v-n) + n/(m+n) P(m, n-1, v). No term is negative, so no digits
// are lost.
double mann_whitney_upper(std::size_t n_a, std::size_t n_b, std::size_t u) {
  const std::size_t limit = n_a * n_b - u;  // by symmetry P(U >= u) = P(U <= n_a n_b - u)
  std::vector<std::vector<double>> row(n_b + 1, std::vector<double>(limit + 1, 0.0));
  for (auto& chances : row) chances[0] = 1;  // m = 0
  for (std::size_t m = 1; m <= n_a; ++m) {
    // row[n] still holds m - 1 when n is reached, row[n - 1] holds m already.
    for (std::size_t n = 1; n <= n_b; ++n) {
      const double of_a = static_cast<double>(m) / static_cast<double>(m + n);
      for (std::size_t v = limit + 1; v-- > 0;) {
        const double beaten = v >= n ? row[n][v - n] : 0.0;
        row[n][v] = of_a * beaten + (1 - of_a) * row[n - 1][v];
      }
    }
  }
  double sum = 0;
  for (const double chance : row[n_b]) sum += chance;
  return sum;
}

}  // namespace

TTest welch_t(std::span<const double> a, std::span<const double> b, double level) {
  return t_test(a, b, level, [](const Sample& x, const Sample& y) {
    const double of_x = x.variance() / x.count();
    const double of_y = y.variance() / y.count();
    const double sum = of_x + of_y;
    // Shares first: squares of tiny variances would underflow.
    const double share_x = of_x / sum;
    const double share_y = of_y / sum;
    const double df =
        1 / (share_x * share_x / (x.count() - 1) + share_y * share_y / (y.count() - 1));
    return std::pair(std::sqrt(sum), df);
  });
}

TTest student_t(std::span<const double> a, std::span<const double> b, double level) {
  return t_test(a, b, level, [](const Sample& x, const Sample& y) {
    const double df = x.count() + y.count() - 2;
    const double pooled = (x.squares + y.squares) / df;
    return std::pair(std::sqrt(pooled * (1 / x.count() + 1 / y.count())), df);
  });
}

MannWhitney mann_whitney(std::span<const double> all_a, std::span<const double> all_b,
                         bool continuity) {
  const Sample a(all_a);
  const Sample b(all_b);
  MannWhitney result;
  result.n_a = a.n();
  result.n_b = b.n();
  if (a.n() == 0 || b.n() == 0) {
    for (Value* value : {&result.u_a, &result.u_b, &result.p, &result.p_less, &result.p_greater,
                         &result.exact_p}) {
      *value = Value::undefined("a group is empty");
    }
    return result;
  }
  std::vector<double> together = a.values;
  together.insert(together.end(), b.values.begin(), b.values.end());
  const std::vector<double> ranks = average_ranks(together);
  double rank_sum = 0;
  for (std::size_t i = 0; i < a.n(); ++i) rank_sum += ranks[i];
  const double pairs = a.count() * b.count();
  const double u_a = rank_sum - a.count() * (a.count() + 1) / 2;
  const double ties = tie_sum(together);
  result.u_a = u_a;
  result.u_b = pairs - u_a;
  result.ties = ties > 0;

  const double n = a.count() + b.count();
  const double variance = pairs / 12 * (n + 1 - ties / (n * (n - 1)));
  if (const auto [low, high] = std::minmax_element(together.begin(), together.end());
      *low == *high) {
    for (Value* value : {&result.p, &result.p_less, &result.p_greater}) {
      *value = Value::undefined("all values are equal");
    }
  } else {
    const double correction = continuity ? 0.5 : 0.0;
    const double sd = std::sqrt(variance);
    const auto upper = [&](double u) { return normal_upper((u - pairs / 2 - correction) / sd); };
    result.p_greater = upper(u_a);
    result.p_less = upper(pairs - u_a);
    result.p = std::min(1.0, 2 * upper(std::max(u_a, pairs - u_a)));
  }
  if (result.ties) {
    result.exact_p = Value::undefined("there are ties");
  } else if (pairs > 10'000) {
    result.exact_p = Value::undefined("more than 10,000 pairs");
  } else {
    const auto u = static_cast<std::size_t>(std::max(u_a, pairs - u_a));
    result.exact_p = std::min(1.0, 2 * mann_whitney_upper(a.n(), b.n(), u));
  }
  return result;
}

}  // namespace syndisco::stats
