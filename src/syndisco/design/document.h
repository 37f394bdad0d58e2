#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "syndisco/base/error.h"
#include "syndisco/design/yaml.h"
#include "syndisco/text/json.h"

namespace syndisco {

enum class Syntax { kYaml, kJson };

/// JSON where the name ends in ".json" (in any case), else YAML.
Syntax syntax_of(const std::filesystem::path& path);

/// A text without byte order mark. Throws InputError with line and column where it is not UTF-8.
std::string checked_utf8(std::string bytes, const std::string& name);

/// A parsed file: its value, and where every part of it stands. Never changes.
class Document {
 public:
  /// Throws InputError with `name`, line and column on what is no valid YAML or JSON, and on
  /// duplicate keys.
  Document(std::string name, std::string bytes, Syntax syntax);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const std::string& name() const { return name_; }
  const Json& root() const { return root_; }

  /// Where the value of that pointer stands; the nearest one around it where it has no place of its
  /// own.
  Place place(std::string_view pointer) const;
  /// Where the name of that member stands.
  Place name_place(std::string_view pointer) const;

 private:
  Place in_characters(YamlPlaces::Mark mark, std::string_view pointer) const;
  void read_yaml();
  void read_json();

  std::string name_;
  std::string text_;
  Syntax syntax_;
  Json root_;
  YamlPlaces yaml_;
  JsonPlaces json_;
};

}  // namespace syndisco
