#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "syndisco/base/utf8.h"
#include "syndisco/text/json.h"
#include "syndisco/text/unicode_tables.h"

namespace syndisco {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_hex(std::string& out, char32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out.push_back(kHexDigits[(value >> static_cast<unsigned>(shift)) & 0xFU]);
  }
}

void append_utf16_escape(std::string& out, char32_t c) {
  const auto unit = [&out](char32_t value) {
    out += "\\u";
    append_hex(out, value, 4);
  };
  if (c < 0x10000) {
    unit(c);
  } else {
    unit(0xD800 + ((c - 0x10000) >> 10U));
    unit(0xDC00 + ((c - 0x10000) & 0x3FFU));
  }
}

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void append_json_string(std::string& out, std::string_view text, bool ascii) {
  out.push_back('"');
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t begin = i;
    while (i < text.size() && is_plain(static_cast<unsigned char>(text[i]))) ++i;
    out.append(text, begin, i - begin);
    if (i == text.size()) break;

    const DecodedCharacter character = decode_utf8(text, i);
    const std::string_view bytes = text.substr(i, character.length);
    i += character.length;
    switch (character.code) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\b':
        out += "\\b";
        break;
      default:
        if (ascii || character.code < 0x20 || !character.valid) {
          append_utf16_escape(out, character.code);
        } else {
          out += bytes;
        }
    }
  }
  out.push_back('"');
}

bool is_printable(char32_t c) {
  return !contains(kNotPrintable, c);
}

void append_python_string(std::string& out, std::string_view text) {
  const bool double_quotes =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = double_quotes ? '"' : '\'';
  out.push_back(quote);
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    i += character.length;
    if (c == '\\' || c == static_cast<char32_t>(quote)) {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if ((c >= 0x20 && c < 0x7F) || is_printable(c)) {
      append_utf8(out, c);
    } else if (c < 0x100) {
      out += "\\x";
      append_hex(out, c, 2);
    } else if (c < 0x10000) {
      out += "\\u";
      append_hex(out, c, 4);
    } else {
      out += "\\U";
      append_hex(out, c, 8);
    }
  }
  out.push_back(quote);
}

}  // namespace

/// Walks a value and appends its text in one of the four forms.
struct JsonWriter {
  enum class Form { kAscii, kIndented, kCompact, kPython };

  Form form;
  int indent = 0;
  std::string out = {};
  int depth = 0;

  void write(const Json& value) {
    std::visit([this](const auto& content) { append(content); }, value.value_);
  }

 private:
  bool python() const { return form == Form::kPython; }

  void append(std::monostate) { out += python() ? "None" : "null"; }
  void append(bool value) {
    if (python()) {
      out += value ? "True" : "False";
    } else {
      out += value ? "true" : "false";
    }
  }
  void append(std::int64_t value) { out += std::to_string(value); }
  void append(const BigInteger& value) { out += value.digits; }
  void append(double value) {
    if (std::isfinite(value) || python()) {
      out += python_float(value);
    } else if (form == Form::kCompact) {
      out += "null";
    } else if (std::isnan(value)) {
      out += "NaN";
    } else {
      out += value < 0 ? "-Infinity" : "Infinity";
    }
  }
  void append(const std::string& value) {
    if (python()) {
      append_python_string(out, value);
    } else {
      append_json_string(out, value, form != Form::kCompact);
    }
  }

  void append(const JsonArray& array) {
    append_items('[', ']', array, [this](const Json& item) { write(item); });
  }
  void append(const JsonObject& object) {
    append_items('{', '}', object, [this](const auto& member) {
      append(member.first);
      out += form == Form::kCompact ? ":" : ": ";
      write(member.second);
    });
  }

  template <typename Items, typename Write>
  void append_items(char open, char close, const Items& items, Write write_item) {
    out.push_back(open);
    ++depth;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += form == Form::kAscii || form == Form::kPython ? ", " : ",";
      first = false;
      append_line_break();
      write_item(item);
    }
    --depth;
    if (!first) append_line_break();
    out.push_back(close);
  }

  void append_line_break() {
    if (form != Form::kIndented) return;
    out.push_back('\n');
    out.append(static_cast<std::size_t>(depth) * static_cast<std::size_t>(indent), ' ');
  }
};

namespace {

std::string written(const Json& value, JsonWriter::Form form, int indent = 0) {
  JsonWriter writer{form, indent};
  writer.write(value);
  return std::move(writer.out);
}

}  // namespace

std::string dump_json(const Json& value) {
  return written(value, JsonWriter::Form::kAscii);
}

std::string dump_json_indented(const Json& value, int indent) {
  return written(value, JsonWriter::Form::kIndented, indent < 0 ? 0 : indent);
}

std::string dump_json_compact(const Json& value) {
  return written(value, JsonWriter::Form::kCompact);
}

std::string plain_text(const Json& value) {
  return value.is_string() ? value.string() : dump_json_compact(value);
}

std::string python_repr(const Json& value) {
  return written(value, JsonWriter::Form::kPython);
}

std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";

  // "-d.ddde-xx": the shortest digits that read back equal, nearest to the value where several are.
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  int exponent = 0;
  // from_chars takes no plus sign.
  const std::size_t exponent_start = e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + exponent_start, text.data() + text.size(), exponent);
  std::string sign;
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (c == '-') sign = "-";
    if (c >= '0' && c <= '9') digits.push_back(c);
  }

  // Python writes a power of ten from 1e16 on and below 1e-4.
  if (exponent >= 16 || exponent < -4) {
    std::string out = sign + digits[0];
    if (digits.size() > 1) out += "." + digits.substr(1);
    const std::string power = std::to_string(std::abs(exponent));
    return out + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace syndisco
