#include "syndisco/base/cache.h"

#include <cstdlib>
#include <string>

namespace syndisco {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::filesystem::path cache_directory() {
  if (const std::string chosen = variable("SYNDISCO_CACHE"); !chosen.empty()) return chosen;
  if (const std::string caches = variable("XDG_CACHE_HOME"); !caches.empty())
    return std::filesystem::path(caches) / "syndisco";
  const std::string home = variable("HOME");
  return std::filesystem::path(home.empty() ? "." : home) / ".cache" / "syndisco";
}

}  // namespace syndisco
