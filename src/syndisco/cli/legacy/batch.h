#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/cli/legacy/flags.h"

namespace syndisco::cli {

/// Input files that one command of the earlier generations works on, all through one model.
struct Batch {
  Scripts scripts = Scripts::kThesis;
  std::vector<std::filesystem::path> inputs;       ///< of conversations, or discussions to annotate
  std::optional<std::filesystem::path> annotator;  ///< the annotator's file; none: conversations
  std::filesystem::path output_dir;                ///< made if missing; /dev/null: print only
  ModelFlags model;
  /// Just one file: what is wrong with it is what is wrong with the command, and what is said is
  /// shown as it comes. Else a file that fails is named at the end, and the others go on.
  bool alone = false;
};

/// Works on every file, at once as far as the model can, and writes an output file for each under
/// the original's name, a time, with a number behind it where that is taken. Every answer is kept
/// outside the output folder until the batch is done: the same command, after an interruption or a
/// failure, goes on with what is left. Returns the exit code: 1 where a file failed.
int run_batch(const Batch& batch);

}  // namespace syndisco::cli
