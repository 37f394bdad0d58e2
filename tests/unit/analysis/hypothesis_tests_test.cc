#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "oracle_check.h"

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/effect_size.h"
#include "syndisco/analysis/stats/multiple_testing.h"
#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Values = std::vector<double>;

const double kMissing = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

// ---- the oracle

struct DataSet {
  std::string name;
  std::vector<std::string> names;
  std::vector<Values> groups;
  Json results;

  std::size_t place(const std::string& group) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == group) return i;
    }
    throw std::runtime_error("no group " + group);
  }
};

std::vector<DataSet> data_sets(const std::filesystem::path& folder) {
  std::vector<DataSet> sets;
  const Json all = testing::read_oracle(folder, "hypothesis_tests.json");
  for (const Json& json : member(all, "datasets").array()) {
    DataSet set;
    set.name = member(json, "name").string();
    for (const auto& [name, values] : member(json, "groups").object()) {
      set.names.push_back(name);
      set.groups.push_back(numbers(values));
    }
    set.results = member(json, "results");
    sets.push_back(std::move(set));
  }
  EXPECT_FALSE(sets.empty());
  return sets;
}

// Calls `check(expected, a, b)` for every pair that the oracle compares.
template <class Check>
void for_each_pair(const std::filesystem::path& folder, Check check) {
  for (const DataSet& set : data_sets(folder)) {
    for (const Json& pair : member(set.results, "pairwise").array()) {
      const std::string& a = member(pair, "a").string();
      const std::string& b = member(pair, "b").string();
      SCOPED_TRACE(set.name + ": " + a + ", " + b);
      check(pair, set.groups[set.place(a)], set.groups[set.place(b)]);
    }
  }
}

TEST(TestsOracle, Descriptives) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for (const DataSet& set : data_sets(folder)) {
    for (std::size_t i = 0; i < set.groups.size(); ++i) {
      SCOPED_TRACE(set.name + ": " + set.names[i]);
      const Json& expected = member(member(set.results, "descriptives"), set.names[i]);
      const Descriptives actual = describe(set.groups[i]);
      EXPECT_EQ(actual.n, static_cast<std::size_t>(member(expected, "n").integer()));
      EXPECT_TRUE(near(actual.mean, member(expected, "mean")));
      EXPECT_TRUE(near(actual.sd, member(expected, "std_sample")));
      EXPECT_TRUE(near(actual.sem, member(expected, "sem")));
      EXPECT_TRUE(near(actual.median, member(expected, "median")));
      EXPECT_TRUE(near(actual.ci_low, member(expected, "mean_ci95_t").array()[0]));
      EXPECT_TRUE(near(actual.ci_high, member(expected, "mean_ci95_t").array()[1]));
    }
  }
}

TEST(TestsOracle, TTests) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for_each_pair(folder, [](const Json& pair, const Values& a, const Values& b) {
    const Json& welch = member(pair, "welch_t");
    const TTest ours = welch_t(a, b);
    EXPECT_TRUE(near(ours.t, member(welch, "t")));
    EXPECT_TRUE(near(ours.df, member(welch, "df")));
    EXPECT_TRUE(near(ours.p, member(welch, "p_two_sided")));
    EXPECT_TRUE(near(ours.ci_low, member(welch, "diff_ci_low")));
    EXPECT_TRUE(near(ours.ci_high, member(welch, "diff_ci_high")));
    const Json& student = member(pair, "student_t");
    const TTest pooled = student_t(a, b);
    EXPECT_TRUE(near(pooled.t, member(student, "t")));
    EXPECT_TRUE(near(pooled.df, member(student, "df")));
    EXPECT_TRUE(near(pooled.p, member(student, "p_two_sided")));
  });
}

TEST(TestsOracle, MannWhitney) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for_each_pair(folder, [](const Json& pair, const Values& a, const Values& b) {
    const Json& expected = member(pair, "mann_whitney_asymptotic_continuity");
    const MannWhitney ours = mann_whitney(a, b);
    EXPECT_TRUE(near(ours.u_a, member(expected, "U_a")));
    EXPECT_TRUE(near(ours.u_b, member(expected, "U_b")));
    EXPECT_TRUE(near(ours.p, member(expected, "p_two_sided")));
    EXPECT_TRUE(near(ours.p_less, member(expected, "p_less")));
    EXPECT_TRUE(near(ours.p_greater, member(expected, "p_greater")));
    EXPECT_TRUE(near(mann_whitney(a, b, false).p,
                     member(member(pair, "mann_whitney_asymptotic_no_continuity"), "p_two_sided")));
    // The oracle has none with ties, nor for more than 60 values.
    const Json& exact = member(pair, "mann_whitney_exact");
    if (!exact.is_null()) {
      EXPECT_TRUE(near(ours.exact_p, member(exact, "p_two_sided")));
    } else if (a.size() + b.size() <= 60) {
      EXPECT_EQ(ours.exact_p.why_not, "there are ties");
    }
  });
}

TEST(TestsOracle, KolmogorovSmirnov) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for_each_pair(folder, [](const Json& pair, const Values& a, const Values& b) {
    const KolmogorovSmirnov ours = kolmogorov_smirnov(a, b);
    EXPECT_TRUE(near(ours.d, member(member(pair, "ks_2samp_exact"), "D")));
    EXPECT_TRUE(near(ours.exact_p, member(member(pair, "ks_2samp_exact"), "p_two_sided")));
    EXPECT_TRUE(near(ours.asymptotic_p, member(member(pair, "ks_2samp_asymp"), "p_two_sided")));
  });
}

TEST(TestsOracle, EffectSizes) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for_each_pair(folder, [](const Json& pair, const Values& a, const Values& b) {
    EXPECT_TRUE(near(cohens_d(a, b).estimate, member(pair, "cohens_d")));
    EXPECT_TRUE(near(hedges_g(a, b).estimate, member(pair, "hedges_g")));
    EXPECT_TRUE(near(cliffs_delta(a, b).estimate, member(pair, "cliffs_delta"), 1e-9, 1e-15));
  });
}

TEST(TestsOracle, SeveralSamples) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for (const DataSet& set : data_sets(folder)) {
    SCOPED_TRACE(set.name);
    const KruskalWallis ranks = kruskal_wallis(set.groups);
    const Json& kruskal = member(set.results, "kruskal_wallis");
    EXPECT_TRUE(near(ranks.h, member(kruskal, "H")));
    EXPECT_TRUE(near(ranks.df, member(kruskal, "df")));
    EXPECT_TRUE(near(ranks.p, member(kruskal, "p")));
    const Anova anova = one_way_anova(set.groups);
    const Json& expected = member(set.results, "one_way_anova");
    EXPECT_TRUE(near(anova.f, member(expected, "F")));
    EXPECT_TRUE(near(anova.df_between, member(expected, "df_between")));
    EXPECT_TRUE(near(anova.df_within, member(expected, "df_within")));
    EXPECT_TRUE(near(anova.p, member(expected, "p")));
    EXPECT_TRUE(near(anova.ss_between, member(expected, "ss_between")));
    EXPECT_TRUE(near(anova.ss_within, member(expected, "ss_within")));
    EXPECT_TRUE(near(anova.eta_squared, member(expected, "eta_squared")));
    const Anova spread = levene(set.groups);
    EXPECT_TRUE(near(spread.f, member(member(set.results, "levene_brown_forsythe"), "W")));
    EXPECT_TRUE(near(spread.p, member(member(set.results, "levene_brown_forsythe"), "p")));
  }
}

TEST(TestsOracle, Dunn) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for (const DataSet& set : data_sets(folder)) {
    SCOPED_TRACE(set.name);
    const Json& expected = member(set.results, "dunn");
    for (const auto& [key, adjustment] :
         {std::pair{"unadjusted", Adjustment::kNone}, std::pair{"holm", Adjustment::kHolm},
          std::pair{"benjamini_hochberg", Adjustment::kBenjaminiHochberg},
          std::pair{"bonferroni", Adjustment::kBonferroni}}) {
      const JsonArray& pairs = member(expected, key).array();
      const std::vector<DunnPair> ours = dunn(set.groups, adjustment);
      ASSERT_EQ(ours.size(), pairs.size());
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_EQ(ours[i].a, set.place(member(pairs[i], "a").string()));
        EXPECT_EQ(ours[i].b, set.place(member(pairs[i], "b").string()));
        EXPECT_TRUE(near(ours[i].adjusted_p, member(pairs[i], "p"))) << key;
        if (const Json* z = pairs[i].find("z")) {
          EXPECT_TRUE(near(ours[i].z, *z));
        }
      }
    }
  }
}

TEST(TestsOracle, ContingencyTables) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "hypothesis_tests.json");
  for (const Json& set : member(all, "contingency_tables").array()) {
    SCOPED_TRACE(member(set, "name").string());
    Table table;
    for (const Json& row : member(set, "table").array()) table.push_back(numbers(row));
    for (const auto& [key, yates] : {std::pair{"yates", true}, std::pair{"no_correction", false}}) {
      const Json& expected = member(set, key);
      const ChiSquare ours = chi_square(table, yates);
      EXPECT_TRUE(near(ours.chi2, member(expected, "chi2")));
      EXPECT_TRUE(near(ours.df, member(expected, "dof")));
      EXPECT_TRUE(near(ours.p, member(expected, "p")));
      EXPECT_TRUE(near(ours.cramers_v, member(set, "cramers_v")));
      const JsonArray& rows = member(expected, "expected").array();
      ASSERT_EQ(ours.expected.size(), rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const Values row = numbers(rows[i]);
        for (std::size_t j = 0; j < row.size(); ++j) {
          EXPECT_TRUE(near(ours.expected[i][j], row[j]));
        }
      }
    }
    if (const Json* fisher = set.find("fisher_exact_two_sided_p")) {
      const auto count = [&](std::size_t i, std::size_t j) {
        return static_cast<std::uint64_t>(table[i][j]);
      };
      const Fisher ours = fisher_exact({{{count(0, 0), count(0, 1)}, {count(1, 0), count(1, 1)}}});
      EXPECT_TRUE(near(ours.p, *fisher));
    }
  }
}

TEST(TestsOracle, MultipleTesting) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "hypothesis_tests.json");
  for (const Json& set : member(all, "multiple_testing").array()) {
    const Values p = numbers(member(set, "p"));
    for (const auto& [key, adjustment] :
         {std::pair{"holm", Adjustment::kHolm},
          std::pair{"benjamini_hochberg", Adjustment::kBenjaminiHochberg},
          std::pair{"bonferroni", Adjustment::kBonferroni}}) {
      const Values expected = numbers(member(set, key));
      const Values ours = adjust(std::span<const double>(p), adjustment);
      for (std::size_t i = 0; i < p.size(); ++i) EXPECT_TRUE(near(ours[i], expected[i])) << key;
    }
  }
}

TEST(TestsOracle, Distributions) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "hypothesis_tests.json");
  const Json& sets = member(all, "distributions");
  const auto of = [](const Json& json, const char* name) { return member(json, name).number(); };
  for (const Json& one : member(sets, "t_cdf").array()) {
    const double p = t_two_sided(of(one, "x"), of(one, "df"));
    EXPECT_TRUE(near(p, of(one, "sf_two_sided")));
    EXPECT_TRUE(near(of(one, "x") > 0 ? 1 - p / 2 : p / 2, of(one, "cdf")));
  }
  for (const Json& one : member(sets, "t_ppf_975").array()) {
    EXPECT_TRUE(near(t_quantile(0.975, of(one, "df")), of(one, "x")));
  }
  for (const Json& one : member(sets, "chi2_sf").array()) {
    EXPECT_TRUE(near(chi_square_upper(of(one, "x"), of(one, "df")), of(one, "sf")));
  }
  for (const Json& one : member(sets, "f_sf").array()) {
    EXPECT_TRUE(near(f_upper(of(one, "x"), of(one, "d1"), of(one, "d2")), of(one, "sf")));
  }
  for (const Json& one : member(sets, "normal_sf_two_sided").array()) {
    EXPECT_TRUE(near(normal_two_sided(of(one, "z")), of(one, "p")));
  }
  for (const Json& one : member(sets, "normal_ppf").array()) {
    EXPECT_TRUE(near(normal_quantile(of(one, "p")), of(one, "z"), 1e-9, 1e-15));
  }
}

// ---- known small values

TEST(Describe, LeavesMissingValuesOutAndCountsThem) {
  const Values values = {1, kMissing, 2, 6};
  const Descriptives actual = describe(values);
  EXPECT_EQ(actual.n, 3U);
  EXPECT_EQ(actual.missing, 1U);
  EXPECT_EQ(actual.mean.value, 3);
  EXPECT_EQ(actual.median.value, 2);
  EXPECT_TRUE(near(actual.sd, std::sqrt(7.0)));
}

TEST(Describe, SaysWhyThereIsNothing) {
  EXPECT_EQ(describe({}).mean.why_not, "no values");
  const Values one = {4};
  EXPECT_EQ(describe(one).mean.value, 4);
  EXPECT_EQ(describe(one).sd.why_not, "a single value");
  const Values infinite = {1, kInfinity};
  EXPECT_THAT(describe(infinite).mean.why_not, HasSubstr("a value is infinite"));
}

TEST(Describe, FindsNoSpreadInEqualValuesWhoseMeanIsRounded) {
  const Values values(7, 0.1);
  EXPECT_EQ(describe(values).sd.value, 0);
}

TEST(Quantile, LiesBetweenOrderStatistics) {
  const Values values = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(values, 0.25).value, 1.75);
  EXPECT_EQ(quantile(values, 0).value, 1);
  EXPECT_EQ(quantile(values, 1).value, 4);
}

TEST(TTest, SaysWhyThereIsNothing) {
  const Values one = {1};
  const Values twos = {2, 2};
  const Values threes = {3, 3};
  EXPECT_EQ(welch_t({}, twos).difference.why_not, "a group is empty");
  EXPECT_EQ(welch_t(one, twos).difference.value, -1);
  EXPECT_EQ(welch_t(one, twos).p.why_not, "a group has fewer than two values");
  EXPECT_EQ(student_t(twos, threes).t.why_not, "neither group varies");
}

TEST(TTest, SaysThatDifferencesAreTooSmallToBeSquared) {
  const Values a = {1e-300, 2e-300, 3e-300};
  const Values b = {1e-300, 3e-300};
  EXPECT_THAT(welch_t(a, b).p.why_not, HasSubstr("too small to be squared"));
}

TEST(MannWhitney, SaysWhyThereIsNothing) {
  const Values twos = {2, 2};
  EXPECT_EQ(mann_whitney(twos, twos).p.why_not, "all values are equal");
  EXPECT_EQ(mann_whitney(twos, {}).u_a.why_not, "a group is empty");
}

// 3 values above 3 others: 1 of 20 orders, on each side.
TEST(MannWhitney, CountsOrdersExactly) {
  const Values a = {4, 5, 6};
  const Values b = {1, 2, 3};
  EXPECT_EQ(mann_whitney(a, b).u_a.value, 9);
  EXPECT_TRUE(near(mann_whitney(a, b).exact_p, 0.1));
}

TEST(MannWhitney, TakesInfiniteValuesForLarge) {
  const Values a = {4, 5, kInfinity};
  const Values b = {1, 2, 3};
  EXPECT_EQ(mann_whitney(a, b).u_a.value, 9);
}

TEST(KolmogorovSmirnov, SaysWhyThereIsNothing) {
  const Values twos = {2, 2};
  EXPECT_EQ(kolmogorov_smirnov(twos, {}).p.why_not, "a group is empty");
  EXPECT_EQ(kolmogorov_smirnov(twos, twos).d.value, 0);
  EXPECT_EQ(kolmogorov_smirnov(twos, twos).p.value, 1);
}

// P(D_n < 1/n) = n! (2/n - 1/n)^n: n!/n^n, here for n = 4 (Birnbaum 1952).
TEST(KolmogorovSurvival, EqualsTheClosedFormForSmallDistances) {
  EXPECT_TRUE(near(1 - kolmogorov_survival(4, 0.25), 24.0 / 256));
}

// scipy.stats.kstwo.sf(d, n): matrix power, expansion and the one-sided sum.
TEST(KolmogorovSurvival, EqualsOtherImplementationsAtAllSizes) {
  struct Case {
    std::size_t n;
    double d;
    double p;
  };
  const std::vector<Case> cases = {
      {10, 0.17320508075688773, 0.8769376445816681},
      {10, 0.45825756949558405, 0.01933789423190846},
      {140, 0.07559289460184544, 0.38146423198517226},
      {140, 0.20701966780270625, 9.69334076426069e-06},
      {400, 0.07245688373094719, 0.0285015367042879},
      {400, 0.22360679774997896, 4.73249224994895e-18},
      {501, 0.02447043921161982, 0.9177720247366458},
      {501, 0.0647426966264695, 0.028663904630675474},
      {2000, 0.02, 0.3953133626892045},
      {2000, 0.03872983346207417, 0.004824646022824249},
      {7500, 0.006324555320336759, 0.9231865794767807},
      {7500, 0.016733200530681513, 0.029654266869964307},
      {7500, 0.0282842712474619, 1.2037400104125504e-05},
  };
  for (const Case& one : cases) {
    // scipy takes the expansion from 140 on, whose error is of the order of n^-2.
    const double tolerance = one.n <= 140 ? 1e-9 : 5e-6;
    EXPECT_TRUE(near(kolmogorov_survival(one.n, one.d), one.p, tolerance)) << one.n << " " << one.d;
  }
}

TEST(SeveralSamples, SayWhyThereIsNothing) {
  const std::vector<Values> one = {{1, 2}, {}};
  EXPECT_EQ(kruskal_wallis(one).h.why_not, "fewer than two groups with values");
  EXPECT_EQ(one_way_anova(one).f.why_not, "fewer than two groups with values");
  const std::vector<Values> equal = {{1, 1}, {1, 1, 1}};
  EXPECT_EQ(kruskal_wallis(equal).p.why_not, "all values are equal");
  EXPECT_EQ(one_way_anova(equal).p.why_not, "all values are equal");
  EXPECT_EQ(dunn(equal)[0].p.why_not, "all values are equal");
  const std::vector<Values> constant = {{1, 1}, {2, 2}};
  EXPECT_EQ(one_way_anova(constant).f.why_not, "no group varies");
  EXPECT_EQ(one_way_anova(constant).eta_squared.value, 1);
  const std::vector<Values> single = {{1}, {2}};
  EXPECT_EQ(one_way_anova(single).f.why_not, "every group has a single value");
  const std::vector<Values> infinite = {{1, kInfinity}, {2, 3}};
  EXPECT_THAT(levene(infinite).f.why_not, HasSubstr("a value is infinite"));
}

TEST(SeveralSamples, LeaveEmptyGroupsOut) {
  const std::vector<Values> with = {{1, 2, 4}, {}, {3, 5, 9}};
  const std::vector<Values> without = {{1, 2, 4}, {3, 5, 9}};
  EXPECT_EQ(kruskal_wallis(with).p.value, kruskal_wallis(without).p.value);
  EXPECT_EQ(one_way_anova(with).p.value, one_way_anova(without).p.value);
  const std::vector<DunnPair> pairs = dunn(with, Adjustment::kBonferroni);
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[0].p.why_not, "a group is empty");
  EXPECT_EQ(pairs[1].adjusted_p.value, pairs[1].p.value);
}

TEST(ChiSquare, SaysWhyThereIsNothing) {
  EXPECT_EQ(chi_square({{1, 2}}).p.why_not, "fewer than two rows or columns");
  EXPECT_EQ(chi_square({{0, 0}, {1, 2}}).p.why_not, "a row without counts");
  EXPECT_EQ(chi_square({{0, 3}, {0, 2}}).p.why_not, "a column without counts");
  EXPECT_THROW(chi_square({{1, 2}, {1}}), std::invalid_argument);
  EXPECT_THROW(chi_square({{1, -2}, {1, 1}}), std::invalid_argument);
}

// The lady tasting tea: 17 of 35.
TEST(Fisher, SumsTheTablesThatAreAtMostAsLikely) {
  const Fisher actual = fisher_exact({{{3, 1}, {1, 3}}});
  EXPECT_TRUE(near(actual.p, 34.0 / 70));
  EXPECT_EQ(actual.odds_ratio.value, 9);
  EXPECT_EQ(fisher_exact({{{0, 0}, {1, 3}}}).p.why_not, "a row or column without counts");
  EXPECT_FALSE(fisher_exact({{{3, 0}, {1, 3}}}).odds_ratio.defined());
}

TEST(Correlation, LeavesIncompletePairsOut) {
  const Values a = {1, 2, kMissing, 3};
  const Values b = {2, 4, 5, 7};
  EXPECT_EQ(pearson(a, b).n, 3U);
  EXPECT_TRUE(near(pearson(a, b).r, 5 / std::sqrt(2 * 38.0 / 3)));
}

TEST(Correlation, SaysWhyThereIsNothing) {
  const Values one = {1};
  const Values rising = {1, 2, 3};
  const Values equal = {1, 1, 1};
  for (const auto measure : {pearson, spearman, kendall}) {
    EXPECT_EQ(measure(one, one).r.why_not, "fewer than two pairs");
    EXPECT_EQ(measure(rising, equal).r.why_not, "all values of one side are equal");
    const std::span<const double> two = std::span(rising).first(2);
    EXPECT_EQ(measure(two, two).r.value, 1);
    EXPECT_EQ(measure(two, two).p.why_not, "fewer than three pairs");
    EXPECT_THROW(measure(one, rising), std::invalid_argument);
  }
}

// 5 values, one inversion: P(at most 1) = 5/120, doubled.
TEST(Kendall, IsExactWithoutTies) {
  const Values a = {1, 2, 3, 4, 5};
  const Values b = {1, 3, 2, 4, 5};
  EXPECT_DOUBLE_EQ(kendall(a, b).r.value, 0.8);
  EXPECT_TRUE(near(kendall(a, b).p, 10.0 / 120));
}

// scipy.stats.kendalltau of the same values.
TEST(Kendall, IsNormalWithTies) {
  const Values a = {12, 2, 1, 12, 2};
  const Values b = {1, 4, 7, 1, 0};
  EXPECT_TRUE(near(kendall(a, b).r, -0.47140452079103173));
  EXPECT_TRUE(near(kendall(a, b).p, 0.2827454599327748));
}

// ---- effect sizes

TEST(CohensD, HasTheIntervalOfHedgesAndOlkin) {
  const Values a = {1, 2, 3};
  const Values b = {2, 3, 4};
  const EffectSize d = cohens_d(a, b);
  EXPECT_DOUBLE_EQ(d.estimate.value, -1);
  const double reach = 1.959963984540054 * std::sqrt(6.0 / 9 + 1.0 / 12);
  EXPECT_TRUE(near(d.ci_low, -1 - reach));
  EXPECT_TRUE(near(d.ci_high, -1 + reach));
  EXPECT_TRUE(near(hedges_g(a, b).ci_low, (-1 - reach) * 0.8));
}

TEST(EffectSize, SaysWhyThereIsNothing) {
  const Values one = {1};
  const Values twos = {2, 2};
  EXPECT_EQ(cohens_d(one, twos).estimate.why_not, "a group has fewer than two values");
  EXPECT_EQ(hedges_g(twos, twos).estimate.why_not, "neither group varies");
  EXPECT_EQ(cliffs_delta({}, twos).estimate.why_not, "a group is empty");
  EXPECT_EQ(cliffs_delta(one, twos).estimate.value, -1);
  EXPECT_EQ(cliffs_delta(one, twos).ci_low.why_not, "a group has fewer than two values");
  EXPECT_EQ(cliffs_delta(twos, twos).estimate.value, 0);
}

// By the definition, over all pairs.
EffectSize cliff_of_pairs(const Values& a, const Values& b) {
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  const auto d = [](double x, double y) { return x > y ? 1.0 : x < y ? -1.0 : 0.0; };
  double delta = 0;
  for (const double x : a) {
    for (const double y : b) delta += d(x, y) / (n_a * n_b);
  }
  double rows = 0;
  double columns = 0;
  double cells = 0;
  for (const double x : a) {
    double mean = 0;
    for (const double y : b) mean += d(x, y) / n_b;
    rows += (mean - delta) * (mean - delta);
  }
  for (const double y : b) {
    double mean = 0;
    for (const double x : a) mean += d(x, y) / n_a;
    columns += (mean - delta) * (mean - delta);
  }
  for (const double x : a) {
    for (const double y : b) cells += (d(x, y) - delta) * (d(x, y) - delta);
  }
  const double variance =
      (n_b * n_b * rows + n_a * n_a * columns - cells) / (n_a * n_b * (n_a - 1) * (n_b - 1));
  const double z2 = 1.959963984540054 * 1.959963984540054;
  const double rest = 1 - delta * delta;
  const double reach = std::sqrt(z2 * variance * (rest * rest + z2 * variance));
  EffectSize result;
  result.estimate = delta;
  result.ci_low = (delta * rest - reach) / (rest + z2 * variance);
  result.ci_high = (delta * rest + reach) / (rest + z2 * variance);
  return result;
}

TEST(CliffsDelta, EqualsTheDefinitionOverAllPairs) {
  const Values a = {1, 2, 2, 3, 5, 5, 8, 9};
  const Values b = {2, 3, 4, 4, 5, 7, 7, 7, 9, 10};
  const EffectSize expected = cliff_of_pairs(a, b);
  const EffectSize actual = cliffs_delta(a, b);
  EXPECT_TRUE(near(actual.estimate, expected.estimate.value));
  EXPECT_TRUE(near(actual.ci_low, expected.ci_low.value));
  EXPECT_TRUE(near(actual.ci_high, expected.ci_high.value));
}

TEST(CliffsDelta, StaysInsideItsRangeWhereGroupsDoNotOverlap) {
  const Values a = {1, 2, 3, 4, 5};
  const Values b = {6, 7, 8, 9, 10, 11};
  const double z2 = 1.959963984540054 * 1.959963984540054;
  const EffectSize delta = cliffs_delta(a, b);
  EXPECT_EQ(delta.estimate.value, -1);
  EXPECT_EQ(delta.ci_low.value, -1);
  EXPECT_TRUE(near(delta.ci_high, -(5 - z2) / (5 + z2)));
}

// ---- several tests at once

TEST(Adjust, LeavesUndefinedOnesAlone) {
  const std::vector<Value> p = {0.01, Value::undefined("no values"), 0.04};
  const std::vector<Value> adjusted = adjust(std::span<const Value>(p), Adjustment::kHolm);
  EXPECT_DOUBLE_EQ(adjusted[0].value, 0.02);
  EXPECT_EQ(adjusted[1].why_not, "no values");
  EXPECT_DOUBLE_EQ(adjusted[2].value, 0.04);
}

TEST(Adjust, RefusesWhatIsNoProbability) {
  const Values p = {0.5, 1.5};
  EXPECT_THROW(adjust(std::span<const double>(p), Adjustment::kHolm), std::invalid_argument);
}

TEST(Value, SaysWhyItIsNotFinite) {
  EXPECT_TRUE(Value(1.5).defined());
  EXPECT_EQ(Value(kMissing).why_not, "not a number");
  EXPECT_EQ(Value(kInfinity).why_not, "beyond the range of numbers");
  EXPECT_EQ(Value().why_not, "not computed");
}

}  // namespace
}  // namespace syndisco::stats
