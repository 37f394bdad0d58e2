#include <fmt/format.h>

#include <cstdio>

#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/fetch.h"
#include "syndisco/cli/models_commands.h"
#include "syndisco/cli/signals.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco::cli {
namespace {

int pull_all(const std::vector<std::string>& names, const Terminal& terminal) {
  std::vector<HubFile> files;
  for (const std::string& name : names) files.push_back(hub_model(name));
  StopOnSignals signals;
  const HubAccess access = hub_access_from_environment();
  for (const HubFile& file : files) {
    try {
      pull(file, access, show_download(terminal, false, file.path), signals.token());
    } catch (const Cancelled&) {
      log::warning("", "stopped; the same command goes on where it was");
      return signals.exit_code();
    }
    const std::filesystem::path path = find_model_file(file.name());
    std::fputs((printable_line(path.string()) + "\n").c_str(), stdout);
  }
  return 0;
}

}  // namespace

void add_models_pull(CLI::App& models, const Global& global, Action& action) {
  const auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      models.add_subcommand("pull", "Download model files from a hub into the cache");
  command->add_option("NAME", *names, "hf:owner/repository/file.gguf, @revision may follow")
      ->required();
  command->footer(
      "Example:\n  syndisco models pull hf:owner/repository/file.gguf\n"
      "prints where the file is. After Ctrl-C or a broken line the same command goes on.\n"
      "HF_TOKEN: a token, for models that need one; HF_ENDPOINT: another hub.");
  command->callback([names, &global, &action] {
    action = [names, &global] { return pull_all(*names, global.terminal); };
  });
}

}  // namespace syndisco::cli
