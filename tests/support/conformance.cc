#include "support/conformance.h"

#include <cstdlib>

namespace syndisco::testing {

std::optional<std::filesystem::path> conformance_dir() {
  const char* set = std::getenv("SYNDISCO_CONFORMANCE_DIR");
  const std::filesystem::path folder =
      set != nullptr && *set != '\0'
          ? std::filesystem::path(set)
          : std::filesystem::path(SYNDISCO_SOURCE_DIR) / ".." / "shared" / "conformance";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  return std::filesystem::weakly_canonical(folder, error);
}

}  // namespace syndisco::testing
