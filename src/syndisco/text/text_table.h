#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// Columns aligned by their display width, two blanks between them, a rule under the header.
/// Headers and cells are shown by `printable_line`.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  void column(std::string_view header, Align align = Align::kLeft);
  void row(std::vector<std::string> cells);
  std::string text() const;

 private:
  std::vector<std::string> headers_;
  std::vector<Align> aligns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace syndisco
