#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syndisco::stats {

/// A named column: numbers, or categories as codes into `levels`.
struct Column {
  std::string name;
  bool categorical = false;
  std::vector<double> numbers;      ///< numeric columns; NaN is missing
  std::vector<std::int32_t> codes;  ///< categorical columns; -1 is missing
  std::vector<std::string> levels;  ///< of the codes, distinct; some may not occur
};

/// A small table by columns, all of the same length. Names are unique and may be any UTF-8 text but
/// the empty one. A value; copies are deep. Concurrent reads are safe.
class Frame {
 public:
  /// Throw std::invalid_argument on a name that is empty or taken, a length other than that of the
  /// columns before, or a code outside the levels.
  void add_numeric(std::string name, std::vector<double> numbers);
  void add_factor(std::string name, std::vector<std::int32_t> codes,
                  std::vector<std::string> levels);
  /// Levels are the distinct texts, sorted by bytes. Empty texts are a level like any other.
  void add_factor(std::string name, std::span<const std::string> values);

  std::size_t rows() const { return columns_.empty() ? 0 : rows_; }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<std::string> names() const;
  /// nullptr where there is none of that name.
  const Column* find(std::string_view name) const;
  /// Throws InputError with a "did you mean".
  const Column& at(std::string_view name) const;

 private:
  void take(Column column, std::size_t rows);

  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

/// The numbers of `numbers` by the level of `factor` (lengths equal), one list a level in the order
/// of its levels, levels that do not occur included. Missing numbers and codes are left out.
std::vector<std::vector<double>> split(const Column& numbers, const Column& factor);

}  // namespace syndisco::stats
