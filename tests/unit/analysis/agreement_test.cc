#include "syndisco/analysis/stats/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "oracle_check.h"

#include "syndisco/analysis/stats/tests.h"

namespace syndisco::stats {
namespace {

const double kMissing = std::numeric_limits<double>::quiet_NaN();

// ---- the oracle

struct Matrix {
  std::string name;
  Ratings ratings;
  std::vector<double> categories;
  Json results;
};

std::vector<Matrix> matrices(const std::filesystem::path& folder) {
  std::vector<Matrix> result;
  const Json all = testing::read_oracle(folder, "agreement.json");
  for (const Json& json : member(all, "matrices").array()) {
    Matrix matrix;
    matrix.name = member(json, "name").string();
    matrix.categories = numbers(member(json, "categories"));
    for (const Json& row : member(json, "ratings").array()) {
      const std::vector<double> values = numbers(row);
      matrix.ratings.raters = values.size();
      ++matrix.ratings.items;
      matrix.ratings.values.insert(matrix.ratings.values.end(), values.begin(), values.end());
    }
    matrix.results = member(json, "results");
    result.push_back(std::move(matrix));
  }
  EXPECT_FALSE(result.empty());
  return result;
}

TEST(CohenKappa, NeedsNoTableOfAllPairsOfCategories) {
  std::vector<double> a, b;
  for (int i = 0; i < 50000; ++i) {
    a.push_back(i);
    b.push_back(i + (i % 2 == 0 ? 1 : -1));
  }
  // Nobody agrees, but always nearly; independent ratings lie (n² - 1) / 6 apart, squared.
  EXPECT_NEAR(stats::cohen_kappa(a, b, stats::Weights::kQuadratic, {}).value,
              1 - 6 / (50000.0 * 50000 - 1), 1e-12);
  EXPECT_NEAR(stats::cohen_kappa(a, b, stats::Weights::kNone, {}).value, 1 - 1 / (1 - 1 / 50000.0),
              1e-12);
}

TEST(AgreementOracle, PairsOfRaters) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for (const Matrix& matrix : matrices(folder)) {
    for (const Json& pair : member(matrix.results, "pairs").array()) {
      const auto rater = [&](const char* name) {
        return matrix.ratings.of(static_cast<std::size_t>(member(pair, name).integer()));
      };
      const std::vector<double> a = rater("rater_a");
      const std::vector<double> b = rater("rater_b");
      SCOPED_TRACE(matrix.name + " " + dump_json(member(pair, "rater_a")) + ", " +
                   dump_json(member(pair, "rater_b")));
      const auto expected = [&](const char* name) -> const Json& {
        return member(member(pair, name), "value");
      };
      const auto kappa = [&](Weights weights) {
        return cohen_kappa(a, b, weights, matrix.categories);
      };
      EXPECT_TRUE(near(kappa(Weights::kNone), expected("cohen_kappa_unweighted"), 1e-9, 1e-15));
      EXPECT_TRUE(near(kappa(Weights::kLinear), expected("cohen_kappa_linear"), 1e-9, 1e-15));
      EXPECT_TRUE(near(kappa(Weights::kQuadratic), expected("cohen_kappa_quadratic"), 1e-9, 1e-15));
      const Correlation moment = pearson(a, b);
      EXPECT_EQ(moment.n, static_cast<std::size_t>(member(pair, "complete_pairs").integer()));
      EXPECT_TRUE(near(moment.r, expected("pearson")));
      // Where all pairs lie on a line, p depends on the last bit of r.
      EXPECT_TRUE(near(moment.p, expected("pearson_p"), 1e-9, 1e-30));
      const Correlation ranks = spearman(a, b);
      EXPECT_TRUE(near(ranks.r, expected("spearman")));
      EXPECT_TRUE(near(ranks.p, expected("spearman_p"), 1e-9, 1e-30));
      EXPECT_TRUE(near(kendall(a, b).r, expected("kendall_tau_b")));
    }
  }
}

TEST(AgreementOracle, ManyRaters) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for (const Matrix& matrix : matrices(folder)) {
    SCOPED_TRACE(matrix.name);
    const auto expected = [&](const char* name) -> const Json& {
      return member(member(matrix.results, name), "value");
    };
    EXPECT_EQ(complete_items(matrix.ratings),
              static_cast<std::size_t>(member(matrix.results, "complete_rows").integer()));
    EXPECT_TRUE(near(fleiss_kappa(matrix.ratings), expected("fleiss_kappa")));
    EXPECT_TRUE(
        near(randolph_kappa(matrix.ratings, matrix.categories), expected("randolph_kappa")));
    const auto alpha = [&](Scale scale) { return krippendorff_alpha(matrix.ratings, scale); };
    EXPECT_TRUE(near(alpha(Scale::kNominal), expected("krippendorff_alpha_nominal")));
    EXPECT_TRUE(near(alpha(Scale::kOrdinal), expected("krippendorff_alpha_ordinal")));
    EXPECT_TRUE(near(alpha(Scale::kInterval), expected("krippendorff_alpha_interval")));
    EXPECT_TRUE(near(alpha(Scale::kRatio), expected("krippendorff_alpha_ratio")));
  }
}

TEST(AgreementOracle, IntraclassCorrelations) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  for (const Matrix& matrix : matrices(folder)) {
    SCOPED_TRACE(matrix.name);
    const IntraclassCorrelation actual = intraclass_correlation(matrix.ratings);
    const Json& formula = member(matrix.results, "icc_formula");
    EXPECT_TRUE(near(actual.ms_items, member(formula, "MSR"), 1e-9, 1e-14));
    EXPECT_TRUE(near(actual.ms_raters, member(formula, "MSC"), 1e-9, 1e-14));
    EXPECT_TRUE(near(actual.ms_error, member(formula, "MSE"), 1e-9, 1e-14));
    EXPECT_TRUE(near(actual.single, member(formula, "icc_2_1"), 1e-9, 1e-14));
    EXPECT_TRUE(near(actual.average, member(formula, "icc_2_k"), 1e-9, 1e-14));
    for (const Json& row : member(matrix.results, "icc_table").array()) {
      const std::string& type = member(row, "Type").string();
      if (type != "ICC(A,1)" && type != "ICC(A,k)") continue;
      if (member(row, "F").is_null()) {
        EXPECT_FALSE(actual.f.defined());
        continue;
      }
      EXPECT_TRUE(near(actual.f, member(row, "F")));
      EXPECT_TRUE(near(actual.p, member(row, "pval"), 1e-9));
      const JsonArray& interval = member(row, "CI95").array();
      const bool single = type == "ICC(A,1)";
      // The table is rounded to two decimals.
      EXPECT_TRUE(near(single ? actual.single_low : actual.average_low, interval[0], 0, 0.00501));
      EXPECT_TRUE(near(single ? actual.single_high : actual.average_high, interval[1], 0, 0.00501));
    }
  }
}

// ---- known small values

// Cohen's kappa of the textbook table (20, 5; 10, 15) is 0.4.
TEST(CohenKappa, EqualsTheTextbook) {
  std::vector<double> a;
  std::vector<double> b;
  const auto add = [&](int times, double x, double y) {
    for (int i = 0; i < times; ++i) {
      a.push_back(x);
      b.push_back(y);
    }
  };
  add(20, 1, 1);
  add(5, 1, 0);
  add(10, 0, 1);
  add(15, 0, 0);
  EXPECT_TRUE(near(cohen_kappa(a, b), 0.4));
  EXPECT_TRUE(near(percent_agreement(a, b), 0.7));
}

TEST(CohenKappa, SaysWhyThereIsNothing) {
  const std::vector<double> threes = {3, 3};
  const std::vector<double> left = {1, kMissing};
  const std::vector<double> right = {kMissing, 1};
  EXPECT_EQ(cohen_kappa(threes, threes).why_not,
            "both raters gave one and the same rating to all items");
  EXPECT_EQ(cohen_kappa(left, right).why_not, "no item was rated by both");
  EXPECT_EQ(percent_agreement(left, right).why_not, "no item was rated by both");
}

TEST(CohenKappa, RefusesRatingsOutsideOfTheCategories) {
  const std::vector<double> a = {1, 6};
  const std::vector<double> categories = {1, 2, 3, 4, 5};
  EXPECT_THROW(cohen_kappa(a, a, Weights::kNone, categories), std::invalid_argument);
}

TEST(Agreement, OfNothingSaysSo) {
  const Ratings none;
  EXPECT_EQ(fleiss_kappa(none).why_not, "fewer than two raters");
  EXPECT_EQ(randolph_kappa(none).why_not, "fewer than two raters");
  EXPECT_EQ(krippendorff_alpha(none, Scale::kNominal).why_not, "no item was rated twice");
  EXPECT_EQ(percent_agreement(none).why_not, "no item was rated twice");
  EXPECT_EQ(intraclass_correlation(none).single.why_not, "fewer than two raters");
  EXPECT_EQ(complete_items(none), 0U);
}

TEST(Agreement, OfEqualRatingsSaysWhyItIsUndefined) {
  const Ratings equal = {3, 2, std::vector<double>(6, 3)};
  EXPECT_EQ(fleiss_kappa(equal).why_not, "all ratings are equal");
  EXPECT_EQ(krippendorff_alpha(equal, Scale::kOrdinal).why_not, "all ratings are equal");
  EXPECT_EQ(intraclass_correlation(equal).single.why_not, "all ratings are equal");
  EXPECT_EQ(percent_agreement(equal).value, 1);
}

TEST(KrippendorffAlpha, RefusesNegativeRatingsOnARatioScale) {
  const Ratings ratings = {2, 2, {-1, 1, 2, 2}};
  EXPECT_EQ(krippendorff_alpha(ratings, Scale::kRatio).why_not,
            "a ratio scale has no negative ratings");
}

TEST(IntraclassCorrelation, SaysThatAllRatersAgree) {
  const Ratings ratings = {3, 2, {1, 1, 2, 2, 4, 4}};
  const IntraclassCorrelation actual = intraclass_correlation(ratings);
  EXPECT_EQ(actual.single.value, 1);
  EXPECT_FALSE(actual.single_low.defined());
}

TEST(PercentAgreement, CountsPairsOfRatingsThatAreThere) {
  const Ratings ratings = {2, 3, {1, 1, kMissing, 1, 2, 2}};
  EXPECT_DOUBLE_EQ(percent_agreement(ratings).value, 2.0 / 4);
}

}  // namespace
}  // namespace syndisco::stats
