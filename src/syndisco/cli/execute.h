#pragma once

#include <filesystem>
#include <string>

#include "syndisco/cli/command.h"
#include "syndisco/cli/models.h"
#include "syndisco/cli/signals.h"
#include "syndisco/journal/journal.h"

namespace syndisco::cli {

/// What is to be done: everything that a file plans, or its annotation sets alone.
enum class Work { kRun, kAnnotate };

/// One experiment that is ready to go: checked, and, before it is executed, taken up by its
/// journal.
struct Prepared {
  Work work = Work::kRun;
  Plan plan;
  std::filesystem::path directory;
  std::unique_ptr<Journal> journal;
  bool created = false;  ///< the journal was empty before
};

struct ExecuteOptions {
  std::size_t parallel = 0;  ///< 0: what the models can do
  bool quiet = false;
  double give_up_after = 1800;  ///< seconds that model servers are waited for; infinite: ever
};

/// Loads the models, works on every planned job with a progress line, writes the files for people,
/// and prints the summary to stdout. Returns the exit code.
int execute(Prepared& prepared, ModelRegistry& registry, const ExecuteOptions& options,
            const Global& global, StopOnSignals& signals);

}  // namespace syndisco::cli
