#include <fmt/format.h>

#include <cstdio>

#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/converter.h"
#include "syndisco/cli/fetch.h"
#include "syndisco/cli/models_commands.h"
#include "syndisco/cli/signals.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string source;
  std::string out;
  std::string type = "auto";
};

/// Weights, settings and vocabulary; no pictures, no code, no weights in other forms.
bool is_needed(const std::string& path) {
  if (path.find('/') != std::string::npos) return false;
  for (const char* ending : {".safetensors", ".json", ".jinja", ".model", ".txt"})
    if (path.ends_with(ending)) return true;
  return false;
}

/// The folder of the downloaded repository.
fs::path fetch_repository(const HubFile& repository, const Terminal& terminal,
                          std::stop_token stop) {
  const HubAccess access = hub_access_from_environment();
  bool weights = false;
  for (const std::string& path : list_repository(repository, access, stop)) {
    if (!is_needed(path)) continue;
    weights = weights || path.ends_with(".safetensors");
    const HubFile file = file_in(repository, path);
    pull(file, access, show_download(terminal, false, path), stop);
  }
  if (!weights)
    throw EnvironmentError(repository.name() + " holds no .safetensors files",
                           "choose a repository of a Transformers model; .gguf files need no "
                           "conversion: syndisco models pull");
  return repository.cached();
}

void check_folder(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw InputError("no such folder: " + printable_line(folder.string()), {},
                     "give the folder of a Transformers model, or hf:owner/repository");
  if (!fs::exists(folder / "config.json"))
    throw InputError(printable_line(folder.string()) + " holds no config.json", {},
                     "give the folder of a Transformers model, with its .safetensors files");
}

int convert(const Arguments& arguments, const Terminal& terminal) {
  StopOnSignals signals;
  const bool on_hub = is_hub_name(arguments.source);
  fs::path source = fs::absolute(arguments.source).lexically_normal();
  if (source.filename().empty()) source = source.parent_path();  // "folder/"
  if (!on_hub) check_folder(source);
  const std::string name =
      on_hub ? hub_repository(arguments.source).repository : source.filename().string();
  const fs::path out =
      arguments.out.empty() ? name + "." + arguments.type + ".gguf" : arguments.out;
  if (fs::exists(out))
    throw InputError(printable_line(out.string()) + " exists already", {},
                     "choose another name with --out, or remove it");
  try {
    if (on_hub)
      source = fetch_repository(hub_repository(arguments.source), terminal, signals.token());
    convert_model(source, out, arguments.type, signals.token());
  } catch (const Cancelled&) {
    log::warning("", "stopped");
    return signals.exit_code();
  }
  std::fputs((printable_line(find_model_file(out.string()).string()) + "\n").c_str(), stdout);
  return 0;
}

}  // namespace

void add_models_convert(CLI::App& models, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      models.add_subcommand("convert", "Turn a Transformers model (safetensors) into a GGUF file");
  command->add_option("SOURCE", arguments->source, "a folder, or hf:owner/repository[@revision]")
      ->required();
  command->add_option("--out", arguments->out, "the file [NAME.TYPE.gguf]");
  command->add_option("--type", arguments->type, "encoding of the weights")
      ->check(CLI::IsMember({"auto", "bf16", "f16", "q8_0"}))
      ->capture_default_str();
  command->footer(
      "Example:\n  syndisco models convert my-model --out my-model.gguf\n"
      "llama.cpp's own converter does it. The first time a Python environment is made for it in "
      "the\n"
      "cache: up to 5 GB, from the package index that pip is set to.");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] { return convert(*arguments, global.terminal); };
  });
}

}  // namespace syndisco::cli
