#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "syndisco/cli/command.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/journal/journal.h"

namespace syndisco::cli {

/// All jobs of a journal together.
JobCounts total_counts(const Journal& journal);

/// What a run did beyond what was recorded before.
struct RunFigures {
  double seconds = 0;  ///< of working on jobs
  std::uint64_t turns = 0;
  std::uint64_t computed_tokens = 0;  ///< of prompts
  std::uint64_t reused_tokens = 0;    ///< of prompts, not computed again
  std::uint64_t generated_tokens = 0;
  std::map<std::string, double> busy;  ///< by model: share of the time that it computed, [0, 1]
};

/// `before` and `busy_before` (seconds by model) are from the beginning of the run.
RunFigures run_figures(const JobCounts& before, const JobCounts& after, double seconds,
                       const std::map<std::string, double>& busy_before, const Models& models);

/// Seconds that each model has computed, where that is known.
std::map<std::string, double> busy_seconds(const Models& models);

/// What `run` prints at its end: a table per cell, failures, where the data is, what to try next.
/// `recorded_turns`: of all runs.
std::string summary_text(const Journal& journal, const std::filesystem::path& directory,
                         const Global& global, const RunFigures& figures,
                         std::size_t recorded_turns);

}  // namespace syndisco::cli
