#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "syndisco/base/printable.h"  // printable, printable_line: base needs them too
#include "syndisco/base/utf8.h"       // decode_utf8, append_utf8

namespace syndisco {

/// True for well-formed UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);

/// The text with every ill-formed sequence replaced by U+FFFD, one per maximal subpart (Unicode
/// 15, 3.9).
std::string repair_utf8(std::string_view text);

/// Length of the longest prefix that does not end inside a character; at most 3 bytes shorter than
/// `text`.
std::size_t complete_utf8_prefix(std::string_view text);

/// Number of code points.
std::size_t count_code_points(std::string_view text);

/// str.isspace() of one code point of Python 3.12: Unicode blanks and U+001C..001F, U+0085.
bool is_python_space(char32_t c);

/// str.strip() of Python: the text without blanks at both ends.
std::string_view python_strip(std::string_view text);

/// str.strip() is empty: what the published versions call a silent answer.
bool is_blank(std::string_view text);

/// str.replace(from, to): all occurrences, left to right, not overlapping. An empty `from` changes
/// nothing.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// Columns that the text takes on a terminal (East Asian wide characters and emoji 2, combining
/// marks 0).
std::size_t display_width(std::string_view text);

/// The lower case of one code point (Unicode 15), itself where it has none. That of U+0130 is "i".
char32_t to_lower(char32_t c);

/// Lower-case letters, digits and dashes, for ids and file names: "No Facilitator!" ->
/// "no-facilitator". Other scripts keep their letters. Never empty ("x" then), at most 64 bytes,
/// never "." or "..".
std::string slug(std::string_view text);

}  // namespace syndisco
