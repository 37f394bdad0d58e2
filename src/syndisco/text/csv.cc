#include "syndisco/text/csv.h"

#include <algorithm>
#include <utility>

#include "syndisco/base/error.h"

namespace syndisco {

std::string csv_quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  quoted += '"';
  return quoted;
}

CsvReader::CsvReader(std::string_view text, std::string source)
    : text_(text), source_(std::move(source)) {
  if (text_.starts_with("\xef\xbb\xbf")) position_ = 3;
}

bool CsvReader::at_line_end() const {
  return text_[position_] == '\n' || text_[position_] == '\r';
}

void CsvReader::skip_line_end() {
  if (text_.substr(position_).starts_with("\r\n")) ++position_;
  ++position_;
  ++line_;
}

void CsvReader::read_quoted(std::string& cell) {
  const int from = line_;
  ++position_;
  for (;; ++position_) {
    if (position_ >= text_.size())
      throw InputError("a quotation mark is never closed", {source_, from, 0, {}});
    const char c = text_[position_];
    if (c == '\n') ++line_;
    if (c == '"') {
      if (!text_.substr(position_ + 1).starts_with('"')) break;
      ++position_;
    }
    cell += c;
  }
  ++position_;
  if (position_ < text_.size() && text_[position_] != ',' && !at_line_end())
    throw InputError("a cell goes on after its closing quotation mark", {source_, line_, 0, {}},
                     "a quotation mark within a quoted cell is written twice");
}

bool CsvReader::next(std::vector<std::string>& cells) {
  while (position_ < text_.size() && at_line_end()) skip_line_end();
  if (position_ >= text_.size()) return false;
  row_line_ = line_;
  std::size_t count = 0;
  for (;;) {
    if (cells.size() <= count) cells.emplace_back();
    std::string& cell = cells[count++];
    cell.clear();
    if (position_ < text_.size() && text_[position_] == '"') {
      read_quoted(cell);
    } else {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", position_), text_.size());
      cell = text_.substr(position_, end - position_);
      position_ = end;
    }
    if (position_ >= text_.size() || text_[position_] != ',') break;
    ++position_;
  }
  cells.resize(count);
  if (position_ < text_.size()) skip_line_end();
  return true;
}

}  // namespace syndisco
