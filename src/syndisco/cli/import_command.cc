#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "syndisco/base/log.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/run_directory.h"
#include "syndisco/cli/signals.h"
#include "syndisco/dataset/import.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

namespace fs = std::filesystem;

/// Of many files that are wrong alike the first tell enough.
constexpr std::size_t kMostShown = 20;

struct Arguments {
  std::vector<std::string> paths;
  std::string out;
  std::string name;
  bool keep_going = false;
};

void tell_refused(const Import& import, bool keep_going) {
  for (std::size_t i = 0; i < import.refused.size(); ++i) {
    if (i == kMostShown) {
      log::warning("", fmt::format("and {} more files", import.refused.size() - i));
      return;
    }
    const Error& error = import.refused[i];
    if (keep_going) {
      log::warning("", fmt::format("left out: {}: {}", printable_line(error.place().text()),
                                   printable_line(error.what())));
    } else {
      log::last_words(error.report());
    }
  }
}

void tell_losses(const Import& import) {
  for (std::size_t i = 0; i < import.losses.size(); ++i) {
    if (i == kMostShown) {
      log::warning("", fmt::format("and {} more files", import.losses.size() - i));
      return;
    }
    const ImportLoss& loss = import.losses[i];
    log::warning("", fmt::format("{} holds what is not kept: {}",
                                 printable_line(loss.path.string()), loss.difference));
  }
}

std::string told(const Import& import, const fs::path& directory) {
  std::size_t comments = 0;
  for (const DiscussionRecord& record : import.discussions) comments += record.turns.size();
  std::string text =
      fmt::format("{}: {} discussions with {} comments", printable_line(directory.string()),
                  grouped(import.discussions.size()), grouped(comments));
  if (!import.annotations.empty())
    text += fmt::format(", {} annotations", grouped(import.annotations.size()));
  if (import.plan.cells.size() > 1) text += fmt::format(", {} cells", import.plan.cells.size());
  return text + "\n";
}

int run_import(const Arguments& arguments) {
  StopOnSignals signals;
  const fs::path directory = arguments.out;
  check_import_directory(directory);
  std::atomic<bool> begun = false;
  return signals.ending_at_once(
      [&] {
        // Before that the folder is of another import.
        if (!begun) return;
        std::error_code ignored;
        fs::remove_all(import_folder(directory), ignored);
      },
      [&] {
        const Import import = read_import({arguments.paths.begin(), arguments.paths.end()},
                                          {.experiment = arguments.name});
        tell_refused(import, arguments.keep_going);
        check_not_empty(import);
        if (!import.refused.empty() && !arguments.keep_going)
          throw InputError(
              fmt::format("{} of the files cannot be imported; nothing was written",
                          import.refused.size()),
              {}, "put them right, leave them out, or add --keep-going to import the others");
        tell_losses(import);
        write_import(
            import, directory,
            [&](Journal& journal, const fs::path& folder) {
              write_import_manifest(journal, folder, import);
            },
            [&] { begun = true; });
        std::fputs(told(import, directory).c_str(), stdout);
        if (!import.refused.empty())
          log::warning("", fmt::format("{} files were left out", import.refused.size()));
        return static_cast<int>(import.refused.empty() ? ExitCode::kOk : ExitCode::kJobsFailed);
      });
}

}  // namespace

void add_import(CLI::App& app, const Global&, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "import", "Make a run directory of discussions and annotations of any published version");
  command
      ->add_option("PATH", arguments->paths,
                   "files, or folders of them: of the thesis scripts, SDF, syndisco 1.0 to 2.2, or "
                   "a run directory's own; which they are is found out")
      ->required();
  command->add_option("--out", arguments->out, "the new run directory")->required();
  command->add_option("--name", arguments->name, "name of the experiment [the folder's]");
  command->add_flag("--keep-going", arguments->keep_going,
                    "leave out files that cannot be read, and exit with 1");
  command->footer(
      "Example:\n  syndisco import old/discussions old/annotations --out runs/old\n"
      "Exit codes: 0 all is imported, 1 files were left out, 2 nothing was written.");
  command->callback(
      [arguments, &action] { action = [arguments] { return run_import(*arguments); }; });
}

}  // namespace syndisco::cli
