#include "syndisco/base/cache.h"

#include <cstdlib>

namespace syndisco {

std::filesystem::path cache_directory() {
  if (const char* chosen = std::getenv("SYNDISCO_CACHE"); chosen != nullptr && *chosen != '\0')
    return chosen;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr && *home != '\0' ? home : ".") / ".cache" /
         "syndisco";
}

}  // namespace syndisco
