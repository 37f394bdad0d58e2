#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "syndisco/base/error.h"

namespace syndisco {

class Json;
using JsonArray = std::vector<Json>;
/// Members in the order written, as Python keeps them; names are unique.
using JsonObject = std::vector<std::pair<std::string, Json>>;

/// A whole number too large for 64 bits, kept by its digits.
struct BigInteger {
  std::string digits;
  bool operator==(const BigInteger&) const = default;
};

/// A JSON value as Python's json module sees it: integers and floats are different, objects keep
/// their order. Strings are UTF-8.
class Json {
 public:
  Json() = default;  ///< null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::size_t value);  ///< becomes a BigInteger above the 64-bit signed range
  Json(double value) : value_(value) {}
  Json(BigInteger value) : value_(std::move(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(JsonArray value) : value_(std::move(value)) {}
  Json(JsonObject value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_float() const { return std::holds_alternative<double>(value_); }
  bool is_number() const {
    return is_integer() || is_float() || std::holds_alternative<BigInteger>(value_);
  }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<JsonArray>(value_); }
  bool is_object() const { return std::holds_alternative<JsonObject>(value_); }
  /// "null", "a boolean", "a whole number", "a number", "a text", "a list", "a mapping".
  std::string_view kind() const;

  // The value as one type; std::bad_variant_access where it is another (check first).
  bool boolean() const { return std::get<bool>(value_); }
  std::int64_t integer() const { return std::get<std::int64_t>(value_); }
  double number() const;  ///< of any number, the nearest (infinite beyond the range)
  const std::string& string() const { return std::get<std::string>(value_); }
  const JsonArray& array() const { return std::get<JsonArray>(value_); }
  JsonArray& array() { return std::get<JsonArray>(value_); }
  const JsonObject& object() const { return std::get<JsonObject>(value_); }
  JsonObject& object() { return std::get<JsonObject>(value_); }

  /// The member of that name, or nullptr (also where this is no object).
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);
  /// The member of that name where it is a text, else nullptr.
  const std::string* find_string(std::string_view name) const;
  /// Like Python's d[name] = value: a new name goes last, an old one keeps its place. Null becomes
  /// an object first.
  void set(std::string_view name, Json value);
  /// Takes the member out; false where there was none.
  bool erase(std::string_view name);

  /// Order of members counts.
  bool operator==(const Json&) const = default;

 private:
  friend struct JsonWriter;
  std::variant<std::monostate, bool, std::int64_t, BigInteger, double, std::string, JsonArray,
               JsonObject>
      value_;
};

/// Where the values of a parsed text stand, by JSON pointer, and which names were written twice.
struct JsonPlaces {
  struct Position {
    int line = 0;
    int column = 0;  ///< 0 where only the line is known
  };
  std::map<std::string, Position, std::less<>>
      positions;                        ///< key: pointer of the value ("" is the root)
  std::vector<std::string> duplicates;  ///< pointers of members written more than once
};

/// Parses JSON text as Python's json.loads does (NaN, Infinity and a byte order mark excepted); of
/// two members of one name the last wins. Throws InputError with `name`, line and column. Depth is
/// limited to 1,000 levels.
Json parse_json(std::string_view text, const std::string& name = "JSON text",
                JsonPlaces* places = nullptr);

/// json.dumps(value, ensure_ascii=True) with Python's default separators ", " and ": ".
std::string dump_json(const Json& value);

/// json.dumps(value, indent=4, ensure_ascii=True): what the published versions write into files. No
/// final newline.
std::string dump_json_indented(const Json& value, int indent = 4);

/// UTF-8 instead of \u escapes, separators "," and ":": our own store and JSON Lines. NaN and the
/// infinite become null, because this form must be read by everyone.
std::string dump_json_compact(const Json& value);

/// A text as it is, another value as dump_json_compact writes it.
std::string plain_text(const Json& value);

/// repr(value) of the Python value that json.loads gives: {'a': 1, 'b': [True, None, "it's"]}.
/// Dataset CSVs hold it.
std::string python_repr(const Json& value);

/// repr(float) of Python: shortest digits that read back equal, "1e-05", "1e+16", "inf", "nan".
std::string python_float(double value);

/// The pointer of a member or element: "/a~1b/0".
std::string pointer_join(std::string_view pointer, std::string_view name);

}  // namespace syndisco
