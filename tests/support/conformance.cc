#include "support/conformance.h"

#include <cstdlib>

#include "support/source_tree.h"

namespace syndisco::testing {

std::optional<std::filesystem::path> conformance_dir() {
  const char* set = std::getenv("SYNDISCO_CONFORMANCE_DIR");
  const std::filesystem::path folder = set != nullptr && *set != '\0'
                                           ? std::filesystem::path(set)
                                           : test::source_tree() / ".." / "shared" / "conformance";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  return std::filesystem::weakly_canonical(folder, error);
}

}  // namespace syndisco::testing
