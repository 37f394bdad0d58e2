#include <fmt/format.h>

#include <set>
#include <vector>

#include "syndisco/base/log.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/duration.h"
#include "syndisco/cli/execute.h"
#include "syndisco/cli/run_directory.h"
#include "syndisco/design/experiment.h"
#include "syndisco/run/run_directory.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {
namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> files;
  std::string out;
  std::size_t parallel = 0;
  std::optional<std::uint64_t> seed;
  bool quiet = false;
  double give_up_after = ExecuteOptions{}.give_up_after;
  bool retry_failed = false;
};

/// With several files, `--out` is the folder that holds one run directory for each.
fs::path directory_of(const Arguments& arguments, const Plan& plan) {
  if (arguments.out.empty()) return fs::path("runs") / slug(plan.experiment);
  if (arguments.files.size() == 1) return arguments.out;
  return fs::path(arguments.out) / slug(plan.experiment);
}

/// Everything that can be wrong with any of the files is found before any model is loaded, and no
/// journal changes before.
std::vector<Prepared> prepare(const Arguments& arguments) {
  std::vector<Prepared> all;
  std::set<fs::path> taken;
  for (const std::string& file : arguments.files) {
    Plan plan = load_plan(file, {.seed = arguments.seed});
    fs::path directory = directory_of(arguments, plan);
    if (!taken.insert(fs::weakly_canonical(directory)).second)
      throw InputError("two experiments would be written to " + printable_line(directory.string()),
                       Place{.file = file, .line = 0, .column = 0, .pointer = {}},
                       "give them different names");
    check_run_directory(directory, "another --out");
    check_keys(plan);
    all.push_back({Work::kRun, std::move(plan), std::move(directory), nullptr, false});
  }
  for (Prepared& each : all) each.journal = Journal::open(each.directory);
  if (all.size() > 1)
    for (const Prepared& each : all) each.journal->try_out(each.plan);
  return all;
}

/// Files of discussions beside a journal without records: it was lost, and they are all there is.
void refuse_to_overwrite(const Prepared& prepared) {
  const fs::path folder = prepared.directory / "discussions";
  std::error_code none;
  if (!prepared.journal->experiment().empty() || !fs::exists(folder, none) ||
      fs::is_empty(folder, none))
    return;
  throw InputError(printable_line(folder.string()) +
                       " holds discussions of which the journal knows nothing: they would be "
                       "overwritten",
                   {}, "put syndisco.db back from a copy, or give another directory with --out");
}

/// Only when it is this experiment's turn: of one that was never begun nothing is recorded, and its
/// file may be corrected freely.
void take_up(Prepared& prepared, bool retry_failed) {
  refuse_to_overwrite(prepared);
  const Growth growth = prepared.journal->take_up(prepared.plan);
  prepared.created = growth.created;
  if (!growth.created && growth.added_discussions + growth.added_annotation_sets > 0)
    log::info("", fmt::format("{}: {} discussions and {} annotation sets are new",
                              prepared.directory.string(), growth.added_discussions,
                              growth.added_annotation_sets));
  if (retry_failed) prepared.journal->retry_failed();
}

int run(const Arguments& arguments, const Global& global) {
  StopOnSignals signals;
  ModelRegistry registry;
  std::vector<Prepared> experiments = prepare(arguments);
  int worst = 0;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    Prepared& each = experiments[i];
    int code = 0;
    try {
      take_up(each, arguments.retry_failed);
      code = execute(each, registry,
                     {.parallel = arguments.parallel,
                      .quiet = arguments.quiet,
                      .give_up_after = arguments.give_up_after},
                     global, signals);
    } catch (const EnvironmentError& error) {
      // What one lacks, a server say, others may not need.
      if (i + 1 == experiments.size()) throw;
      log::last_words(error.report());
      code = static_cast<int>(error.exit_code());
    }
    if (signals.token().stop_requested()) return signals.exit_code();
    worst = std::max(worst, code);
    each.journal.reset();  // its directory is free for the next run at once
    std::vector<const Plan*> later;
    for (std::size_t next = i + 1; next < experiments.size(); ++next)
      later.push_back(&experiments[next].plan);
    registry.keep_only(later);
  }
  return worst;
}

}  // namespace

void add_run(CLI::App& app, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "run", "Run experiments, one after the other; go on where an earlier run stopped");
  command->add_option("FILE", arguments->files, "experiment files (YAML or JSON)")->required();
  command->add_option("--out", arguments->out, "run directory [runs/EXPERIMENT]");
  command->add_option("--parallel", arguments->parallel, "discussions in flight at once")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
  command->add_option("--seed", arguments->seed, "instead of the file's seed")
      ->check(CLI::NonNegativeNumber);
  command->add_option_function<std::string>(
      "--give-up-after",
      [arguments](const std::string& text) { arguments->give_up_after = duration_seconds(text); },
      "how long model servers that do not answer are waited for, such as 90s, 2h, "
      "0 or never [30m]");
  command->add_flag("--quiet", arguments->quiet, "no progress, warnings only");
  command->add_flag("--retry-failed", arguments->retry_failed, "try failed jobs again");
  command->footer(
      "Example:\n  syndisco run experiment.yaml --out runs/pilot\n"
      "The same command again, after Ctrl-C or a crash, goes on with what is left.");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] { return run(*arguments, global); };
  });
}

}  // namespace syndisco::cli
