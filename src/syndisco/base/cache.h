#pragma once

#include <filesystem>

namespace syndisco {

/// Where models and what can be made again are kept: $SYNDISCO_CACHE, else
/// $XDG_CACHE_HOME/syndisco, else ~/.cache/syndisco; ./dev looks in the same place. It may not
/// exist yet.
std::filesystem::path cache_directory();

}  // namespace syndisco
