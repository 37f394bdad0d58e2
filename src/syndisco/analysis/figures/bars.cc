#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "syndisco/analysis/figures/drawing_internal.h"
#include "syndisco/analysis/figures/text_width.h"

namespace syndisco::figures {
namespace {

struct Row {
  std::size_t series, condition;
  Estimate estimate;
};

bool finite(const std::optional<double>& value) {
  return value && std::isfinite(*value);
}

/// "2.31 [2.10, 2.52], n = 40".
std::string estimate_text(const Estimate& estimate) {
  std::string text = number_text(estimate.value);
  if (finite(estimate.low) && finite(estimate.high))
    text += fmt::format(" [{}, {}]", number_text(*estimate.low), number_text(*estimate.high));
  if (estimate.count > 0) text += fmt::format(", n = {}", estimate.count);
  return text;
}

/// Rows of finite values, condition by condition.
std::vector<Row> rows_of(const Bars& data, std::size_t& not_finite) {
  std::vector<Row> rows;
  for (std::size_t condition = 0; condition < data.names.size(); ++condition)
    for (std::size_t series = 0; series < data.values.size(); ++series) {
      if (condition >= data.values[series].size()) continue;
      const std::optional<Estimate>& estimate = data.values[series][condition];
      if (!estimate) continue;
      if (std::isfinite(estimate->value))
        rows.push_back({series, condition, *estimate});
      else
        ++not_finite;
    }
  return rows;
}

Range range_for(const Bars& data, const std::vector<Row>& rows) {
  Extent extent;
  if (!data.points) extent.see(0);
  if (data.reference) extent.see(*data.reference);
  for (const Row& row : rows) {
    extent.see(row.estimate.value);
    if (row.estimate.low) extent.see(*row.estimate.low);
    if (row.estimate.high) extent.see(*row.estimate.high);
  }
  return range_of(*extent.lowest, *extent.highest);
}

void draw_whisker(Drawing& drawing, const Scale& x, const Estimate& estimate, double y) {
  if (!finite(estimate.low) || !finite(estimate.high)) return;
  const double low = x(*estimate.low), high = x(*estimate.high);
  const Paint paint = {.stroke = kInk, .width = 1.5};
  drawing.line(low, y, high, y, paint);
  drawing.line(low, y - 4, low, y + 4, paint);
  drawing.line(high, y - 4, high, y + 4, paint);
}

}  // namespace

std::string bars(const Caption& caption, const Bars& data) {
  std::size_t not_finite = 0;
  const std::vector<Row> rows = rows_of(data, not_finite);
  if (rows.empty()) return empty_figure(caption);
  const bool several = data.series.size() > 1;
  Drawing drawing(caption, kWidth);

  const NameColumn names = name_column(data.names, 150);
  std::vector<double> numbers;
  for (const Row& row : rows) numbers.push_back(row.estimate.value);
  const std::vector<std::string> texts = number_texts(numbers);
  double text_room = 0;
  for (const std::string& text : texts) text_room = std::max(text_room, text_width(text, kSmall));
  const double left = names.width + 18, right = drawing.width() - text_room - 18;
  const Ticks ticks = nice_ticks(range_for(data, rows), 6);
  const Scale x({ticks.at.front(), ticks.at.back()}, left, right);

  const double bar = several ? 14 : 16, gap = several ? 12 : 10;
  const std::size_t series = several ? data.series.size() : 1;
  const double band = bar * static_cast<double>(series) + gap;
  const double top = drawing.top(), bottom = top + band * static_cast<double>(data.names.size());
  double end = draw_x_axis(drawing, x, ticks, left, right, top, bottom, data.axis);
  for (std::size_t i = 0; i < data.names.size(); ++i)
    drawing.text(left - 8, top + band * (static_cast<double>(i) + 0.5) + 4, names.shown[i],
                 {.anchor = "end"}, data.names[i]);

  std::string described;
  const double zero = x(0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const double y = top + band * static_cast<double>(row.condition) + gap / 2 +
                     bar * ((several ? static_cast<double>(row.series) : 0.0) + 0.5);
    std::string what = data.names[row.condition];
    if (several && row.series < data.series.size()) what += ", " + data.series[row.series];
    what += ": " + estimate_text(row.estimate);
    Look look = look_of(row.series);
    if (!several) look.pattern = 0;
    const double at = x(row.estimate.value);
    if (!data.points)
      drawing.rectangle(std::min(zero, at), y - bar / 2 + 1, std::abs(at - zero), bar - 2,
                        {.fill = drawing.fill_of(look), .stroke = look.colour, .opacity = 0.75},
                        what);
    draw_whisker(drawing, x, row.estimate, y);
    if (data.points)
      drawing.marker(several ? look.marker : 0, at, y, 4.5, {.fill = look.colour}, what);
    drawing.text(right + 10, y + 4, texts[i], {.size = kSmall});
    if (described.size() < 2000) described += (described.empty() ? "" : "; ") + what;
  }
  if (data.reference)
    drawing.line(x(*data.reference), top, x(*data.reference), bottom,
                 {.stroke = kInk, .dash = "3 3"});
  else if (!data.points)
    drawing.line(zero, top, zero, bottom, {.stroke = kInk});

  if (several) {
    std::vector<LegendEntry> legend;
    for (std::size_t i = 0; i < data.series.size(); ++i)
      legend.push_back({data.series[i], look_of(i)});
    end = draw_legend(drawing, left, drawing.width() - 8, end + 4, legend);
  }
  return drawing.finish(end + 8, described + "." + left_out(not_finite));
}

}  // namespace syndisco::figures
