#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "syndisco/base/file.h"
#include "syndisco/text/json.h"

namespace syndisco::testing {

/// Folder of the values that the field's Python libraries computed: SYNDISCO_ORACLE_DIR, or, when
/// that is unset, `shared/oracle` beside the source tree. Nothing if there is no such folder; tests
/// then skip.
std::optional<std::filesystem::path> oracle_dir();

/// One of its JSON files. Numbers are the doubles that were written. Needs the room `text`.
inline Json read_oracle(const std::filesystem::path& folder, const std::string& name) {
  return parse_json(read_file(folder / name), name);
}

}  // namespace syndisco::testing
