#include "syndisco/journal/difference.h"

#include <algorithm>

#include "syndisco/base/printable.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::size_t kShown = 60;   // bytes of a value
constexpr std::size_t kBefore = 20;  // bytes of a text before its first difference

bool inside_character(std::string_view text, std::size_t position) {
  return position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0U) == 0x80U;
}

std::string shortened(std::string_view text, std::size_t from) {
  std::string_view part = text.substr(std::min(from, text.size()));
  const bool cut = part.size() > kShown;
  if (cut) part = part.substr(0, complete_utf8_prefix(part.substr(0, kShown)));
  return (from > 0 ? "…" : "") + std::string(part) + (cut ? "…" : "");
}

std::string shown(const Json& value) {
  return printable_line(shortened(dump_json_compact(value), 0));
}

std::string shown_text(std::string_view text, std::size_t from) {
  return printable_line("\"" + shortened(text, from) + "\"");
}

std::string sentence(const std::string& pointer, const std::string& was, const std::string& is) {
  return (pointer.empty() ? "/" : printable_line(pointer)) + ": was " + was + ", is " + is;
}

std::string text_difference(const std::string& was, const std::string& is,
                            const std::string& pointer) {
  const auto [at, other] = std::mismatch(was.begin(), was.end(), is.begin(), is.end());
  const auto common = static_cast<std::size_t>(at - was.begin());
  std::size_t from = 0;
  if (std::max(was.size(), is.size()) > kShown && common > kBefore) {
    from = common - kBefore;
    while (from > 0 && inside_character(was, from)) --from;
  }
  return sentence(pointer, shown_text(was, from), shown_text(is, from));
}

std::optional<std::string> object_difference(const Json& was, const Json& is,
                                             const std::string& pointer) {
  for (const auto& [name, value] : was.object()) {
    const std::string at = pointer_join(pointer, name);
    const Json* other = is.find(name);
    if (!other) return sentence(at, shown(value), "missing");
    if (auto found = first_difference(value, *other, at)) return found;
  }
  for (const auto& [name, value] : is.object()) {
    if (!was.find(name)) return sentence(pointer_join(pointer, name), "missing", shown(value));
  }
  return std::nullopt;
}

std::optional<std::string> array_difference(const JsonArray& was, const JsonArray& is,
                                            const std::string& pointer) {
  for (std::size_t i = 0; i < std::max(was.size(), is.size()); ++i) {
    const std::string at = pointer_join(pointer, std::to_string(i));
    if (i >= is.size()) return sentence(at, shown(was[i]), "missing");
    if (i >= was.size()) return sentence(at, "missing", shown(is[i]));
    if (auto found = first_difference(was[i], is[i], at)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> first_difference(const Json& was, const Json& is,
                                            const std::string& pointer) {
  if (was.is_object() && is.is_object()) return object_difference(was, is, pointer);
  if (was.is_array() && is.is_array()) return array_difference(was.array(), is.array(), pointer);
  if (was == is) return std::nullopt;
  if (was.is_string() && is.is_string()) {
    return text_difference(was.string(), is.string(), pointer);
  }
  return sentence(pointer, shown(was), shown(is));
}

}  // namespace syndisco
