#pragma once

#include <string>
#include <vector>

namespace syndisco::figures {

/// From the lowest to the highest value of an axis; `lowest` < `highest`, both finite.
struct Range {
  double lowest = 0;
  double highest = 1;
};

/// A range that holds both (finite) values. Where they are equal, or too near for their size to be
/// told apart, it is wider than they are, with their middle in its middle; of zeros it is {0, 1}.
Range range_of(double lowest, double highest);

/// Round values at which an axis is marked: multiples of 1, 2 or 5 times a power of ten, ascending,
/// and how each is written, all alike.
struct Ticks {
  std::vector<double> at;
  std::vector<std::string> texts;
};

/// Between 2 and about `most` (at least 2) ticks that embrace the range: the first is at or below
/// its lowest value, the last at or above its highest.
Ticks nice_ticks(Range range, int most);

/// Where values stand on an axis: `from` and `to` are the coordinates of the ends of the range.
class Scale {
 public:
  Scale(Range range, double from, double to) : range_(range), from_(from), to_(to) {}

  /// Values outside of the range, and infinite ones, stand at its ends.
  double operator()(double value) const;
  const Range& range() const { return range_; }

 private:
  Range range_;
  double from_, to_;
};

/// A value for people: three significant digits without needless zeros, a real minus; "1.23e9" from
/// a million on or below a thousandth. "–" for what is no number.
std::string number_text(double value);

/// Values that stand below or beside each other, all with as many digits after the point as the
/// largest of them has in three significant ones.
std::vector<std::string> number_texts(const std::vector<double>& values);

}  // namespace syndisco::figures
