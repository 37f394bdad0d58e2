#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace syndisco {

/// What was saved from a damaged database.
struct Salvage {
  std::filesystem::path old;  ///< where the damaged one is kept
  std::size_t jobs = 0;
  std::size_t turns = 0;
  std::vector<std::string> lost;  ///< a sentence each; empty: nothing that could be missed
};

/// Copies all that can be read of DIR/syndisco.db into a new database, which takes its place; the
/// old one is kept beside it under another name. What cannot be worked on any more is left out: of
/// every job the turns up to the first one that is lost stay, and the next run goes on from there.
/// Takes the lock of the directory. Throws EnvironmentError where nothing can be read or the new
/// database cannot be written; the old one is untouched then.
Salvage salvage_database(const std::filesystem::path& directory);

}  // namespace syndisco
