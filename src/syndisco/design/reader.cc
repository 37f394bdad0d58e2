#include "syndisco/design/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "syndisco/base/printable.h"
#include "syndisco/base/utf8.h"
#include "syndisco/design/keys.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// Digits of an integer of any size, with its sign.
std::string digits_of(const Json& value) {
  return dump_json_compact(value);
}

std::string describe(const Json& value) {
  if (value.is_null()) return "empty (null)";
  if (value.is_string())
    return value.string().empty() ? "an empty text" : "the text " + in_quotes(value.string());
  if (value.is_bool()) return value.boolean() ? "true" : "false";
  if (value.is_float()) return "the number " + python_float(value.number());
  if (value.is_number()) {
    const std::string digits = digits_of(value);
    return digits.size() <= 40 ? digits : digits.substr(0, 40) + "...";
  }
  return std::string(value.kind());
}

bool is_whole(const Json& value) {
  return value.is_number() && !value.is_float();
}

bool reads_as_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// What a person who wrote this where a number is due may have overlooked.
std::string number_hint(const Json& value) {
  if (value.is_string() && reads_as_number(value.string())) return "write it without quotes";
  return "";
}

std::string text_hint(const Json& value) {
  if (value.is_bool() || value.is_number()) return "put it in quotes to make it a text";
  return "";
}

/// Where a key would belong that is unknown here.
std::string home_of(std::string_view key) {
  const auto holds = [key](const keys::List& list) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  if (holds(keys::kDiscussions)) return "discussions";
  if (holds(keys::kExperiment)) return "the file itself, not indented";
  if (holds(keys::kSampling)) return "sampling";
  return "";
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size() && count < kMost; ++count)
    end += decode_utf8(text, end).length;
  return "'" + printable_line(text.substr(0, end)) + (end < text.size() ? "..." : "") + "'";
}

std::string one_of_these(std::span<const std::string> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

void Field::fail(const std::string& message, std::string hint) const {
  throw InputError(message, place(), std::move(hint));
}

void Field::fail_at_name(const std::string& message, std::string hint) const {
  throw InputError(message, name_place(), std::move(hint));
}

void Field::refuse(std::string_view words, std::string hint) const {
  fail(fmt::format("{} must be {}, but is {}", label_, words, describe(*value_)), std::move(hint));
}

const std::string& Field::text() const {
  if (!value_->is_string()) refuse("a text", text_hint(*value_));
  return value_->string();
}

const std::string& Field::name() const {
  if (!value_->is_string() || is_blank(value_->string()))
    refuse("a text that is not blank", text_hint(*value_));
  return value_->string();
}

bool Field::boolean() const {
  if (!value_->is_bool())
    refuse("true or false", value_->is_string() ? "write true or false, without quotes" : "");
  return value_->boolean();
}

int Field::whole(int lowest, int highest) const {
  if (value_->is_integer() && value_->integer() >= lowest && value_->integer() <= highest)
    return static_cast<int>(value_->integer());
  refuse(highest == std::numeric_limits<int>::max()
             ? fmt::format("a whole number, at least {}", lowest)
             : fmt::format("a whole number from {} to {}", lowest, highest),
         number_hint(*value_));
}

std::int64_t Field::whole64() const {
  if (!value_->is_integer()) {
    refuse(is_whole(*value_) ? "a whole number of at most 64 bits" : "a whole number",
           number_hint(*value_));
  }
  return value_->integer();
}

std::uint64_t Field::unsigned64() const {
  if (is_whole(*value_)) {
    const std::string digits = digits_of(*value_);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size()) return number;
  }
  refuse("a whole number from 0 to 18446744073709551615", number_hint(*value_));
}

double Field::number(std::string_view words, bool (*allowed)(double)) const {
  if (value_->is_integer() || value_->is_float()) {
    const double number = value_->number();
    if (std::isfinite(number) && allowed(number)) return number;
  }
  refuse(fmt::format("a number {}", words), number_hint(*value_));
}

const std::string& Field::one_of(std::span<const std::string> words) const {
  if (value_->is_string()) {
    if (std::find(words.begin(), words.end(), value_->string()) != words.end())
      return value_->string();
    const std::string near = nearest_word(value_->string(), words);
    refuse(one_of_these(words), near.empty() ? "" : "did you mean " + near + "?");
  }
  refuse(one_of_these(words));
}

std::vector<Field> Field::items() const {
  if (!value_->is_array()) refuse("a list");
  std::vector<Field> items;
  items.reserve(value_->array().size());
  for (const Json& item : value_->array()) {
    const std::size_t i = items.size();
    items.emplace_back(*document_, item, pointer_ + "/" + std::to_string(i),
                       fmt::format("item {} of {}", i + 1, label_));
  }
  return items;
}

std::vector<Field> Field::members() const {
  if (!value_->is_object()) refuse("a mapping");
  std::vector<Field> members;
  members.reserve(value_->object().size());
  for (const auto& [name, value] : value_->object())
    members.emplace_back(*document_, value, pointer_join(pointer_, name), name);
  return members;
}

Mapping::Mapping(const Field& field, std::span<const std::string> known)
    : field_(field), members_(field.members()) {
  for (const Field& member : members_)
    if (std::find(known.begin(), known.end(), member.label()) == known.end())
      unknown_key(member, field.label(), known);
}

const Field* Mapping::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const Field& member) { return member.label() == name; });
  return found == members_.end() ? nullptr : &*found;
}

const Field& Mapping::require(std::string_view name, std::string hint) const {
  if (const Field* member = find(name); member != nullptr) return *member;
  field_.fail_at_name(fmt::format("{} needs the key {}", field_.label(), name), std::move(hint));
}

void unknown_key(const Field& member, std::string_view where, std::span<const std::string> known) {
  const std::string& key = member.label();
  const std::string near = nearest_word(key, known);
  const std::string home = home_of(key);
  std::string hint = "known keys are " + fmt::format("{}", fmt::join(known, ", "));
  if (!near.empty()) {
    hint = "did you mean " + near + "?";
  } else if (!home.empty()) {
    hint = fmt::format("{} belongs into {}", key, home);
  }
  member.fail_at_name(fmt::format("unknown key {} in {}", in_quotes(key), where), std::move(hint));
}

}  // namespace syndisco
