#include "syndisco/model/llama/tune.h"

#include <llama.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/encodings.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/independence.h"
#include "syndisco/model/llama/measurement.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAsIs = "as_is";
constexpr std::string_view kTrialExtension = ".trial";

fs::path tuning_folder() {
  return fs::absolute(cache_directory()) / "tuned";
}

/// The files of a model in its encodings. While it lives no other process measures, so that neither
/// disturbs the other.
class TrialFiles {
 public:
  TrialFiles(fs::path source, std::string sha256, int threads)
      : source_(std::move(source)), sha256_(std::move(sha256)), threads_(threads) {
    try {
      make_cache_folder(tuning_folder());
      lock_ = std::make_unique<FileLock>(tuning_folder() / "lock");
      remove_abandoned();
    } catch (const EnvironmentError& error) {
      // Files that are there can be measured all the same.
      log::debug("", error.what());
    }
    const LlamaModelHandle model = load_without_weights(source_, 0);
    if (model == nullptr) return;
    parameters_ = static_cast<double>(llama_model_n_params(model.get()));
    file_type_ = llama_model_ftype(model.get()) & ~LLAMA_FTYPE_GUESSED;
  }

  /// As messages show it.
  std::string source() const { return shown(source_); }

  /// Throws EnvironmentError where it cannot be made.
  fs::path get(const std::string& name) {
    if (name == kAsIs) return source_;
    const Encoding* encoding = find_encoding(name);
    if (encoding == nullptr) throw EnvironmentError("unknown");
    const fs::path kept = encoded_path(source_, sha256_, *encoding);
    if (fs::exists(kept)) return kept;
    if (encoding->file_type == file_type_) throw EnvironmentError("as_is has this encoding");
    if (lock_ == nullptr) throw EnvironmentError("the cache cannot be written");
    const double needed = parameters_ * encoding->bits / 8;
    std::error_code error;
    if (needed > static_cast<double>(fs::space(tuning_folder(), error).available))
      throw EnvironmentError("does not fit into the cache");
    const auto made =
        made_.emplace(name, TemporaryFile(tuning_folder() / (sha256_.substr(0, 12) + "." + name +
                                                             std::string(kTrialExtension))));
    write_encoded(source_, made.first->second.path(), *encoding, threads_);
    return made.first->second.path();
  }

  void keep(const std::string& name) {
    const auto made = made_.find(name);
    if (made == made_.end()) return;
    make_cache_folder(models_folder());
    made->second.keep_as(encoded_path(source_, sha256_, *find_encoding(name)));
    made_.erase(made);
  }

 private:
  /// What a killed process left.
  static void remove_abandoned() {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(tuning_folder(), error))
      if (entry.path().extension() == kTrialExtension) fs::remove(entry.path(), error);
  }

  fs::path source_;
  std::string sha256_;
  int threads_;
  std::unique_ptr<FileLock> lock_;
  double parameters_ = 0;
  int file_type_ = -1;
  std::map<std::string, TemporaryFile> made_;
};

Measurement memory_of(const std::string& sha256, const TuneOptions& options) {
  return Measurement("tuned", {{"sha256", sha256},
                               {"threads", options.threads},
                               {"reproducible", options.reproducible},
                               {"gpu_layers", options.gpu_layers}});
}

/// Measures, and adds the paths that were measured to `paths`.
std::vector<Trial> measure(TrialFiles& files, const TuneOptions& options,
                           std::span<const std::string> names,
                           std::map<std::string, fs::path>& paths) {
  log::info("", "measuring how fast encodings of " + files.source() + " are here");
  std::vector<Trial> trials;
  std::vector<fs::path> found;
  for (const std::string& name : names) {
    trials.push_back({.encoding = name, .speed = {}});
    try {
      found.push_back(files.get(name));
      paths[name] = found.back();
    } catch (const EnvironmentError& error) {
      trials.back().speed.failure = error.what();
    }
  }
  std::vector<Speed> speeds =
      measure_speeds(found, {.threads = options.threads,
                             .flash_attention = flash_attention_for(options.reproducible),
                             .gpu_layers = options.gpu_layers});
  std::size_t next = 0;
  for (Trial& trial : trials)
    if (trial.speed.failure.empty()) trial.speed = std::move(speeds[next++]);
  return trials;
}

std::string choose(const std::vector<Trial>& trials, const std::map<std::string, fs::path>& paths,
                   const TuneOptions& options, const fs::path& source) {
  std::vector<const Trial*> order;
  for (const Trial& trial : trials) {
    const Encoding* encoding = find_encoding(trial.encoding);
    if (trial.speed.failure.empty() && (encoding == nullptr || encoding->near_lossless))
      order.push_back(&trial);
  }
  if (order.empty())
    throw EnvironmentError(
        "cannot measure " + shown(source) + ": " +
            (trials.empty() ? std::string("nothing to try") : trials.front().speed.failure),
        "free memory, or take a smaller model");
  std::ranges::sort(order, {}, [](const Trial* trial) { return trial->speed.turn(); });
  for (const Trial* trial : order)
    if (!options.reproducible ||
        independent_of_batch(paths.at(trial->encoding), options.threads, options.gpu_layers))
      return trial->encoding;
  throw EnvironmentError(
      "on this machine, answers of " + shown(source) +
          " depend on what is computed beside them with any weights, so a run would not be "
          "reproducible",
      "write `reproducible: false`");
}

std::string rounded(double number) {
  return std::to_string(std::llround(number));
}

void tell(const fs::path& source, const Tuning& tuning) {
  for (const Trial& trial : tuning.trials)
    log::info("", trial.speed.failure.empty()
                      ? trial.encoding + ": " + rounded(trial.speed.prompt) +
                            " prompt tokens a second, " + rounded(trial.speed.alone) +
                            " generated ones alone, " + rounded(trial.speed.together) +
                            " among 16; " + rounded(trial.speed.turn() * 1000) + " ms a turn"
                      : trial.encoding + ": " + trial.speed.failure);
  log::info("", "weights of " + shown(source) + " tuned to this machine: " + tuning.encoding);
}

Tuning tune_with(TrialFiles& files, const fs::path& source, const std::string& sha256,
                 const TuneOptions& options, std::span<const std::string> names) {
  Tuning tuning;
  std::map<std::string, fs::path> paths;
  tuning.trials = measure(files, options, names, paths);
  tuning.encoding = choose(tuning.trials, paths, options, source);
  files.keep(tuning.encoding);
  JsonObject speeds;
  for (const Trial& trial : tuning.trials)
    if (trial.speed.failure.empty())
      speeds.emplace_back(trial.encoding, Json(JsonObject{{"prompt", trial.speed.prompt},
                                                          {"alone", trial.speed.alone},
                                                          {"together", trial.speed.together}}));
  memory_of(sha256, options)
      .remember(JsonObject{{"encoding", tuning.encoding}, {"tokens_per_second", speeds}});
  return tuning;
}

}  // namespace

std::vector<std::string> encodings_to_try(bool lossy) {
  std::vector<std::string> names{std::string(kAsIs)};
  for (const Encoding& encoding : all_encodings())
    if (lossy || encoding.near_lossless) names.emplace_back(encoding.name);
  return names;
}

std::vector<Trial> try_encodings(const fs::path& source, const std::string& sha256,
                                 const TuneOptions& options, std::span<const std::string> names) {
  TrialFiles files(source, sha256, options.threads);
  std::map<std::string, fs::path> paths;
  return measure(files, options, names, paths);
}

Tuning tune(const fs::path& source, const std::string& sha256, const TuneOptions& options,
            std::span<const std::string> names) {
  TrialFiles files(source, sha256, options.threads);
  return tune_with(files, source, sha256, options, names);
}

std::string tuned_encoding(const fs::path& source, const std::string& sha256,
                           const TuneOptions& options) {
  if (const auto known = known_tuning(sha256, options)) return *known;
  TrialFiles files(source, sha256, options.threads);
  if (const auto known = known_tuning(sha256, options)) return *known;  // found out meanwhile
  const Tuning tuning = tune_with(files, source, sha256, options, encodings_to_try(false));
  tell(source, tuning);
  return tuning.encoding;
}

std::optional<std::string> known_tuning(const std::string& sha256, const TuneOptions& options) {
  const std::optional<Json> known = memory_of(sha256, options).recall();
  const Json* encoding = known ? known->find("encoding") : nullptr;
  if (encoding == nullptr || !encoding->is_string()) return std::nullopt;
  const Encoding* found = find_encoding(encoding->string());
  if (encoding->string() != kAsIs && (found == nullptr || !found->near_lossless))
    return std::nullopt;
  return encoding->string();
}

}  // namespace syndisco
