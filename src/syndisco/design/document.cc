#include "syndisco/design/document.h"

#include <algorithm>
#include <utility>

#include "syndisco/base/printable.h"
#include "syndisco/base/utf8.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The place of a byte of a text.
Place place_of_byte(std::string_view text, const std::string& name, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = count_code_points(before.substr(start)) + 1;
  return Place{name, static_cast<int>(line), static_cast<int>(column), {}};
}

std::string last_part(std::string_view pointer) {
  std::string part(pointer.substr(pointer.rfind('/') + 1));
  part = replace_all(part, "~1", "/");
  return replace_all(part, "~0", "~");
}

}  // namespace

Syntax syntax_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return ending == ".json" ? Syntax::kJson : Syntax::kYaml;
}

std::string checked_utf8(std::string bytes, const std::string& name) {
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  if (is_valid_utf8(bytes)) return bytes;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const DecodedCharacter character = decode_utf8(bytes, at);
    if (!character.valid) break;
    at += character.length;
  }
  throw InputError("the text is not UTF-8", place_of_byte(bytes, name, at),
                   "save the file in the encoding UTF-8");
}

Document::Document(std::string name, std::string bytes, Syntax syntax)
    : name_(std::move(name)), text_(checked_utf8(std::move(bytes), name_)), syntax_(syntax) {
  if (is_blank(text_)) throw InputError("the file is empty", Place{name_, 0, 0, {}});
  if (syntax_ == Syntax::kYaml) {
    read_yaml();
  } else {
    read_json();
  }
}

void Document::read_yaml() {
  const auto control = std::find_if(text_.begin(), text_.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 0x20 && c != '\n' && c != '\r' && c != '\t') || code == 0x7F;
  });
  if (control != text_.end()) {
    throw InputError("invalid YAML: the control character " +
                         printable_line(std::string_view(&*control, 1)) + " cannot stand here",
                     place_of_byte(text_, name_, static_cast<std::size_t>(control - text_.begin())),
                     "in double quotes \\x and two hex digits write any of them");
  }
  try {
    root_ = parse_yaml(text_, name_, yaml_);
  } catch (const InputError& error) {
    throw InputError(error.what(), in_characters({error.place().line, error.place().column}, ""),
                     error.hint());
  }
}

void Document::read_json() {
  root_ = parse_json(text_, name_, &json_);
  if (json_.duplicates.empty()) return;
  const std::string& pointer = json_.duplicates.front();
  throw InputError("duplicate key '" + printable_line(last_part(pointer)) + "'", place(pointer),
                   "keep one of them");
}

Place Document::place(std::string_view pointer) const {
  const std::string whole(pointer);
  while (true) {
    const std::string key(pointer);
    if (syntax_ == Syntax::kYaml) {
      if (const auto found = yaml_.values.find(key); found != yaml_.values.end())
        return in_characters(found->second, whole);
    } else if (const auto found = json_.positions.find(key); found != json_.positions.end()) {
      return Place{name_, found->second.line, found->second.column, whole};
    }
    if (pointer.empty()) return Place{name_, 0, 0, whole};
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
}

Place Document::name_place(std::string_view pointer) const {
  if (const auto found = yaml_.names.find(std::string(pointer)); found != yaml_.names.end())
    return in_characters(found->second, pointer);
  return place(pointer);
}

Place Document::in_characters(YamlPlaces::Mark mark, std::string_view pointer) const {
  std::size_t start = 0;
  for (int line = 1; line < mark.line && start != std::string::npos; ++line) {
    start = text_.find('\n', start);
    if (start != std::string::npos) ++start;
  }
  if (start == std::string::npos || mark.column < 1)
    return Place{name_, mark.line, 0, std::string(pointer)};
  const std::size_t bytes = static_cast<std::size_t>(mark.column) - 1;
  const std::size_t column = count_code_points(std::string_view(text_).substr(start, bytes)) + 1;
  return Place{name_, mark.line, static_cast<int>(column), std::string(pointer)};
}

}  // namespace syndisco
