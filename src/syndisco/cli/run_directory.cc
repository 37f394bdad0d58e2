#include "syndisco/cli/run_directory.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/version.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "manifest.json";
// Names of the journal's notes.
constexpr const char* kFilesNote = "files";
constexpr const char* kManifestNote = "manifest";

std::string manifest_text(const Json& manifest) {
  return dump_json_indented(manifest, 2) + "\n";
}

/// Directories of earlier versions have the file alone.
Json current_manifest(const Journal& journal, const fs::path& directory) {
  if (const std::optional<Json> noted = journal.noted(kManifestNote)) return *noted;
  const fs::path path = directory / kManifest;
  if (!fs::exists(path)) return JsonObject{};
  try {
    return parse_json(read_file(path), path.string());
  } catch (const InputError& error) {
    throw EnvironmentError("cannot read " + printable_line(path.string()) + ": " + error.what(),
                           "it is written by the program alone; move it away to start a new one");
  }
}

/// First the journal, then its view.
void write_manifest(Journal& journal, const fs::path& directory, const Json& manifest) {
  journal.note(kManifestNote, manifest);
  write_file_atomically(directory / kManifest, manifest_text(manifest));
}

std::optional<std::string> content_of(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// Name below the run directory, and the text that should be there.
std::vector<std::pair<std::string, std::string>> files_by_journal(const Journal& journal) {
  std::vector<std::pair<std::string, std::string>> files;
  journal.in_snapshot([&] {
    if (const std::optional<Json> noted = journal.noted(kFilesNote))
      for (const auto& [name, text] : noted->object()) files.emplace_back(name, text.string());
    if (const std::optional<Json> manifest = journal.noted(kManifestNote))
      files.emplace_back(kManifest, manifest_text(*manifest));
  });
  return files;
}

const char* command_word(Work work) {
  return work == Work::kRun ? "run" : "annotate";
}

/// Calls `take` with each run and the name and the details of each of its models, in order.
template <typename Take>
void for_each_model(const Journal& journal, const Take& take) {
  const std::optional<Json> manifest = journal.noted(kManifestNote);
  const Json* runs = manifest ? manifest->find("runs") : nullptr;
  if (runs == nullptr) return;
  for (const Json& run : runs->array())
    if (const Json* models = run.find("models"))
      for (const auto& [name, model] : models->object()) take(run, name, model);
}

/// Model files of the last run: path and hash.
std::map<std::string, std::string> model_files(const Journal& journal) {
  std::map<std::string, std::string> files;
  for_each_model(journal, [&](const Json&, const std::string&, const Json& model) {
    const Json* path = model.find("gguf");
    const Json* sha256 = model.find("sha256");
    if (path != nullptr && sha256 != nullptr && !path->string().starts_with("builtin:"))
      files[path->string()] = sha256->string();
  });
  return files;
}

/// A writer's file follows its note within moments.
bool is_as_noted(const Journal& journal, const fs::path& directory, const std::string& name) {
  constexpr int kTries = 60;
  for (int i = 0; i < kTries; ++i) {
    for (const auto& [each, text] : files_by_journal(journal))
      if (each == name && content_of(directory / name) == text) return true;
    if (!journal.writer()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace

void write_experiment_copy(Journal& journal, const fs::path& directory, const Plan& plan,
                           Work work) {
  std::string name = "experiment";
  if (work == Work::kAnnotate) {
    name = "annotate";
    for (const auto& set : plan.annotation_sets) name += "-" + slug(set->name);
    name.resize(std::min<std::size_t>(name.size(), 200));
  }
  name += fs::path(plan.source_name).extension() == ".json" ? ".json" : ".yaml";
  Json files = journal.noted(kFilesNote).value_or(JsonObject{});
  files.set(name, plan.source_text);
  journal.note(kFilesNote, files);
  write_file_atomically(directory / name, plan.source_text);
}

void add_to_manifest(Journal& journal, const fs::path& directory, const Plan& plan,
                     const Models& models, Work work, std::size_t parallel) {
  Json manifest = current_manifest(journal, directory);
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
    if (spec.price) model.set("price", to_json(*spec.price));
    if (const auto found = models.find(spec.name); found != models.end())
      for (const auto& [key, value] : found->second->info().details.object()) model.set(key, value);
    used.emplace_back(spec.name, std::move(model));
  }
  Json runs = JsonArray{};
  if (const Json* earlier = manifest.find("runs"); earlier != nullptr && earlier->is_array())
    runs = *earlier;
  runs.array().emplace_back(JsonObject{
      {"command", command_word(work)},
      {"started", utc_now()},
      {"file", plan.source_name},
      {"syndisco", std::string(version())},
      {"llama.cpp", llama_version()},
      {"parallel", parallel},
      {"reproducible", plan.reproducible},
      {"limits", to_json(plan.limits)},
      {"inputs", std::move(inputs)},
      {"models", std::move(used)},
  });
  manifest.set("runs", std::move(runs));
  write_manifest(journal, directory, manifest);
}

void write_import_manifest(Journal& journal, const fs::path& directory, const Import& import) {
  JsonArray files;
  for (const ImportedFile& file : import.files)
    files.emplace_back(JsonObject{{"path", fs::absolute(file.path).lexically_normal().string()},
                                  {"sha256", file.sha256},
                                  {"format", file.format},
                                  {"job", file.job}});
  write_manifest(journal, directory,
                 JsonObject{{"experiment", import.plan.experiment},
                            {"seed", import.plan.seed},
                            {"imported", JsonObject{{"time", utc_now()},
                                                    {"syndisco", std::string(version())},
                                                    {"files", std::move(files)}}}});
}

void finish_in_manifest(Journal& journal, const fs::path& directory, const RunFigures& figures) {
  Json manifest = current_manifest(journal, directory);
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
  write_manifest(journal, directory, manifest);
}

Json models_of_runs(const Journal& journal, Work work) {
  std::map<std::string, Json> weights, models;
  for_each_model(journal, [&](const Json& run, const std::string& name, const Json& model) {
    const Json* command = run.find("command");
    if (command != nullptr && command->string() == command_word(work)) {
      models[name] = model;
    } else if (const Json* known = model.find("weights")) {
      weights[name] = JsonObject{{"weights", *known}};
    }
  });
  models.merge(weights);
  Json all = JsonObject{};
  for (const auto& [name, model] : models) all.set(name, model);
  return all;
}

std::vector<Finding> check_run_directory_files(const Journal& journal, const fs::path& directory) {
  std::vector<Finding> findings;
  for (const auto& [name, text] : files_by_journal(journal)) {
    if (is_as_noted(journal, directory, name)) continue;
    const bool missing = !content_of(directory / name);
    findings.push_back({name,
                        missing
                            ? "is missing"
                            : "is not what was run: its SHA-256 is another than that of the text "
                              "that the journal keeps",
                        "`--repair` writes it again", true});
  }
  for (const auto& [path, sha256] : model_files(journal)) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    if (sha256_file(path) != sha256)
      findings.push_back(
          {printable_line(path),
           "is another model file than the one that answered: its SHA-256 was " + sha256,
           "put the earlier file there before the run goes on", false});
  }
  return findings;
}

std::size_t repair_run_directory_files(const Journal& journal, const fs::path& directory) {
  std::size_t written = 0;
  for (const auto& [name, text] : files_by_journal(journal)) {
    if (content_of(directory / name) == text) continue;
    write_file_atomically(directory / name, text);
    ++written;
  }
  return written;
}

}  // namespace syndisco::cli
