#include "syndisco/analysis/figures/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "syndisco/analysis/figures/figure.h"
#include "syndisco/analysis/stats/divergence.h"
#include "syndisco/analysis/stats/tests.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

using figures::Estimate;

/// Of more conditions lines could not be told apart.
constexpr std::size_t kMostLines = 10;
/// Of more conditions no divergences are computed: they grow with the square.
constexpr std::size_t kMostDivergences = 40;
/// Measures that are drawn unless somebody names them.
constexpr std::size_t kMostMeasures = 8;

/// The observations of one measure, and what they belong to.
struct Data {
  std::string name;    ///< begins those of its figures
  std::size_t number;  ///< among the measures that are drawn, from 1
  const Measure& measure;
  const Factor& by;
  Observations all;
  std::vector<std::vector<double>> groups;            ///< by level
  std::vector<std::vector<double>> discussion_means;  ///< by level, by discussion
};

Data data_of(const Corpus& corpus, std::string name, std::size_t number, const Measure& measure,
             const Factor& by, const StudyFigureOptions& options) {
  Data data{std::move(name),
            number,
            measure,
            by,
            observations(corpus, measure, options.observations),
            {},
            {}};
  data.groups = by_level(data.all, by);
  std::map<std::uint32_t, std::pair<double, double>> sums;
  for (std::size_t i = 0; i < data.all.values.size(); ++i) {
    auto& [sum, count] = sums[data.all.discussion[i]];
    sum += data.all.values[i];
    ++count;
  }
  data.discussion_means.resize(by.levels.size());
  for (const auto& [discussion, sum] : sums)
    if (const std::int32_t level = by.of[discussion]; level >= 0)
      data.discussion_means[static_cast<std::size_t>(level)].push_back(sum.first / sum.second);
  return data;
}

std::optional<Estimate> estimate_of(const std::vector<double>& values, double confidence) {
  const stats::Descriptives found = stats::describe(values, confidence);
  if (!found.mean.defined()) return std::nullopt;
  Estimate estimate{found.mean.value, {}, {}, found.n};
  if (found.ci_low.defined() && found.ci_high.defined()) {
    estimate.low = found.ci_low.value;
    estimate.high = found.ci_high.value;
  }
  return estimate;
}

std::string percent(double confidence) {
  return fmt::format("{:g} %", 100 * confidence);
}

/// " by FACTOR"; nothing where there is one condition.
std::string by_words(const Data& data) {
  if (data.by.levels.size() < 2) return "";
  return " by " + (data.by.name == "cell" ? "condition" : data.by.name);
}

StudyFigure named(const Data& data, const char* kind, const std::string& title) {
  // Ids keep only the first letters of names, and of those no other than ASCII: numbers differ.
  return {data.name + "-" + kind, title, "", fmt::format("fig-{}-{}", data.number, kind)};
}

figures::Caption caption_of(const StudyFigure& figure, const std::string& description) {
  return {figure.title, description, figure.id};
}

/// What is measured, and of whose comments.
std::string about(const Measure& measure) {
  return measure.about + (measure.unit == MeasureUnit::kComment ? ", participants' comments" : "");
}

StudyFigure means_figure(const Data& data, double confidence) {
  StudyFigure figure = named(data, "means", "Mean " + data.measure.name + by_words(data));
  figures::Bars bars;
  bars.axis = fmt::format("{} (mean of discussions, {} interval)", about(data.measure),
                          percent(confidence));
  bars.names = data.by.levels;
  bars.values.emplace_back();
  for (const auto& means : data.discussion_means)
    bars.values[0].push_back(estimate_of(means, confidence));
  figure.svg = figures::bars(
      caption_of(figure, "Bars with intervals over discussions; n counts discussions."), bars);
  return figure;
}

StudyFigure distribution_figure(const Data& data) {
  StudyFigure figure =
      named(data, "distribution", "Distribution of " + data.measure.name + by_words(data));
  figures::Distributions shown;
  shown.axis = about(data.measure);
  for (std::size_t i = 0; i < data.by.levels.size(); ++i)
    shown.samples.push_back({data.by.levels[i], data.groups[i]});
  figure.svg = figures::distributions(
      caption_of(figure, data.measure.unit == MeasureUnit::kComment
                             ? "Values of single comments; boxes are quartiles, points are means."
                             : "Values of discussions; boxes are quartiles, points are means."),
      shown);
  return figure;
}

/// Values by level, by which of its discussion's participants' turns the comment is, from 1.
std::vector<std::map<std::uint32_t, std::vector<double>>> by_turn(const Corpus& corpus,
                                                                  const Data& data) {
  std::vector<std::map<std::uint32_t, std::vector<double>>> turns(data.by.levels.size());
  std::uint32_t discussion = 0, turn = 0;
  for (std::size_t i = 0; i < corpus.comments().size(); ++i) {
    const CommentFacts& comment = corpus.comments()[i];
    if (i == 0 || comment.discussion != discussion) turn = 0;
    discussion = comment.discussion;
    if (comment.kind != TurnKind::kUser) continue;
    ++turn;
    const std::int32_t level = data.by.of[discussion];
    if (const double value = data.measure.values[i]; level >= 0 && std::isfinite(value))
      turns[static_cast<std::size_t>(level)][turn].push_back(value);
  }
  return turns;
}

StudyFigure turns_figure(const Corpus& corpus, const Data& data, double confidence) {
  StudyFigure figure =
      named(data, "turns", "Course of " + data.measure.name + " over turns" + by_words(data));
  const auto turns = by_turn(corpus, data);
  const std::string axis = "turn (participants' comments, from 1)";
  if (data.by.levels.size() > kMostLines) {
    figures::HeatMap map{.legend = data.measure.about + " (mean), by " + axis,
                         .rows = data.by.levels,
                         .columns = {},
                         .values = {}};
    std::uint32_t last = 0;
    for (const auto& each : turns)
      if (!each.empty()) last = std::max(last, each.rbegin()->first);
    for (std::uint32_t turn = 1; turn <= last; ++turn) map.columns.push_back(std::to_string(turn));
    for (const auto& each : turns) {
      map.values.emplace_back(last);
      for (const auto& [turn, values] : each)
        if (const auto estimate = estimate_of(values, confidence))
          map.values.back()[turn - 1] = estimate->value;
    }
    figure.svg = figures::heat_map(caption_of(figure, "Means over discussions."), map);
    return figure;
  }
  figures::Lines lines{
      .x_axis = axis, .y_axis = "mean " + data.measure.name, .lines = {}, .counted = true};
  for (std::size_t i = 0; i < turns.size(); ++i) {
    figures::Line line{data.by.levels[i], {}};
    for (const auto& [turn, values] : turns[i])
      if (const auto estimate = estimate_of(values, confidence))
        line.points.push_back({static_cast<double>(turn), *estimate});
    lines.lines.push_back(std::move(line));
  }
  figure.svg = figures::lines(
      caption_of(figure, fmt::format("Means over discussions with {} intervals as bands.",
                                     percent(confidence))),
      lines);
  return figure;
}

/// Of means of discussions, as in the table of divergences: single comments of one discussion are
/// not independent.
StudyFigure divergence_figure(const Data& data) {
  StudyFigure figure =
      named(data, "divergence", "Divergence of mean " + data.measure.name + " between conditions");
  figures::HeatMap map{.legend = "Jensen\u2013Shannon distance (base 2) of discussions",
                       .rows = data.by.levels,
                       .columns = data.by.levels,
                       .values = {},
                       .lowest = 0,
                       .highest = 1};
  const std::size_t count = data.by.levels.size();
  const auto& means = data.discussion_means;
  const bool share = std::ranges::all_of(
      means, [](const std::vector<double>& values) { return stats::are_shares(values); });
  map.values.assign(count, std::vector<std::optional<double>>(count));
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto &a = means[i], &b = means[j];
      const auto grid = share ? stats::Grid{} : stats::covering_grid(a, b);
      const auto found = stats::jensen_shannon_of_samples(a, b, grid);
      if (found.distance_base_2.defined())
        map.values[i][j] = map.values[j][i] = found.distance_base_2.value;
    }
  for (std::size_t i = 0; i < count; ++i)
    if (!means[i].empty()) map.values[i][i] = 0;
  figure.svg = figures::heat_map(caption_of(figure,
                                            "Between kernel densities of means of discussions; 0 "
                                            "means that two conditions are alike, 1 "
                                            "that they have nothing in common."),
                                 map);
  return figure;
}

/// How many different values there are: 0, 1, or 2 for more.
int variety(const Measure& measure) {
  std::optional<double> seen;
  for (const double value : measure.values) {
    if (!std::isfinite(value)) continue;
    if (seen && *seen != value) return 2;
    seen = value;
  }
  return seen ? 1 : 0;
}

/// What people judged comes first; of what is counted only what differs somewhere.
std::vector<const Measure*> chosen(const Corpus& corpus, const StudyFigureOptions& options) {
  std::vector<const Measure*> measures;
  for (const std::string& name : options.measures) measures.push_back(&corpus.measure(name));
  if (!measures.empty()) return measures;
  for (const Measure& measure : corpus.measures())
    if (measure.unit == MeasureUnit::kComment && measure.source != Measure::Source::kCounted &&
        variety(measure) > 0 && measures.size() < kMostMeasures)
      measures.push_back(&measure);
  for (const char* name : {"words", "silence", "gini", "diversity"})
    for (const Measure& measure : corpus.measures())
      if (measure.name == name && variety(measure) > 1) measures.push_back(&measure);
  return measures;
}

}  // namespace

std::vector<StudyFigure> study_figures(const Corpus& corpus, const StudyFigureOptions& options) {
  std::vector<StudyFigure> found;
  std::set<std::string> names;
  const Factor& by = options.by.empty() ? corpus.cell() : corpus.factor(options.by);
  for (const Measure* measure : chosen(corpus, options)) {
    if (by.levels.empty()) continue;
    std::string name = slug(measure->name);
    while (!names.insert(name).second) name += "-2";
    const Data data = data_of(corpus, name, names.size(), *measure, by, options);
    found.push_back(means_figure(data, options.confidence));
    found.push_back(distribution_figure(data));
    if (measure->unit != MeasureUnit::kComment) continue;
    found.push_back(turns_figure(corpus, data, options.confidence));
    if (by.levels.size() > 1 && by.levels.size() <= kMostDivergences)
      found.push_back(divergence_figure(data));
  }
  return found;
}

std::optional<StudyFigure> effects_figure(const ResultTable& table, std::size_t number,
                                          double confidence) {
  if (std::ranges::find(table.columns, "term", &TableColumn::name) == table.columns.end())
    return std::nullopt;
  const auto real_at = [&](std::size_t row, const char* column) -> std::optional<double> {
    const auto* value = std::get_if<double>(&table.at(row, column));
    return value == nullptr ? std::nullopt : std::optional(*value);
  };
  figures::Bars bars;
  bars.axis = fmt::format("coefficient, {} interval", percent(confidence));
  bars.points = true;
  bars.reference = 0;
  bars.values.emplace_back();
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto* term = std::get_if<std::string>(&table.at(row, "term"));
    if (term == nullptr || *term == "Intercept") continue;
    bars.names.push_back(*term);
    std::optional<Estimate> estimate;
    if (const auto value = real_at(row, "estimate")) {
      estimate = Estimate{*value, real_at(row, "ci_low"), real_at(row, "ci_high"), 0};
      if (!estimate->low || !estimate->high) estimate->low = estimate->high = std::nullopt;
    }
    bars.values[0].push_back(estimate);
  }
  if (bars.names.empty()) return std::nullopt;
  StudyFigure figure{replace_all(table.name, ".", "-"), table.title, "",
                     fmt::format("fig-effects-{}", number)};
  figure.svg = figures::bars(
      caption_of(figure, "Coefficients with intervals; the line at 0 means no effect."), bars);
  return figure;
}

}  // namespace syndisco
