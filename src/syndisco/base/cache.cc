#include "syndisco/base/cache.h"

#include <cstdlib>
#include <string>

namespace syndisco {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::filesystem::path home() {
  const std::string home = variable("HOME");
  return home.empty() ? "." : home;
}

}  // namespace

std::filesystem::path cache_directory() {
  if (const std::string chosen = variable("SYNDISCO_CACHE"); !chosen.empty()) return chosen;
  if (const std::string caches = variable("XDG_CACHE_HOME"); !caches.empty())
    return std::filesystem::path(caches) / "syndisco";
  return home() / ".cache" / "syndisco";
}

std::filesystem::path state_directory() {
  if (const std::string state = variable("XDG_STATE_HOME"); !state.empty())
    return std::filesystem::path(state) / "syndisco";
  return home() / ".local" / "state" / "syndisco";
}

}  // namespace syndisco
