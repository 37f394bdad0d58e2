#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syndisco/analysis/figures/figure.h"
#include "syndisco/analysis/figures/scale.h"

namespace syndisco::figures {

// What the figures have in common. Coordinates are CSS pixels from the upper left corner.

constexpr double kWidth = 480;                          ///< of a figure that needs no more
constexpr double kSmall = 11, kText = 12, kTitle = 14;  ///< font sizes
constexpr const char *kInk = "#222222", *kFaint = "#6b6b6b", *kGrid = "#dddddd",
                     *kPaper = "#ffffff";

/// How one of several conditions looks. The n-th differs from the others by its colour, and from
/// its neighbours by dash, marker and pattern; no two of the first 40 look alike.
struct Look {
  std::string colour;
  std::string dash;  ///< stroke-dasharray; "": solid
  int marker = 0;    ///< for `Drawing::marker`
  int pattern = 0;   ///< for `Drawing::fill_of`
};
Look look_of(std::size_t n);

/// A shade from light (0) to dark (1), evenly by lightness, and the colour of text upon it.
std::string shade(double share);
std::string_view ink_on(double share);

/// How a line or an area is painted.
struct Paint {
  std::string fill = "none";
  std::string stroke = "none";
  double width = 1;  ///< of the stroke
  std::string dash = {};
  double opacity = 1;  ///< of the filling
};

struct TextStyle {
  double size = kText;
  std::string_view anchor = "start";  ///< start, middle, end
  std::string_view colour = kInk;
  bool bold = false;
  double turn = 0;  ///< degrees, about the given point
};

/// Gathers what is drawn and makes an SVG document of it. Titles of elements are what a pointer
/// shows that rests on them.
class Drawing {
 public:
  /// Draws the caption's title, in lines that fit, and moves `top` below it.
  Drawing(const Caption& caption, double width);

  double top() const { return top_; }  ///< where the drawing proper begins
  double width() const { return width_; }

  void line(double x1, double y1, double x2, double y2, const Paint& paint);
  void rectangle(double x, double y, double width, double height, const Paint& paint,
                 std::string_view title = {});
  /// `points` in order. A polygon is closed.
  void polyline(const std::vector<std::pair<double, double>>& points, const Paint& paint);
  void polygon(const std::vector<std::pair<double, double>>& points, const Paint& paint,
               std::string_view title = {});
  /// Shapes 0 to 5: circle, square, diamond, triangle up, triangle down, cross.
  void marker(int shape, double x, double y, double radius, const Paint& paint,
              std::string_view title = {});
  /// `whole`: the text that `text` was shortened from; it becomes the title where it is longer.
  void text(double x, double y, std::string_view text, const TextStyle& style = {},
            std::string_view whole = {});

  /// A paint for an area: the colour for pattern 0, else the colour hatched in one of five ways.
  std::string fill_of(const Look& look);

  /// The SVG document, ending in a newline. `values` says in words what is shown.
  std::string finish(double height, const std::string& values) const;

 private:
  std::string paint_text(const Paint& paint) const;
  void element(std::string_view tag, const std::string& attributes, std::string_view title);

  std::string id_, title_, description_;
  double width_, top_ = 0;
  std::string definitions_, body_;
  std::vector<std::string> patterns_;
};

/// One entry of a legend; `line`: dash and marker, else a filled square.
struct LegendEntry {
  std::string name;
  Look look;
  bool line = false;
};
/// Entries beside each other in as many rows as they need, between `left` and `right`. Returns the
/// lower end.
double draw_legend(Drawing& drawing, double left, double right, double top,
                   const std::vector<LegendEntry>& entries);

/// Shades from one value to another, with what they mean. Returns the lower end.
double draw_shades(Drawing& drawing, double left, double top, std::string_view meaning,
                   Range range);

/// Vertical grid lines from `top` to `bottom` with numbers and a label below. Returns the lower
/// end.
double draw_x_axis(Drawing& drawing, const Scale& scale, const Ticks& ticks, double left,
                   double right, double top, double bottom, std::string_view label);

/// The figure where there is no value.
std::string empty_figure(const Caption& caption);

/// A column of names at the left.
struct NameColumn {
  double width = 0;                ///< what the widest takes, at most `most`
  std::vector<std::string> shown;  ///< shortened
};
NameColumn name_column(const std::vector<std::string>& names, double most);

/// "3 values that are no numbers are left out." or "".
std::string left_out(std::size_t count);

/// The smallest and the largest of what was seen.
struct Extent {
  std::optional<double> lowest, highest;
  void see(double value);
};

}  // namespace syndisco::figures
