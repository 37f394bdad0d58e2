#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// Names a comment in 16 bytes: the number behind a message_id (or the MD5 of an id that is no
/// MD5), or the MD5 of conv_id and comment_index.
using CommentKey = std::array<std::uint8_t, 16>;
CommentKey message_key(std::string_view message_id);
CommentKey index_key(std::string_view conv_id, std::uint64_t comment_index);

/// Numbers from elsewhere for comments, as a CSV file gives them.
struct Ratings {
  std::string source;  ///< the file's name, for messages
  /// How rows name comments: by `conv_id` and `comment_index`, or by `message_id`.
  enum class Key { kIndex, kMessage } key = Key::kMessage;
  std::vector<std::string> columns;         ///< the numeric ones, in the order of the file
  std::vector<CommentKey> keys;             ///< by row
  std::vector<std::vector<double>> values;  ///< by column, by row; NaN where a cell is empty
  std::vector<std::string> ignored;         ///< columns that are not numeric
  std::size_t header_rows = 0;              ///< that repeat the header, left out
  std::size_t error_rows = 0;               ///< whose column `error` says something, left out
  std::size_t bad = 0;                      ///< rows that cannot be read, left out
  std::vector<std::string> bad_rows;        ///< "line 12: ..." of the first 5 of them

  // Once joined:
  std::size_t matched = 0;        ///< rows that are the rating of a comment
  std::size_t unmatched = 0;      ///< rows whose comment is not there
  std::size_t surplus = 0;        ///< rows of a comment that has its rating already
  std::size_t repeated_ids = 0;   ///< message_ids that are rated more than once
  std::size_t differing_ids = 0;  ///< of these, rated differently
  std::size_t unrated = 0;        ///< comments without a row

  std::size_t rows() const { return keys.size(); }
};

/// Whether a column of that name says what a comment is, as in the files of `syndisco export`, and
/// is no measurement.
bool describes_comments(std::string_view column);

/// How `read_ratings` finds the comment of a row.
enum class RatingRows {
  kNamed,    ///< by its key
  kCounted,  ///< the n-th row of a conv_id rates the n-th comment: a file of comments themselves
};

/// Reads a CSV file with a header (RFC 4180, UTF-8) whose rows name comments by `conv_id` and
/// `comment_index`, or else by `message_id`. Of the other columns but `error`, those become
/// measures of whose filled cells at least nine in ten are numbers; the other cells of such a
/// column make their row a bad one. "", NA, NaN, null and None are missing. `columns`: just these.
/// Throws InputError with the line where the file is no table, has no key, or lacks a wanted column
/// ("did you mean").
Ratings read_ratings(std::string_view csv, const std::string& source,
                     const std::vector<std::string>& columns = {},
                     RatingRows rows = RatingRows::kNamed);

/// More factors: the first column is `conv_id` or the name of a factor that is there already, the
/// others are new factors by its value.
struct FactorTable {
  std::string source;
  std::string key;                                         ///< heading of the first column
  std::vector<std::string> factors;                        ///< the other headings
  std::map<std::string, std::vector<std::string>> levels;  ///< by value of the first column
};

/// Throws InputError with the line: no header, a row of another length, a key or heading twice.
FactorTable read_factors(std::string_view csv, const std::string& source);

}  // namespace syndisco
