#pragma once

#include <filesystem>
#include <string>

#include "syndisco/cli/execute.h"
#include "syndisco/cli/summary.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/record/plan.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {

/// Throws InputError where `directory` is a file, or holds files but no journal: somebody else's
/// folder.
void check_run_directory(const std::filesystem::path& directory);

/// DIR/experiment.yaml (or .json): the file as it was run last. The file of `annotate` stands
/// beside it as DIR/annotate-<sets>.yaml.
void write_experiment_copy(const std::filesystem::path& directory, const Plan& plan, Work work);

/// Adds an entry for this run to DIR/manifest.json: hashes of every input and model, versions,
/// seed, options. `command` is "run" or "annotate".
void add_to_manifest(const std::filesystem::path& directory, const Plan& plan, const Models& models,
                     Work work, std::size_t parallel);

/// Adds to that entry what the run did.
void finish_in_manifest(const std::filesystem::path& directory, const RunFigures& figures);

}  // namespace syndisco::cli
