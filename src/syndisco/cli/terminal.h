#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/text/text_table.h"

namespace syndisco::cli {

/// What the output goes to. Found out once, by main.
struct Terminal {
  bool progress = false;       ///< stderr is a terminal that can redraw a line
  bool colour = false;         ///< of stdout
  bool colour_errors = false;  ///< of stderr
  std::size_t width = 80;      ///< columns of stdout; 80 where it is no terminal
};

/// `no_color` and NO_COLOR, TERM=dumb and pipes turn colours off.
Terminal find_terminal(bool no_color);

enum class Tint { kBold, kDim, kRed, kGreen, kYellow, kCyan };

/// The text between escape codes when `on`, else the text alone.
std::string tint(bool on, Tint tint, std::string_view text);

/// What commands print tables with.
using Table = TextTable;

/// "1h 02m 03s", "4m 05s", "6.7s".
std::string duration_text(double seconds);

/// A cost, of which nobody knows the currency: "12.35", "0.00042".
std::string money_text(double amount);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// Fills the text to `width` display columns, each line after `indent` blanks. Paragraphs stay; a
/// word longer than a line has a line to itself.
std::string fill(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace syndisco::cli
