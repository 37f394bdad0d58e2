#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/analysis/stats/frame.h"

namespace syndisco::stats {

/// A model formula in the usual notation: `y ~ a * b + c:d + x - 1 + (1 | group)`.
///
/// `a * b` is `a + b + a:b`; `+ 0` or `- 1` leaves the intercept out; `- a:b` takes a term away;
/// parentheses group; one `(1 | g)` is a random intercept by g. Names are letters, digits, `_`, `.`
/// and all non-ASCII characters, not beginning with a digit; others go in backquotes: `my column`.
/// `C(x)` takes a numeric column for a factor, and `C(x, Treatment(reference='level'))` or
/// `C(x, Treatment('level'))` names its reference.
struct Formula {
  std::string text;  ///< as given
  std::string response;
  bool intercept = true;
  /// Each term by its variables; in the order written, main effects before interactions of two,
  /// those before interactions of three. No term is named twice.
  std::vector<std::vector<std::string>> terms;
  std::string group;                              ///< of the random intercept; "" without one
  std::vector<std::string> categorical;           ///< variables written as C(...)
  std::map<std::string, std::string> references;  ///< those given inside C(...)
};

/// Throws InputError with what was expected and its place: file "formula", line 1, column in
/// characters from 1.
Formula parse_formula(std::string_view text);

struct DesignOptions {
  /// Reference level by factor. Without one: the first in byte order of those that occur. One given
  /// in the formula wins.
  std::map<std::string, std::string> references;
  /// All levels of a factor, for frames that are one part of a larger whole: the columns are then
  /// the same whichever levels occur. Not needed otherwise.
  std::map<std::string, std::vector<std::string>> levels;
};

/// What a linear model is fitted to. Rows with a missing value in any variable of the formula are
/// left out.
struct Design {
  std::string response;
  std::vector<std::string> names;  ///< of the columns: "Intercept", "a[T.b]", "a[T.b]:x"
  std::vector<double> x;           ///< rows() × names.size(), row by row
  std::vector<double> y;
  std::string group;                      ///< name of the grouping variable; "" without one
  std::vector<std::int32_t> group_codes;  ///< of every row; empty without a grouping variable
  std::size_t group_count = 0;            ///< that occur; codes are in [0, group_count)
  std::vector<std::size_t> source_rows;   ///< row of the frame that each row comes from
  std::size_t rows_left_out = 0;
  std::map<std::string, std::string> references;  ///< of every factor in the formula

  std::size_t rows() const { return y.size(); }
  std::size_t columns() const { return names.size(); }
};

/// Treatment coding: one column for every level but the reference, named `factor[T.level]`. Where
/// terms of lower order are left out (`a:x` without `x`, no intercept), a factor gets a column for
/// every level, `factor[level]`, by the rules of patsy, so that formulas mean the same there. In an
/// interaction the levels of its first factor vary fastest.
///
/// Throws InputError: an unknown column or level (with "did you mean"), a factor with a single
/// level, a response that is a factor, an infinite value, no rows left. Whether columns depend on
/// each other is found by the fit (mixed_model.h).
Design make_design(const Formula& formula, const Frame& frame, const DesignOptions& options = {});

}  // namespace syndisco::stats
