#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/design/files.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// A persona as it was read.
struct Person {
  std::string name;
  Json attributes;                   ///< without the keys that are ours
  std::optional<std::string> model;  ///< of their own
  Field where;
};

/// The personas of one list.
struct People {
  std::vector<Person> persons;
  std::string source;  ///< for messages: the file they are in, or the key
};

/// Reads `personas` or `annotators`: a list, a path, or a list of both. At least one, names all
/// different. `one`: what one of them is called in messages, such as "persona".
People read_people(const Field& field, std::string_view one, InputFiles& files,
                   const std::vector<ModelSpec>& models);

/// A mapping of attributes, inline or as a path; `model` and `actor` mean nothing special in it.
Json read_attributes(const Field& field, InputFiles& files);

}  // namespace syndisco
