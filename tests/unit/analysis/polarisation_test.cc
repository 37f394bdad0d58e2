#include "syndisco/analysis/stats/polarisation.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "oracle_check.h"

namespace syndisco::stats {
namespace {

const std::vector<double> kLikert = {1, 2, 3, 4, 5};

TEST(NdfuOracle, EveryCase) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "ndfu.json");
  const JsonArray& cases = member(all, "cases").array();
  EXPECT_GT(cases.size(), 40U);
  for (const Json& one : cases) {
    SCOPED_TRACE(dump_json(member(one, "values")));
    const std::vector<double> values = numbers(member(one, "values"));
    const Ndfu actual = ndfu(values);
    EXPECT_TRUE(near(actual.ndfu, member(one, "ndfu"), 1e-12));
    const std::vector<double> counts(actual.counts.begin(), actual.counts.end());
    EXPECT_EQ(counts, numbers(member(one, "histogram_counts")));
    const std::vector<double> edges = numbers(member(one, "bin_edges"));
    ASSERT_EQ(actual.edges.size(), edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i) EXPECT_TRUE(near(actual.edges[i], edges[i]));
    if (const Json* fixed = one.find("ndfu_fixed_categories_1_to_5")) {
      EXPECT_TRUE(near(ndfu_of_categories(values, kLikert).ndfu, *fixed, 1e-12));
    }
  }
}

TEST(Ndfu, IsOneWhereBothEndsAreEquallyHigh) {
  const std::vector<double> values = {1, 1, 5, 5};
  EXPECT_EQ(ndfu(values).ndfu.value, 1);
  EXPECT_EQ(ndfu_of_categories(values, kLikert).ndfu.value, 1);
}

TEST(Ndfu, DependsOnTheRangeUnlessCategoriesAreFixed) {
  const std::vector<double> values = {1, 2};
  EXPECT_EQ(ndfu(values).ndfu.value, 1);
  EXPECT_EQ(ndfu_of_categories(values, kLikert).ndfu.value, 0);
}

TEST(Ndfu, SaysWhyThereIsNothing) {
  EXPECT_EQ(ndfu({}).ndfu.why_not, "no values");
  const std::vector<double> missing = {std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(ndfu_of_categories(missing, kLikert).ndfu.why_not, "no values");
  const std::vector<double> wide = {-1.7e308, 1.7e308};
  EXPECT_FALSE(ndfu(wide).ndfu.defined());
  const std::vector<double> outside = {6};
  EXPECT_THROW(ndfu_of_categories(outside, kLikert), std::invalid_argument);
}

TEST(GroupPolarisation, IsExplainedByGroupsThatAgreeWithinThemselves) {
  const std::vector<double> values = {1, 1, 1, 5, 5, 5};
  const std::vector<std::int32_t> groups = {0, 0, 0, 1, 1, 1};
  const GroupPolarisation actual = group_polarisation(values, groups, 2, kLikert);
  EXPECT_EQ(actual.overall.value, 1);
  EXPECT_EQ(actual.mean_within.value, 0);
  EXPECT_EQ(actual.explained.value, 1);
}

TEST(GroupPolarisation, IsNotExplainedByGroupsThatAreDividedThemselves) {
  const std::vector<double> values = {1, 5, 1, 5, 3};
  const std::vector<std::int32_t> groups = {0, 0, 1, 1, -1};
  const GroupPolarisation actual = group_polarisation(values, groups, 3, kLikert);
  EXPECT_EQ(actual.explained.value, 0);
  EXPECT_EQ(actual.within[2].why_not, "no values");
  EXPECT_EQ(group_polarisation({}, {}, 2, kLikert).explained.why_not, "no values");
}

}  // namespace
}  // namespace syndisco::stats
