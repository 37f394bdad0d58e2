#include "syndisco/cli/run_directory.h"

#include <algorithm>
#include <system_error>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/log.h"
#include "syndisco/base/version.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace fs = std::filesystem;

void check_run_directory(const fs::path& directory) {
  std::error_code ignored;
  const std::string shown = printable_line(directory.string());
  if (!fs::exists(directory, ignored)) return;
  if (!fs::is_directory(directory, ignored))
    throw InputError(shown + " is a file, not a folder", {}, "choose another --out");
  if (fs::exists(directory / "syndisco.db", ignored)) return;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    // What a start leaves that failed before its first record.
    if (name == ".lock" || name == "logs") continue;
    throw InputError(
        shown + " is not empty and no run directory (it holds " + printable_line(name) + ")", {},
        "choose another --out, or an empty folder");
  }
}

void write_experiment_copy(const fs::path& directory, const Plan& plan, Work work) {
  std::string name = "experiment";
  if (work == Work::kAnnotate) {
    name = "annotate";
    for (const auto& set : plan.annotation_sets) name += "-" + slug(set->name);
    name.resize(std::min<std::size_t>(name.size(), 200));
  }
  const bool json = fs::path(plan.source_name).extension() == ".json";
  write_file_atomically(directory / (name + (json ? ".json" : ".yaml")), plan.source_text);
}

namespace {

Json read_manifest(const fs::path& path) {
  if (!fs::exists(path)) return JsonObject{};
  try {
    return parse_json(read_file(path), path.string());
  } catch (const InputError& error) {
    throw EnvironmentError("cannot read " + printable_line(path.string()) + ": " + error.what(),
                           "it is written by the program alone; move it away to start a new one");
  }
}

}  // namespace

void add_to_manifest(const fs::path& directory, const Plan& plan, const Models& models, Work work,
                     std::size_t parallel) {
  const fs::path path = directory / "manifest.json";
  Json manifest = read_manifest(path);
  if (!manifest.find("experiment")) {
    manifest.set("experiment", plan.experiment);
    manifest.set("seed", plan.seed);
  }
  JsonArray inputs;
  for (const InputFile& input : plan.inputs)
    inputs.emplace_back(JsonObject{{"path", input.path}, {"sha256", input.sha256}});
  JsonObject used;
  for (const ModelSpec& spec : plan.models) {
    Json model = spec.identity();
    if (const auto found = models.find(spec.name); found != models.end())
      for (const auto& [key, value] : found->second->info().details.object()) model.set(key, value);
    used.emplace_back(spec.name, std::move(model));
  }
  Json runs = JsonArray{};
  if (const Json* earlier = manifest.find("runs"); earlier != nullptr && earlier->is_array())
    runs = *earlier;
  runs.array().emplace_back(JsonObject{
      {"command", work == Work::kRun ? "run" : "annotate"},
      {"started", utc_now()},
      {"file", plan.source_name},
      {"syndisco", std::string(version())},
      {"llama.cpp", llama_version()},
      {"parallel", parallel},
      {"reproducible", plan.reproducible},
      {"inputs", std::move(inputs)},
      {"models", std::move(used)},
  });
  manifest.set("runs", std::move(runs));
  write_file_atomically(path, dump_json_indented(manifest, 2) + "\n");
}

void finish_in_manifest(const fs::path& directory, const RunFigures& figures) {
  const fs::path path = directory / "manifest.json";
  Json manifest = read_manifest(path);
  const Json* found = manifest.find("runs");
  if (found == nullptr || !found->is_array() || found->array().empty()) return;
  Json runs = *found;
  Json& run = runs.array().back();
  JsonObject busy;
  for (const auto& [model, share] : figures.busy) busy.emplace_back(model, share);
  run.set("ended", utc_now());
  run.set("seconds", figures.seconds);
  run.set("turns", figures.turns);
  run.set("computed_tokens", figures.computed_tokens);
  run.set("reused_tokens", figures.reused_tokens);
  run.set("generated_tokens", figures.generated_tokens);
  run.set("busy", std::move(busy));
  manifest.set("runs", std::move(runs));
  write_file_atomically(path, dump_json_indented(manifest, 2) + "\n");
}

}  // namespace syndisco::cli
