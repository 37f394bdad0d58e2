#include <fmt/format.h>

#include <cstdio>

#include "syndisco/cli/models_commands.h"
#include "syndisco/model/llama/encodings.h"
#include "syndisco/model/llama/model_file.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco::cli {
namespace {

/// The last one: the chosen encoding is measured again beside other attentions.
const Trial* find_trial(const std::vector<Trial>& trials, const TuneChoice& choice) {
  const Trial* found = nullptr;
  for (const Trial& trial : trials)
    if (trial.choice == choice) found = &trial;
  return found;
}

/// The fastest of the lossy encodings where it is faster than what was chosen, else nullptr.
const Trial* faster_but_lossy(const Tuning& tuning) {
  const Trial* chosen = find_trial(tuning.trials, tuning.choice);
  const Trial* best = chosen;
  for (const Trial& trial : tuning.trials) {
    const Encoding* encoding = find_encoding(trial.choice.encoding);
    if (encoding != nullptr && !encoding->near_lossless && trial.speed.failure.empty() &&
        trial.speed.turn() < best->speed.turn())
      best = &trial;
  }
  return best == chosen ? nullptr : best;
}

std::string as_text(const TrialArguments& arguments, const Tuning& tuning) {
  std::string text = trials_table(tuning.trials);
  text += fmt::format("\n`weights: tuned` now means {} with {} attention for {} on {} threads{}\n",
                      tuning.choice.encoding, attention_name(tuning.choice.attention),
                      arguments.file, arguments.options().threads,
                      arguments.reproducible ? ", where the experiment is reproducible" : "");
  if (const Trial* lossy = faster_but_lossy(tuning))
    text += fmt::format(
        "{0} is {1:.2f} times as fast, but texts will be of other, somewhat lower quality; "
        "`weights: {0}` takes it\n",
        lossy->choice.encoding,
        find_trial(tuning.trials, tuning.choice)->speed.turn() / lossy->speed.turn());
  return text;
}

std::string as_json(const std::filesystem::path& path, const TrialArguments& arguments,
                    const Tuning& tuning) {
  const TuneOptions options = arguments.options();
  const Trial* lossy = faster_but_lossy(tuning);
  return dump_json_indented(
             JsonObject{
                 {"path", path.string()},
                 {"threads", options.threads},
                 {"reproducible", options.reproducible},
                 {"tuned", tuning.choice.encoding},
                 {"attention", std::string(attention_name(tuning.choice.attention))},
                 {"faster_but_lossy", lossy == nullptr ? Json() : Json(lossy->choice.encoding)},
                 {"encodings", trials_json(tuning.trials)}},
             2) +
         "\n";
}

int tune_model(const TrialArguments& arguments) {
  const std::filesystem::path path = find_model_file(arguments.file);
  const Tuning tuning = tune(path, remembered_sha256(path), arguments.options(), arguments.names());
  const std::string text =
      arguments.json ? as_json(path, arguments, tuning) : as_text(arguments, tuning);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

void add_models_tune(CLI::App& models, Action& action) {
  const auto arguments = std::make_shared<TrialArguments>();
  CLI::App* command = models.add_subcommand("tune",
                                            "Measures which near-lossless encoding, with which "
                                            "attention, is fastest here, for\n`weights: tuned`");
  add_trial_options(*command, *arguments);
  command->footer("Example:\n  syndisco models tune builtin:smollm2-135m");
  command->callback(
      [arguments, &action] { action = [arguments] { return tune_model(*arguments); }; });
}

}  // namespace syndisco::cli
