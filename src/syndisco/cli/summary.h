#pragma once

#include <filesystem>
#include <string>

#include "syndisco/cli/command.h"
#include "syndisco/journal/journal.h"

namespace syndisco::cli {

/// All jobs of a journal together.
JobCounts total_counts(const Journal& journal);

/// What `run` prints at its end: a table per cell, failures, where the data is, what to try next.
/// `seconds` is the time this run took; `before` is what was recorded before
/// it.
std::string summary_text(const Journal& journal, const std::filesystem::path& directory,
                         const Global& global, double seconds, const JobCounts& before);

}  // namespace syndisco::cli
