#include "support/oracle.h"

#include <cstdlib>
#include <system_error>

#include "support/source_tree.h"

namespace syndisco::testing {

std::optional<std::filesystem::path> oracle_dir() {
  const char* set = std::getenv("SYNDISCO_ORACLE_DIR");
  const std::filesystem::path folder = set != nullptr && *set != '\0'
                                           ? std::filesystem::path(set)
                                           : test::source_tree() / ".." / "shared" / "oracle";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  return std::filesystem::weakly_canonical(folder, error);
}

}  // namespace syndisco::testing
