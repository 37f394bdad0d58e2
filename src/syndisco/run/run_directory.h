#pragma once

#include <filesystem>
#include <string>

namespace syndisco {

/// Throws InputError where `directory` is a file, or holds files but no journal: somebody else's
/// folder. `other`: what the hint tells to choose.
void check_run_directory(const std::filesystem::path& directory,
                         const std::string& other = "another folder");

}  // namespace syndisco
