#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>

#include "support/hostile.h"
#include "support/source_tree.h"
#include "support/xml.h"

#include "syndisco/analysis/figures/figure.h"
#include "syndisco/text/unicode.h"

namespace syndisco::figures {
namespace {

using test::markup_fault;
using testing::HasSubstr;
using testing::Not;
using Kind = TimelineEvent::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

/// The figure as it was last looked at and found good. SYNDISCO_ACCEPT_FIGURES=1 writes it anew.
void expect_golden(const std::string& name, const std::string& svg) {
  const std::string path = test::source_tree() / "tests/unit/analysis/data" / (name + ".svg");
  if (std::getenv("SYNDISCO_ACCEPT_FIGURES") != nullptr) std::ofstream(path) << svg;
  std::ostringstream kept;
  kept << std::ifstream(path).rdbuf();
  EXPECT_EQ(svg, kept.str()) << "SYNDISCO_ACCEPT_FIGURES=1 accepts " << path;
  EXPECT_EQ(markup_fault(svg), "");
}

Bars small_bars() {
  return {.axis = "toxicity (1\u20135)",
          .names = {"none", "moderator with a name that is far too long to stand beside a bar"},
          .series = {},
          .values = {{Estimate{2.314, 2.1, 2.52, 40}, Estimate{1.8, 1.7, 1.95, 38}}}};
}

Lines small_lines(std::size_t count = 2) {
  Lines data{.x_axis = "comment", .y_axis = "mean toxicity", .lines = {}};
  for (std::size_t i = 0; i < count; ++i) {
    Line line{"condition " + std::to_string(i), {}};
    for (int x = 1; x <= 6; ++x) {
      const double y = 2 + 0.25 * x * (i % 2 == 0 ? 1 : -1) + 0.01 * static_cast<double>(i);
      line.points.push_back({static_cast<double>(x), {y, y - 0.5, y + 0.5, 20}});
    }
    data.lines.push_back(std::move(line));
  }
  return data;
}

HeatMap small_heat_map() {
  return {.legend = "Jensen\u2013Shannon divergence",
          .rows = {"none", "light"},
          .columns = {"none", "light", "human corpus"},
          .values = {{0.0, 0.127, 0.4}, {0.127, 0.0, std::nullopt}}};
}

Timeline small_timeline() {
  Timeline data{.speakers = {"Martha", "Daniel", "Moderator"},
                .events = {{1, 0, Kind::kOpening, false, 2},
                           {2, 1, Kind::kUser, false, 5},
                           {3, 2, Kind::kFacilitator, false, 1},
                           {4, 0, Kind::kUser, true, std::nullopt},
                           {5, 1, Kind::kUser, false, std::nullopt}},
                .value = "toxicity",
                .lowest = 1,
                .highest = 5};
  return data;
}

std::vector<double> spread(double middle, std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(middle + 0.37 * static_cast<double>(i * i % 41) -
                     0.11 * static_cast<double>(i * 7 % 23));
  return values;
}

TEST(Figures, BarsAreAsAccepted) {
  expect_golden("bars", bars({"Mean toxicity", "By condition.", "bars"}, small_bars()));
}

TEST(Figures, BarsOfSeveralSeriesAreAsAccepted) {
  Bars data = small_bars();
  data.series = {"Llama", "Mistral", "Qwen"};
  data.values.push_back({Estimate{-1, -2, 0.5, 3}, std::nullopt});
  data.values.push_back({Estimate{0.5, {}, {}, 0}, Estimate{3, 2.5, 3.5, 9}});
  expect_golden("bars-series", bars({"By model", "", "series"}, data));
}

TEST(Figures, EffectsAreAsAccepted) {
  Bars data = small_bars();
  data.points = true;
  data.reference = 0;
  data.values = {{Estimate{0.2, 0.1, 0.3, 0}, Estimate{-0.1, -0.3, 0.1, 0}}};
  expect_golden("effects", bars({"Effects", "", "effects"}, data));
}

TEST(Figures, DensitiesAreAsAccepted) {
  expect_golden("densities",
                distributions({"Words", "", "densities"}, {.axis = "words",
                                                           .samples = {{"none", spread(20, 60)},
                                                                       {"light", spread(30, 40)},
                                                                       {"equal", {25, 25, 25}},
                                                                       {"nobody", {}}}}));
}

TEST(Figures, SharesOfFewValuesAreAsAccepted) {
  expect_golden(
      "shares",
      distributions({"Toxicity", "", "shares"},
                    {.axis = "toxicity",
                     .samples = {{"none", {1, 1, 2, 5, 5, 5, 5}}, {"light", {1, 1, 1, 2, 3}}}}));
}

TEST(Figures, LinesAreAsAccepted) {
  Lines data = small_lines();
  data.lines[1].points[3].y.value = kNan;
  expect_golden("lines", lines({"Toxicity over turns", "", "lines"}, data));
}

TEST(Figures, LinesOverWhatIsCountedBreakWhereANumberIsLeftOut) {
  Lines data{.x_axis = "turn", .y_axis = "", .lines = {{"a", {}}}, .counted = true};
  for (const double x : {1.0, 2.0, 4.0, 5.0}) data.lines[0].points.push_back({x, {x, {}, {}, 0}});
  const auto polylines = [](const std::string& svg) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = svg.find("<polyline", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(polylines(lines({}, data)), 2U);
  data.lines[0].points[2].x = 3;
  data.lines[0].points[3].x = 4;
  EXPECT_EQ(polylines(lines({}, data)), 1U);
}

TEST(Figures, LinesOverWhatIsCountedHaveWholeTicks) {
  Lines data{.x_axis = "turn", .y_axis = "", .lines = {{"a", {}}}, .counted = true};
  for (const double x : {1.0, 2.0}) data.lines[0].points.push_back({x, {10, {}, {}, 0}});
  EXPECT_THAT(lines({}, data), Not(HasSubstr(">1.2<")));
  EXPECT_THAT(lines({}, data), HasSubstr(">2<"));
  data.counted = false;
  EXPECT_THAT(lines({}, data), HasSubstr(">1.2<"));
}

TEST(Figures, NamesThatBeginAlikeDoNotLookAlike) {
  Bars data = small_bars();
  const std::string start = "the very same long beginning of a name, with facilitator ";
  data.names = {start + "A", start + "\u0416"};
  const std::string svg = bars({}, data);
  EXPECT_THAT(svg, HasSubstr("facilitator A<title>"));
  EXPECT_THAT(svg, HasSubstr("facilitator \u0416<title>"));
  EXPECT_EQ(markup_fault(svg), "");
}

TEST(Figures, DistributionsEndTheirAxisBeforeAFewFarValues) {
  std::vector<double> values = spread(20, 60);
  EXPECT_THAT(distributions({}, {.axis = "", .samples = {{"a", values}}}),
              Not(HasSubstr("beyond the axis")));
  values.push_back(1500);
  const std::string svg = distributions({}, {.axis = "", .samples = {{"a", values}}});
  EXPECT_THAT(svg, HasSubstr(">One value lies beyond the axis.</text>"));
  EXPECT_THAT(svg, Not(HasSubstr(">1500</text>")));
  // Many are no exception.
  values.insert(values.end(), 10, 1500);
  values.insert(values.end(), 10, 1400);
  EXPECT_THAT(distributions({}, {.axis = "", .samples = {{"a", values}}}),
              HasSubstr(">1500</text>"));
}

TEST(Figures, HeatMapsAreAsAccepted) {
  expect_golden("heat-map", heat_map({"Divergence", "", "heat"}, small_heat_map()));
}

TEST(Figures, HeatMapsWriteNumbersAsTheirScaleIs) {
  const HeatMap data{.legend = "distance",
                     .rows = {"a"},
                     .columns = {"b"},
                     .values = {{2.77e-9}},
                     .lowest = 0,
                     .highest = 1};
  EXPECT_THAT(heat_map({}, data), HasSubstr(">0.00</text>"));
}

TEST(Figures, TimelinesAreAsAccepted) {
  expect_golden("timeline", timeline({"forum.none.0001", "", "timeline"}, small_timeline()));
}

TEST(Figures, TellOfValuesThatAreNoNumbers) {
  Bars data = small_bars();
  data.values[0][0]->value = kNan;
  EXPECT_THAT(bars({}, data), HasSubstr("One value that is no number is left out."));
  EXPECT_THAT(distributions({}, {.axis = "x", .samples = {{"a", {1, kNan, kInfinity, 2}}}}),
              HasSubstr("2 values that are no numbers are left out."));
  Lines two = small_lines();
  two.lines[0].points[2].y.value = kInfinity;
  EXPECT_THAT(lines({}, two), HasSubstr("One value that is no number is left out."));
  HeatMap map = small_heat_map();
  map.values[1][2] = kNan;
  EXPECT_THAT(heat_map({}, map), HasSubstr("One value that is no number is left out."));
}

TEST(Figures, SayThatThereIsNothing) {
  for (const std::string& svg :
       {bars({}, {}), distributions({}, {}), lines({}, {}), heat_map({}, {}), timeline({}, {}),
        bars({}, {.axis = "x", .names = {"a"}, .series = {}, .values = {{std::nullopt}}}),
        distributions({}, {.axis = "x", .samples = {{"a", {kNan}}}}),
        heat_map({}, {.legend = "x", .rows = {"a"}, .columns = {"b"}, .values = {}})}) {
    EXPECT_THAT(svg, HasSubstr("There are no values to show."));
    EXPECT_EQ(markup_fault(svg), "");
  }
}

/// All figures from values of one kind under one name.
std::vector<std::string> all_figures(const std::string& name, const std::vector<double>& values) {
  std::vector<std::string> figures;
  const Caption caption = {name, name, name};
  Bars b{.axis = name, .names = {}, .series = {}, .values = {{}}};
  Line line{name, {}};
  HeatMap map{.legend = name, .rows = {name}, .columns = {}, .values = {{}}};
  Timeline t{.speakers = {name, name}, .events = {}, .value = name, .lowest = {}, .highest = {}};
  for (const double value : values) {
    b.names.push_back(name);
    b.values[0].emplace_back(Estimate{value, value, value, 1});
    line.points.push_back({value, {value, value, value, 1}});
    map.columns.push_back(name);
    map.values[0].emplace_back(value);
    t.events.push_back({t.events.size() + 1, t.events.size() % 2, Kind::kUser, false, value});
  }
  figures.push_back(bars(caption, b));
  b.points = true;
  figures.push_back(bars(caption, b));
  b.series = {name, name};
  b.values.push_back(b.values[0]);
  figures.push_back(bars(caption, b));
  figures.push_back(distributions(caption, {.axis = name, .samples = {{name, values}}}));
  figures.push_back(lines(caption, {.x_axis = name, .y_axis = name, .lines = {line}}));
  figures.push_back(heat_map(caption, map));
  figures.push_back(timeline(caption, t));
  return figures;
}

void expect_sound(const std::string& svg) {
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_TRUE(is_valid_utf8(svg));
  for (const char* bad : {"=\"nan", "=\"inf", "=\"-inf", ">nan", ">inf", "(nan"})
    EXPECT_THAT(svg, Not(HasSubstr(bad)));
}

TEST(Figures, AreSoundForAnyNames) {
  for (const std::string& text : test::hostile_texts())
    for (const std::string& svg : all_figures(text, {1, 2, 4})) {
      expect_sound(svg);
      EXPECT_THAT(svg, Not(HasSubstr("<script")));
      EXPECT_LT(svg.size(), 400'000U);
    }
}

TEST(Figures, AreSoundForAnyNumbers) {
  const double huge = std::numeric_limits<double>::max();
  const double tiny = std::numeric_limits<double>::denorm_min();
  std::vector<double> many;
  for (int i = 0; i < 20; ++i) many.push_back(i % 2 == 0 ? huge / (i + 1) : -huge / (i + 1));
  for (const std::vector<double>& values : {std::vector<double>{3},
                                            {0},
                                            {2, 2, 2},
                                            {-huge, huge},
                                            {huge},
                                            {tiny, 2 * tiny},
                                            {kNan, 1, kInfinity},
                                            {-kInfinity},
                                            {1e-12, 1, 1e12},
                                            {1e15, 1e15 + 0.25},
                                            many,
                                            spread(1e9, 300),
                                            spread(-1e-9, 30)})
    for (const std::string& svg : all_figures("n", values)) expect_sound(svg);
}

TEST(Figures, HoldFiftyConditions) {
  Bars b{.axis = "x", .names = {}, .series = {}, .values = {{}}};
  Distributions d{.axis = "x", .samples = {}};
  HeatMap map{.legend = "x", .rows = {}, .columns = {}, .values = {}};
  for (std::size_t i = 0; i < 50; ++i) {
    b.names.push_back("a condition with a long name, number " + std::to_string(i));
    b.values[0].emplace_back(Estimate{static_cast<double>(i), {}, {}, 0});
    d.samples.push_back({b.names.back(), spread(static_cast<double>(i), 30)});
    map.values.emplace_back(50, 0.5);
  }
  map.rows = map.columns = b.names;
  for (const std::string& svg :
       {bars({}, b), distributions({}, d), heat_map({}, map), lines({}, small_lines(50))}) {
    expect_sound(svg);
    // No name is lost: where it is shortened, the whole stands in a title.
    EXPECT_THAT(svg, HasSubstr(svg.find("turns") == std::string::npos &&
                                       svg.find("a condition with") != std::string::npos
                                   ? "<title>a condition with a long name, number 49"
                                   : "condition 49"));
  }
}

TEST(Figures, DistributionsOfManyConditionsAreNotTall) {
  Distributions data{.axis = "words", .samples = {}};
  for (int i = 0; i < 14; ++i)
    data.samples.push_back({"condition " + std::to_string(i), spread(100.0 + i, 60)});
  const std::string svg = distributions({}, data);
  const std::string before = "height=\"";
  const std::size_t at = svg.find(before) + before.size();
  EXPECT_LT(std::atof(svg.substr(at, 8).c_str()), 560);
}

TEST(Figures, ConditionsDifferWithoutTheirColours) {
  const std::string svg = lines({}, small_lines(4));
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"7 3\""));
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"2 3\""));
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"10 3 2 3\""));
  Bars data = small_bars();
  data.series = {"a", "b"};
  data.values.push_back(data.values[0]);
  EXPECT_THAT(bars({.title = "", .description = "", .id = "x y"}, data),
              HasSubstr("<pattern id=\"x-y-p1-D55E00\""));
}

TEST(Figures, AreReadOut) {
  const std::string svg = bars({"Mean toxicity", "By condition.", "b"}, small_bars());
  EXPECT_THAT(svg, HasSubstr("role=\"img\" aria-labelledby=\"b-title b-desc\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"b-title\">Mean toxicity</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"b-desc\">By condition. none: 2.31 [2.1, 2.52], n = 40;"));
}

}  // namespace
}  // namespace syndisco::figures
