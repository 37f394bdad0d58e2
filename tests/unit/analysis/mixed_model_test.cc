#include "syndisco/analysis/stats/mixed_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "oracle_check.h"

#include "syndisco/base/error.h"

namespace syndisco::stats {
namespace {

using ::testing::HasSubstr;

// ---- the oracle

// A CSV without quotes, as the oracle's are; columns named in `factors` become factors.
Frame read_csv(const std::filesystem::path& path, const std::vector<std::string>& factors,
               const std::string& repeated_by = "") {
  std::istringstream lines(read_file(path));
  std::vector<std::string> names;
  std::map<std::string, std::vector<std::string>> columns;
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(cell);
    if (names.empty()) {
      names = cells;
      continue;
    }
    std::size_t times = 1;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == repeated_by) times = std::stoul(cells[i]);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto& column = columns[names[i]];
      column.insert(column.end(), times, cells[i]);
    }
  }
  Frame frame;
  for (const std::string& name : names) {
    const auto& texts = columns[name];
    if (std::find(factors.begin(), factors.end(), name) != factors.end()) {
      frame.add_factor(name, texts);
      continue;
    }
    std::vector<double> values;
    for (const std::string& text : texts) values.push_back(std::stod(text));
    frame.add_numeric(name, std::move(values));
  }
  return frame;
}

// Leaves out the rows in which a numeric column is not 0.
Frame without(const Frame& frame, const std::string& flag) {
  Frame result;
  const std::vector<double>& flags = frame.at(flag).numbers;
  for (const Column& column : frame.columns()) {
    if (column.categorical) {
      std::vector<std::int32_t> codes;
      for (std::size_t i = 0; i < flags.size(); ++i) {
        if (flags[i] == 0) codes.push_back(column.codes[i]);
      }
      result.add_factor(column.name, codes, column.levels);
    } else {
      std::vector<double> values;
      for (std::size_t i = 0; i < flags.size(); ++i) {
        if (flags[i] == 0) values.push_back(column.numbers[i]);
      }
      result.add_numeric(column.name, values);
    }
  }
  return result;
}

double add_centred(Frame& frame) {
  std::vector<double> order = frame.at("message_order").numbers;
  double sum = 0;
  for (const double value : order) sum += value;
  const double mean = sum / static_cast<double>(order.size());
  for (double& value : order) value -= mean;
  frame.add_numeric("message_order_c", order);
  return mean;
}

void expect_fit(const MixedModel& model, const Json& expected) {
  EXPECT_TRUE(model.converged);
  EXPECT_FALSE(model.boundary);
  EXPECT_EQ(model.rows, static_cast<std::size_t>(member(expected, "observations").integer()));
  EXPECT_EQ(model.groups, static_cast<std::size_t>(member(expected, "groups").integer()));
  EXPECT_EQ(model.smallest_group,
            static_cast<std::size_t>(member(expected, "group_size_min").integer()));
  EXPECT_EQ(model.largest_group,
            static_cast<std::size_t>(member(expected, "group_size_max").integer()));
  const Json& exact = member(expected, "exact");
  EXPECT_TRUE(near(model.gamma, member(exact, "gamma").number(), 1e-7));
  EXPECT_TRUE(near(model.group_variance, member(exact, "group_variance").number(), 1e-7));
  EXPECT_TRUE(near(model.residual_variance, member(exact, "residual_variance").number(), 1e-7));
  EXPECT_TRUE(near(model.log_likelihood, member(exact, "log_likelihood").number(), 1e-9));
  EXPECT_TRUE(near(model.gamma_se, member(expected, "se_gamma_statsmodels").number(), 3e-4));
  const JsonArray& coefficients = member(expected, "coefficients").array();
  ASSERT_EQ(model.coefficients.size(), coefficients.size());
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    const Coefficient& ours = model.coefficients[k];
    const Json& theirs = coefficients[k];
    SCOPED_TRACE(ours.name);
    // What is near 0 beside its standard error has no relative precision of its own.
    const double se = member(theirs, "se").number();
    const double estimate = member(theirs, "exact_coef").number();
    EXPECT_TRUE(near(ours.estimate, estimate, 1e-7, 1e-12 * se));
    EXPECT_TRUE(near(ours.se, member(theirs, "exact_se_full_hessian").number(), 1e-7));
    EXPECT_TRUE(near(ours.se_gls, member(theirs, "exact_se_gls").number(), 1e-7));
    EXPECT_TRUE(near(ours.estimate, member(theirs, "coef").number(), 1e-4, 1e-4 * se));
    EXPECT_TRUE(near(ours.se, se, 1e-4));
    EXPECT_TRUE(near(ours.se_gls, member(theirs, "se_gls").number(), 1e-4));
    const double z = member(theirs, "z").number();
    EXPECT_TRUE(near(ours.statistic, z, 1e-4, 1e-4));
    // An error of z by e changes ln p by about |z| e.
    EXPECT_TRUE(near(ours.p, member(theirs, "p").number(), 1e-4 * (1 + z * z), 1e-4));
    EXPECT_TRUE(near(ours.ci_low, member(theirs, "ci_low").number(), 1e-4, 1e-4 * se));
    EXPECT_TRUE(near(ours.ci_high, member(theirs, "ci_high").number(), 1e-4, 1e-4 * se));
    if (ours.name == "Intercept") continue;
    const std::string& patsy = member(theirs, "patsy_name").string();
    const auto level = patsy.find("[T.");
    if (level == std::string::npos) continue;
    EXPECT_THAT(ours.name, HasSubstr(patsy.substr(level)));
  }
}

const char* const kPublished =
    "toxicity ~ C(strategy, Treatment(reference='No Facilitator')) * message_order_c + (1 | conv)";

MixedModel fit(const Frame& frame, const std::string& formula, Likelihood likelihood) {
  return fit_mixed_model(make_design(parse_formula(formula), frame), {.likelihood = likelihood});
}

TEST(MixedModelOracle, EqualsThePublishedRegressionSolvedExactly) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "mixed_model_main.json");
  Frame frame = read_csv(folder / "toxicity_main_rows.csv", {"model", "strategy"}, "multiplicity");
  const double mean = add_centred(frame);
  EXPECT_TRUE(
      near(mean, member(member(all, "published_model"), "message_order_mean").number(), 1e-12));
  expect_fit(fit(frame, kPublished, Likelihood::kRestricted), member(all, "published_model"));
  expect_fit(fit(frame, kPublished, Likelihood::kFull), member(all, "published_model_ML"));
}

TEST(MixedModelOracle, EqualsTheRegressionsOnOneRowPerComment) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "mixed_model_main.json");
  const Frame rows = read_csv(folder / "toxicity_main_rows.csv", {"model", "strategy"});
  Frame every = rows;
  add_centred(every);
  expect_fit(fit(every, kPublished, Likelihood::kRestricted), member(all, "one_row_per_comment"));
  Frame spoken = without(rows, "quote_only");
  add_centred(spoken);
  expect_fit(fit(spoken, kPublished, Likelihood::kRestricted),
             member(all, "one_row_per_comment_excluding_quote_only"));
  expect_fit(fit(rows, "toxicity ~ model + (1 | conv)", Likelihood::kRestricted),
             member(all, "one_row_per_comment_by_model"));
}

TEST(MixedModelOracle, EqualsTheSyntheticRegressions) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "mixed_model_synthetic.json");
  for (const Json& set : member(all, "datasets").array()) {
    const std::string& file = member(set, "file").string();
    const Frame frame = read_csv(folder / file, {"arm"});
    for (const auto& [name, likelihood] :
         {std::pair{"REML", Likelihood::kRestricted}, std::pair{"ML", Likelihood::kFull}}) {
      SCOPED_TRACE(file + " " + name);
      const Json& expected = member(set, name);
      const std::string formula = member(expected, "formula").string() + " + (1 | g)";
      expect_fit(fit(frame, formula, likelihood), expected);
    }
  }
}

TEST(MixedModelOracle, FindsAndSaysThatTheVarianceOfGroupsIsZero) {
  SYNDISCO_ORACLE_OR_SKIP(folder);
  const Json all = testing::read_oracle(folder, "mixed_model_synthetic.json");
  const Json& set = member(all, "boundary_dataset");
  const Frame frame = read_csv(folder / member(set, "file").string(), {});
  for (const auto& [name, likelihood] :
       {std::pair{"REML", Likelihood::kRestricted}, std::pair{"ML", Likelihood::kFull}}) {
    SCOPED_TRACE(name);
    const Json& exact = member(member(set, name), "exact");
    const MixedModel model = fit(frame, "y ~ x + (1 | g)", likelihood);
    EXPECT_TRUE(model.boundary);
    EXPECT_TRUE(model.converged);
    EXPECT_EQ(model.group_variance, 0);
    EXPECT_FALSE(model.gamma_se.defined());
    ASSERT_EQ(model.notes.size(), 1U);
    EXPECT_TRUE(near(model.residual_variance, member(exact, "residual_variance").number()));
    EXPECT_TRUE(near(model.log_likelihood, member(exact, "log_likelihood").number()));
    const auto coef = numbers(member(exact, "coef"));
    const auto se = numbers(member(exact, "se_gls"));
    for (std::size_t k = 0; k < coef.size(); ++k) {
      EXPECT_TRUE(near(model.coefficients[k].estimate, coef[k]));
      EXPECT_TRUE(near(model.coefficients[k].se, se[k]));
    }
  }
  const LinearModel ols = fit_linear_model(make_design(parse_formula("y ~ x"), frame));
  const Json& expected = member(set, "ols");
  EXPECT_TRUE(near(ols.residual_variance, member(expected, "residual_variance").number()));
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_TRUE(near(ols.coefficients[k].estimate, numbers(member(expected, "coef"))[k]));
    EXPECT_TRUE(near(ols.coefficients[k].se, numbers(member(expected, "se"))[k]));
  }
}

// ---- known small values

Frame balanced() {
  Frame frame;
  frame.add_numeric("y", {1, 3, 5, 7, 6, 8});
  frame.add_numeric("g", {1, 1, 2, 2, 3, 3});
  return frame;
}

std::string refusal(const Frame& frame, const std::string& formula) {
  try {
    fit_mixed_model(make_design(parse_formula(formula), frame));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// With equal groups the estimates are those of the analysis of variance: MSB = 38/3 over two
// groups' rows, MSW = 2, so the variance of groups is (38/3 - 2)/2.
TEST(MixedModel, EqualsTheAnalysisOfVarianceInBalancedData) {
  const MixedModel model = fit(balanced(), "y ~ 1 + (1 | g)", Likelihood::kRestricted);
  EXPECT_TRUE(near(model.residual_variance, 2.0, 1e-12));
  EXPECT_TRUE(near(model.group_variance, 6.0, 1e-12));
  EXPECT_TRUE(near(model.coefficients[0].estimate, 5.0, 1e-12));
  EXPECT_TRUE(near(model.coefficients[0].se, std::sqrt(14.0 / 6), 1e-12));
  EXPECT_TRUE(near(model.intraclass_correlation, 0.75, 1e-12));
}

TEST(MixedModel, IsTheSameWhenRowsComeGroupByGroup) {
  const MixedModel whole = fit(balanced(), "y ~ 1 + (1 | g)", Likelihood::kFull);
  MixedModelSums sums({"Intercept"});
  const std::vector<double> one = {1};
  for (const auto& group : {std::pair{1.0, 3.0}, std::pair{5.0, 7.0}, std::pair{6.0, 8.0}}) {
    const std::size_t id = sums.add_group();
    sums.add(id, one, group.first);
    sums.add(id, one, group.second);
  }
  const MixedModel streamed = fit_mixed_model(sums, {.likelihood = Likelihood::kFull});
  EXPECT_EQ(streamed.gamma, whole.gamma);
  EXPECT_EQ(streamed.log_likelihood, whole.log_likelihood);
}

TEST(MixedModel, KeepsItsDigitsFarFromZero) {
  Frame far = balanced();
  std::vector<double> shifted = far.at("y").numbers;
  for (double& value : shifted) value += 1e8;
  far.add_numeric("z", shifted);
  const MixedModel model = fit(far, "z ~ 1 + (1 | g)", Likelihood::kRestricted);
  EXPECT_TRUE(near(model.group_variance, 6.0, 1e-6));
}

TEST(MixedModel, RefusesASingleGroup) {
  Frame frame = balanced();
  frame.add_numeric("h", std::vector<double>(6, 1));
  EXPECT_THAT(refusal(frame, "y ~ 1 + (1 | h)"), HasSubstr("at least two groups"));
}

TEST(MixedModel, RefusesGroupsOfSingleRows) {
  Frame frame = balanced();
  frame.add_numeric("h", {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(refusal(frame, "y ~ 1 + (1 | h)"), HasSubstr("every group has a single row"));
}

TEST(MixedModel, RefusesAResponseThatNeverVaries) {
  Frame frame = balanced();
  frame.add_numeric("c", std::vector<double>(6, 0.1));
  EXPECT_THAT(refusal(frame, "c ~ 1 + (1 | g)"), HasSubstr("values of the response are equal"));
}

TEST(MixedModel, RefusesAResponseThatVariesBetweenGroupsOnly) {
  Frame frame = balanced();
  frame.add_numeric("c", {1, 1, 2, 2, 4, 4});
  EXPECT_THAT(refusal(frame, "c ~ 1 + (1 | g)"), HasSubstr("varies inside of groups"));
}

TEST(MixedModel, RefusesTermsThatExplainAllDifferencesBetweenGroups) {
  Frame frame = balanced();
  frame.add_factor("f", {0, 0, 1, 1, 2, 2}, {"a", "b", "c"});
  EXPECT_THAT(refusal(frame, "y ~ f + (1 | g)"), HasSubstr("explain all differences"));
}

TEST(MixedModel, NamesTheTermThatFollowsFromOthers) {
  Frame frame = balanced();
  frame.add_numeric("x", {1, 2, 3, 4, 5, 6.5});
  frame.add_numeric("twice", {2, 4, 6, 8, 10, 13});
  EXPECT_THAT(refusal(frame, "y ~ x + twice + (1 | g)"), HasSubstr("twice follows from"));
}

TEST(MixedModel, RefusesMoreCoefficientsThanRows) {
  Frame frame;
  frame.add_numeric("y", {1, 2, 4});
  frame.add_numeric("x", {1, 3, 4});
  frame.add_numeric("z", {1, 0, 4});
  frame.add_numeric("g", {1, 1, 2});
  EXPECT_THAT(refusal(frame, "y ~ x + z + (1 | g)"), HasSubstr("too few"));
}

TEST(MixedModel, AsksForTheRandomIntercept) {
  EXPECT_THAT(refusal(balanced(), "y ~ 1"), HasSubstr("no random intercept"));
}

// ---- ordinary least squares

// Anscombe's first set: the figures of every textbook.
TEST(LinearModel, EqualsAnscombe) {
  Frame frame;
  frame.add_numeric("x", {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5});
  frame.add_numeric("y", {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68});
  const LinearModel model = fit_linear_model(make_design(parse_formula("y ~ x"), frame));
  EXPECT_TRUE(near(model.coefficients[0].estimate, 3.0000909090909094, 1e-12));
  EXPECT_TRUE(near(model.coefficients[1].estimate, 0.5000909090909091, 1e-12));
  EXPECT_TRUE(near(model.r_squared, 0.6665424595087748, 1e-12));
  EXPECT_TRUE(near(model.coefficients[1].statistic, 4.241, 1e-3));
  EXPECT_TRUE(near(model.coefficients[1].p, 0.00217, 1e-3));
  EXPECT_EQ(model.df, 9U);
}

TEST(LinearModel, RefusesAResponseThatNeverVaries) {
  Frame frame;
  frame.add_numeric("x", {1, 2, 3});
  frame.add_numeric("y", {0.1, 0.1, 0.1});
  const Design design = make_design(parse_formula("y ~ x"), frame);
  EXPECT_THROW(fit_linear_model(design), InputError);
}

}  // namespace
}  // namespace syndisco::stats
