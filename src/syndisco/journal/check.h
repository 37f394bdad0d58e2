#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace syndisco {

/// Something that is not as it should be.
struct Finding {
  std::string place;  ///< a file below the run directory, or a job
  std::string what;
  std::string hint;       ///< may be ""
  bool mendable = false;  ///< `syndisco check --repair` can put it right
  bool operator==(const Finding&) const = default;
};

/// Checks DIR/syndisco.db, beside a running writer too: its pages and references, the numbering of
/// turns, sums, and whether system prompts are those whose hash was kept. Throws what
/// Journal::open_read_only throws where it cannot be read at all (DamagedError where damage is
/// why), and EnvironmentError "is in use by" beside a writer that has no write-ahead log, because
/// it would have to wait.
std::vector<Finding> check_database(const std::filesystem::path& directory);

}  // namespace syndisco
