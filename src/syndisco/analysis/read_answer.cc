#include "syndisco/analysis/read_answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Part of a word; so is every byte of a letter beyond ASCII.
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

/// A number that stands in a text by itself.
struct WrittenNumber {
  double value = 0;
  bool plain = true;  ///< digits only; "3.5", ".5" and "1.000" are not
};

/// Nothing where digits are joined in a way that may mean several things: "3,7", "4/10", "1.2.3".
std::optional<std::vector<WrittenNumber>> numbers_in(std::string_view text) {
  const auto joins = [](char c) { return c == '.' || c == ',' || c == '/'; };
  std::vector<WrittenNumber> numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t start = i;
    // A full stop behind a word or another one ends what was before, as in "No.5".
    if (start > 0 && text[start - 1] == '.' &&
        (start == 1 || (text[start - 2] != '.' && !is_word(text[start - 2]))))
      --start;
    while (i < text.size() &&
           (is_digit(text[i]) || (joins(text[i]) && i + 1 < text.size() && is_digit(text[i + 1]))))
      ++i;
    if ((start > 0 && is_word(text[start - 1])) || (i < text.size() && is_word(text[i]))) continue;
    const std::string_view digits = text.substr(start, i - start);
    if (digits.find_first_of(",/") != std::string_view::npos || std::ranges::count(digits, '.') > 1)
      return std::nullopt;
    // A dash behind a word or another number is no minus: "1-5".
    if (start > 0 && text[start - 1] == '-' && (start == 1 || !is_word(text[start - 2]))) --start;
    WrittenNumber number;
    number.plain = digits.find('.') == std::string_view::npos;
    const auto [end, error] = std::from_chars(text.data() + start, text.data() + i, number.value);
    if (error == std::errc() && end == text.data() + i) numbers.push_back(number);
  }
  return numbers;
}

std::optional<double> read_integer(const IntegerRange& range, std::string_view text) {
  const auto numbers = numbers_in(text);
  if (!numbers) return std::nullopt;
  std::optional<double> found;
  for (const auto& [value, plain] : *numbers) {
    if (value < static_cast<double>(range.lowest) || value > static_cast<double>(range.highest))
      continue;
    if (!plain || (found && *found != value)) return std::nullopt;
    found = value;
  }
  return found;
}

/// Whether a word that denies stands in the sentence before.
bool is_denied(std::string_view before) {
  if (const std::size_t end = before.find_last_of(".!?;\n\r"); end != std::string_view::npos)
    before.remove_prefix(end + 1);
  if (before.find("n't") != std::string_view::npos ||
      before.find("n\xe2\x80\x99t") != std::string_view::npos)
    return true;
  while (!before.empty()) {
    const auto end =
        static_cast<std::size_t>(std::ranges::find_if_not(before, is_word) - before.begin());
    const std::string_view word = before.substr(0, end);
    for (const std::string_view denial : {"not", "no", "never", "non", "cannot"})
      if (word == denial) return true;
    before.remove_prefix(std::max<std::size_t>(end, 1));
  }
  return false;
}

std::optional<double> read_choice(const std::vector<std::string>& options, std::string_view text) {
  const std::string_view stripped = python_strip(text);
  for (std::size_t i = 0; i < options.size(); ++i)
    if (options[i] == stripped) return static_cast<double>(i);
  std::vector<std::size_t> longest_first(options.size());
  std::iota(longest_first.begin(), longest_first.end(), std::size_t{0});
  std::ranges::stable_sort(longest_first, [&](std::size_t a, std::size_t b) {
    return options[a].size() > options[b].size();
  });
  std::string left = lower_ascii(text);
  std::optional<std::size_t> found;
  for (const std::size_t i : longest_first) {
    const std::string option = lower_ascii(options[i]);
    for (std::size_t at = left.find(option); at != std::string::npos;
         at = left.find(option, at + 1)) {
      const std::size_t end = at + option.size();
      if (at > 0 && is_word(left[at - 1]) && is_word(option.front())) continue;
      if (end < left.size() && is_word(left[end]) && is_word(option.back())) continue;
      if (found && *found != i) return std::nullopt;
      if (is_denied(std::string_view(left).substr(0, at))) return std::nullopt;
      found = i;
      // Shorter options are not found inside of it any more.
      std::fill_n(left.begin() + static_cast<std::ptrdiff_t>(at), option.size(), '\x01');
    }
  }
  if (!found) return std::nullopt;
  return static_cast<double>(*found);
}

std::optional<double> typed_number(const AnswerPart& part, const Json& value) {
  if (const auto* range = std::get_if<IntegerRange>(&part.kind)) {
    if (!value.is_integer() || value.integer() < range->lowest || value.integer() > range->highest)
      return std::nullopt;
    return static_cast<double>(value.integer());
  }
  if (std::holds_alternative<Choice>(part.kind)) {
    const std::string name = plain_text(value);
    const auto at = std::ranges::find(part.categories, name);
    if (at == part.categories.end()) return std::nullopt;
    return static_cast<double>(at - part.categories.begin());
  }
  if (!value.is_number() || !std::isfinite(value.number())) return std::nullopt;
  return value.number();
}

/// Whether a schema asks for that type alone.
bool is_of(const Json& schema, std::string_view type) {
  const std::string* named = schema.find_string("type");
  return named != nullptr && *named == type;
}

std::optional<AnswerPart> part_of_schema(const std::string& property, const Json& schema) {
  AnswerPart part{property, FreeText{}, {}};
  if (const Json* values = schema.find("enum"); values != nullptr && values->is_array()) {
    for (const Json& value : values->array()) part.categories.push_back(plain_text(value));
    part.kind = Choice{part.categories};
    return part;
  }
  if (is_of(schema, "boolean")) {
    part.categories = {"false", "true"};
    part.kind = Choice{part.categories};
    return part;
  }
  if (!is_of(schema, "integer") && !is_of(schema, "number")) return std::nullopt;
  part.kind = JsonAnswer{schema};
  return part;
}

}  // namespace

std::vector<AnswerPart> answer_parts(const AnswerConstraint& constraint) {
  if (const auto* choice = std::get_if<Choice>(&constraint))
    return {{"", constraint, choice->options}};
  const auto* json = std::get_if<JsonAnswer>(&constraint);
  if (json == nullptr) return {{"", constraint, {}}};
  if (const auto whole = part_of_schema("", json->schema)) return {*whole};
  std::vector<AnswerPart> parts;
  if (const Json* properties = json->schema.find("properties");
      properties != nullptr && properties->is_object())
    for (const auto& [name, schema] : properties->object())
      if (auto part = part_of_schema(name, schema)) parts.push_back(*std::move(part));
  if (parts.empty()) parts.push_back({"", FreeText{}, {}});
  return parts;
}

std::optional<double> read_answer(const AnswerPart& part, const Json& typed,
                                  std::string_view text) {
  if (std::holds_alternative<FreeText>(part.kind)) return std::nullopt;
  const bool json = !part.property.empty() || std::holds_alternative<JsonAnswer>(part.kind);
  Json value = typed;
  if (value.is_null() && json) {
    try {
      value = parse_json(python_strip(text));
    } catch (const InputError&) {
      return std::nullopt;
    }
  }
  if (!part.property.empty()) {
    const Json* member = value.find(part.property);
    return member == nullptr ? std::nullopt : typed_number(part, *member);
  }
  if (!value.is_null()) return typed_number(part, value);
  if (const auto* range = std::get_if<IntegerRange>(&part.kind)) return read_integer(*range, text);
  return read_choice(part.categories, text);
}

AnswerConstraint constraint_from(std::string_view text) {
  const auto refuse = [&] {
    return InputError("\"" + printable_line(text) + "\" does not say how answers are read", {},
                      "write integer:1-5 or choice:yes,no");
  };
  if (text.starts_with("choice:")) {
    Choice choice;
    std::string_view rest = text.substr(7);
    for (;;) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string option(python_strip(rest.substr(0, comma)));
      if (option.empty() || std::ranges::find(choice.options, option) != choice.options.end())
        throw refuse();
      choice.options.push_back(option);
      if (comma == rest.size()) return choice;
      rest.remove_prefix(comma + 1);
    }
  }
  if (!text.starts_with("integer:")) throw refuse();
  const std::string_view rest = text.substr(8);
  IntegerRange range;
  const auto [dash, low] = std::from_chars(rest.data(), rest.data() + rest.size(), range.lowest);
  if (low != std::errc() || dash == rest.data() + rest.size() || *dash != '-') throw refuse();
  const auto [end, high] = std::from_chars(dash + 1, rest.data() + rest.size(), range.highest);
  if (high != std::errc() || end != rest.data() + rest.size() || range.highest < range.lowest ||
      static_cast<std::uint64_t>(range.highest) - static_cast<std::uint64_t>(range.lowest) >=
          100000)
    throw refuse();
  return range;
}

}  // namespace syndisco
