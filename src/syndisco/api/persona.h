#pragma once

#include <filesystem>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "syndisco/text/json.h"

namespace syndisco::api {

/// Who an actor is: attributes of any names, of which `username` (or `name`) is needed. A value.
///
///     Persona emma{{"username", "Emma35"}, {"age", 38}, {"traits", JsonArray{"calm", "patient"}}};
///     std::vector<Persona> others = Persona::from_json_file("personas.json");
///     std::cout << emma << emma.to_attribute_list().front();  // "username: Emma35"
///
/// Throws InputError, with the place where it comes from a file, where there is no name, or a
/// number that JSON cannot hold.
class Persona {
 public:
  Persona(std::initializer_list<std::pair<std::string, Json>> attributes);

  /// A mapping of attributes.
  static Persona from_dict(Json attributes);

  /// The file holds a list of mappings, or one mapping.
  static std::vector<Persona> from_json_file(const std::filesystem::path& path);

  /// What others call them.
  const std::string& username() const { return username_; }

  /// A text for each attribute, as 1.0 put them into prompts: "age: 38", "sex: female".
  std::vector<std::string> to_attribute_list() const;

  /// The attributes in the order written.
  const Json& to_dict() const { return attributes_; }

  bool operator==(const Persona&) const = default;

 private:
  Persona(Json attributes, const Place& place);

  Json attributes_;
  std::string username_;
};

/// As Python showed it: LlmPersona(username='Emma35', age=38). Safe on a terminal.
std::ostream& operator<<(std::ostream& out, const Persona& persona);

/// Its name in the tutorials.
using LlmPersona = Persona;

}  // namespace syndisco::api
