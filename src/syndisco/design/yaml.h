#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "syndisco/base/error.h"
#include "syndisco/text/json.h"

namespace syndisco {

/// Where the parts of a YAML text stand, by JSON pointer. Lines count from 1, columns too, in
/// bytes.
struct YamlPlaces {
  struct Mark {
    int line = 0;
    int column = 0;
  };
  std::unordered_map<std::string, Mark>
      values;  ///< what an alias or `<<` brings in: where it was written
  std::unordered_map<std::string, Mark> names;  ///< of members
};

/// Parses one YAML document by the core schema of YAML 1.2: `null`, `~` and nothing are null; true,
/// false; decimal, 0x and 0o integers; floats; everything else, and everything quoted, is text.
/// Names of members are texts as written. Anchors, aliases and merge keys work.
///
/// Throws InputError with `name`, line and column (in bytes) on anything else: no document or
/// several, duplicate names, other tags, more than 1,000,000 values or 256 MiB of text after
/// aliases are filled in, more than 1,000 levels. `text` is valid UTF-8 without byte order mark and
/// control characters but tab, line feed and carriage return.
Json parse_yaml(std::string_view text, const std::string& name, YamlPlaces& places);

}  // namespace syndisco
