#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "syndisco/cli/terminal.h"

namespace syndisco::cli {

/// Options of every command.
struct Global {
  std::string log_level = "info";
  std::string log_format = "text";
  std::string log_dir;  ///< "": the run directory's own
  bool no_color = false;
  std::string program = "syndisco";  ///< as it was called
  Terminal terminal;                 ///< known once the arguments are read
};

/// What a command line asks for; returns the exit code. Set by the chosen command while arguments
/// are read and run afterwards, so that nothing happens before all of them are checked.
using Action = std::function<int()>;

// Each adds one command. `global` and `action` outlive `app`.
void add_run(CLI::App& app, const Global& global, Action& action);
void add_plan(CLI::App& app, const Global& global, Action& action);
void add_status(CLI::App& app, const Global& global, Action& action);
void add_show(CLI::App& app, const Global& global, Action& action);
void add_import(CLI::App& app, const Global& global, Action& action);
void add_export(CLI::App& app, const Global& global, Action& action);
void add_check(CLI::App& app, const Global& global, Action& action);
void add_annotate(CLI::App& app, const Global& global, Action& action);
void add_analyze(CLI::App& app, const Global& global, Action& action);
void add_report(CLI::App& app, const Global& global, Action& action);
void add_models(CLI::App& app, const Global& global, Action& action);

/// Screen and files of the log for work on `run_directory` ("" where there is none).
void configure_log(const Global& global, const std::filesystem::path& run_directory, bool quiet);

}  // namespace syndisco::cli
