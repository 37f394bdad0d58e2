#pragma once

#include <filesystem>
#include <optional>

namespace syndisco::testing {

/// Folder of the recordings that conformance tests replay: SYNDISCO_CONFORMANCE_DIR, or, when that
/// is unset, `shared/conformance` beside the source tree. Nothing if there is no such folder; tests
/// then skip.
std::optional<std::filesystem::path> conformance_dir();

}  // namespace syndisco::testing
