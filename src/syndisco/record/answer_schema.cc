#include "syndisco/record/answer_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>

#include "syndisco/base/printable.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

// Types are sets of bits, because a whole number is of two of them.
using Types = unsigned;
constexpr Types kNull = 1, kBoolean = 2, kInteger = 4, kNumber = 8, kString = 16, kArray = 32,
                kObject = 64, kAll = 127;

struct NamedTypes {
  std::string_view name;
  Types types;
};
constexpr std::array<NamedTypes, 7> kTypes = {{{"null", kNull},
                                               {"boolean", kBoolean},
                                               {"integer", kInteger},
                                               {"number", kNumber},
                                               {"string", kString},
                                               {"array", kArray},
                                               {"object", kObject}}};

/// Every keyword, and the types that it says something about. In the order of checking: what others
/// are compared with comes first.
constexpr std::array<NamedTypes, 15> kKeywords = {{{"type", kAll},
                                                   {"properties", kObject},
                                                   {"required", kObject},
                                                   {"additionalProperties", kObject},
                                                   {"items", kArray},
                                                   {"minItems", kArray},
                                                   {"maxItems", kArray},
                                                   {"minimum", kInteger | kNumber},
                                                   {"maximum", kInteger | kNumber},
                                                   {"minLength", kString},
                                                   {"maxLength", kString},
                                                   {"enum", kAll},
                                                   {"const", kAll},
                                                   {"title", kAll},
                                                   {"description", kAll}}};

// Whole numbers up to here are the same as doubles.
constexpr double kFarthest = 1e15;
constexpr std::int64_t kLongest = 1'000'000;

Types types_of(const Json& value) {
  if (value.is_null()) return kNull;
  if (value.is_bool()) return kBoolean;
  if (value.is_float()) return kNumber;
  if (value.is_number()) return kInteger | kNumber;
  if (value.is_string()) return kString;
  return value.is_array() ? kArray : kObject;
}

Types type_named(std::string_view name) {
  for (const auto& [known, types] : kTypes)
    if (known == name) return types;
  return 0;
}

Types allowed_types(const Json& schema) {
  const Json* type = schema.find("type");
  if (type == nullptr) return kAll;
  if (type->is_string()) return type_named(type->string());
  Types types = 0;
  for (const Json& each : type->array()) types |= type_named(each.string());
  return types;
}

/// Equal as JSON Schema means it: 1 and 1.0 are, and the order of members does not count.
bool same(const Json& one, const Json& other) {
  if (one.is_number() && other.is_number()) return one == other || one.number() == other.number();
  if (one.is_array() && other.is_array())
    return std::ranges::equal(one.array(), other.array(), same);
  if (one.is_object() && other.is_object()) {
    if (one.object().size() != other.object().size()) return false;
    return std::ranges::all_of(one.object(), [&](const auto& member) {
      const Json* found = other.find(member.first);
      return found != nullptr && same(member.second, *found);
    });
  }
  return one == other;
}

bool within(const Json& schema, const char* lowest, const char* highest, double value) {
  const Json* low = schema.find(lowest);
  const Json* high = schema.find(highest);
  return (low == nullptr || value >= low->number()) && (high == nullptr || value <= high->number());
}

bool object_fits(const Json& schema, const Json& value) {
  if (const Json* required = schema.find("required"))
    for (const Json& name : required->array())
      if (value.find(name.string()) == nullptr) return false;
  const Json* properties = schema.find("properties");
  const Json* additional = schema.find("additionalProperties");
  const Json any = JsonObject{};
  return std::ranges::all_of(value.object(), [&](const auto& member) {
    const Json* property = properties != nullptr ? properties->find(member.first) : nullptr;
    if (property == nullptr && additional != nullptr && !additional->boolean()) return false;
    return fits_schema(property != nullptr ? *property : any, member.second);
  });
}

bool array_fits(const Json& schema, const Json& value) {
  const Json* items = schema.find("items");
  const Json any = JsonObject{};
  return within(schema, "minItems", "maxItems", static_cast<double>(value.array().size())) &&
         std::ranges::all_of(value.array(), [&](const Json& item) {
           return fits_schema(items != nullptr ? *items : any, item);
         });
}

/// All but `enum` and `const`.
bool fits_but_for_values(const Json& schema, const Json& value) {
  if ((allowed_types(schema) & types_of(value)) == 0) return false;
  if (value.is_float() && !std::isfinite(value.number())) return false;
  if (value.is_number()) return within(schema, "minimum", "maximum", value.number());
  if (value.is_string())
    return within(schema, "minLength", "maxLength",
                  static_cast<double>(count_code_points(value.string())));
  if (value.is_array()) return array_fits(schema, value);
  if (value.is_object()) return object_fits(schema, value);
  return true;
}

// ---- checking schemas

std::string in_quotes(std::string_view text) {
  return "'" + printable_line(text) + "'";
}

[[noreturn]] void reject(const Place& place, const std::string& message, std::string hint = {}) {
  throw InputError(message, place, std::move(hint));
}

Place inside(Place place, std::string_view name) {
  // Line and column are those of the whole schema.
  place.line = 0;
  place.column = 0;
  place.pointer = pointer_join(place.pointer, name);
  return place;
}

Place inside(const Place& place, std::size_t position) {
  return inside(place, std::to_string(position));
}

std::vector<std::string> names_of(std::span<const NamedTypes> table, Types types) {
  std::vector<std::string> names;
  for (const auto& [name, of] : table)
    if ((of & types) != 0) names.emplace_back(name);
  return names;
}

std::string joined(const std::vector<std::string>& words, std::string_view last = ", ") {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest_word(word, known);
  return near.empty() ? "" : "did you mean " + near + "? ";
}

void check_type(const Json& type, const Place& place) {
  const std::vector<std::string> known = names_of(kTypes, kAll);
  if (!type.is_string())
    reject(place,
           "type must be the name of a type or a list of names, but is " + std::string(type.kind()),
           "types are " + joined(known));
  if (type_named(type.string()) == 0)
    reject(place, "there is no type " + in_quotes(type.string()),
           did_you_mean(type.string(), known) + "types are " + joined(known));
}

void check_types(const Json& types, const Place& place) {
  if (!types.is_array()) return check_type(types, place);
  if (types.array().empty()) reject(place, "type is empty", "leave it out to allow any value");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < types.array().size(); ++i) {
    check_type(types.array()[i], inside(place, i));
    const std::string& name = types.array()[i].string();
    if (!seen.insert(name).second) reject(inside(place, i), "the type " + name + " is there twice");
  }
}

void check(const Json& schema, const Place& place);

void check_properties(const Json& properties, const Place& place) {
  if (!properties.is_object())
    reject(place, "properties must be a mapping of names to schemas, but is " +
                      std::string(properties.kind()));
  for (const auto& [name, property] : properties.object()) {
    if (name.empty()) reject(inside(place, name), "a property has an empty name");
    check(property, inside(place, name));
  }
}

void check_required(const Json& required, const Json* properties, const Place& place) {
  if (!required.is_array())
    reject(place, "required must be a list of properties, but is " + std::string(required.kind()));
  std::vector<std::string> known;
  if (properties != nullptr)
    for (const auto& [name, property] : properties->object()) known.push_back(name);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < required.array().size(); ++i) {
    const Json& name = required.array()[i];
    if (!name.is_string())
      reject(inside(place, i),
             "required must hold names of properties, but has " + std::string(name.kind()));
    if (std::ranges::find(known, name.string()) == known.end())
      reject(inside(place, i),
             "required has " + in_quotes(name.string()) + ", which is none of the properties",
             did_you_mean(name.string(), known) + "define it in properties");
    if (!seen.insert(name.string()).second)
      reject(inside(place, i), "required has " + in_quotes(name.string()) + " twice");
  }
}

void check_values(const Json& schema, const Json& values, const Place& place) {
  if (!values.is_array())
    reject(place, "enum must be a list, but is " + std::string(values.kind()));
  if (values.array().empty()) reject(place, "enum is empty", "give at least one value");
  const JsonArray& all = values.array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!fits_but_for_values(schema, all[i]))
      reject(inside(place, i), "this value does not fit what the schema says beside enum");
    if (std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Json& earlier) { return same(earlier, all[i]); }))
      reject(inside(place, i), "this value is there twice");
  }
}

void check_size(const std::string& keyword, const Json& size, const Place& place) {
  if (!size.is_integer() || size.integer() < 0 || size.integer() > kLongest)
    reject(place, keyword + " must be a whole number from 0 to 1000000");
}

void check_bound(const std::string& keyword, const Json& bound, const Place& place) {
  if (!bound.is_number())
    reject(place, keyword + " must be a number, but is " + std::string(bound.kind()));
  if (!(std::abs(bound.number()) <= kFarthest))
    reject(place, keyword + " must be from -10^15 to 10^15");
}

void check_keyword(const Json& schema, const std::string& keyword, const Json& value,
                   const Place& place) {
  if (keyword == "type") check_types(value, place);
  if (keyword == "properties") check_properties(value, place);
  if (keyword == "items") check(value, place);
  if (keyword == "enum") check_values(schema, value, place);
  if (keyword == "required") check_required(value, schema.find("properties"), place);
  if (keyword == "additionalProperties" && !value.is_bool())
    reject(place,
           "additionalProperties must be true or false, but is " + std::string(value.kind()));
  if (keyword == "minimum" || keyword == "maximum") check_bound(keyword, value, place);
  if (keyword.ends_with("Items") || keyword.ends_with("Length")) check_size(keyword, value, place);
  if (keyword == "const") {
    if (schema.find("enum") != nullptr)
      reject(place, "a schema has both enum and const", "keep one of them");
    if (!fits_but_for_values(schema, value))
      reject(place, "const does not fit what the schema says beside it");
  }
}

void check_order(const Json& schema, const std::string& lowest, const std::string& highest,
                 const Place& place) {
  const Json* low = schema.find(lowest);
  const Json* high = schema.find(highest);
  if (low == nullptr || high == nullptr) return;
  const std::string both = lowest + " is " + dump_json_compact(*low) + ", but " + highest + " is " +
                           dump_json_compact(*high);
  if (low->number() > high->number()) reject(inside(place, highest), both);
  if (lowest == "minimum" && (allowed_types(schema) & kInteger) != 0 &&
      std::ceil(low->number()) > std::floor(high->number()))
    reject(inside(place, highest), both + ", and no whole number lies between");
}

void check(const Json& schema, const Place& place) {
  if (!schema.is_object())
    reject(place, "a schema must be a mapping, but is " + std::string(schema.kind()),
           "write {type: string}, for example");
  for (const auto& [keyword, value] : schema.object())
    if (std::ranges::find(kKeywords, keyword, &NamedTypes::name) == kKeywords.end())
      reject(inside(place, keyword), "a schema cannot have the keyword " + in_quotes(keyword),
             did_you_mean(keyword, answer_schema_keywords()) + "known are " +
                 joined(answer_schema_keywords()));
  for (const auto& [name, needed] : kKeywords) {
    const std::string keyword(name);
    const Json* value = schema.find(keyword);
    if (value == nullptr) continue;
    if (needed != kAll && (schema.find("type") == nullptr || (allowed_types(schema) & needed) == 0))
      reject(inside(place, keyword),
             keyword + " needs type: " + joined(names_of(kTypes, needed), " or "));
    check_keyword(schema, keyword, *value, inside(place, keyword));
  }
  check_order(schema, "minimum", "maximum", place);
  check_order(schema, "minItems", "maxItems", place);
  check_order(schema, "minLength", "maxLength", place);
}

// ---- examples

std::optional<double> number_in(const Json& schema, const char* keyword) {
  const Json* value = schema.find(keyword);
  return value != nullptr ? std::optional(value->number()) : std::nullopt;
}

Json number_example(const Json& schema, bool whole) {
  const std::optional<double> low = number_in(schema, "minimum");
  const std::optional<double> high = number_in(schema, "maximum");
  double value = low.value_or(std::min(high.value_or(0), 0.0));
  if (whole) value = low ? std::ceil(value) : std::floor(value);
  if (value == std::floor(value)) return static_cast<std::int64_t>(value);
  return value;
}

std::string text_example(const Json& schema) {
  std::string text = "text";
  const auto low = static_cast<std::size_t>(number_in(schema, "minLength").value_or(0));
  const auto high = static_cast<std::size_t>(
      number_in(schema, "maxLength").value_or(static_cast<double>(kLongest)));
  text.resize(std::clamp(text.size(), low, high), '.');
  return text;
}

}  // namespace

const std::vector<std::string>& answer_schema_keywords() {
  static const std::vector<std::string> keywords = names_of(kKeywords, kAll);
  return keywords;
}

void check_answer_schema(const Json& schema, const Place& place) {
  check(schema, place);
}

bool fits_schema(const Json& schema, const Json& value) {
  const auto is_value = [&](const Json& allowed) { return same(allowed, value); };
  if (const Json* values = schema.find("enum"))
    if (std::ranges::none_of(values->array(), is_value)) return false;
  if (const Json* only = schema.find("const"))
    if (!is_value(*only)) return false;
  return fits_but_for_values(schema, value);
}

Json schema_example(const Json& schema) {
  if (const Json* values = schema.find("enum")) return values->array().front();
  if (const Json* only = schema.find("const")) return *only;
  const Json* type = schema.find("type");
  if (type == nullptr) return "text";
  const Types types = type_named((type->is_array() ? type->array().front() : *type).string());
  if (types == kNull) return nullptr;
  if (types == kBoolean) return false;
  if (types == kString) return text_example(schema);
  if (types == kArray) {
    const Json* items = schema.find("items");
    const double count = std::clamp(1.0, number_in(schema, "minItems").value_or(0),
                                    number_in(schema, "maxItems").value_or(kLongest));
    return JsonArray(static_cast<std::size_t>(count),
                     items != nullptr ? schema_example(*items) : Json("text"));
  }
  if (types == kObject) {
    JsonObject members;
    if (const Json* properties = schema.find("properties"))
      for (const auto& [name, property] : properties->object())
        members.emplace_back(name, schema_example(property));
    return members;
  }
  return number_example(schema, types == kInteger);
}

}  // namespace syndisco
