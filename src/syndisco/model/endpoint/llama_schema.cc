#include "syndisco/model/endpoint/llama_schema.h"

#include <cmath>
#include <string>
#include <utility>

namespace syndisco {
namespace {

constexpr std::int64_t kFarthest = 1'000'000'000'000'000;
// Its grammars become too large beyond these.
constexpr std::int64_t kMostItems = 300;
constexpr std::int64_t kMostCharacters = 1000;

/// An empty schema is taken for an object, one that says nothing of use for any value.
Json any_value() {
  return JsonObject{{"description", "any value"}};
}

void copy_limit(const Json& from, const char* name, std::int64_t known, Json& to) {
  if (const Json* limit = from.find(name); limit != nullptr && limit->integer() <= known)
    to.set(name, *limit);
}

void copy_bounds(const Json& from, Json& to) {
  const Json* least = from.find("minimum");
  const Json* most = from.find("maximum");
  if (least == nullptr && most == nullptr) return;
  to.set("minimum",
         least == nullptr ? -kFarthest : static_cast<std::int64_t>(std::ceil(least->number())));
  to.set("maximum",
         most == nullptr ? kFarthest : static_cast<std::int64_t>(std::floor(most->number())));
}

void copy_members(const Json& from, Json& to) {
  const Json* properties = from.find("properties");
  const Json* more = from.find("additionalProperties");
  const bool none = properties == nullptr || properties->object().empty();
  if (none && (more == nullptr || more->boolean())) return;
  JsonObject members;
  if (!none)
    for (const auto& [name, property] : properties->object())
      members.emplace_back(name, llama_schema(property));
  to.set("properties", std::move(members));
  if (const Json* required = from.find("required")) to.set("required", *required);
  to.set("additionalProperties", false);
}

Json of_type(const Json& from, const std::string& type) {
  Json to = JsonObject{{"type", type}};
  if (type == "object") copy_members(from, to);
  if (type == "array") {
    const Json* items = from.find("items");
    to.set("items", items == nullptr ? any_value() : llama_schema(*items));
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

}  // namespace

Json llama_schema(const Json& schema) {
  if (const Json* only = schema.find("const")) return JsonObject{{"const", *only}};
  if (const Json* values = schema.find("enum")) return JsonObject{{"enum", *values}};
  const Json* type = schema.find("type");
  if (type == nullptr) return any_value();
  if (type->is_string()) return of_type(schema, type->string());
  JsonArray alternatives;
  for (const Json& each : type->array()) alternatives.push_back(of_type(schema, each.string()));
  return JsonObject{{"anyOf", std::move(alternatives)}};
}

}  // namespace syndisco
