#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/version.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/legacy/commands.h"
#include "syndisco/model/llama/llama_model.h"

namespace syndisco::cli {
namespace {

int report(const std::string& text, ExitCode code) {
  log::last_words(text);
  return static_cast<int>(code);
}

int main_with(int argc, char** argv) {
  Global global;
  if (std::string_view(argv[0]).find('/') != std::string_view::npos) global.program = argv[0];
  Action action;
  CLI::App app("Synthetic discussions between language-model actors: run, store and export them.",
               "syndisco");
  app.set_version_flag("--version", [] {
    return fmt::format("syndisco {}\nllama.cpp {}", version(), llama_version());
  });
  app.add_option("--log-level", global.log_level, "debug, info, warning, error or off")
      ->capture_default_str();
  app.add_option("--log-format", global.log_format,
                 "text, or json: one object a line, on the screen and in the files")
      ->capture_default_str();
  app.add_option("--log-dir", global.log_dir, "folder of the daily log files [DIR/logs]");
  app.add_flag("--no-color", global.no_color, "no colours (also: NO_COLOR)");
  app.footer(
      "Example:\n  syndisco run examples/quickstart/experiment.yaml\n\n"
      "syndisco COMMAND --help tells more.");
  app.require_subcommand(1);
  app.fallthrough();
  add_run(app, global, action);
  add_plan(app, global, action);
  add_status(app, global, action);
  add_show(app, global, action);
  add_import(app, global, action);
  add_export(app, global, action);
  add_annotate(app, global, action);
  add_analyze(app, global, action);
  add_report(app, global, action);
  add_check(app, global, action);
  add_models(app, global, action);
  add_legacy(app, action);
  try {
    std::vector<std::string> arguments = legacy_arguments(app, {argv, argv + argc});
    arguments.erase(arguments.begin());
    std::ranges::reverse(arguments);
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    const CLI::App* at = &app;
    for (const auto subcommands = app.get_subcommands(); const CLI::App* each : subcommands)
      at = each;
    const std::string command = at == &app ? "syndisco" : "syndisco " + at->get_name();
    return report(fmt::format("error: {}\nhint: {} --help\n", printable(error.what()), command),
                  ExitCode::kBadInput);
  }
  global.terminal = find_terminal(global.no_color);
  // A program reads along: no line that redraws itself.
  if (log::format_from(global.log_format) == log::Format::kJson) global.terminal.progress = false;
  configure_log(global, {}, false);
  return action();
}

/// Every request to a server has a connection, and 1,024 is a usual limit.
void allow_many_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // it goes on with fewer where that is not allowed
}

}  // namespace
}  // namespace syndisco::cli

int main(int argc, char** argv) {
  using syndisco::ExitCode;
  using syndisco::cli::allow_many_files;
  using syndisco::cli::report;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, not a death without a word
  std::signal(SIGXFSZ, SIG_IGN);
  allow_many_files();
  try {
    const int code = syndisco::cli::main_with(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return report("error: cannot write to stdout\n", ExitCode::kSurroundings);
    return code;
  } catch (const syndisco::Error& error) {
    return report(error.report(), error.exit_code());
  } catch (const std::bad_alloc&) {
    return report("error: out of memory\n", ExitCode::kSurroundings);
  } catch (const std::exception& error) {
    return report(fmt::format("error: {}\nhint: this is a fault of the program; please report it\n",
                              syndisco::printable_line(error.what())),
                  ExitCode::kSurroundings);
  }
}
