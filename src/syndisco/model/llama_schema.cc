#include "syndisco/model/llama_schema.h"

#include <cmath>
#include <string>
#include <utility>

namespace syndisco {
namespace {

// Bounds are at most this far from 0.
constexpr std::int64_t kFarthest = 1'000'000'000'000'000;
// A repetition of n becomes n rules, and it takes 2,000 of them.
constexpr std::int64_t kMostItems = 300;
constexpr std::int64_t kMostCharacters = 1000;

class Rewriter {
 public:
  explicit Rewriter(const BoundedNumber& bounded_number) : bounded_number_(bounded_number) {}

  Json schema(const Json& from) const;

 private:
  Json of_type(const Json& from, const std::string& type) const;
  void copy_members(const Json& from, Json& to) const;

  const BoundedNumber& bounded_number_;
};

/// An empty schema is taken for an object, one that says nothing of use for any value.
Json any_value() {
  return JsonObject{{"description", "any value"}};
}

void copy_limit(const Json& from, const char* name, std::int64_t known, Json& to) {
  if (const Json* limit = from.find(name); limit != nullptr && limit->integer() <= known)
    to.set(name, *limit);
}

bool is_bounded(const Json& from) {
  return from.find("minimum") != nullptr || from.find("maximum") != nullptr;
}

/// Of whole numbers. Both are given: of one alone the converter makes numbers with leading zeros.
void copy_bounds(const Json& from, Json& to) {
  if (!is_bounded(from)) return;
  const Json* least = from.find("minimum");
  const Json* most = from.find("maximum");
  to.set("minimum",
         least == nullptr ? -kFarthest : static_cast<std::int64_t>(std::ceil(least->number())));
  to.set("maximum",
         most == nullptr ? kFarthest : static_cast<std::int64_t>(std::floor(most->number())));
}

void Rewriter::copy_members(const Json& from, Json& to) const {
  const Json* properties = from.find("properties");
  const Json* more = from.find("additionalProperties");
  const bool none = properties == nullptr || properties->object().empty();
  if (none && (more == nullptr || more->boolean())) return;
  JsonObject members;
  if (!none)
    for (const auto& [name, property] : properties->object())
      members.emplace_back(name, schema(property));
  to.set("properties", std::move(members));
  if (const Json* required = from.find("required")) to.set("required", *required);
  to.set("additionalProperties", false);
}

Json Rewriter::of_type(const Json& from, const std::string& type) const {
  if (type == "number" && is_bounded(from) && bounded_number_) return bounded_number_(from);
  Json to = JsonObject{{"type", type}};
  if (type == "object") copy_members(from, to);
  if (type == "array") {
    const Json* items = from.find("items");
    to.set("items", items == nullptr ? any_value() : schema(*items));
    copy_limit(from, "minItems", kMostItems, to);
    copy_limit(from, "maxItems", kMostItems, to);
  }
  if (type == "string") {
    copy_limit(from, "minLength", kMostCharacters, to);
    copy_limit(from, "maxLength", kMostCharacters, to);
  }
  if (type == "integer") copy_bounds(from, to);
  return to;
}

Json Rewriter::schema(const Json& from) const {
  if (const Json* only = from.find("const")) return JsonObject{{"const", *only}};
  if (const Json* values = from.find("enum")) return JsonObject{{"enum", *values}};
  const Json* type = from.find("type");
  if (type == nullptr) return any_value();
  if (type->is_string()) return of_type(from, type->string());
  JsonArray alternatives;
  for (const Json& each : type->array()) alternatives.push_back(of_type(from, each.string()));
  return JsonObject{{"anyOf", std::move(alternatives)}};
}

}  // namespace

Json llama_schema(const Json& schema, const BoundedNumber& bounded_number) {
  return Rewriter(bounded_number).schema(schema);
}

}  // namespace syndisco
