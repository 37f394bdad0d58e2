#include "syndisco/text/text_table.h"

#include <algorithm>
#include <utility>

#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

std::string padded(const std::string& cell, std::size_t width, TextTable::Align align) {
  const std::size_t have = display_width(cell);
  const std::string blanks(width > have ? width - have : 0, ' ');
  return align == TextTable::Align::kLeft ? cell + blanks : blanks + cell;
}

}  // namespace

void TextTable::column(std::string_view header, Align align) {
  headers_.push_back(printable_line(header));
  aligns_.push_back(align);
}

void TextTable::row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = printable_line(cell);
  cells.resize(headers_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const std::string& header : headers_) widths.push_back(display_width(header));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  std::string text;
  const auto line = [&](const auto& cell) {
    std::string out;
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      if (i > 0) out += "  ";
      out += cell(i);
    }
    out.resize(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  };
  line([&](std::size_t i) { return padded(headers_[i], widths[i], aligns_[i]); });
  line([&](std::size_t i) { return std::string(widths[i], '-'); });
  for (const auto& row : rows_)
    line([&](std::size_t i) { return padded(row[i], widths[i], aligns_[i]); });
  return text;
}

}  // namespace syndisco
