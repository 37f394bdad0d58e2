#include "syndisco/analysis/ratings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/base/hash.h"
#include "syndisco/text/csv.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::size_t kBadRowsShown = 5;
constexpr double kNumericShare = 0.9;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<CommentKey> key_of_hex(std::string_view hex) {
  CommentKey key{};
  if (hex.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

bool is_missing(std::string_view cell) {
  return cell.empty() || cell == "NA" || cell == "NaN" || cell == "nan" || cell == "null" ||
         cell == "None";
}

std::optional<double> finite_number(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

/// One column that may become a measure.
struct Candidate {
  std::size_t cell = 0;
  std::size_t numbers = 0;
  std::vector<double> values;
  /// The first cells that are no numbers: row, and what to say of it.
  std::vector<std::pair<std::size_t, std::string>> others;
  std::vector<std::size_t> other_rows;
};

class RatingsReader {
 public:
  RatingsReader(std::string_view csv, const std::string& source,
                const std::vector<std::string>& wanted, RatingRows rows)
      : reader_(csv, source), wanted_(wanted), counted_(rows == RatingRows::kCounted) {
    ratings_.source = source;
    if (!reader_.next(header_))
      throw InputError("there is nothing in it", {source, 1, 0, {}}, "a header line comes first");
    find_keys();
    find_candidates();
  }

  Ratings read() {
    std::vector<std::string> cells;
    while (reader_.next(cells)) take(cells);
    choose_columns();
    return std::move(ratings_);
  }

 private:
  std::optional<std::size_t> position(std::string_view name) const {
    const auto at = std::ranges::find(header_, name);
    if (at == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - header_.begin());
  }

  void find_keys() {
    conv_ = position("conv_id");
    index_ = position("comment_index");
    message_ = position("message_id");
    error_ = position("error");
    if (conv_ && (index_ || counted_)) {
      ratings_.key = Ratings::Key::kIndex;
    } else if (!message_) {
      throw InputError("no column says which comment a row rates", {ratings_.source, 1, 0, {}},
                       "give conv_id and comment_index, or message_id, as `syndisco export` "
                       "writes them");
    }
  }

  void find_candidates() {
    for (const std::string& name : wanted_)
      if (!position(name)) {
        const std::string nearest = nearest_word(name, header_);
        throw InputError("there is no column " + printable_line(name), {ratings_.source, 1, 0, {}},
                         nearest.empty() ? "" : "did you mean " + printable_line(nearest) + "?");
      }
    for (std::size_t i = 0; i < header_.size(); ++i) {
      if (header_[i].empty() || describes_comments(header_[i])) continue;
      if (std::ranges::find(header_, header_[i]) !=
          header_.begin() + static_cast<std::ptrdiff_t>(i))
        throw InputError("two columns are called " + printable_line(header_[i]),
                         {ratings_.source, 1, 0, {}});
      if (!wanted_.empty() && std::ranges::find(wanted_, header_[i]) == wanted_.end()) continue;
      Candidate candidate;
      candidate.cell = i;
      candidates_.push_back(std::move(candidate));
    }
  }

  void refuse(const std::string& why) {
    ++ratings_.bad;
    if (ratings_.bad_rows.size() < kBadRowsShown)
      ratings_.bad_rows.push_back(fmt::format("line {}: {}", reader_.line(), why));
  }

  void take(const std::vector<std::string>& cells) {
    // A comment counts whatever becomes of its rating: CommentsReader reads the same rows.
    std::uint64_t place = 0;
    if (counted_ && cells != header_ && cells.size() == header_.size())
      place = ++counts_[cells[*conv_]];
    if (cells == header_) {
      ++ratings_.header_rows;
      return;
    }
    if (cells.size() != header_.size())
      return refuse(fmt::format("{} cells instead of {}", cells.size(), header_.size()));
    if (error_ && !cells[*error_].empty()) {
      ++ratings_.error_rows;
      return;
    }
    std::optional<CommentKey> key;
    if (ratings_.key == Ratings::Key::kMessage) {
      if (cells[*message_].empty()) return refuse("message_id is empty");
      key = message_key(cells[*message_]);
    } else if (counted_) {
      key = index_key(cells[*conv_], place);
    } else {
      const std::string& text = cells[*index_];
      std::uint64_t index = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
      if (error != std::errc() || end != text.data() + text.size() || index == 0)
        return refuse("comment_index is no number from 1");
      key = index_key(cells[*conv_], index);
    }
    const std::size_t row = ratings_.keys.size();
    for (Candidate& candidate : candidates_) {
      const std::string& cell = cells[candidate.cell];
      double value = std::numeric_limits<double>::quiet_NaN();
      if (!is_missing(cell)) {
        if (const auto number = finite_number(cell)) {
          value = *number;
          ++candidate.numbers;
        } else {
          candidate.other_rows.push_back(row);
          if (candidate.others.size() < kBadRowsShown)
            candidate.others.emplace_back(
                row, fmt::format("line {}: {} is no number in column {}", reader_.line(),
                                 printable_json(cell.substr(0, 40)),
                                 printable_line(header_[candidate.cell])));
        }
      }
      candidate.values.push_back(value);
    }
    ratings_.keys.push_back(*key);
  }

  void choose_columns() {
    std::vector<std::size_t> bad;
    for (Candidate& candidate : candidates_) {
      const auto filled = static_cast<double>(candidate.numbers + candidate.other_rows.size());
      const std::string& name = header_[candidate.cell];
      if ((wanted_.empty() || counted_) &&
          (filled == 0 || static_cast<double>(candidate.numbers) < kNumericShare * filled)) {
        ratings_.ignored.push_back(name);
        continue;
      }
      for (const auto& [row, why] : candidate.others)
        if (ratings_.bad_rows.size() < kBadRowsShown) ratings_.bad_rows.push_back(why);
      bad.insert(bad.end(), candidate.other_rows.begin(), candidate.other_rows.end());
      ratings_.columns.push_back(name);
      ratings_.values.push_back(std::move(candidate.values));
    }
    std::ranges::sort(bad);
    bad.erase(std::ranges::unique(bad).begin(), bad.end());
    ratings_.bad += bad.size();
    leave_out(bad, ratings_.keys);
    for (std::vector<double>& column : ratings_.values) leave_out(bad, column);
    if (ratings_.columns.empty() && !counted_)
      throw InputError("no column holds numbers", {ratings_.source, 1, 0, {}},
                       "a rating is a number; cells that are none make a column a text");
  }

  /// `rows` ascend.
  template <typename Element>
  static void leave_out(const std::vector<std::size_t>& rows, std::vector<Element>& column) {
    std::size_t kept = 0;
    auto next = rows.begin();
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (next != rows.end() && *next == row) {
        ++next;
      } else {
        column[kept++] = column[row];
      }
    }
    column.resize(kept);
  }

  CsvReader reader_;
  const std::vector<std::string>& wanted_;
  bool counted_;
  std::map<std::string, std::uint64_t> counts_;  // of rows by conv_id
  std::vector<std::string> header_;
  std::optional<std::size_t> conv_, index_, message_, error_;
  std::vector<Candidate> candidates_;
  Ratings ratings_;
};

}  // namespace

bool describes_comments(std::string_view column) {
  static constexpr std::string_view kColumns[] = {
      "conv_id",      "message",   "text",          "user",          "name",
      "is_moderator", "is_seed",   "experiment",    "cell",          "status",
      "silent",       "timestamp", "ctx_length",    "comment_index", "model",
      "persona",      "prompt",    "message_order", "message_id",    "error"};
  return std::ranges::find(kColumns, column) != std::end(kColumns);
}

CommentKey message_key(std::string_view message_id) {
  if (const auto key = key_of_hex(message_id)) return *key;
  return *key_of_hex(md5_hex(message_id));
}

CommentKey index_key(std::string_view conv_id, std::uint64_t comment_index) {
  return *key_of_hex(md5_hex(fmt::format("{}\n{}", conv_id, comment_index)));
}

Ratings read_ratings(std::string_view csv, const std::string& source,
                     const std::vector<std::string>& columns, RatingRows rows) {
  return RatingsReader(csv, source, columns, rows).read();
}

FactorTable read_factors(std::string_view csv, const std::string& source) {
  CsvReader reader(csv, source);
  std::vector<std::string> header, cells;
  if (!reader.next(header) || header.size() < 2)
    throw InputError("a table of factors has two columns or more", {source, 1, 0, {}},
                     "first conv_id or the name of a factor, then the new factors");
  FactorTable table{source, header.front(), {header.begin() + 1, header.end()}, {}};
  for (std::size_t i = 0; i < header.size(); ++i)
    if (header[i].empty() ||
        std::ranges::find(header, header[i]) != header.begin() + static_cast<std::ptrdiff_t>(i))
      throw InputError(header[i].empty() ? "a column has no heading"
                                         : "two columns are called " + printable_line(header[i]),
                       {source, 1, 0, {}});
  while (reader.next(cells)) {
    if (cells.size() != header.size())
      throw InputError(fmt::format("{} cells instead of {}", cells.size(), header.size()),
                       {source, reader.line(), 0, {}});
    if (!table.levels
             .emplace(cells.front(), std::vector<std::string>(cells.begin() + 1, cells.end()))
             .second)
      throw InputError(printable_line(cells.front()) + " stands there twice",
                       {source, reader.line(), 0, {}});
  }
  return table;
}

}  // namespace syndisco
