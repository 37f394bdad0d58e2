#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <vector>

#include <Eigen/Dense>

#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

// A number too large or small for a double.
struct Scaled {
  double value = 0;
  int exponent = 0;  ///< of 10^140
};

constexpr double kScale = 1e140;

// P(D_n < d) by the matrix power of Marsaglia, Tsang & Wang 2003, after Durbin 1973.
double kolmogorov_matrix(std::size_t n, double d) {
  const double nd = static_cast<double>(n) * d;
  const auto k = static_cast<Eigen::Index>(nd) + 1;
  const Eigen::Index size = 2 * k - 1;
  const double h = static_cast<double>(k) - nd;
  Eigen::MatrixXd base(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < size; ++j) base(i, j) = i - j + 1 < 0 ? 0 : 1;
  }
  for (Eigen::Index i = 0; i < size; ++i) {
    base(i, 0) -= std::pow(h, static_cast<double>(i + 1));
    base(size - 1, i) -= std::pow(h, static_cast<double>(size - i));
  }
  if (2 * h - 1 > 0) base(size - 1, 0) += std::pow(2 * h - 1, static_cast<double>(size));
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j <= std::min(i, size - 1); ++j) {
      base(i, j) /= std::tgamma(static_cast<double>(i - j + 2));
    }
  }
  Eigen::MatrixXd power = Eigen::MatrixXd::Identity(size, size);
  int power_exponent = 0;
  int base_exponent = 0;
  const auto rescale = [&](Eigen::MatrixXd& matrix, int& exponent) {
    if (matrix(k - 1, k - 1) > kScale) {
      matrix /= kScale;
      ++exponent;
    }
  };
  for (std::size_t rest = n; rest > 0; rest /= 2) {
    if (rest % 2 == 1) {
      power = (power * base).eval();
      power_exponent += base_exponent;
      rescale(power, power_exponent);
    }
    base = (base * base).eval();
    base_exponent *= 2;
    rescale(base, base_exponent);
  }
  Scaled chance{power(k - 1, k - 1), power_exponent};
  for (std::size_t i = 1; i <= n; ++i) {
    chance.value *= static_cast<double>(i) / static_cast<double>(n);
    if (chance.value < 1 / kScale) {
      chance.value *= kScale;
      --chance.exponent;
    }
  }
  return chance.value * std::pow(kScale, chance.exponent);
}

// P(D+_n >= d), the one-sided statistic (Birnbaum & Tingey 1951). All terms are positive.
double smirnov_upper(std::size_t n, double d) {
  const auto count = static_cast<double>(n);
  double sum = 0;
  for (std::size_t j = 0; j <= n; ++j) {
    const auto place = static_cast<double>(j);
    const double below = 1 - d - place / count;
    if (below <= 0) break;
    sum +=
        std::exp(std::lgamma(count + 1) - std::lgamma(place + 1) - std::lgamma(count - place + 1) +
                 (place - 1) * std::log(d + place / count) + (count - place) * std::log(below));
  }
  return std::min(1.0, d * sum);
}

// P(D_n < d), an expansion in 1/sqrt(n) (Pelz & Good 1976).
double kolmogorov_expansion(std::size_t n, double d) {
  const double root = std::sqrt(static_cast<double>(n));
  const double z = d * root;
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double z6 = z4 * z2;
  const double z8 = z4 * z4;
  constexpr double kPi2 = std::numbers::pi * std::numbers::pi;
  double k0 = 0;
  double k1 = 0;
  double k2 = 0;
  double k3 = 0;
  double k2_whole = 0;
  double k3_whole = 0;
  for (int k = 0; k < 40; ++k) {
    const double half = (k + 0.5) * (k + 0.5) * kPi2;
    const double e = std::exp(-half / (2 * z2));
    k0 += e;
    k1 += (half - z2) * e;
    k2 += ((6 * z6 + 2 * z4) + (2 * z4 - 5 * z2) * half + (1 - 2 * z2) * half * half) * e;
    k3 += ((-30 * z6 - 90 * z8) + half * (135 * z4 - 96 * z6) + half * half * (212 * z4 - 60 * z2) +
           half * half * half * (5 - 30 * z2)) *
          e;
    const double whole = static_cast<double>(k) * k * kPi2;
    const double w = std::exp(-whole / (2 * z2));
    k2_whole += whole * w;
    k3_whole += (3 * whole * z2 - whole * whole) * w;
  }
  // The sums run over all whole k; both signs give the same terms.
  const double c = std::sqrt(std::numbers::pi / 2);
  const double sum0 = 2 * c / z * k0;
  const double sum1 = 2 * c / (6 * z4) * k1;
  const double sum2 = 2 * c / (72 * z6 * z) * k2 - 2 * c / (36 * z2 * z) * k2_whole;
  const double sum3 = 2 * c / (6480 * z8 * z2) * k3 + 2 * c / (216 * z6) * k3_whole;
  return sum0 + sum1 / root + sum2 / (root * root) + sum3 / (root * root * root);
}

// Chance that a random path from (0, 0) to (n_a, n_b) reaches |i n_b - j n_a| >= h (Hodges 1958),
// summed outside, so that small chances keep their digits.
double two_sample_upper(std::size_t n_a, std::size_t n_b, std::int64_t h) {
  const auto a = static_cast<std::int64_t>(n_a), b = static_cast<std::int64_t>(n_b);
  // A path is still inside at (i, j) where |i b - j a| < h; nothing else has to be looked at.
  const auto first = [&](std::int64_t i) { return i * b < h ? 0 : (i * b - h) / a + 1; };
  const auto last = [&](std::int64_t i) { return std::min(b, (i * b + h - 1) / a); };
  std::vector<double> row(n_b + 1, 1.0);  // what lies outside is reached with certainty
  std::fill_n(row.begin(), last(0) + 1, 0.0);
  for (std::int64_t i = 1; i <= a; ++i) {
    const std::int64_t low = first(i);
    if (low > 0) row[static_cast<std::size_t>(low - 1)] = 1;
    for (std::int64_t j = std::max<std::int64_t>(low, 1); j <= last(i); ++j) {
      const double from_a = static_cast<double>(i) / static_cast<double>(i + j);
      double& here = row[static_cast<std::size_t>(j)];
      here = from_a * here + (1 - from_a) * row[static_cast<std::size_t>(j - 1)];
    }
  }
  return row[n_b];
}

}  // namespace

double kolmogorov_survival(std::size_t n, double d) {
  if (n == 0) throw std::invalid_argument("kolmogorov_survival: no values");
  const auto count = static_cast<double>(n);
  if (d >= 1) return 0;
  if (d <= 0.5 / count) return 1;
  const double scaled = count * d * d;
  // Both one-sided statistics are that large with a chance that is 0 from d = 1/2 and is lost in
  // the last bits further on.
  constexpr std::size_t kExact = 500;
  if (d >= 0.5 || scaled >= 4 || (n > kExact && scaled >= 2.2)) {
    return std::min(1.0, 2 * smirnov_upper(n, d));
  }
  const double below = n <= kExact ? kolmogorov_matrix(n, d) : kolmogorov_expansion(n, d);
  return std::clamp(1 - below, 0.0, 1.0);
}

KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> all_a, std::span<const double> all_b) {
  Sample a(all_a);
  Sample b(all_b);
  KolmogorovSmirnov result;
  result.n_a = a.n();
  result.n_b = b.n();
  if (a.n() == 0 || b.n() == 0) {
    for (Value* value : {&result.d, &result.exact_p, &result.asymptotic_p, &result.p}) {
      *value = Value::undefined("a group is empty");
    }
    return result;
  }
  std::sort(a.values.begin(), a.values.end());
  std::sort(b.values.begin(), b.values.end());
  // In whole numbers, n_a n_b d: equal distances compare equal.
  std::int64_t largest = 0;
  for (std::size_t i = 0, j = 0; i < a.n() && j < b.n();) {
    const double value = std::min(a.values[i], b.values[j]);
    while (i < a.n() && a.values[i] == value) ++i;
    while (j < b.n() && b.values[j] == value) ++j;
    const auto distance =
        static_cast<std::int64_t>(i * b.n()) - static_cast<std::int64_t>(j * a.n());
    largest = std::max(largest, std::abs(distance));
  }
  const double pairs = a.count() * b.count();
  const double d = static_cast<double>(largest) / pairs;
  result.d = d;
  const double effective = std::nearbyint(pairs / (a.count() + b.count()));
  result.asymptotic_p =
      largest == 0 ? 1.0
                   : kolmogorov_survival(static_cast<std::size_t>(std::max(1.0, effective)), d);
  if (pairs > 1e8) {
    result.exact_p = Value::undefined("more than 100 million pairs");
  } else {
    result.exact_p = largest == 0 ? 1.0 : two_sample_upper(a.n(), b.n(), largest);
  }
  result.p = result.exact_p.defined() ? result.exact_p : result.asymptotic_p;
  return result;
}

}  // namespace syndisco::stats
