#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

void check_counts(const Table& table) {
  for (const auto& row : table) {
    if (row.size() != table.front().size()) {
      throw std::invalid_argument("a table of counts with rows of different length");
    }
    for (const double count : row) {
      if (!std::isfinite(count) || count < 0) throw std::invalid_argument("an impossible count");
    }
  }
}

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

}  // namespace

ChiSquare chi_square(const Table& table, bool yates) {
  check_counts(table);
  ChiSquare result;
  const auto undefined = [&](const char* why) {
    for (Value* value : {&result.chi2, &result.df, &result.p, &result.cramers_v}) {
      *value = Value::undefined(why);
    }
    return result;
  };
  if (table.size() < 2 || table.front().size() < 2) {
    return undefined("fewer than two rows or columns");
  }
  const std::size_t columns = table.front().size();
  std::vector<double> of_row;
  std::vector<double> of_column(columns, 0.0);
  for (const auto& row : table) {
    of_row.push_back(std::accumulate(row.begin(), row.end(), 0.0));
    for (std::size_t j = 0; j < columns; ++j) of_column[j] += row[j];
  }
  const double n = std::accumulate(of_row.begin(), of_row.end(), 0.0);
  result.n = n;
  const auto empty = [](double sum) { return sum == 0; };
  if (std::any_of(of_row.begin(), of_row.end(), empty)) return undefined("a row without counts");
  if (std::any_of(of_column.begin(), of_column.end(), empty)) {
    return undefined("a column without counts");
  }
  const auto df = static_cast<double>((table.size() - 1) * (columns - 1));
  double plain = 0;
  double corrected = 0;
  result.smallest_expected = n;
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto& expected_row = result.expected.emplace_back();
    for (std::size_t j = 0; j < columns; ++j) {
      const double expected = of_row[i] * of_column[j] / n;
      const double distance = std::abs(table[i][j] - expected);
      const double less = std::max(0.0, distance - 0.5);
      plain += distance * distance / expected;
      corrected += less * less / expected;
      expected_row.push_back(expected);
      result.smallest_expected = std::min(result.smallest_expected, expected);
    }
  }
  const double chi2 = yates && df == 1 ? corrected : plain;
  result.chi2 = chi2;
  result.df = df;
  result.p = chi_square_upper(chi2, df);
  result.cramers_v =
      std::sqrt(plain / (n * static_cast<double>(std::min(table.size(), columns) - 1)));
  return result;
}

Fisher fisher_exact(const std::array<std::array<std::uint64_t, 2>, 2>& table) {
  const auto a = static_cast<double>(table[0][0]);
  const auto b = static_cast<double>(table[0][1]);
  const auto c = static_cast<double>(table[1][0]);
  const auto d = static_cast<double>(table[1][1]);
  Fisher result;
  if (a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0) {
    result.odds_ratio = Value::undefined("a row or column without counts");
    result.p = Value::undefined("a row or column without counts");
    return result;
  }
  result.odds_ratio = b * c == 0 ? Value::undefined("the odds ratio is infinite: a count is 0")
                                 : Value(a * d / (b * c));
  // Given the sums, the count at the top left is hypergeometric.
  const double n = a + b + c + d;
  const auto log_chance = [&](double top_left) {
    return log_choose(a + b, top_left) + log_choose(c + d, a + c - top_left) - log_choose(n, a + c);
  };
  // As likely as the table, but for rounding.
  const double limit = log_chance(a) + 1e-7;
  double sum = 0;
  for (double k = std::max(0.0, a + c - (c + d)); k <= std::min(a + b, a + c); ++k) {
    const double chance = log_chance(k);
    if (chance <= limit) sum += std::exp(chance);
  }
  result.p = std::min(1.0, sum);
  return result;
}

}  // namespace syndisco::stats
