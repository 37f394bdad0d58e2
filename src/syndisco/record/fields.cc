#include "syndisco/record/fields.h"

#include <charconv>
#include <limits>
#include <utility>

#include "syndisco/base/error.h"

namespace syndisco {

void refuse_record(const std::string& message, const std::string& pointer) {
  Place place;
  place.pointer = pointer;
  throw InputError(message, std::move(place));
}

Json json_unsigned(std::uint64_t value) {
  return Json(static_cast<std::size_t>(value));
}

std::string text_from(const Json& json, const std::string& pointer) {
  if (!json.is_string()) {
    refuse_record("expected a text, found " + std::string(json.kind()), pointer);
  }
  return json.string();
}

std::int64_t integer_from(const Json& json, const std::string& pointer) {
  if (!json.is_integer()) {
    refuse_record("expected a whole number, found " + std::string(json.kind()), pointer);
  }
  return json.integer();
}

std::uint64_t unsigned_from(const Json& json, const std::string& pointer) {
  if (json.is_number() && !json.is_float()) {
    const std::string digits = dump_json(json);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) return value;
  }
  refuse_record("expected a whole number from 0 to 2^64-1, found " + std::string(json.kind()),
                pointer);
}

std::vector<std::string> texts_from(const Json& json, const std::string& pointer) {
  if (!json.is_array()) {
    refuse_record("expected a list, found " + std::string(json.kind()), pointer);
  }
  std::vector<std::string> texts;
  texts.reserve(json.array().size());
  for (const Json& element : json.array()) {
    texts.push_back(text_from(element, pointer_join(pointer, std::to_string(texts.size()))));
  }
  return texts;
}

Json json_texts(const std::vector<std::string>& texts) {
  JsonArray array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(text);
  return Json(std::move(array));
}

Fields::Fields(const Json& json, std::string pointer)
    : members_(nullptr), pointer_(std::move(pointer)) {
  if (!json.is_object()) {
    refuse_record("expected a mapping, found " + std::string(json.kind()), pointer_);
  }
  members_ = &json.object();
}

std::string Fields::pointer(std::string_view name) const {
  return pointer_join(pointer_, name);
}

bool Fields::has(std::string_view name) const {
  for (const auto& [key, value] : *members_)
    if (key == name) return true;
  return false;
}

const Json& Fields::any(std::string_view name) {
  for (const auto& [key, value] : *members_) {
    if (key == name) {
      asked_.emplace(name);
      return value;
    }
  }
  refuse_record("this record lacks \"" + std::string(name) + "\"", pointer_);
}

std::string Fields::text(std::string_view name) {
  return text_from(any(name), pointer(name));
}

bool Fields::boolean(std::string_view name) {
  const Json& json = any(name);
  if (!json.is_bool()) {
    refuse_record("expected a boolean, found " + std::string(json.kind()), pointer(name));
  }
  return json.boolean();
}

int Fields::integer(std::string_view name) {
  const std::int64_t value = integer_from(any(name), pointer(name));
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    refuse_record("this number is out of range", pointer(name));
  }
  return static_cast<int>(value);
}

double Fields::number(std::string_view name) {
  const Json& json = any(name);
  if (!json.is_integer() && !json.is_float()) {
    refuse_record("expected a number, found " + std::string(json.kind()), pointer(name));
  }
  return json.number();
}

std::uint64_t Fields::unsigned_integer(std::string_view name) {
  return unsigned_from(any(name), pointer(name));
}

std::vector<std::string> Fields::texts(std::string_view name) {
  return texts_from(any(name), pointer(name));
}

const JsonArray& Fields::array(std::string_view name) {
  const Json& json = any(name);
  if (!json.is_array()) {
    refuse_record("expected a list, found " + std::string(json.kind()), pointer(name));
  }
  return json.array();
}

void Fields::finish() const {
  for (const auto& [key, value] : *members_) {
    if (!asked_.contains(key))
      refuse_record("this record does not know \"" + key + "\"", pointer(key));
  }
}

}  // namespace syndisco
