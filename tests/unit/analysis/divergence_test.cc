#include "syndisco/analysis/stats/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "oracle_check.h"

#include "syndisco/base/file.h"

namespace syndisco::stats {
namespace {

using Values = std::vector<double>;

// ---- the oracle

// Where two distributions are almost equal, their divergence is what rounding leaves of a sum of
// shares up to 1.
constexpr double kRounding = 1e-15;

void expect_divergence(const JensenShannon& actual, const Json& expected) {
  const double divergence = member(expected, "jsd_squared_base_e").number();
  EXPECT_TRUE(near(actual.divergence, divergence, 1e-9, kRounding));
  const double distance = member(expected, "js_distance_base_e").number();
  const double slack = divergence > 1e-6 ? 0 : std::sqrt(kRounding);
  EXPECT_TRUE(near(actual.distance, distance, 1e-9, slack));
  EXPECT_TRUE(
      near(actual.distance_base_2, member(expected, "js_distance_base_2").number(), 1e-9, slack));
}

void expect_densities(const Values& a, const Values& b, const Json& expected) {
  const GridDensity of_a = kernel_density(a);
  const GridDensity of_b = kernel_density(b);
  EXPECT_TRUE(near(of_a.bandwidth, member(expected, "bandwidth_p")));
  EXPECT_TRUE(near(of_b.bandwidth, member(expected, "bandwidth_q")));
  EXPECT_TRUE(near(of_a.sum, member(expected, "density_sum_p")));
  EXPECT_TRUE(near(of_b.sum, member(expected, "density_sum_q")));
}

void expect_weights(const Values& actual, const Values& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    // Denormal numbers have few digits.
    EXPECT_TRUE(near(actual[i], expected[i], 1e-9, 1e-300)) << i;
  }
}

// Values by "metric/dimension/level".
std::map<std::string, Values> toxicity(const std::filesystem::path& folder) {
  std::map<std::string, Values> result;
  std::map<std::string, std::map<int, std::pair<double, int>>> discussions;
  std::istringstream lines(read_file(folder / "toxicity_main_rows.csv"));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(cell);
    const double value = std::stod(cells.at(6));
    for (const std::string& level : {"/model/" + cells[1], "/strategy/" + cells[2]}) {
      result["toxicity_one_row_per_comment" + level].push_back(value);
      auto& [sum, count] = discussions["toxicity_discussion_mean" + level][std::stoi(cells[0])];
      sum += value;
      ++count;
    }
  }
  for (const auto& [key, means] : discussions) {
    for (const auto& [conv, sum] : means) result[key].push_back(sum.first / sum.second);
  }
  return result;
}

// Variant A of the diversity of each discussion, by the same keys.
std::map<std::string, Values> diversity(const std::filesystem::path& folder) {
  const Json all = testing::read_oracle(folder, "rouge_diversity_main.json");
  std::map<std::string, Values> result;
  for (const Json& one : member(all, "discussions").array()) {
    const Json& variant = member(one, "A_generated_nonquote");
    const Json& value = variant.is_object() ? member(variant, "diversity") : variant;
    for (const char* dimension : {"model", "strategy"}) {
      const std::string key =
          std::string("rougeL_diversity_A/") + dimension + "/" + member(one, dimension).string();
      if (!value.is_null()) result[key].push_back(value.number());
    }
  }
  return result;
}

TEST(AreShares, WhereAllLieInTheUnitInterval) {
  EXPECT_TRUE(are_shares(std::vector<double>{0, 0.5, 1}));
  EXPECT_FALSE(are_shares(std::vector<double>{0, 1.01}));
  EXPECT_FALSE(are_shares(std::vector<double>{-0.01}));
}

TEST(DivergenceOracle, PairsOfConditions) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "js_divergence_main.json");
  std::map<std::string, Values> values = toxicity(folder);
  values.merge(diversity(folder));
  const Json& vectors = member(all, "normalised_grid_vectors");
  std::size_t compared = 0;
  for (const Json& pair : member(all, "pairs").array()) {
    const std::string prefix =
        member(pair, "metric").string() + "/" + member(pair, "dimension").string() + "/";
    const std::string a = prefix + member(pair, "p").string();
    const std::string b = prefix + member(pair, "q").string();
    SCOPED_TRACE(a + ", " + b);
    ASSERT_EQ(values[a].size(), static_cast<std::size_t>(member(pair, "n_p").integer()));
    ASSERT_EQ(values[b].size(), static_cast<std::size_t>(member(pair, "n_q").integer()));
    expect_densities(values[a], values[b], pair);
    expect_divergence(jensen_shannon_of_samples(values[a], values[b]), pair);
    ++compared;
  }
  EXPECT_EQ(compared, 57U);
  for (const auto& [key, weights] : vectors.object()) {
    SCOPED_TRACE(key);
    expect_weights(kernel_density(values[key]).weights, numbers(weights));
  }
}

TEST(DivergenceOracle, SmallSamples) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "js_divergence_main.json");
  for (const Json& one : member(all, "small_inputs").array()) {
    const Values a = numbers(member(one, "a"));
    const Values b = numbers(member(one, "b"));
    SCOPED_TRACE(dump_json(member(one, "a")));
    expect_densities(a, b, one);
    expect_weights(kernel_density(a).weights, numbers(member(one, "p")));
    expect_weights(kernel_density(b).weights, numbers(member(one, "q")));
    expect_divergence(jensen_shannon_of_samples(a, b), one);
  }
}

TEST(DivergenceOracle, DegenerateSamplesAreUndefined) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "js_divergence_main.json");
  for (const Json& one : member(all, "degenerate").array()) {
    const JensenShannon actual =
        jensen_shannon_of_samples(numbers(member(one, "a")), numbers(member(one, "b")));
    EXPECT_FALSE(actual.divergence.defined());
  }
}

TEST(DivergenceOracle, DiscreteDistributions) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "js_divergence_main.json");
  for (const Json& one : member(all, "discrete").array()) {
    SCOPED_TRACE(dump_json(member(one, "p")));
    expect_divergence(jensen_shannon(numbers(member(one, "p")), numbers(member(one, "q"))), one);
  }
}

// ---- known small values

TEST(JensenShannon, IsLargestWhereNothingIsShared) {
  const Values a = {1, 0};
  const Values b = {0, 3};
  EXPECT_DOUBLE_EQ(jensen_shannon(a, b).divergence.value, std::numbers::ln2);
  EXPECT_DOUBLE_EQ(jensen_shannon(a, b).distance_base_2.value, 1);
  EXPECT_EQ(jensen_shannon(a, a).divergence.value, 0);
}

TEST(JensenShannon, SaysWhyThereIsNothing) {
  const Values zeros = {0, 0};
  const Values ones = {1, 1};
  const Values negative = {-1, 2};
  const Values three = {1, 1, 1};
  EXPECT_EQ(jensen_shannon({}, {}).divergence.why_not, "no values");
  EXPECT_EQ(jensen_shannon(zeros, ones).divergence.why_not, "all weights are 0");
  EXPECT_THROW(jensen_shannon(negative, ones), std::invalid_argument);
  EXPECT_THROW(jensen_shannon(three, ones), std::invalid_argument);
}

TEST(JensenShannonOfSamples, SaysWhyThereIsNothing) {
  const Values one = {0.5};
  const Values equal = {0.5, 0.5};
  const Values good = {0.1, 0.2, 0.3};
  const Values far = {1000, 1001};
  EXPECT_EQ(jensen_shannon_of_samples(one, good).distance.why_not, "fewer than two values");
  EXPECT_EQ(jensen_shannon_of_samples(good, equal).distance.why_not, "all values are equal");
  EXPECT_EQ(jensen_shannon_of_samples(good, far).distance.why_not,
            "the density vanishes on the whole grid");
}

TEST(CoveringGrid, ReachesBeyondAllValues) {
  const Values a = {1000, 1001};
  const Values b = {1010, 1015, 1020};
  const Grid grid = covering_grid(a, b);
  EXPECT_LT(grid.low, 999);
  EXPECT_GT(grid.high, 1021);
  EXPECT_TRUE(jensen_shannon_of_samples(a, b, grid).distance.defined());
  EXPECT_EQ(covering_grid({}, {}).high, 1);
}

TEST(KernelDensity, RefusesAGridWithoutPoints) {
  const Values values = {1, 2};
  EXPECT_THROW(kernel_density(values, {.low = 1, .high = 1, .points = 50}), std::invalid_argument);
  EXPECT_THROW(kernel_density(values, {.low = 0, .high = 1, .points = 1}), std::invalid_argument);
}

}  // namespace
}  // namespace syndisco::stats
