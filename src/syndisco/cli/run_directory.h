#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "syndisco/cli/execute.h"
#include "syndisco/cli/summary.h"
#include "syndisco/dataset/import.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/journal/check.h"
#include "syndisco/record/plan.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {

/// DIR/experiment.yaml (or .json): the file as it was run last. The file of `annotate` stands
/// beside it as DIR/annotate-<sets>.yaml. The journal keeps the texts, too.
void write_experiment_copy(Journal& journal, const std::filesystem::path& directory,
                           const Plan& plan, Work work);

/// Adds an entry for this run to DIR/manifest.json: hashes of every input and model, versions,
/// seed, options. The journal keeps it, too.
void add_to_manifest(Journal& journal, const std::filesystem::path& directory, const Plan& plan,
                     const Models& models, Work work, std::size_t parallel);

/// Details of the models of all runs so far, by name; of each those of its last run of the same
/// command, or where there is none, the "weights" alone of its last run.
Json models_of_runs(const Journal& journal, Work work);

/// Adds to that entry what the run did.
void finish_in_manifest(Journal& journal, const std::filesystem::path& directory,
                        const RunFigures& figures);

/// Begins DIR/manifest.json of a directory of imported files: where every record comes from. The
/// journal keeps it, too.
void write_import_manifest(Journal& journal, const std::filesystem::path& directory,
                           const Import& import);

/// Compares the copies of experiment files and the manifest with what the journal keeps, and the
/// model files of the last run with the hashes that they had, where they still are.
std::vector<Finding> check_run_directory_files(const Journal& journal,
                                               const std::filesystem::path& directory);

/// Writes those of them again that are missing or differ. Returns how many.
std::size_t repair_run_directory_files(const Journal& journal,
                                       const std::filesystem::path& directory);

}  // namespace syndisco::cli
