#include "syndisco/cli/command.h"
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
};

int annotate(const Arguments& arguments, const Global& global) {
  StopOnSignals signals;
  ModelRegistry registry;
  Prepared prepared{Work::kAnnotate,
                    load_plan(arguments.file, {.seed = arguments.seed}, FileUse::kAnnotate),
                    arguments.directory, nullptr};
  Journal::open_read_only(
      prepared.directory);  // refuses a folder that is no run directory, and makes none
  prepared.journal = Journal::open(prepared.directory);
  prepared.journal->take_up_annotations(prepared.plan);
  return execute(prepared, registry, {.parallel = arguments.parallel, .quiet = arguments.quiet},
                 global, signals);
}

}  // namespace

void add_annotate(CLI::App& app, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("annotate", "Annotate discussions that exist already");
  command->add_option("FILE", arguments->file, "a file with `models` and `annotations`")
      ->required();
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_option("--parallel", arguments->parallel, "discussions in flight at once")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
  command->add_option("--seed", arguments->seed, "instead of the file's seed");
  command->add_flag("--quiet", arguments->quiet, "no progress, warnings only");
  command->footer("Example:\n  syndisco annotate constructiveness.yaml runs/pilot");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] { return annotate(*arguments, global); };
  });
}

}  // namespace syndisco::cli
