#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "syndisco/analysis/figures/drawing_internal.h"
#include "syndisco/analysis/figures/markup.h"
#include "syndisco/analysis/figures/text_width.h"

namespace syndisco::figures {
namespace {

// Okabe and Ito, Color Universal Design (2008), without yellow, which is faint on paper, and with
// grey.
constexpr std::array<const char*, 8> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000", "#7F7F7F"};
constexpr std::array<const char*, 5> kDashes = {"", "7 3", "2 3", "10 3 2 3", "4 2 1 2 1 2"};
constexpr int kMarkers = 6;
constexpr int kPatterns = 6;

constexpr std::size_t kLongestTitle = 4000;

/// A coordinate with two digits at most.
std::string coordinate(double value) {
  std::string text = fmt::format("{:.2f}", std::isfinite(value) ? value : 0.0);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string points_text(const std::vector<std::pair<double, double>>& points) {
  std::string text;
  for (const auto& [x, y] : points)
    text += (text.empty() ? "" : " ") + coordinate(x) + "," + coordinate(y);
  return text;
}

/// Ids are written in attributes and in url(#...).
std::string id_text(const std::string& id) {
  std::string text = "f";
  if (!id.empty() && std::isalpha(static_cast<unsigned char>(id.front())) != 0) text.clear();
  constexpr std::size_t kLongestId = 64;
  for (const char c : id.substr(0, kLongestId))
    text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
  return text;
}

/// A name may be a megabyte long; a title is for reading.
std::string title_text(std::string_view title) {
  if (title.size() <= kLongestTitle) return markup_line(title);
  std::size_t end = kLongestTitle;
  while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xC0U) == 0x80U) --end;
  return markup_line(title.substr(0, end)) + "\u2026";
}

/// Lines across a tile of 8 by 8, of each pattern but the first.
std::string pattern_lines(int pattern) {
  switch (pattern) {
    case 1:
      return "M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6";
    case 2:
      return "M0,4 L8,4";
    case 3:
      return "M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2";
    case 4:
      return "M4,0 L4,8";
    default:
      return "M0,4 L8,4 M4,0 L4,8";
  }
}

struct Rgb {
  double r, g, b;
};

}  // namespace

Look look_of(std::size_t n) {
  return {kColours[n % kColours.size()], kDashes[(n + n / kColours.size()) % kDashes.size()],
          static_cast<int>(n % kMarkers), static_cast<int>((n + n / kColours.size()) % kPatterns)};
}

std::string shade(double share) {
  // From nearly white over blue to nearly black: darker is more, on paper too.
  constexpr std::array<Rgb, 3> kStops = {Rgb{240, 246, 252}, {86, 160, 211}, {8, 48, 107}};
  const double at = std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * 2;
  const std::size_t from = at < 1 ? 0 : 1;
  const double part = at - static_cast<double>(from);
  const Rgb &a = kStops[from], &b = kStops[from + 1];
  const auto mixed = [part](double x, double y) {
    return static_cast<int>(std::lround(x + (y - x) * part));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mixed(a.r, b.r), mixed(a.g, b.g), mixed(a.b, b.b));
}

std::string_view ink_on(double share) {
  return share > 0.62 ? kPaper : kInk;
}

Drawing::Drawing(const Caption& caption, double width)
    : id_(id_text(caption.id)),
      title_(caption.title),
      description_(caption.description),
      width_(width) {
  if (title_.empty()) {
    top_ = 8;
    return;
  }
  double y = 8;
  for (const std::string& each : wrapped(title_, width - 16, kTitle, 3)) {
    y += kTitle + 3;
    text(8, y - 3, each, {.size = kTitle, .bold = true});
  }
  top_ = y + 10;
}

std::string Drawing::paint_text(const Paint& paint) const {
  std::string text = fmt::format(" fill=\"{}\"", paint.fill);
  if (paint.opacity < 1) text += " fill-opacity=\"" + coordinate(paint.opacity) + "\"";
  if (paint.stroke != "none")
    text +=
        fmt::format(" stroke=\"{}\" stroke-width=\"{}\"", paint.stroke, coordinate(paint.width));
  if (!paint.dash.empty()) text += " stroke-dasharray=\"" + paint.dash + "\"";
  return text;
}

void Drawing::element(std::string_view tag, const std::string& attributes, std::string_view title) {
  body_ += fmt::format("<{}{}", tag, attributes);
  if (title.empty())
    body_ += "/>\n";
  else
    body_ += fmt::format("><title>{}</title></{}>\n", title_text(title), tag);
}

void Drawing::line(double x1, double y1, double x2, double y2, const Paint& paint) {
  element("line",
          fmt::format(" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}", coordinate(x1), coordinate(y1),
                      coordinate(x2), coordinate(y2), paint_text(paint)),
          {});
}

void Drawing::rectangle(double x, double y, double width, double height, const Paint& paint,
                        std::string_view title) {
  element("rect",
          fmt::format(" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}", coordinate(x),
                      coordinate(y), coordinate(std::max(0.0, width)),
                      coordinate(std::max(0.0, height)), paint_text(paint)),
          title);
}

void Drawing::polyline(const std::vector<std::pair<double, double>>& points, const Paint& paint) {
  element("polyline",
          fmt::format(" points=\"{}\"{} stroke-linejoin=\"round\"", points_text(points),
                      paint_text(paint)),
          {});
}

void Drawing::polygon(const std::vector<std::pair<double, double>>& points, const Paint& paint,
                      std::string_view title) {
  element("polygon", fmt::format(" points=\"{}\"{}", points_text(points), paint_text(paint)),
          title);
}

void Drawing::marker(int shape, double x, double y, double radius, const Paint& paint,
                     std::string_view title) {
  const double r = radius;
  switch (shape) {
    case 0:
      element("circle",
              fmt::format(" cx=\"{}\" cy=\"{}\" r=\"{}\"{}", coordinate(x), coordinate(y),
                          coordinate(r), paint_text(paint)),
              title);
      return;
    case 1:
      rectangle(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r, paint, title);
      return;
    case 2:
      polygon({{x, y - 1.25 * r}, {x + 1.25 * r, y}, {x, y + 1.25 * r}, {x - 1.25 * r, y}}, paint,
              title);
      return;
    case 3:
      polygon({{x, y - 1.2 * r}, {x + 1.1 * r, y + 0.8 * r}, {x - 1.1 * r, y + 0.8 * r}}, paint,
              title);
      return;
    case 4:
      polygon({{x, y + 1.2 * r}, {x + 1.1 * r, y - 0.8 * r}, {x - 1.1 * r, y - 0.8 * r}}, paint,
              title);
      return;
    default: {
      const double a = 0.4 * r, b = 1.1 * r;
      polygon({{x - a, y - b},
               {x + a, y - b},
               {x + a, y - a},
               {x + b, y - a},
               {x + b, y + a},
               {x + a, y + a},
               {x + a, y + b},
               {x - a, y + b},
               {x - a, y + a},
               {x - b, y + a},
               {x - b, y - a},
               {x - a, y - a}},
              paint, title);
    }
  }
}

void Drawing::text(double x, double y, std::string_view text, const TextStyle& style,
                   std::string_view whole) {
  std::string attributes = fmt::format(" x=\"{}\" y=\"{}\"", coordinate(x), coordinate(y));
  if (style.size != kText) attributes += " font-size=\"" + coordinate(style.size) + "\"";
  if (style.anchor != "start") attributes += fmt::format(" text-anchor=\"{}\"", style.anchor);
  if (style.colour != kInk) attributes += fmt::format(" fill=\"{}\"", style.colour);
  if (style.bold) attributes += " font-weight=\"bold\"";
  if (style.turn != 0)
    attributes += fmt::format(" transform=\"rotate({} {} {})\"", coordinate(style.turn),
                              coordinate(x), coordinate(y));
  body_ += fmt::format("<text{}>{}", attributes, markup_line(text));
  if (!whole.empty() && whole != text) body_ += "<title>" + title_text(whole) + "</title>";
  body_ += "</text>\n";
}

std::string Drawing::fill_of(const Look& look) {
  if (look.pattern == 0) return look.colour;
  const std::string id = fmt::format("{}-p{}-{}", id_, look.pattern, look.colour.substr(1));
  if (std::ranges::find(patterns_, id) == patterns_.end()) {
    patterns_.push_back(id);
    definitions_ += fmt::format(
        "<pattern id=\"{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
        "<rect width=\"8\" height=\"8\" fill=\"{}\" fill-opacity=\"0.45\"/>"
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/></pattern>\n",
        id, look.colour, pattern_lines(look.pattern), look.colour);
  }
  return "url(#" + id + ")";
}

std::string Drawing::finish(double height, const std::string& values) const {
  std::string description = description_;
  if (!values.empty()) description += (description.empty() ? "" : " ") + values;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\" aria-labelledby=\"{2}-title {2}-desc\" "
      "font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\" "
      "font-size=\"{3}\" fill=\"{4}\">\n",
      coordinate(width_), coordinate(height), id_, coordinate(kText), kInk);
  svg += fmt::format("<title id=\"{}-title\">{}</title>\n", id_,
                     title_.empty() ? "Figure" : title_text(title_));
  svg += fmt::format("<desc id=\"{}-desc\">{}</desc>\n", id_, title_text(description));
  if (!definitions_.empty()) svg += "<defs>\n" + definitions_ + "</defs>\n";
  svg += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", coordinate(width_),
                     coordinate(height), kPaper);
  return svg + body_ + "</svg>\n";
}

double draw_legend(Drawing& drawing, double left, double right, double top,
                   const std::vector<LegendEntry>& entries) {
  constexpr double kSign = 30, kGap = 16, kRow = 18;
  double x = left, y = top;
  for (const LegendEntry& entry : entries) {
    const std::string name = shortened(entry.name, right - left - kSign, kText);
    const double width = kSign + text_width(name, kText);
    if (x > left && x + width > right) {
      x = left;
      y += kRow;
    }
    const double middle = y + kRow / 2;
    if (entry.line) {
      drawing.line(x, middle, x + kSign - 6, middle,
                   {.stroke = entry.look.colour, .width = 2, .dash = entry.look.dash});
      drawing.marker(entry.look.marker, x + (kSign - 6) / 2, middle, 3.5,
                     {.fill = entry.look.colour});
    } else {
      drawing.rectangle(x + 4, middle - 6, kSign - 12, 12,
                        {.fill = drawing.fill_of(entry.look), .stroke = entry.look.colour});
    }
    drawing.text(x + kSign, middle + 4, name, {}, entry.name);
    x += width + kGap;
  }
  return entries.empty() ? top : y + kRow;
}

double draw_shades(Drawing& drawing, double left, double top, std::string_view meaning,
                   Range range) {
  constexpr int kSteps = 20;
  constexpr double kStep = 5, kHeight = 10;
  const std::string low = number_text(range.lowest), high = number_text(range.highest);
  drawing.text(left, top + kHeight, low, {.size = kSmall});
  const double from = left + text_width(low, kSmall) + 6;
  for (int i = 0; i < kSteps; ++i)
    drawing.rectangle(from + i * kStep, top, kStep + 0.5, kHeight,
                      {.fill = shade((i + 0.5) / kSteps)});
  drawing.rectangle(from, top, kSteps * kStep + 0.5, kHeight, {.stroke = kFaint, .width = 0.5});
  const double after = from + kSteps * kStep + 6;
  drawing.text(after, top + kHeight, high, {.size = kSmall});
  const double text_at = after + text_width(high, kSmall) + 10;
  drawing.text(text_at, top + kHeight, shortened(meaning, drawing.width() - text_at - 8, kSmall),
               {.size = kSmall, .colour = kFaint}, meaning);
  return top + kHeight + 8;
}

double draw_x_axis(Drawing& drawing, const Scale& scale, const Ticks& ticks, double left,
                   double right, double top, double bottom, std::string_view label) {
  double last_end = -1e9;
  for (std::size_t i = 0; i < ticks.at.size(); ++i) {
    const double x = scale(ticks.at[i]);
    drawing.line(x, top, x, bottom, {.stroke = kGrid});
    const double half = text_width(ticks.texts[i], kSmall) / 2;
    if (x - half < last_end + 4) continue;  // no number upon another
    last_end = x + half;
    drawing.text(x, bottom + 14, ticks.texts[i],
                 {.size = kSmall, .anchor = "middle", .colour = kFaint});
  }
  double y = bottom + 20;
  if (!label.empty()) {
    const double room = drawing.width() - 16;
    for (const std::string& line : wrapped(label, room, kText, 2)) {
      // In the middle of the axis, but within the figure.
      const double half = text_width(line, kText) / 2;
      const double middle =
          std::clamp((left + right) / 2, 8 + half, std::max(8 + half, drawing.width() - 8 - half));
      y += 14;
      drawing.text(middle, y, line, {.anchor = "middle"}, line.ends_with("\u2026") ? label : "");
    }
    y += 4;
  }
  return y;
}

std::string empty_figure(const Caption& caption) {
  Drawing drawing(caption, kWidth);
  const std::string words = "There are no values to show.";
  drawing.text(kWidth / 2, drawing.top() + 30, words, {.anchor = "middle", .colour = kFaint});
  return drawing.finish(drawing.top() + 54, words);
}

NameColumn name_column(const std::vector<std::string>& names, double most) {
  NameColumn column;
  std::map<std::string, std::size_t> alike;
  for (const std::string& name : names) {
    column.shown.push_back(shortened(name, most, kText));
    ++alike[column.shown.back()];
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    // Names that begin alike mostly end differently.
    if (alike[column.shown[i]] > 1)
      column.shown[i] = shortened_in_the_middle(names[i], most, kText);
    column.width = std::max(column.width, text_width(column.shown[i], kText));
  }
  column.width = std::min(column.width, most);
  return column;
}

std::string left_out(std::size_t count) {
  if (count == 0) return "";
  return count == 1 ? " One value that is no number is left out."
                    : fmt::format(" {} values that are no numbers are left out.", count);
}

void Extent::see(double value) {
  if (!std::isfinite(value)) return;
  lowest = lowest ? std::min(*lowest, value) : value;
  highest = highest ? std::max(*highest, value) : value;
}

}  // namespace syndisco::figures
