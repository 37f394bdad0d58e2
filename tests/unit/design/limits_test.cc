#include <gtest/gtest.h>

#include "folder.h"

namespace syndisco::design_test {
namespace {

std::string with(const std::string& model_more, const std::string& limits) {
  return "experiment: e\nmodels:\n  m: {scripted: {replies: [hi]}" + model_more +
         "}\nlimits: " + limits + "\ndiscussions:\n  personas: [{username: A}]\n";
}

TEST(Limits, AreReadWithTheirUnits) {
  const Folder folder;
  const Plan plan = plan_of(folder, with(", price: {input: 0.5, output: 1.5}",
                                         "{tokens: 1000000, requests: 50, wall_time: 1h 30m, "
                                         "cost: 12.5}"));
  EXPECT_EQ(plan.limits.tokens, 1'000'000u);
  EXPECT_EQ(plan.limits.requests, 50u);
  EXPECT_EQ(plan.limits.wall_time, 5400);
  EXPECT_EQ(plan.limits.cost, 12.5);
  EXPECT_EQ(plan.models[0].price, (Price{.input = 0.5, .cached_input = 0.5, .output = 1.5}));
}

TEST(Limits, AreNoneByThemselves) {
  const Folder folder;
  EXPECT_FALSE(plan_of(folder, kBase).limits.any());
  EXPECT_FALSE(plan_of(folder, with("", "null")).limits.any());
  EXPECT_EQ(plan_of(folder, with("", "{wall_time: 90}")).limits.wall_time, 90);
}

TEST(Limits, AreNoPartOfAModelsIdentity) {
  const Folder folder;
  const Plan cheap = plan_of(folder, with(", price: {input: 1, output: 1}", "{}"));
  const Plan dear = plan_of(folder, with(", price: {input: 2, cached_input: 1, output: 9}", "{}"));
  EXPECT_EQ(cheap.models[0].identity(), dear.models[0].identity());
  EXPECT_EQ(dear.models[0].price->cached_input, 1);
}

struct Bad {
  const char* limits;
  const char* message;
};
class BadLimit : public testing::TestWithParam<Bad> {};

TEST_P(BadLimit, IsRefused) {
  const Folder folder;
  folder.write("experiment.yaml", with("", GetParam().limits));
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Limits, BadLimit,
    testing::Values(
        Bad{"{tokens: 0}", "tokens must be a whole number, at least 1, but is 0"},
        Bad{"{requests: many}",
            "requests must be a whole number, at least 1, but is the text 'many'"},
        Bad{"{wall_time: 0}", "wall_time must be a duration above 0, but is 0"},
        Bad{"{wall_time: soon}", "wall_time must be a duration above 0, but is the text 'soon'"},
        Bad{"{cost: 0}", "cost must be a number above 0, but is 0"},
        Bad{"{cost: 3}", "a limit of cost needs the price of every model, and 'm' has none"},
        Bad{"{token: 3}", "unknown key 'token' in limits"}));

TEST(Prices, NeedBothSides) {
  const Folder folder;
  folder.write("experiment.yaml", with(", price: {input: 1}", "{}"));
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message, "price needs the key output");
  folder.write("experiment.yaml", with(", price: {input: -1, output: 1}", "{}"));
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message,
            "input must be a number of at least 0, but is -1");
}

}  // namespace
}  // namespace syndisco::design_test
