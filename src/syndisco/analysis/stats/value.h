#pragma once

#include <string>
#include <utility>

namespace syndisco::stats {

/// A number, or the reason why there is none. Every statistic here is one, so that no table shows
/// an unexplained NaN.
///
/// The functions of this folder are pure: no I/O, no state, callable from any thread. They read
/// samples as spans of doubles, in which NaN is a missing value and is left out (in paired
/// functions the whole pair), unless a header says otherwise. An infinite value makes those results
/// undefined in which more than the order of values counts.
struct Value {
  double value = 0;     ///< meaningful where `why_not` is empty, and finite then
  std::string why_not;  ///< why it is undefined, such as "all values are equal"; no final dot

  Value() : why_not("not computed") {}
  /// Undefined, with a general reason, where `number` is not finite.
  Value(double number);
  static Value undefined(std::string why);

  bool defined() const { return why_not.empty(); }
  /// `value`, or `other` where undefined.
  double value_or(double other) const { return defined() ? value : other; }
};

}  // namespace syndisco::stats
