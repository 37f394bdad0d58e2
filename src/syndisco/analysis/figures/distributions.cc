#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "syndisco/analysis/figures/drawing_internal.h"
#include "syndisco/analysis/figures/text_width.h"

namespace syndisco::figures {
namespace {

constexpr std::size_t kFewValues = 12;
constexpr std::size_t kLeastRecurrence = 3;  ///< observations for each different value
constexpr std::size_t kGridPoints = 160;

/// Heights within a row, and of a row.
struct Heights {
  double shape = 34, box = 10, band = 58;
};
/// Of many rows each is lower.
Heights heights_for(std::size_t rows) {
  constexpr std::size_t kMany = 8;
  return rows > kMany ? Heights{17, 7, 32} : Heights{};
}

struct Summary {
  std::vector<double> sorted;  ///< the finite values
  double mean = 0, deviation = 0;
  double q1 = 0, median = 0, q3 = 0;
  double whisker_low = 0, whisker_high = 0;
};

/// Linear interpolation between order statistics (R's type 7, numpy's default).
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = at - static_cast<double>(below);
  return sorted[below] * (1 - part) + sorted[above] * part;
}

Summary summary_of(const std::vector<double>& values) {
  Summary summary;
  std::ranges::copy_if(values, std::back_inserter(summary.sorted),
                       [](double value) { return std::isfinite(value); });
  if (summary.sorted.empty()) return summary;
  std::ranges::sort(summary.sorted);
  const auto count = static_cast<double>(summary.sorted.size());
  for (const double value : summary.sorted) summary.mean += value / count;
  double squares = 0;
  for (const double value : summary.sorted)
    squares += (value - summary.mean) * (value - summary.mean) / count;
  summary.deviation = std::sqrt(squares);
  summary.q1 = quantile(summary.sorted, 0.25);
  summary.median = quantile(summary.sorted, 0.5);
  summary.q3 = quantile(summary.sorted, 0.75);
  const double reach = 1.5 * (summary.q3 - summary.q1);
  summary.whisker_low =
      std::min(summary.q1, *std::ranges::lower_bound(summary.sorted, summary.q1 - reach));
  summary.whisker_high =
      std::max(summary.q3, *(std::ranges::upper_bound(summary.sorted, summary.q3 + reach) - 1));
  return summary;
}

/// All different values, ascending; empty where there are more than a few, or where they hardly
/// recur so that their shares would say nothing.
std::vector<double> few_values(const std::vector<Summary>& summaries) {
  std::vector<double> found;
  for (const Summary& summary : summaries)
    for (auto each = summary.sorted.begin(); each != summary.sorted.end();) {
      if (std::ranges::find(found, *each) == found.end()) found.push_back(*each);
      if (found.size() > kFewValues) return {};
      each = std::upper_bound(each, summary.sorted.end(), *each);
    }
  std::size_t count = 0;
  for (const Summary& summary : summaries) count += summary.sorted.size();
  if (count < kLeastRecurrence * found.size()) return {};
  std::ranges::sort(found);
  return found;
}

std::size_t count_beyond(const std::vector<Summary>& summaries, Range range) {
  std::size_t count = 0;
  for (const Summary& summary : summaries)
    count += static_cast<std::size_t>(std::ranges::count_if(summary.sorted, [&](double value) {
      return value < range.lowest || value > range.highest;
    }));
  return count;
}

/// The range of all values; where a few (one in twenty) would leave the others less than half of
/// the axis, that of all whiskers, and a little more.
Range without_far_values(Range all, const std::vector<Summary>& summaries) {
  constexpr double kBeyondWhiskers = 0.15;
  constexpr std::size_t kFewOf = 20;
  Extent whiskers;
  std::size_t count = 0;
  for (const Summary& summary : summaries) {
    if (summary.sorted.empty()) continue;
    whiskers.see(summary.whisker_low);
    whiskers.see(summary.whisker_high);
    count += summary.sorted.size();
  }
  const Range near = range_of(*whiskers.lowest, *whiskers.highest);
  const double span = near.highest - near.lowest;
  if (all.highest - all.lowest <= 2 * span) return all;
  const Range range = {std::max(all.lowest, near.lowest - kBeyondWhiskers * span),
                       std::min(all.highest, near.highest + kBeyondWhiskers * span)};
  return count_beyond(summaries, range) * kFewOf <= count ? range : all;
}

/// Shares of each value.
std::vector<double> shares_of(const Summary& summary, const std::vector<double>& values) {
  std::vector<double> shares;
  for (const double value : values) {
    const auto equal = std::ranges::equal_range(summary.sorted, value);
    shares.push_back(summary.sorted.empty() ? 0
                                            : static_cast<double>(equal.size()) /
                                                  static_cast<double>(summary.sorted.size()));
  }
  return shares;
}

/// A Gaussian kernel density at evenly spaced points of the range, per width of the range; of
/// values that are all equal nothing. The values are first counted at the points, which is exact
/// enough for the eye and linear in their number.
std::vector<double> density_of(const Summary& summary, Range range) {
  const double span = range.highest / 2 - range.lowest / 2;
  const auto share = [&](double value) { return (value / 2 - range.lowest / 2) / span; };
  const double deviation = summary.deviation / 2 / span;
  const double quartiles = (summary.q3 / 2 - summary.q1 / 2) / span;
  const auto count = static_cast<double>(summary.sorted.size());
  double bandwidth = quartiles > 0 ? std::min(deviation, quartiles / 1.34) : deviation;
  if (!(bandwidth > 0) || !std::isfinite(bandwidth)) return {};
  constexpr double kSteps = kGridPoints - 1;
  bandwidth = std::max(0.9 * bandwidth * std::pow(count, -0.2), 0.5 / kSteps);
  std::vector<double> counts(kGridPoints, 0);
  for (const double value : summary.sorted) {
    if (value < range.lowest || value > range.highest) continue;  // beyond the axis
    const double at = std::clamp(share(value), 0.0, 1.0) * kSteps;
    const auto below = std::min(static_cast<std::size_t>(at), kGridPoints - 2);
    const double part = at - static_cast<double>(below);
    counts[below] += (1 - part) / count;
    counts[below + 1] += part / count;
  }
  std::vector<double> density(kGridPoints, 0);
  for (std::size_t i = 0; i < kGridPoints; ++i)
    for (std::size_t j = 0; j < kGridPoints; ++j) {
      const double distance =
          (static_cast<double>(i) - static_cast<double>(j)) / kSteps / bandwidth;
      density[i] += counts[j] * std::exp(-distance * distance / 2) / (bandwidth * 2.5066282746);
    }
  return density;
}

void draw_density(Drawing& drawing, const std::vector<double>& density, double highest, double left,
                  double right, double base, double height, const Paint& paint) {
  std::vector<std::pair<double, double>> points = {{left, base}};
  for (std::size_t i = 0; i < density.size(); ++i)
    points.emplace_back(left + (right - left) * static_cast<double>(i) / (kGridPoints - 1),
                        base - height * density[i] / highest);
  points.emplace_back(right, base);
  drawing.polygon(points, paint);
}

void draw_box(Drawing& drawing, const Scale& x, const Summary& summary, double middle,
              double height, const std::string& what) {
  const Paint ink = {.fill = kPaper, .stroke = kInk, .width = 1.2};
  drawing.line(x(summary.whisker_low), middle, x(summary.whisker_high), middle, ink);
  drawing.rectangle(x(summary.q1), middle - height / 2, x(summary.q3) - x(summary.q1), height, ink,
                    what);
  drawing.line(x(summary.median), middle - height / 2 - 1, x(summary.median),
               middle + height / 2 + 1, {.stroke = kInk, .width = 3});
  drawing.marker(0, x(summary.mean), middle, 3,
                 {.fill = "#D55E00", .stroke = kPaper, .width = 0.8});
}

std::string summary_text(const std::string& name, const Summary& summary) {
  return fmt::format("{}: n = {}, median {} (quartiles {} and {}), mean {}", name,
                     summary.sorted.size(), number_text(summary.median), number_text(summary.q1),
                     number_text(summary.q3), number_text(summary.mean));
}

}  // namespace

std::string distributions(const Caption& caption, const Distributions& data) {
  std::vector<Summary> summaries;
  std::vector<std::string> names;
  Extent extent;
  std::size_t not_finite = 0;
  for (const Sample& sample : data.samples) {
    summaries.push_back(summary_of(sample.values));
    names.push_back(sample.name);
    not_finite += sample.values.size() - summaries.back().sorted.size();
    if (summaries.back().sorted.empty()) continue;
    extent.see(summaries.back().sorted.front());
    extent.see(summaries.back().sorted.back());
  }
  if (!extent.lowest) return empty_figure(caption);

  const std::vector<double> few = few_values(summaries);
  Range range = range_of(*extent.lowest, *extent.highest);
  if (few.empty()) range = without_far_values(range, summaries);
  double nearest = (range.highest - range.lowest) / 4;
  for (std::size_t i = 1; i < few.size(); ++i) nearest = std::min(nearest, few[i] - few[i - 1]);
  // Room for half a bar at both ends.
  if (!few.empty()) range = range_of(range.lowest - nearest * 0.55, range.highest + nearest * 0.55);

  Drawing drawing(caption, kWidth);
  const NameColumn column = name_column(names, 150);
  std::size_t most = 0;
  for (const Summary& summary : summaries) most = std::max(most, summary.sorted.size());
  const double left = column.width + 18;
  const double right = drawing.width() - text_width(fmt::format("n = {}", most), kSmall) - 18;
  Ticks ticks = nice_ticks(range, 6);
  if (few.size() > 1) {
    ticks.at = few;
    ticks.texts.clear();
    for (const double value : few) ticks.texts.push_back(number_text(value));
  }
  // Bars stand at their values: an axis that ends with them wastes no room on round ends.
  if (few.empty()) range = {ticks.at.front(), ticks.at.back()};
  const Scale x(range, left, right);
  for (std::size_t i = ticks.at.size(); i-- > 0;)
    if (ticks.at[i] < range.lowest || ticks.at[i] > range.highest) {
      ticks.at.erase(ticks.at.begin() + static_cast<std::ptrdiff_t>(i));
      ticks.texts.erase(ticks.texts.begin() + static_cast<std::ptrdiff_t>(i));
    }

  std::vector<std::vector<double>> shapes;
  double highest = 0;
  for (const Summary& summary : summaries) {
    shapes.push_back(few.empty() && !summary.sorted.empty() ? density_of(summary, range)
                                                            : shares_of(summary, few));
    for (const double value : shapes.back()) highest = std::max(highest, value);
  }

  const Heights heights = heights_for(names.size());
  const double top = drawing.top(), bottom = top + heights.band * static_cast<double>(names.size());
  double end = draw_x_axis(drawing, x, ticks, left, right, top, bottom, data.axis);
  std::string far;
  if (const std::size_t beyond = count_beyond(summaries, range); beyond > 0) {
    far = beyond == 1 ? "One value lies beyond the axis."
                      : fmt::format("{} values lie beyond the axis.", beyond);
    drawing.text(8, end + 12, far, {.size = kSmall, .colour = kFaint});
    end += 16;
    far.insert(0, " ");
  }
  std::string described;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double base = top + heights.band * static_cast<double>(i) + heights.shape + 6;
    const Summary& summary = summaries[i];
    drawing.text(left - 8, base - 4, column.shown[i], {.anchor = "end"}, names[i]);
    drawing.text(right + 10, base - 4, fmt::format("n = {}", summary.sorted.size()),
                 {.size = kSmall, .colour = kFaint});
    if (summary.sorted.empty()) continue;
    const Paint paint = {.fill = "#56B4E9", .stroke = "#0072B2", .opacity = 0.7};
    if (!few.empty()) {
      const double half = (x(few.front() + nearest) - x(few.front())) * 0.4;
      for (std::size_t j = 0; j < few.size(); ++j)
        if (shapes[i][j] > 0)
          drawing.rectangle(x(few[j]) - half, base - heights.shape * shapes[i][j] / highest,
                            2 * half, heights.shape * shapes[i][j] / highest, paint,
                            fmt::format("{}: {:.1f} % are {}", names[i], 100 * shapes[i][j],
                                        number_text(few[j])));
    } else if (!shapes[i].empty()) {
      draw_density(drawing, shapes[i], highest, left, right, base, heights.shape, paint);
    } else {
      drawing.line(x(summary.mean), base, x(summary.mean), base - heights.shape,
                   {.stroke = "#0072B2", .width = 3});
    }
    drawing.line(left, base, right, base, {.stroke = kFaint, .width = 0.6});
    const std::string what = summary_text(names[i], summary);
    draw_box(drawing, x, summary, base + heights.box / 2 + 3, heights.box, what);
    if (described.size() < 2000) described += (described.empty() ? "" : "; ") + what;
  }
  return drawing.finish(end + 8, described + "." + far + left_out(not_finite));
}

}  // namespace syndisco::figures
