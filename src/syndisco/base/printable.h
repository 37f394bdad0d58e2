#pragma once

#include <string>
#include <string_view>

namespace syndisco {

/// Safe to show on a terminal, on one line or several: control characters but newline and tab
/// become escapes such as
/// "\x1b", bidirectional controls "\u202e", ill-formed bytes U+FFFD. A backslash stays as it is:
/// the result is for eyes, not for reading back.
std::string printable(std::string_view text);

/// As `printable`, and newlines, carriage returns, tabs and the line separators of Unicode become
/// escapes as well: for log lines and error messages.
std::string printable_line(std::string_view text);

/// The text as a JSON string, quotes included, on one line and safe to show. Reading it back gives
/// the text, with U+FFFD for ill-formed bytes.
std::string printable_json(std::string_view text);

}  // namespace syndisco
