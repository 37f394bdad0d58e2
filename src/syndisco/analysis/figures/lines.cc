#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "syndisco/analysis/figures/drawing_internal.h"
#include "syndisco/analysis/figures/text_width.h"

namespace syndisco::figures {
namespace {

using Points = std::vector<std::pair<double, double>>;

bool has_interval(const Estimate& estimate) {
  return estimate.low && estimate.high && std::isfinite(*estimate.low) &&
         std::isfinite(*estimate.high);
}

/// Parts of a line between values that are missing.
std::vector<std::vector<LinePoint>> parts_of(const Line& line, bool counted,
                                             std::size_t& not_finite) {
  std::vector<std::vector<LinePoint>> parts(1);
  for (const LinePoint& point : line.points) {
    if (std::isfinite(point.x) && std::isfinite(point.y.value)) {
      if (counted && !parts.back().empty() && point.x > parts.back().back().x + 1)
        parts.emplace_back();
      parts.back().push_back(point);
      continue;
    }
    ++not_finite;
    if (!parts.back().empty()) parts.emplace_back();
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

/// Whole numbers of the range where ticks stand nearer to each other.
void keep_whole(Ticks& ticks, Range range) {
  if (ticks.at.size() > 1 && ticks.at[1] - ticks.at[0] >= 1) return;
  ticks = {};
  for (double at = std::ceil(range.lowest); at <= range.highest; ++at) {
    ticks.at.push_back(at);
    ticks.texts.push_back(number_text(at));
  }
}

void draw_band(Drawing& drawing, const std::vector<LinePoint>& part, const Scale& x, const Scale& y,
               const std::string& colour) {
  Points low, high;
  const auto flush = [&] {
    if (low.size() > 1) {
      high.insert(high.end(), low.rbegin(), low.rend());
      drawing.polygon(high, {.fill = colour, .opacity = 0.16});
    }
    low.clear();
    high.clear();
  };
  for (const LinePoint& point : part) {
    if (!has_interval(point.y)) {
      flush();
      continue;
    }
    low.emplace_back(x(point.x), y(*point.y.low));
    high.emplace_back(x(point.x), y(*point.y.high));
  }
  flush();
}

void draw_line(Drawing& drawing, const std::vector<LinePoint>& part, const Scale& x, const Scale& y,
               const Look& look, std::size_t marker_every) {
  Points points;
  for (const LinePoint& point : part) points.emplace_back(x(point.x), y(point.y.value));
  if (points.size() > 1)
    drawing.polyline(points, {.stroke = look.colour, .width = 2, .dash = look.dash});
  for (std::size_t i = 0; i < points.size(); i += marker_every)
    drawing.marker(look.marker, points[i].first, points[i].second, 3.4, {.fill = look.colour});
}

/// What the pointer shows: one strip for each x, with the values of all lines there.
void draw_strips(Drawing& drawing, const Lines& data, const std::vector<double>& at, const Scale& x,
                 double top, double bottom) {
  constexpr std::size_t kMostStrips = 400;
  if (at.size() > kMostStrips) return;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double from = i == 0 ? x(at[0]) - 6 : (x(at[i - 1]) + x(at[i])) / 2;
    const double to = i + 1 == at.size() ? x(at[i]) + 6 : (x(at[i]) + x(at[i + 1])) / 2;
    std::string what = number_text(at[i]);
    for (const Line& line : data.lines)
      for (const LinePoint& point : line.points)
        if (point.x == at[i] && std::isfinite(point.y.value) && what.size() < 2000) {
          what += fmt::format("; {}: {}", line.name, number_text(point.y.value));
          if (has_interval(point.y))
            what += fmt::format(" [{}, {}]", number_text(*point.y.low), number_text(*point.y.high));
          if (point.y.count > 0) what += fmt::format(", n = {}", point.y.count);
        }
    drawing.rectangle(from, top, to - from, bottom - top, {.fill = kPaper, .opacity = 0}, what);
  }
}

}  // namespace

std::string lines(const Caption& caption, const Lines& data) {
  std::size_t not_finite = 0, most_points = 0;
  Extent across, up;
  std::vector<std::vector<std::vector<LinePoint>>> parts;
  std::vector<double> at;
  constexpr std::size_t kLongest = 3500;  // of the description, which is cut a little beyond
  std::string described;
  for (const Line& line : data.lines) {
    parts.push_back(parts_of(line, data.counted, not_finite));
    most_points = std::max(most_points, line.points.size());
    bool first = true;
    for (const auto& part : parts.back())
      for (const LinePoint& point : part) {
        if (described.size() < kLongest) {
          if (first) described += (described.empty() ? "" : "; ") + line.name + ": ";
          described += fmt::format("{}{} at {}", first ? "" : ", ", number_text(point.y.value),
                                   number_text(point.x));
        }
        first = false;
        at.push_back(point.x);
        across.see(point.x);
        up.see(point.y.value);
        if (has_interval(point.y)) {
          up.see(*point.y.low);
          up.see(*point.y.high);
        }
      }
  }
  if (!up.lowest) return empty_figure(caption);
  std::ranges::sort(at);
  at.erase(std::ranges::unique(at).begin(), at.end());

  Drawing drawing(caption, kWidth);
  const Ticks y_ticks = nice_ticks(range_of(*up.lowest, *up.highest), 6);
  double tick_width = 0;
  for (const std::string& text : y_ticks.texts)
    tick_width = std::max(tick_width, text_width(text, kSmall));
  const double left = 8 + (data.y_axis.empty() ? 0 : 20) + tick_width + 6;
  const double right = drawing.width() - 16, top = drawing.top(), bottom = top + 230;
  const Range x_range = range_of(*across.lowest, *across.highest);
  Ticks x_ticks = nice_ticks(x_range, 8);
  for (std::size_t i = x_ticks.at.size(); i-- > 0;)
    if (x_ticks.at[i] < x_range.lowest || x_ticks.at[i] > x_range.highest) {
      x_ticks.at.erase(x_ticks.at.begin() + static_cast<std::ptrdiff_t>(i));
      x_ticks.texts.erase(x_ticks.texts.begin() + static_cast<std::ptrdiff_t>(i));
    }
  if (data.counted) keep_whole(x_ticks, x_range);
  const Scale x(x_range, left + 8, right - 4);
  const Scale y({y_ticks.at.front(), y_ticks.at.back()}, bottom, top);

  double end = draw_x_axis(drawing, x, x_ticks, left, right, top, bottom, data.x_axis);
  for (std::size_t i = 0; i < y_ticks.at.size(); ++i) {
    const double level = y(y_ticks.at[i]);
    drawing.line(left, level, right, level, {.stroke = kGrid});
    drawing.text(left - 6, level + 4, y_ticks.texts[i],
                 {.size = kSmall, .anchor = "end", .colour = kFaint});
  }
  if (!data.y_axis.empty())
    drawing.text(18, (top + bottom) / 2, shortened(data.y_axis, bottom - top, kText),
                 {.anchor = "middle", .turn = -90}, data.y_axis);

  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const auto& part : parts[i]) draw_band(drawing, part, x, y, look_of(i).colour);
  const std::size_t marker_every = std::max<std::size_t>(1, most_points / 25);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const auto& part : parts[i]) draw_line(drawing, part, x, y, look_of(i), marker_every);
    legend.push_back({data.lines[i].name, look_of(i), true});
  }
  draw_strips(drawing, data, at, x, top, bottom);
  end = draw_legend(drawing, left, right, end + 4, legend);
  return drawing.finish(end + 8, described + "." + left_out(not_finite));
}

}  // namespace syndisco::figures
