#pragma once

#include <cstdint>
#include <string>

#include "syndisco/cli/command.h"
#include "syndisco/model/llama/tune.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {

// Each adds one subcommand of `models`. `global` and `action` outlive `models`.
void add_models_list(CLI::App& models, Action& action);
void add_models_inspect(CLI::App& models, Action& action);
void add_models_bench(CLI::App& models, Action& action);
void add_models_tune(CLI::App& models, Action& action);
void add_models_pull(CLI::App& models, const Global& global, Action& action);
void add_models_convert(CLI::App& models, const Global& global, Action& action);

/// What `bench` and `tune` have in common.
struct TrialArguments {
  std::string file;
  std::string weights;  ///< encodings with commas between them; "": by `lossy`
  int threads = 0;      ///< 0: as many as cores
  bool lossy = false;
  bool reproducible = false;
  bool json = false;

  TuneOptions options() const;
  /// Throws InputError for a word that is none of `weights_words`, or "tuned".
  std::vector<std::string> names() const;
};

void add_trial_options(CLI::App& command, TrialArguments& arguments);

/// Rows of encodings: speeds, sizes, and how much faster than as_is.
std::string trials_table(const std::vector<Trial>& trials);
Json trials_json(const std::vector<Trial>& trials);

/// "135 MB", "1.2 GB"; "-" for 0.
std::string size_text(std::uint64_t bytes);

}  // namespace syndisco::cli
