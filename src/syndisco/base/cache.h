#pragma once

#include <filesystem>

namespace syndisco {

/// Where models and what can be made again are kept: $SYNDISCO_CACHE, else ~/.cache/syndisco. It
/// may not exist yet.
std::filesystem::path cache_directory();

}  // namespace syndisco
