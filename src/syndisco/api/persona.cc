#include "syndisco/api/persona.h"

#include <cmath>
#include <ostream>

#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/record/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco::api {
namespace {

bool is_finite(const Json& value) {
  if (value.is_float()) return std::isfinite(value.number());
  if (value.is_array())
    for (const Json& item : value.array())
      if (!is_finite(item)) return false;
  if (value.is_object())
    for (const auto& [name, member] : value.object())
      if (!is_finite(member)) return false;
  return true;
}

std::string near_hint(const Json& attributes) {
  static const std::vector<std::string> wanted{"username", "name"};
  for (const auto& [key, value] : attributes.object())
    if (const std::string near = nearest_word(key, wanted); !near.empty())
      return "there is \"" + printable_line(key) + "\"; did you mean \"" + near + "\"?";
  return "it is the name that others see";
}

Place at_key(Place place, std::string_view key) {
  place.pointer = pointer_join(place.pointer, key);
  return place;
}

}  // namespace

Persona::Persona(Json attributes, const Place& place) : attributes_(std::move(attributes)) {
  if (!attributes_.is_object())
    throw InputError("expected a persona, found " + std::string(attributes_.kind()), place,
                     "a persona is a mapping: {\"username\": \"Ada\", \"age\": 36}");
  for (const auto& [key, value] : attributes_.object())
    if (!is_finite(value)) throw InputError("expected a finite number", at_key(place, key));
  const char* key = attributes_.find("username") != nullptr ? "username" : "name";
  const Json* name = attributes_.find(key);
  if (name == nullptr)
    throw InputError("a persona needs a \"username\"", place, near_hint(attributes_));
  if (!name->is_string() || is_blank(name->string()))
    throw InputError("\"" + std::string(key) + "\" must be a text that is not blank",
                     at_key(place, key));
  username_ = name->string();
}

Persona::Persona(std::initializer_list<std::pair<std::string, Json>> attributes)
    : Persona(
          [&] {
            // Of two attributes of one name the last counts, as everywhere.
            Json object = JsonObject{};
            for (const auto& [key, value] : attributes) object.set(key, value);
            return object;
          }(),
          {}) {}

Persona Persona::from_dict(Json attributes) {
  return Persona(std::move(attributes), {});
}

std::vector<Persona> Persona::from_json_file(const std::filesystem::path& path) {
  const std::string file = path.string();
  JsonPlaces places;
  Json json = parse_json(read_file(path), file, &places);
  const auto place = [&](const std::string& pointer) {
    const auto found = places.positions.find(pointer);
    const int line = found == places.positions.end() ? 0 : found->second.line;
    return Place{.file = file, .line = line, .column = 0, .pointer = pointer};
  };
  if (json.is_object()) return {Persona(std::move(json), place(""))};
  if (!json.is_array())
    throw InputError("expected a list of personas, found " + std::string(json.kind()), place(""),
                     "the file is a list: [{\"username\": \"Ada\", \"age\": 36}, ...]");
  std::vector<Persona> personas;
  for (Json& each : json.array())
    personas.push_back(Persona(std::move(each), place("/" + std::to_string(personas.size()))));
  return personas;
}

std::vector<std::string> Persona::to_attribute_list() const {
  return attributes_before_2_0(attributes_);
}

std::ostream& operator<<(std::ostream& out, const Persona& persona) {
  out << "LlmPersona(";
  bool first = true;
  for (const auto& [key, value] : persona.to_dict().object()) {
    out << (first ? "" : ", ") << printable_line(key) << '=' << printable_line(python_repr(value));
    first = false;
  }
  return out << ')';
}

}  // namespace syndisco::api
