#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "syndisco/text/json.h"

namespace syndisco {

/// A value that does not exist for these data, and why, in words a reader understands: "one group
/// only". Never a NaN without a word.
struct Undefined {
  std::string reason;
  bool operator==(const Undefined&) const = default;
};

/// Reals are finite; what is not becomes Undefined where it arises (see `real_cell`).
using TableCell = std::variant<std::string, std::int64_t, double, Undefined>;

/// How the reals of a column are shown to people; CSV and JSON always have all digits.
enum class RealStyle {
  kFixed,        ///< `digits` after the point
  kSignificant,  ///< `digits` significant ones: for what may be very small
  kPercent,      ///< a share in [0, 1] as 12.3 %, `digits` after the point
  kP,            ///< a p-value: three digits after the point, "<0.001" below that
};

/// One column of a table.
struct TableColumn {
  std::string name;     ///< for programs: lower case, digits and underscores, unique in its table
  std::string heading;  ///< for people
  std::string unit;     ///< "words", "s"; "" where there is none
  bool left = false;    ///< aligned left, as text is; numbers stand right
  RealStyle style = RealStyle::kFixed;
  int digits = 2;  ///< at least 0
};

/// A result, ready to be shown in any way. Every row has as many cells as there are columns.
struct ResultTable {
  std::string name;   ///< for files and `--table`: lower case, digits, dashes, dots
  std::string title;  ///< one line, without a final dot
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;
  std::vector<std::string> notes;  ///< whole sentences: what was counted, what is missing and why

  /// Position of the column of that name. Throws std::out_of_range.
  std::size_t column(std::string_view name) const;
  /// Throws std::out_of_range.
  const TableCell& at(std::size_t row, std::string_view column) const;
};

/// The value, or Undefined with `reason` where it is not finite.
TableCell real_cell(double value, std::string_view reason);

/// What a person reads in a cell of the column. Undefined is a dash; its reason is among
/// `undefined_notes`.
std::string shown(const TableColumn& column, const TableCell& cell);

/// A sentence for every reason why cells are undefined, each once: "- (12 cells): one group only".
std::vector<std::string> undefined_notes(const ResultTable& table);

enum class RenderFormat { kText, kCsv, kJson, kMarkdown, kLatex };

/// Format of "text", "csv", "json", "markdown", "latex"; throws InputError otherwise.
RenderFormat render_format_from(std::string_view name);
/// ".txt", ".csv", ".json", ".md", ".tex".
std::string_view render_ending(RenderFormat format);

// Each ends in a newline. CSV has the names of columns, undefined cells empty, and no notes, so
// that it is one table and nothing else. LaTeX is a `table` with booktabs rules, to be \input.
std::string render(const ResultTable& table, RenderFormat format);
/// {"name", "title", "columns": [{"name", "heading", "unit"}], "rows": [{column: value}], "notes",
/// "undefined": [{"row", "column", "reason"}]}; undefined cells are null.
Json table_json(const ResultTable& table);

}  // namespace syndisco
