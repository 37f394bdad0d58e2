#include "syndisco/analysis/stats/formula.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "syndisco/base/error.h"

namespace syndisco::stats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;

TEST(Formula, ReadsTheUsualForm) {
  const Formula formula = parse_formula("y ~ a * b + c:d + x + (1 | group)");
  EXPECT_EQ(formula.response, "y");
  EXPECT_TRUE(formula.intercept);
  EXPECT_EQ(formula.group, "group");
  EXPECT_THAT(formula.terms,
              ElementsAre(Names{"a"}, Names{"b"}, Names{"x"}, Names{"a", "b"}, Names{"c", "d"}));
}

TEST(Formula, LeavesTheInterceptOut) {
  EXPECT_FALSE(parse_formula("y ~ x - 1").intercept);
  EXPECT_FALSE(parse_formula("y ~ 0 + x").intercept);
  EXPECT_FALSE(parse_formula("y ~ -1 + x").intercept);
  EXPECT_TRUE(parse_formula("y ~ 1").intercept);
}

TEST(Formula, TakesTermsAwayAndNamesNoneTwice) {
  EXPECT_THAT(parse_formula("y ~ a * b - a:b + b").terms, ElementsAre(Names{"a"}, Names{"b"}));
  EXPECT_THAT(parse_formula("y ~ a:b + b:a").terms, ElementsAre(Names{"a", "b"}));
}

TEST(Formula, MultipliesParentheses) {
  EXPECT_THAT(parse_formula("y ~ (a + b):c").terms, ElementsAre(Names{"a", "c"}, Names{"b", "c"}));
  EXPECT_THAT(parse_formula("y ~ a * b * c").terms,
              ElementsAre(Names{"a"}, Names{"b"}, Names{"c"}, Names{"a", "b"}, Names{"a", "c"},
                          Names{"b", "c"}, Names{"a", "b", "c"}));
}

TEST(Formula, TakesAnyNameInBackquotes) {
  const Formula formula = parse_formula("`my y` ~ `a ~ b` + größe + (1|`conv id`)");
  EXPECT_EQ(formula.response, "my y");
  EXPECT_EQ(formula.group, "conv id");
  EXPECT_THAT(formula.terms, ElementsAre(Names{"a ~ b"}, Names{"größe"}));
}

TEST(Formula, ReadsTheReferenceInsideC) {
  const Formula formula =
      parse_formula("y ~ C(s, Treatment(reference='No Facilitator')) * x + C(m, Treatment(\"b\"))");
  EXPECT_EQ(formula.references.at("s"), "No Facilitator");
  EXPECT_EQ(formula.references.at("m"), "b");
  EXPECT_THAT(formula.categorical, ElementsAre("s", "m"));
}

struct Refusal {
  const char* formula;
  int column;
  const char* message;
};

class RefusedFormula : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedFormula, SaysWhereAndWhy) {
  try {
    parse_formula(GetParam().formula);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
    EXPECT_EQ(error.place().column, GetParam().column);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedFormula,
    ::testing::Values(Refusal{"", 1, "expected the response"}, Refusal{"y", 2, "expected ~"},
                      Refusal{"y ~", 4, "expected a name"},
                      Refusal{"ÿ ~ a b", 7, "expected +, -, *, : or the end"},
                      Refusal{"y ~ a +", 8, "expected a name"},
                      Refusal{"y ~ 2a", 5, "expected a name, 0 or 1"},
                      Refusal{"y ~ log(a)", 5, "no function called log"},
                      Refusal{"y ~ (a + b", 11, "expected )"},
                      Refusal{"y ~ (x | g)", 5, "not a random slope"},
                      Refusal{"y ~ (1 | g) + (1 | h)", 15, "a single random intercept"},
                      Refusal{"y ~ (1 | g):a", 12, "takes part in no interaction"},
                      Refusal{"y ~ a:0", 8, "0 stands for no intercept"},
                      Refusal{"y ~ `a", 5, "expected a closing `"},
                      Refusal{"y ~ y + a", 1, "cannot explain itself"},
                      Refusal{"y ~ C(a, Sum)", 10, "expected Treatment"}));

TEST(Formula, RefusesWhatWouldExplode) {
  std::string formula = "y ~ a0";
  for (int i = 1; i < 40; ++i) formula += " * a" + std::to_string(i);
  EXPECT_THROW(parse_formula(formula), InputError);
  EXPECT_THROW(parse_formula("y ~ " + std::string(100'000, '(')), InputError);
}

// ---- designs

Frame frame() {
  Frame frame;
  frame.add_numeric("y", {1, 2, 3, 4, 5, 6});
  frame.add_numeric("x", {1, 2, 3, 4, 5, 7});
  frame.add_factor("a", {0, 1, 2, 0, 1, 2}, {"low", "mid", "high"});
  frame.add_factor("b", Names{"u", "v", "u", "v", "v", "u"});
  return frame;
}

Names names(const std::string& formula, const DesignOptions& options = {}) {
  return make_design(parse_formula(formula), frame(), options).names;
}

TEST(Design, CodesTreatmentsWithTheFirstLevelInOrder) {
  EXPECT_THAT(names("y ~ a * x"),
              ElementsAre("Intercept", "a[T.low]", "a[T.mid]", "x", "a[T.low]:x", "a[T.mid]:x"));
}

TEST(Design, TakesTheReferenceThatIsGiven) {
  EXPECT_THAT(names("y ~ a", {.references = {{"a", "low"}}, .levels = {}}),
              ElementsAre("Intercept", "a[T.high]", "a[T.mid]"));
  EXPECT_THAT(names("y ~ C(a, Treatment('mid'))"),
              ElementsAre("Intercept", "a[T.high]", "a[T.low]"));
}

TEST(Design, VariesTheFirstFactorFastest) {
  EXPECT_THAT(names("y ~ a:b"), ElementsAre("Intercept", "b[T.v]", "a[T.low]:b[u]", "a[T.mid]:b[u]",
                                            "a[T.low]:b[v]", "a[T.mid]:b[v]"));
}

TEST(Design, GivesEveryLevelAColumnWhereNothingElseSpansIt) {
  EXPECT_THAT(names("y ~ a - 1"), ElementsAre("a[high]", "a[low]", "a[mid]"));
  EXPECT_THAT(names("y ~ b + b:x"), ElementsAre("Intercept", "b[T.v]", "b[u]:x", "b[v]:x"));
}

TEST(Design, FillsProducts) {
  const Design design = make_design(parse_formula("y ~ b * x"), frame());
  ASSERT_THAT(design.names, ElementsAre("Intercept", "b[T.v]", "x", "b[T.v]:x"));
  EXPECT_THAT(std::vector<double>(design.x.begin(), design.x.begin() + 8),
              ElementsAre(1, 0, 1, 0, 1, 1, 2, 2));
}

TEST(Design, LeavesIncompleteRowsOut) {
  Frame holes = frame();
  holes.add_numeric("z", {1, std::numeric_limits<double>::quiet_NaN(), 3, 4, 5, 6});
  holes.add_factor("g", {0, 0, -1, 1, 1, 1}, {"p", "q"});
  const Design design = make_design(parse_formula("y ~ z + (1 | g)"), holes);
  EXPECT_THAT(design.source_rows, ElementsAre(0, 3, 4, 5));
  EXPECT_EQ(design.rows_left_out, 2U);
  EXPECT_THAT(design.group_codes, ElementsAre(0, 1, 1, 1));
  EXPECT_EQ(design.group_count, 2U);
}

TEST(Design, TakesNumbersForAFactor) {
  Frame numbered = frame();
  numbered.add_numeric("n", {10, 2, 2, 10, 2, 3.5});
  const Design design = make_design(parse_formula("y ~ C(n)"), numbered);
  EXPECT_THAT(design.names, ElementsAre("Intercept", "n[T.3.5]", "n[T.10]"));
}

TEST(Design, KeepsTheColumnsOfFixedLevels) {
  DesignOptions options;
  options.levels["b"] = {"t", "u", "v"};
  EXPECT_THAT(names("y ~ b", options), ElementsAre("Intercept", "b[T.u]", "b[T.v]"));
}

std::string refusal(const Frame& data, const std::string& formula,
                    const DesignOptions& options = {}) {
  try {
    make_design(parse_formula(formula), data, options);
  } catch (const InputError& error) {
    return std::string(error.what()) + "; " + error.hint();
  }
  return "";
}

TEST(Design, SaysWhichColumnWasMeant) {
  Frame data = frame();
  data.add_numeric("message_order", {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(refusal(data, "y ~ mesage_order"),
            "there is no column called mesage_order; did you mean message_order?");
}

TEST(Design, SaysWhichLevelWasMeant) {
  EXPECT_THAT(refusal(frame(), "y ~ a", {.references = {{"a", "hihg"}}, .levels = {}}),
              HasSubstr("did you mean high?"));
}

TEST(Design, RefusesAFactorWithASingleLevel) {
  Frame data = frame();
  data.add_factor("one", {0, 0, 0, 0, 0, 0}, {"same", "other"});
  EXPECT_THAT(refusal(data, "y ~ one"), HasSubstr("one has a single level in the rows used, same"));
}

TEST(Design, RefusesWhenNoRowIsLeft) {
  Frame data = frame();
  data.add_numeric("z", std::vector<double>(6, std::numeric_limits<double>::quiet_NaN()));
  EXPECT_THAT(refusal(data, "y ~ z"), HasSubstr("z has no values in any row"));
  EXPECT_THAT(refusal(Frame(), "y ~ z"), HasSubstr("no column called y"));
}

TEST(Design, RefusesInfiniteValuesAndFactorsAsResponse) {
  Frame data = frame();
  data.add_numeric("z", {1, 2, 3, 4, 5, std::numeric_limits<double>::infinity()});
  EXPECT_THAT(refusal(data, "y ~ z"), HasSubstr("z is infinite in row 6"));
  EXPECT_THAT(refusal(data, "a ~ z"), HasSubstr("is a factor"));
  EXPECT_THAT(refusal(data, "y ~ 0"), HasSubstr("neither terms nor an intercept"));
}

// ---- frames

TEST(Frame, RefusesColumnsThatDoNotFit) {
  Frame data = frame();
  EXPECT_THROW(data.add_numeric("short", {1}), std::invalid_argument);
  EXPECT_THROW(data.add_numeric("y", {1, 2, 3, 4, 5, 6}), std::invalid_argument);
  EXPECT_THROW(data.add_numeric("", {1, 2, 3, 4, 5, 6}), std::invalid_argument);
  EXPECT_THROW(data.add_factor("c", {0, 1, 2, 0, 1, 3}, {"p", "q", "r"}), std::invalid_argument);
}

TEST(Frame, SplitsNumbersByLevels) {
  const Frame data = frame();
  EXPECT_THAT(split(data.at("y"), data.at("b")),
              ElementsAre(std::vector<double>{1, 3, 6}, std::vector<double>{2, 4, 5}));
  EXPECT_THAT(split(data.at("y"), data.at("a"))[2], ElementsAre(3, 6));
}

}  // namespace
}  // namespace syndisco::stats
