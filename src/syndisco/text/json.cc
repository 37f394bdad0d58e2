#include "syndisco/text/json.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace syndisco {
namespace {

double to_double(const BigInteger& value) {
  double number = 0;
  const char* begin = value.digits.data();
  const auto end = std::from_chars(begin, begin + value.digits.size(), number);
  if (end.ec != std::errc::result_out_of_range) return number;
  const double infinity = std::numeric_limits<double>::infinity();
  return value.digits.starts_with('-') ? -infinity : infinity;
}

}  // namespace

Json::Json(std::size_t value) {
  if (value <= static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())) {
    value_ = static_cast<std::int64_t>(value);
  } else {
    value_ = BigInteger{std::to_string(value)};
  }
}

std::string_view Json::kind() const {
  struct Names {
    std::string_view operator()(std::monostate) const { return "null"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "a whole number"; }
    std::string_view operator()(const BigInteger&) const { return "a whole number"; }
    std::string_view operator()(double) const { return "a number"; }
    std::string_view operator()(const std::string&) const { return "a text"; }
    std::string_view operator()(const JsonArray&) const { return "a list"; }
    std::string_view operator()(const JsonObject&) const { return "a mapping"; }
  };
  return std::visit(Names{}, value_);
}

double Json::number() const {
  if (is_integer()) return static_cast<double>(integer());
  if (const auto* big = std::get_if<BigInteger>(&value_)) return to_double(*big);
  return std::get<double>(value_);
}

const Json* Json::find(std::string_view name) const {
  const auto* members = std::get_if<JsonObject>(&value_);
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& m) { return m.first == name; });
  return found == members->end() ? nullptr : &found->second;
}

Json* Json::find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).find(name));
}

const std::string* Json::find_string(std::string_view name) const {
  const Json* member = find(name);
  return member == nullptr ? nullptr : std::get_if<std::string>(&member->value_);
}

void Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = JsonObject{};
  if (Json* member = find(name); member != nullptr) {
    *member = std::move(value);
  } else {
    object().emplace_back(std::string(name), std::move(value));
  }
}

bool Json::erase(std::string_view name) {
  auto* members = std::get_if<JsonObject>(&value_);
  if (members == nullptr) return false;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& m) { return m.first == name; });
  if (found == members->end()) return false;
  members->erase(found);
  return true;
}

std::string pointer_join(std::string_view pointer, std::string_view name) {
  std::string out(pointer);
  out.push_back('/');
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace syndisco
