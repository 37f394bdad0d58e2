#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "syndisco/journal/journal.h"

namespace syndisco {

/// Throws InputError where `directory` is a file, or holds files but no journal: somebody else's
/// folder. `other`: what the hint tells to choose.
void check_run_directory(const std::filesystem::path& directory,
                         const std::string& other = "another folder");

/// Records discussions that were held elsewhere as if they had just been: all that the journal has
/// planned, by their ids. Where it was interrupted it goes on.
void record_discussions(Journal& journal,
                        const std::map<std::string, const std::vector<Turn>*>& turns_by_id);

}  // namespace syndisco
