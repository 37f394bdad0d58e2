#pragma once

#include <algorithm>
#include <iterator>
#include <span>

namespace syndisco {

struct CodePointRange {
  char32_t first;
  char32_t last;
};

/// Every `step`-th code point from `first` to `last` has its lower case at + `distance`.
struct CaseRange {
  char32_t first;
  char32_t last;
  char32_t step;
  int distance;
};

// Properties as Python 3.12 has them (Unicode 15.0), sorted; tools/make_unicode_tables.py writes
// them.
extern const std::span<const CodePointRange> kAlphanumeric;  ///< str.isalnum
extern const std::span<const CodePointRange> kDecimal;       ///< str.isdecimal
extern const std::span<const CodePointRange> kNotPrintable;  ///< not str.isprintable
extern const std::span<const CodePointRange> kMark;          ///< categories Mn, Mc, Me
extern const std::span<const CodePointRange> kWide;          ///< East Asian width W or F
extern const std::span<const CodePointRange> kZeroWidth;     ///< takes no column of a terminal
extern const std::span<const CaseRange> kLowerCase;          ///< beyond ASCII

inline bool contains(std::span<const CodePointRange> ranges, char32_t c) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), c,
      [](char32_t code, const CodePointRange& range) { return code < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

}  // namespace syndisco
