#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/text/json.h"

namespace syndisco {

/// The name that a table of (value, name) pairs gives a value; "" where it has none.
template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [known, name] : table) {
    if (known == value) return name;
  }
  return "";
}

/// A whole number of 64 bits without sign as JSON; `unsigned_from` reads it back.
Json json_unsigned(std::uint64_t value);

/// Reads the members of one JSON object that we wrote ourselves. Throws InputError with the pointer
/// where one is missing, of another type or out of range; `finish` throws where one was not asked
/// for.
class Fields {
 public:
  Fields(const Json& json, std::string pointer);

  bool has(std::string_view name) const;
  const Json& any(std::string_view name);
  std::string text(std::string_view name);
  bool boolean(std::string_view name);
  int integer(std::string_view name);
  double number(std::string_view name);
  std::uint64_t unsigned_integer(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  const JsonArray& array(std::string_view name);

  std::string pointer(std::string_view name) const;
  void finish() const;

 private:
  const JsonObject* members_;
  std::string pointer_;
  std::set<std::string, std::less<>> asked_;
};

// Single values, with the pointer for the message.
std::string text_from(const Json& json, const std::string& pointer);
std::int64_t integer_from(const Json& json, const std::string& pointer);
std::uint64_t unsigned_from(const Json& json, const std::string& pointer);
std::vector<std::string> texts_from(const Json& json, const std::string& pointer);

Json json_texts(const std::vector<std::string>& texts);

[[noreturn]] void refuse_record(const std::string& message, const std::string& pointer);

}  // namespace syndisco
