#include "syndisco/text/unicode.h"

#include <algorithm>
#include <iterator>

#include "syndisco/text/unicode_tables.h"

namespace syndisco {
namespace {

constexpr char32_t kZeroWidthJoiner = 0x200D;
constexpr char32_t kEmojiPresentation = 0xFE0F;

bool is_ascii_alphanumeric(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::size_t width_of(char32_t c) {
  if (c >= 0x20 && c < 0x7F) return 1;
  if (contains(kZeroWidth, c)) return 0;
  return contains(kWide, c) ? 2 : 1;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    if (!character.valid) return false;
    i += character.length;
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    if (character.valid) {
      out.append(text.substr(i, character.length));
    } else {
      append_utf8(out, character.code);
    }
    i += character.length;
  }
  return out;
}

std::size_t complete_utf8_prefix(std::string_view text) {
  const std::size_t reach = std::min<std::size_t>(3, text.size());
  for (std::size_t back = 1; back <= reach; ++back) {
    const std::size_t start = text.size() - back;
    const auto byte = static_cast<unsigned char>(text[start]);
    if ((byte & 0xC0U) == 0x80U) continue;  // a later byte of a character
    const DecodedCharacter last = decode_utf8(text, start);
    return last.truncated ? start : text.size();
  }
  return text.size();
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) i += decode_utf8(text, i).length;
  return count;
}

bool is_python_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

std::string_view python_strip(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const DecodedCharacter character = decode_utf8(text, begin);
    if (!is_python_space(character.code)) break;
    begin += character.length;
  }
  text.remove_prefix(begin);
  while (!text.empty()) {
    // The last character starts at the last byte that is no continuation; no blank is longer than
    // three bytes.
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 3 &&
           (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U)
      --start;
    const DecodedCharacter last = decode_utf8(text, start);
    if (!last.valid || start + last.length != text.size() || !is_python_space(last.code)) break;
    text.remove_suffix(last.length);
  }
  return text;
}

bool is_blank(std::string_view text) {
  return python_strip(text).empty();
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) return std::string(text);
  std::string out;
  out.reserve(text.size());
  std::size_t position = 0;
  while (true) {
    const std::size_t found = text.find(from, position);
    out.append(text.substr(position, found - position));
    if (found == std::string_view::npos) return out;
    out.append(to);
    position = found + from.size();
  }
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  char32_t before = 0;
  std::size_t before_width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    i += character.length;
    if (c == kEmojiPresentation && before_width == 1 && before >= 0xA9) {
      // It turns a sign such as a heart into a picture, two columns wide.
      ++columns;
      before_width = 2;
      continue;
    }
    std::size_t width = width_of(c);
    const bool skin_tone = c >= 0x1F3FB && c <= 0x1F3FF && before_width == 2;
    const bool joined = before == kZeroWidthJoiner && width == 2;
    if (skin_tone || joined) width = 0;
    columns += width;
    before = c;
    if (width > 0) before_width = width;
  }
  return columns;
}

char32_t to_lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  if (c == 0x0130) return 'i';  // its lower case is two code points
  const auto after =
      std::upper_bound(kLowerCase.begin(), kLowerCase.end(), c,
                       [](char32_t code, const CaseRange& range) { return code < range.first; });
  if (after == kLowerCase.begin()) return c;
  const CaseRange& range = *std::prev(after);
  if (c > range.last || (c - range.first) % range.step != 0) return c;
  return static_cast<char32_t>(static_cast<int>(c) + range.distance);
}

std::string slug(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    i += character.length;
    const bool kept =
        c < 0x80 ? is_ascii_alphanumeric(c)
                 // A mark belongs to its letter: without it, words of Indic scripts fall apart.
                 : contains(kAlphanumeric, c) || (!out.empty() && !gap && contains(kMark, c));
    if (!kept) {
      gap = true;
      continue;
    }
    std::string piece;
    if (gap && !out.empty()) piece = "-";
    gap = false;
    append_utf8(piece, to_lower(c));
    if (out.size() + piece.size() > kLongest) break;
    out += piece;
  }
  return out.empty() ? "x" : out;
}

}  // namespace syndisco
