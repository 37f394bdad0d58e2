#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/journal/journal.h"
#include "syndisco/record/published.h"  // message_orders, message_id

namespace syndisco {

// The dataset as two tables: one row per turn, one row per annotation.

/// kGuardedCsv is kCsv whose cells no spreadsheet takes for formulas: a text that begins with =, +,
/// -, @, a tab, a line break or ' has another ' before it. Taking one ' off the front of every cell
/// that has it gives the texts back.
enum class TableFormat { kCsv, kGuardedCsv, kJsonLines };

/// Takes the next piece of a text.
using Sink = std::function<void(std::string_view)>;

/// Cells of one row, typed, in the order of the columns. A text, number, boolean, null (an empty
/// cell of a CSV file) or, for personas, an object (JSON text in a CSV file).
using Row = std::vector<Json>;

/// Writes rows one after the other. CSV: RFC 4180 with "\n" at line ends, UTF-8, a header line,
/// booleans as "true" and "false". JSON Lines: one object per row, UTF-8. The sink outlives it.
class TableWriter {
 public:
  TableWriter(TableFormat format, std::vector<std::string> columns, const Sink& sink);

  /// Requires as many cells as there are columns.
  void write(const Row& row);

 private:
  TableFormat format_;
  std::vector<std::string> columns_;
  const Sink& sink_;
};

/// Names of the columns; `factors` are those of the experiment. A factor of the name of another
/// column is called "factor_<name>".
std::vector<std::string> comment_columns(const std::vector<std::string>& factors);
std::vector<std::string> annotation_columns();

/// One row per turn, in order.
std::vector<Row> comment_rows(const DiscussionRecord& discussion,
                              const std::vector<std::string>& factors);

/// One row per annotation, in order.
std::vector<Row> annotation_rows(const AnnotationRecord& annotation,
                                 const DiscussionRecord& discussion);

/// What a table held.
struct TableCounts {
  std::size_t discussions = 0;  ///< that have rows
  std::size_t unfinished = 0;   ///< of these, neither completed nor failed
  std::size_t failed = 0;       ///< of these
  std::size_t rows = 0;
};

/// The whole tables, one discussion in memory at a time. Discussions stand in the order of the
/// plan, unfinished and failed ones as far as they came.
TableCounts write_comments(const Journal& journal, TableFormat format, const Sink& sink);
TableCounts write_annotations(const Journal& journal, TableFormat format, const Sink& sink);

}  // namespace syndisco
