#pragma once

#include <filesystem>

namespace syndisco {

/// Where models and what can be made again are kept: $SYNDISCO_CACHE, else
/// $XDG_CACHE_HOME/syndisco, else ~/.cache/syndisco; ./dev looks in the same place. It may not
/// exist yet.
std::filesystem::path cache_directory();

/// Where work that has no directory of its own is kept until it is done: $XDG_STATE_HOME/syndisco,
/// else ~/.local/state/syndisco. It may not exist yet.
std::filesystem::path state_directory();

}  // namespace syndisco
