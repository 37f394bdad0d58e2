#include <fmt/format.h>

#include <algorithm>

#include "syndisco/base/printable.h"
#include "syndisco/cli/models_commands.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/record/plan.h"

namespace syndisco::cli {

TuneOptions TrialArguments::options() const {
  return {.threads = threads > 0 ? threads : usable_cores(), .reproducible = reproducible};
}

std::vector<std::string> TrialArguments::names() const {
  if (weights.empty()) return encodings_to_try(lossy);
  std::vector<std::string> known = weights_words();
  std::erase(known, "tuned");
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= weights.size();) {
    const std::size_t end = std::min(weights.find(',', begin), weights.size());
    const std::string name = weights.substr(begin, end - begin);
    begin = end + 1;
    if (std::ranges::find(known, name) == known.end()) {
      const std::string near = nearest_word(name, known);
      throw InputError("--weights: unknown encoding '" + printable_line(name) + "'", {},
                       near.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                    : "did you mean " + near + "?");
    }
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

void add_trial_options(CLI::App& command, TrialArguments& arguments) {
  command.add_option("FILE", arguments.file, "a GGUF file, or builtin:NAME")->required();
  command.add_flag("--lossy", arguments.lossy, "also encodings that make texts a little worse");
  command.add_option("--threads", arguments.threads, "[as many as cores]")
      ->check(CLI::Range(1, 4096));
  command.add_flag("--reproducible", arguments.reproducible,
                   "as for experiments that are `reproducible`");
  command.add_flag("--json", arguments.json, "for programs");
}

std::string trials_table(const std::vector<Trial>& trials) {
  const auto as_is =
      std::ranges::find(trials, "as_is", [](const Trial& trial) { return trial.choice.encoding; });
  const bool ratios = as_is != trials.end() && as_is->speed.failure.empty();
  const auto number = [&](double value, double base) {
    return ratios ? fmt::format("{:.0f} ({:.2f}x)", value, value / base)
                  : fmt::format("{:.0f}", value);
  };
  Table table;
  table.column("weights");
  table.column("attention");
  for (const char* name :
       {"prompt tokens/s", "generated tokens/s", "by 16 together", "turns/s", "size"})
    table.column(name, Table::Align::kRight);
  for (const auto& [choice, speed] : trials) {
    const std::string attention(attention_name(choice.attention));
    if (!speed.failure.empty()) {
      table.row({choice.encoding, attention, "-", "-", "-", "-", speed.failure});
      continue;
    }
    const Speed& base = ratios ? as_is->speed : speed;
    table.row({choice.encoding, attention, number(speed.prompt, base.prompt),
               number(speed.alone, base.alone), number(speed.together, base.together),
               ratios
                   ? fmt::format("{:.2f} ({:.2f}x)", 1 / speed.turn(), base.turn() / speed.turn())
                   : fmt::format("{:.2f}", 1 / speed.turn()),
               size_text(speed.weights_bytes)});
  }
  return table.text();
}

Json trials_json(const std::vector<Trial>& trials) {
  JsonArray entries;
  for (const auto& [choice, speed] : trials) {
    const std::string attention(attention_name(choice.attention));
    if (!speed.failure.empty()) {
      entries.emplace_back(JsonObject{
          {"weights", choice.encoding}, {"attention", attention}, {"failure", speed.failure}});
      continue;
    }
    entries.emplace_back(JsonObject{{"weights", choice.encoding},
                                    {"attention", attention},
                                    {"prompt_tokens_per_second", speed.prompt},
                                    {"generated_tokens_per_second", speed.alone},
                                    {"generated_tokens_per_second_of_16", speed.together},
                                    {"seconds_per_turn", speed.turn()},
                                    {"weights_bytes", speed.weights_bytes},
                                    {"kv_bytes_per_token", speed.kv_bytes_per_token},
                                    {"seconds_measured", speed.seconds}});
  }
  return entries;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes == 0) return "-";
  const auto number = static_cast<double>(bytes);
  return number < 1e10 ? fmt::format("{:.0f} MB", number / 1e6)
                       : fmt::format("{:.1f} GB", number / 1e9);
}

}  // namespace syndisco::cli
