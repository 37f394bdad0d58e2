#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "syndisco/record/plan.h"

namespace syndisco {

/// What the command line may say over the file.
struct PlanOverrides {
  std::optional<std::uint64_t> seed;
};

/// What a file must hold.
enum class FileUse {
  kRun,       ///< an experiment: `discussions` is required
  kAnnotate,  ///< annotation sets for discussions that exist: `annotations` is required,
              ///< `discussions` ignored
};

/// Reads, checks completely and expands an experiment file (YAML, or JSON by its ending) and all
/// files it names. No model is touched. Throws InputError with file, line, column (JSON: pointer
/// and line), what was expected and a hint.
Plan load_plan(const std::filesystem::path& file, const PlanOverrides& overrides = {},
               FileUse use = FileUse::kRun);

/// The JSON Schema (draft 2020-12) of the experiment file.
std::string experiment_schema();

}  // namespace syndisco
