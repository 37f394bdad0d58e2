#include "syndisco/analysis/stats/frame.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "syndisco/base/error.h"

namespace syndisco::stats {

void Frame::add_numeric(std::string name, std::vector<double> numbers) {
  const std::size_t rows = numbers.size();
  Column column;
  column.name = std::move(name);
  column.numbers = std::move(numbers);
  take(std::move(column), rows);
}

void Frame::add_factor(std::string name, std::vector<std::int32_t> codes,
                       std::vector<std::string> levels) {
  const auto count = static_cast<std::int64_t>(levels.size());
  for (const std::int32_t code : codes) {
    if (code < -1 || code >= count) {
      throw std::invalid_argument("Frame: a code of " + name + " is outside of its levels");
    }
  }
  const std::size_t rows = codes.size();
  Column column;
  column.name = std::move(name);
  column.categorical = true;
  column.codes = std::move(codes);
  column.levels = std::move(levels);
  take(std::move(column), rows);
}

void Frame::add_factor(std::string name, std::span<const std::string> values) {
  std::vector<std::string> levels(values.begin(), values.end());
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  std::vector<std::int32_t> codes;
  codes.reserve(values.size());
  for (const std::string& value : values) {
    const auto place = std::lower_bound(levels.begin(), levels.end(), value);
    codes.push_back(static_cast<std::int32_t>(place - levels.begin()));
  }
  add_factor(std::move(name), std::move(codes), std::move(levels));
}

void Frame::take(Column column, std::size_t rows) {
  if (column.name.empty()) throw std::invalid_argument("Frame: a column without a name");
  if (find(column.name) != nullptr) {
    throw std::invalid_argument("Frame: two columns are called " + column.name);
  }
  if (!columns_.empty() && rows != rows_) {
    throw std::invalid_argument("Frame: " + column.name + " has another length than the others");
  }
  rows_ = rows;
  columns_.push_back(std::move(column));
}

std::vector<std::string> Frame::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

const Column* Frame::find(std::string_view name) const {
  for (const Column& column : columns_) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

const Column& Frame::at(std::string_view name) const {
  if (const Column* column = find(name)) return *column;
  const std::vector<std::string> known = names();
  const std::string near = nearest_word(name, known);
  std::string hint;
  if (!near.empty()) {
    hint = "did you mean " + near + "?";
  } else {
    for (const std::string& other : known) hint += (hint.empty() ? "there are " : ", ") + other;
  }
  throw InputError("there is no column called " + std::string(name), {}, hint);
}

std::vector<std::vector<double>> split(const Column& numbers, const Column& factor) {
  if (numbers.categorical || !factor.categorical || numbers.numbers.size() != factor.codes.size()) {
    throw std::invalid_argument("split: takes a numeric and a categorical column of one length");
  }
  std::vector<std::vector<double>> result(factor.levels.size());
  for (std::size_t row = 0; row < factor.codes.size(); ++row) {
    const double number = numbers.numbers[row];
    if (factor.codes[row] < 0 || std::isnan(number)) continue;
    result[static_cast<std::size_t>(factor.codes[row])].push_back(number);
  }
  return result;
}

}  // namespace syndisco::stats
