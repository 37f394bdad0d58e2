#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace syndisco::figures {

// Figures as SVG text, from plain values: no browser, no font, no other file. All functions are
// pure and thread-safe, throw nothing for whatever the values are, and give the same text for the
// same values. Names may be any text: they are shown, shortened where room is short, whole in
// <title>; nothing in them is obeyed. Values that are not finite are left out, and the description
// says how many; without a value the figure says that there are none.
//
// Every figure is readable by those who do not see it (role="img", <title>, <desc> with the
// values), by those who see colours differently (the palette of Okabe and Ito, and a shape, dash or
// pattern beside each colour) and in black and white. Text stays text. Sizes are in CSS pixels; the
// root has a viewBox, so a figure scales. Backgrounds are white.

/// What stands around a figure.
struct Caption {
  std::string title;        ///< above the drawing; "": none
  std::string description;  ///< for <desc>, before what the values come to; "": that alone
  /// Begins the ids inside, which must be distinct among the figures of one page. Letters, digits,
  /// dashes; others become dashes.
  std::string id = "figure";
};

/// A number and how sure it is.
struct Estimate {
  double value = 0;
  std::optional<double> low, high;  ///< ends of its interval: both or none
  std::size_t count = 0;            ///< observations behind it; 0: not said
};

/// Estimates by condition, one below the other, the names at the left.
struct Bars {
  std::string axis;                      ///< what is measured, with its unit
  std::vector<std::string> names;        ///< of conditions
  std::vector<std::string> series = {};  ///< what is told apart within a condition; none: nothing
  /// By series (one where `series` has none), by condition; nothing where there is no value.
  std::vector<std::vector<std::optional<Estimate>>> values;
  /// Points with whiskers, on an axis without zero but `reference`, for what is no amount: effects.
  bool points = false;
  std::optional<double> reference = {};  ///< a line at this value
};
std::string bars(const Caption& caption, const Bars& data);

/// All values of a measure under one condition.
struct Sample {
  std::string name;
  std::vector<double> values;
};

/// How values spread, by condition: shares where they are few different ones (at most 12, each
/// three times on average or more), else a kernel density (Gaussian, Silverman's bandwidth); below
/// each the quartiles as a box (linear interpolation), whiskers to the farthest value within 1.5
/// box lengths, and the mean as a point. Where a few values are so far away that the others would
/// have no room, the axis ends before them, and the figure says how many they are.
struct Distributions {
  std::string axis;
  std::vector<Sample> samples;
};
std::string distributions(const Caption& caption, const Distributions& data);

/// A point of a line.
struct LinePoint {
  double x = 0;
  Estimate y;
};
struct Line {
  std::string name;
  std::vector<LinePoint> points;  ///< ascending in x; a line breaks where a value is not finite
};

/// A measure over turns, by condition, with its interval as a band.
struct Lines {
  std::string x_axis, y_axis;
  std::vector<Line> lines;
  /// x counts something: the axis has whole ticks, and a line breaks where a number is left out.
  bool counted = false;
};
std::string lines(const Caption& caption, const Lines& data);

/// Numbers by row and column, as shades with the number in each cell.
struct HeatMap {
  std::string legend;  ///< what the numbers are
  std::vector<std::string> rows, columns;
  std::vector<std::vector<std::optional<double>>> values;  ///< by row, by column
  /// Ends of the shades; nothing: of the values.
  std::optional<double> lowest = {}, highest = {};
};
std::string heat_map(const Caption& caption, const HeatMap& data);

/// Something said in a discussion.
struct TimelineEvent {
  std::size_t index = 1;    ///< of the comment, from 1, ascending
  std::size_t speaker = 0;  ///< position in Timeline::speakers
  enum class Kind { kOpening, kUser, kFacilitator } kind = Kind::kUser;
  bool silent = false;
  std::optional<double> value;  ///< a rating of the comment: its shade and size
};

/// Who speaks when.
struct Timeline {
  std::vector<std::string> speakers;
  std::vector<TimelineEvent> events;
  std::string value;                                ///< what the values are; "": there are none
  std::optional<double> lowest = {}, highest = {};  ///< ends of their scale; nothing: of the values
};
std::string timeline(const Caption& caption, const Timeline& data);

}  // namespace syndisco::figures
