#include "syndisco/cli/command.h"
#include "syndisco/cli/models_commands.h"

namespace syndisco::cli {

void add_models(CLI::App& app, const Global& global, Action& action) {
  CLI::App* command = app.add_subcommand("models", "Model files");
  command->require_subcommand(1);
  command->footer("Example:\n  syndisco models list");
  add_models_list(*command, action);
  add_models_pull(*command, global, action);
  add_models_convert(*command, global, action);
  add_models_inspect(*command, action);
  add_models_bench(*command, action);
  add_models_tune(*command, action);
}

}  // namespace syndisco::cli
