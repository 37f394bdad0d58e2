#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// The text as one cell of a CSV file (RFC 4180): between quotation marks where it has to be.
std::string csv_quoted(std::string_view text);

/// Reads a CSV file row by row: RFC 4180 with any of the three line ends, a byte order mark left
/// out, rows without a character left out. `text` outlives it.
class CsvReader {
 public:
  /// `source` is the file's name, for messages.
  CsvReader(std::string_view text, std::string source);

  /// Puts the next row into `cells`; false where there is none. Throws InputError with the line
  /// where a quoted cell has no end, or goes on after its end.
  bool next(std::vector<std::string>& cells);

  /// Of the row that came last, from 1.
  int line() const { return row_line_; }

 private:
  void read_quoted(std::string& cell);
  bool at_line_end() const;
  void skip_line_end();

  std::string_view text_;
  std::string source_;
  std::size_t position_ = 0;
  int line_ = 1;
  int row_line_ = 0;
};

}  // namespace syndisco
