#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "syndisco/analysis/figures/drawing_internal.h"
#include "syndisco/analysis/figures/text_width.h"

namespace syndisco::figures {
namespace {

constexpr double kRowHeight = 28;
constexpr double kNumberWidth = 38;       ///< of a cell that holds a number
constexpr std::size_t kMostNumbers = 60;  ///< rows or columns with numbers in their cells

std::optional<double> value_at(const HeatMap& data, std::size_t row, std::size_t column) {
  if (row >= data.values.size() || column >= data.values[row].size()) return std::nullopt;
  const std::optional<double>& value = data.values[row][column];
  return value && std::isfinite(*value) ? value : std::nullopt;
}

}  // namespace

std::string heat_map(const Caption& caption, const HeatMap& data) {
  Extent extent;
  std::size_t not_finite = 0;
  for (std::size_t row = 0; row < data.rows.size(); ++row)
    for (std::size_t column = 0; column < data.columns.size(); ++column) {
      if (const auto value = value_at(data, row, column))
        extent.see(*value);
      else if (row < data.values.size() && column < data.values[row].size() &&
               data.values[row][column])
        ++not_finite;
    }
  if (!extent.lowest) return empty_figure(caption);
  const double lowest = data.lowest.value_or(*extent.lowest);
  const double highest = data.highest.value_or(*extent.highest);
  const bool flat = !(highest > lowest);

  const bool numbers = std::max(data.rows.size(), data.columns.size()) <= kMostNumbers;
  const NameColumn rows = name_column(data.rows, 140);
  const NameColumn columns = name_column(data.columns, 110);
  const double left = rows.width + 18;
  const auto count = static_cast<double>(data.columns.size());
  const double cell = std::clamp((kWidth - left - 12) / count, numbers ? kNumberWidth : 10.0, 72.0);
  const double height = numbers ? kRowHeight : 10;
  Drawing drawing(caption, std::max(kWidth, left + cell * count + 12));

  // Names of columns lie where they fit, and stand upright where they do not.
  const bool upright = columns.width > cell - 4;
  const double name_height = upright ? columns.width + 10 : 18;
  const double top = drawing.top() + name_height;
  for (std::size_t i = 0; i < data.columns.size(); ++i) {
    const double middle = left + cell * (static_cast<double>(i) + 0.5);
    if (upright)
      drawing.text(middle + 4, top - 6, columns.shown[i], {.turn = -90}, data.columns[i]);
    else
      drawing.text(middle, top - 6, columns.shown[i], {.anchor = "middle"}, data.columns[i]);
  }

  std::vector<double> all;
  for (std::size_t row = 0; row < data.rows.size(); ++row)
    for (std::size_t column = 0; column < data.columns.size(); ++column)
      all.push_back(value_at(data, row, column).value_or(0));
  // On a given scale 3e-9 is nothing: the digits are those of its ends.
  for (const std::optional<double>& end : {data.lowest, data.highest})
    if (end) all.push_back(*end);
  const std::vector<std::string> texts = number_texts(all);

  std::string described;
  std::size_t missing = 0;
  for (std::size_t row = 0; row < data.rows.size(); ++row) {
    const double y = top + height * static_cast<double>(row);
    drawing.text(left - 8, y + height / 2 + 4, rows.shown[row], {.anchor = "end"}, data.rows[row]);
    for (std::size_t column = 0; column < data.columns.size(); ++column) {
      const double x = left + cell * static_cast<double>(column);
      const std::optional<double> value = value_at(data, row, column);
      const std::string what = fmt::format("{}, {}: {}", data.rows[row], data.columns[column],
                                           value ? number_text(*value) : "no value");
      if (!value) {
        ++missing;
        drawing.rectangle(x, y, cell, height, {.fill = kPaper, .stroke = kGrid}, what);
        if (numbers)
          drawing.text(x + cell / 2, y + height / 2 + 4, "\u2013",
                       {.size = kSmall, .anchor = "middle", .colour = kFaint});
        continue;
      }
      const double share = flat ? 0 : (*value / 2 - lowest / 2) / (highest / 2 - lowest / 2);
      drawing.rectangle(x, y, cell, height, {.fill = shade(share), .stroke = kPaper}, what);
      if (numbers)
        drawing.text(x + cell / 2, y + height / 2 + 4,
                     shortened(texts[row * data.columns.size() + column], cell, kSmall),
                     {.size = kSmall, .anchor = "middle", .colour = ink_on(share)});
      if (described.size() < 2000) described += (described.empty() ? "" : "; ") + what;
    }
  }
  const double bottom = top + height * static_cast<double>(data.rows.size());
  double end = draw_shades(drawing, 8, bottom + 12, data.legend, {lowest, highest});
  if (missing > 0) {
    drawing.text(8, end + 10, "\u2013 no value", {.size = kSmall, .colour = kFaint});
    end += 16;
  }
  return drawing.finish(end + 8, described + "." + left_out(not_finite));
}

}  // namespace syndisco::figures
