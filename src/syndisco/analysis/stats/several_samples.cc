#include <cmath>
#include <string>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

struct Several {
  std::vector<Sample> samples;  ///< empty ones included
  std::size_t groups = 0;       ///< that are not empty
  std::size_t n = 0;
  std::string why_not;  ///< why none of the tests can be made

  explicit Several(Samples all) {
    bool finite = true;
    for (const std::vector<double>& values : all) {
      samples.emplace_back(values);
      n += samples.back().n();
      groups += samples.back().n() > 0 ? 1 : 0;
      finite = finite && samples.back().finite;
    }
    if (groups < 2) {
      why_not = "fewer than two groups with values";
    } else if (!finite) {
      why_not = kInfinite;
    }
  }

  std::vector<double> together() const {
    std::vector<double> values;
    values.reserve(n);
    for (const Sample& sample : samples) {
      values.insert(values.end(), sample.values.begin(), sample.values.end());
    }
    return values;
  }

  bool constant() const { return Sample(together()).constant(); }

  // Sum of the ranks of each sample among all values.
  std::vector<double> rank_sums() const {
    const std::vector<double> ranks = average_ranks(together());
    std::vector<double> sums;
    std::size_t place = 0;
    for (const Sample& sample : samples) {
      double sum = 0;
      for (std::size_t i = 0; i < sample.n(); ++i) sum += ranks[place++];
      sums.push_back(sum);
    }
    return sums;
  }
};

}  // namespace

KruskalWallis kruskal_wallis(Samples all) {
  const Several several(all);
  KruskalWallis result;
  result.n = several.n;
  result.groups = several.groups;
  std::string why = several.why_not;
  if (why.empty() && several.constant()) why = "all values are equal";
  if (!why.empty()) {
    for (Value* value : {&result.h, &result.df, &result.p, &result.epsilon_squared}) {
      *value = Value::undefined(why);
    }
    return result;
  }
  const auto n = static_cast<double>(several.n);
  const std::vector<double> sums = several.rank_sums();
  // Around the mean rank, where the usual formula subtracts two large numbers.
  double spread = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double count = several.samples[i].count();
    if (count == 0) continue;
    const double distance = sums[i] / count - (n + 1) / 2;
    spread += count * distance * distance;
  }
  const double ties = 1 - tie_sum(several.together()) / (n * n * n - n);
  const double h = 12 / (n * (n + 1)) * spread / ties;
  const auto df = static_cast<double>(several.groups - 1);
  result.h = h;
  result.df = df;
  result.p = chi_square_upper(h, df);
  result.epsilon_squared = h / (n - 1);
  return result;
}

Anova one_way_anova(Samples all) {
  const Several several(all);
  Anova result;
  result.n = several.n;
  result.groups = several.groups;
  const auto undefined = [&](const std::string& why, std::initializer_list<Value*> values) {
    for (Value* value : values) *value = Value::undefined(why);
    return result;
  };
  if (!several.why_not.empty()) {
    return undefined(several.why_not, {&result.f, &result.df_between, &result.df_within, &result.p,
                                       &result.ss_between, &result.ss_within, &result.eta_squared});
  }
  const double grand = Sample(several.together()).mean;
  double between = 0;
  double within = 0;
  for (const Sample& sample : several.samples) {
    if (sample.n() == 0) continue;
    between += sample.count() * (sample.mean - grand) * (sample.mean - grand);
    within += sample.squares;
  }
  if (!std::isfinite(between + within)) {
    return undefined(kInfinite, {&result.f, &result.df_between, &result.df_within, &result.p,
                                 &result.ss_between, &result.ss_within, &result.eta_squared});
  }
  const auto df_between = static_cast<double>(several.groups - 1);
  const auto df_within = static_cast<double>(several.n - several.groups);
  result.df_between = df_between;
  result.df_within = df_within;
  result.ss_between = between;
  result.ss_within = within;
  if (several.constant()) {
    return undefined("all values are equal", {&result.f, &result.p, &result.eta_squared});
  }
  result.eta_squared = between / (between + within);
  if (df_within == 0) return undefined("every group has a single value", {&result.f, &result.p});
  if (within == 0) return undefined("no group varies", {&result.f, &result.p});
  const double f = between / df_between / (within / df_within);
  result.f = f;
  result.p = f_upper(f, df_between, df_within);
  return result;
}

Anova levene(Samples all) {
  std::vector<std::vector<double>> distances;
  for (const std::vector<double>& values : all) {
    const Sample sample(values);
    std::vector<double>& own = distances.emplace_back();
    if (!sample.finite) {
      own = sample.values;  // the analysis of variance says so
      continue;
    }
    const Value median = quantile(sample.values, 0.5);
    for (const double value : sample.values) own.push_back(std::abs(value - median.value));
  }
  return one_way_anova(distances);
}

std::vector<DunnPair> dunn(Samples all, Adjustment adjustment) {
  const Several several(all);
  std::string why = several.why_not;
  if (why.empty() && several.constant()) why = "all values are equal";
  const auto n = static_cast<double>(several.n);
  std::vector<double> sums;
  double variance = 0;
  if (why.empty()) {
    sums = several.rank_sums();
    variance = n * (n + 1) / 12 - tie_sum(several.together()) / (12 * (n - 1));
  }
  std::vector<DunnPair> pairs;
  std::vector<Value> p;
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      DunnPair pair;
      pair.a = a;
      pair.b = b;
      const double n_a = several.samples[a].count();
      const double n_b = several.samples[b].count();
      const std::string reason = !why.empty()           ? why
                                 : n_a == 0 || n_b == 0 ? "a group is empty"
                                                        : "";
      if (reason.empty()) {
        const double z =
            (sums[a] / n_a - sums[b] / n_b) / std::sqrt(variance * (1 / n_a + 1 / n_b));
        pair.z = z;
        pair.p = normal_two_sided(z);
      } else {
        pair.z = Value::undefined(reason);
        pair.p = Value::undefined(reason);
      }
      p.push_back(pair.p);
      pairs.push_back(pair);
    }
  }
  const std::vector<Value> adjusted = adjust(std::span<const Value>(p), adjustment);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].adjusted_p = adjusted[i];
  return pairs;
}

}  // namespace syndisco::stats
