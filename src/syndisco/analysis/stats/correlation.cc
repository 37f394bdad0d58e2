#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

// Why there is no correlation; "" if there is one.
std::string why_not_correlation(const Pairs& pairs) {
  if (pairs.n() < 2) return "fewer than two pairs";
  const Sample a(pairs.a);
  const Sample b(pairs.b);
  if (!a.finite || !b.finite) return kInfinite;
  if (a.constant() || b.constant()) return "all values of one side are equal";
  return "";
}

Correlation undefined_correlation(std::size_t n, const std::string& why) {
  return {n, Value::undefined(why), Value::undefined(why)};
}

// sqrt(a b), exactly a where both are equal, so that a perfect correlation is 1.
double geometric_mean(double a, double b) {
  const double product = a * b;
  return std::isnormal(product) ? std::sqrt(product) : std::sqrt(a) * std::sqrt(b);
}

// `pairs` can be correlated.
Correlation product_moment(const Pairs& pairs) {
  const Sample a(pairs.a);
  const Sample b(pairs.b);
  double products = 0;
  for (std::size_t i = 0; i < pairs.n(); ++i) {
    products += (pairs.a[i] - a.mean) * (pairs.b[i] - b.mean);
  }
  Correlation result;
  result.n = pairs.n();
  const double r = std::clamp(products / geometric_mean(a.squares, b.squares), -1.0, 1.0);
  result.r = r;
  if (pairs.n() < 3) {
    result.p = Value::undefined("fewer than three pairs");
    return result;
  }
  const double df = a.count() - 2;
  const double rest = (1 - r) * (1 + r);
  const double t = rest == 0 ? std::numeric_limits<double>::infinity() : r * std::sqrt(df / rest);
  result.p = t_two_sided(t, df);
  return result;
}

// Counts the pairs that stand in descending order, and sorts.
std::int64_t count_inversions(std::vector<double>& values, std::vector<double>& space,
                              std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0;
  const std::size_t middle = begin + (end - begin) / 2;
  std::int64_t count =
      count_inversions(values, space, begin, middle) + count_inversions(values, space, middle, end);
  std::size_t left = begin;
  std::size_t right = middle;
  for (std::size_t place = begin; place < end; ++place) {
    if (left < middle && (right == end || values[left] <= values[right])) {
      space[place] = values[left++];
    } else {
      space[place] = values[right++];
      count += static_cast<std::int64_t>(middle - left);
    }
  }
  std::copy(space.begin() + static_cast<std::ptrdiff_t>(begin),
            space.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return count;
}

// What equal values come to in Kendall's variance.
struct Ties {
  double pairs = 0;    ///< sum of t (t-1) / 2
  double triples = 0;  ///< sum of t (t-1) (t-2)
  double spread = 0;   ///< sum of t (t-1) (2t+5)

  void add(std::size_t equal) {
    const auto t = static_cast<double>(equal);
    pairs += t * (t - 1) / 2;
    triples += t * (t - 1) * (t - 2);
    spread += t * (t - 1) * (2 * t + 5);
  }
};

template <class Equal>
Ties count_ties(std::size_t n, Equal equal) {
  Ties ties;
  for (std::size_t begin = 0; begin < n;) {
    std::size_t end = begin + 1;
    while (end < n && equal(begin, end)) ++end;
    ties.add(end - begin);
    begin = end;
  }
  return ties;
}

// P(at most `most` inversions in a random order of n), doubled.
double kendall_exact(std::size_t n, std::size_t most) {
  std::vector<double> chances(most + 1, 0.0);
  chances[0] = 1;
  for (std::size_t m = 2; m <= n; ++m) {
    // The m-th value comes before 0 to m-1 of the earlier ones, all equally likely.
    std::vector<double> next(most + 1, 0.0);
    double window = 0;
    for (std::size_t v = 0; v <= most; ++v) {
      window = 0;
      for (std::size_t k = 0; k < m && k <= v; ++k) window += chances[v - k];
      next[v] = window / static_cast<double>(m);
    }
    chances = std::move(next);
  }
  return std::min(1.0, 2 * std::accumulate(chances.begin(), chances.end(), 0.0));
}

}  // namespace

Correlation pearson(std::span<const double> a, std::span<const double> b) {
  const Pairs pairs = present_pairs(a, b);
  const std::string why = why_not_correlation(pairs);
  return why.empty() ? product_moment(pairs) : undefined_correlation(pairs.n(), why);
}

Correlation spearman(std::span<const double> a, std::span<const double> b) {
  Pairs pairs = present_pairs(a, b);
  const std::string why = why_not_correlation(pairs);
  if (!why.empty()) return undefined_correlation(pairs.n(), why);
  pairs.a = average_ranks(pairs.a);
  pairs.b = average_ranks(pairs.b);
  return product_moment(pairs);
}

Correlation kendall(std::span<const double> all_a, std::span<const double> all_b) {
  const Pairs pairs = present_pairs(all_a, all_b);
  const std::string why = why_not_correlation(pairs);
  if (!why.empty()) return undefined_correlation(pairs.n(), why);
  const std::size_t n = pairs.n();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return pairs.a[i] != pairs.a[j] ? pairs.a[i] < pairs.a[j] : pairs.b[i] < pairs.b[j];
  });
  std::vector<double> b;
  for (const std::size_t i : order) b.push_back(pairs.b[i]);
  const auto a_at = [&](std::size_t i) { return pairs.a[order[i]]; };
  const Ties in_a = count_ties(n, [&](std::size_t i, std::size_t j) { return a_at(i) == a_at(j); });
  const Ties in_both = count_ties(
      n, [&](std::size_t i, std::size_t j) { return a_at(i) == a_at(j) && b[i] == b[j]; });
  std::vector<double> space(n);
  const auto discordant = static_cast<double>(count_inversions(b, space, 0, n));
  const Ties in_b = count_ties(n, [&](std::size_t i, std::size_t j) { return b[i] == b[j]; });

  const auto count = static_cast<double>(n);
  const double total = count * (count - 1) / 2;
  const double score = total - in_a.pairs - in_b.pairs + in_both.pairs - 2 * discordant;
  Correlation result;
  result.n = n;
  result.r = std::clamp(score / geometric_mean(total - in_a.pairs, total - in_b.pairs), -1.0, 1.0);
  if (n < 3) {
    result.p = Value::undefined("fewer than three pairs");
  } else if (in_a.pairs == 0 && in_b.pairs == 0 && n <= 33) {
    const double fewer = std::min(discordant, total - discordant);
    result.p = kendall_exact(n, static_cast<std::size_t>(fewer));
  } else {
    const double m = count * (count - 1);
    const double variance = (m * (2 * count + 5) - in_a.spread - in_b.spread) / 18 +
                            2 * in_a.pairs * in_b.pairs / m +
                            in_a.triples * in_b.triples / (9 * m * (count - 2));
    result.p = normal_two_sided(score / std::sqrt(variance));
  }
  return result;
}

}  // namespace syndisco::stats
