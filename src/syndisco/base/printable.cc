#include "syndisco/base/printable.h"

#include <cstddef>

#include "syndisco/base/utf8.h"

namespace syndisco {
namespace {

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

// These reorder what stands around them, so a hostile name could make a line read as something
// else.
bool is_bidirectional_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_line_separator(char32_t c) {
  return c == 0x2028 || c == 0x2029;
}

void append_hex(std::string& out, char32_t c, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out.push_back(kDigits[(c >> static_cast<unsigned>(shift)) & 0xFU]);
}

void append_escape(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += c < 0x100 ? "\\x" : "\\u";
  append_hex(out, c, c < 0x100 ? 2 : 4);
}

std::string escape(std::string_view text, bool one_line) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    const bool kept = !one_line && (c == '\n' || c == '\t');
    if ((is_control(c) && !kept) || is_bidirectional_control(c) ||
        (one_line && is_line_separator(c))) {
      append_escape(out, c);
    } else {
      append_utf8(out, c);
    }
    i += character.length;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  return escape(text, false);
}

std::string printable_line(std::string_view text) {
  return escape(text, true);
}

std::string printable_json(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (is_control(c) || is_bidirectional_control(c) || is_line_separator(c)) {
      out += "\\u";
      append_hex(out, c, 4);
    } else {
      append_utf8(out, c);
    }
    i += character.length;
  }
  out.push_back('"');
  return out;
}

}  // namespace syndisco
