#include <cstdio>

#include "syndisco/cli/models_commands.h"
#include "syndisco/model/llama/model_file.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco::cli {
namespace {

int bench(const TrialArguments& arguments) {
  const std::vector<std::string> names = arguments.names();
  const std::filesystem::path path = find_model_file(arguments.file);
  const TuneOptions options = arguments.options();
  const std::vector<Trial> trials = try_encodings(path, remembered_sha256(path), options, names);
  const std::string text =
      arguments.json ? dump_json_indented(JsonObject{{"path", path.string()},
                                                     {"threads", options.threads},
                                                     {"reproducible", options.reproducible},
                                                     {"encodings", trials_json(trials)}},
                                          2) +
                           "\n"
                     : trials_table(trials);
  std::fputs(text.c_str(), stdout);
  for (const Trial& trial : trials)
    if (trial.speed.failure.empty()) return 0;
  throw EnvironmentError("nothing could be measured: " + trials.front().speed.failure,
                         "syndisco models inspect FILE tells what memory the model needs");
}

}  // namespace

void add_models_bench(CLI::App& models, Action& action) {
  const auto arguments = std::make_shared<TrialArguments>();
  CLI::App* command =
      models.add_subcommand("bench", "How fast a model is here in several encodings");
  add_trial_options(*command, *arguments);
  command->add_option("--weights", arguments->weights,
                      "encodings with commas between them, such as as_is,Q8_0 "
                      "[as_is and the near-lossless ones]");
  command->footer(
      "A turn is 300 tokens of prompt and 80 generated ones, 16 discussions side by side. Ratios "
      "compare\nwith as_is, the file as it is.\n\n"
      "Example:\n  syndisco models bench builtin:smollm2-135m --weights as_is,Q8_0");
  command->callback([arguments, &action] { action = [arguments] { return bench(*arguments); }; });
}

}  // namespace syndisco::cli
