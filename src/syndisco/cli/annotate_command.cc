#include "syndisco/cli/command.h"
#include "syndisco/cli/duration.h"
#include "syndisco/cli/execute.h"
#include "syndisco/design/experiment.h"

namespace syndisco::cli {
namespace {

struct Arguments {
  std::string file;
  std::string directory;
  std::size_t parallel = 0;
  std::optional<std::uint64_t> seed;
  bool quiet = false;
  double give_up_after = ExecuteOptions{}.give_up_after;
  bool retry_failed = false;
};

int annotate(const Arguments& arguments, const Global& global) {
  StopOnSignals signals;
  ModelRegistry registry;
  Prepared prepared{Work::kAnnotate,
                    load_plan(arguments.file, {.seed = arguments.seed}, FileUse::kAnnotate),
                    arguments.directory, nullptr, false};
  check_keys(prepared.plan);
  Journal::open_read_only(
      prepared.directory);  // refuses a folder that is no run directory, and makes none
  prepared.journal = Journal::open(prepared.directory);
  prepared.journal->take_up_annotations(prepared.plan);
  if (arguments.retry_failed) prepared.journal->retry_failed();
  return execute(prepared, registry,
                 {.parallel = arguments.parallel,
                  .quiet = arguments.quiet,
                  .give_up_after = arguments.give_up_after},
                 global, signals);
}

}  // namespace

void add_annotate(CLI::App& app, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("annotate", "Annotate discussions that exist already");
  command
      ->add_option("FILE", arguments->file, "a file with `experiment`, `models` and `annotations`")
      ->required();
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_option("--parallel", arguments->parallel, "discussions in flight at once")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
  command->add_option("--seed", arguments->seed, "instead of the file's seed");
  command->add_option_function<std::string>(
      "--give-up-after",
      [arguments](const std::string& text) { arguments->give_up_after = duration_seconds(text); },
      "how long model servers that do not answer are waited for, such as 90s, 2h, "
      "0 or never [30m]");
  command->add_flag("--quiet", arguments->quiet, "no progress, warnings only");
  command->add_flag("--retry-failed", arguments->retry_failed, "try failed annotations again");
  command->footer("Example:\n  syndisco annotate constructiveness.yaml runs/pilot");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] { return annotate(*arguments, global); };
  });
}

}  // namespace syndisco::cli
