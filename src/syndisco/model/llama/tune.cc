#include "syndisco/model/llama/tune.h"

#include <llama.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "syndisco/base/cache.h"
#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/encodings.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/independence.h"
#include "syndisco/model/llama/machine.h"
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

/// A model's files with what was measured of them.
class Trials {
 public:
  Trials(const fs::path& source, const std::string& sha256, const TuneOptions& options)
      : files_(source, sha256, options.threads), options_(options) {}

  /// Encodings, with the attention that is the best guess here.
  void measure_encodings(std::span<const std::string> names) {
    log::info("", "measuring how fast encodings of " + files_.source() + " are here");
    const Attention attention = attentions_to_try(options_.reproducible, options_.gpu_layers)[0];
    std::vector<TuneChoice> choices;
    for (const std::string& name : names) choices.push_back({name, attention});
    measure(choices);
  }

  /// Among what was measured: the fastest encoding that may be chosen, then the fastest attention.
  TuneChoice choose() {
    std::vector<const Trial*> order;
    for (const Trial& trial : trials_) {
      const Encoding* encoding = find_encoding(trial.choice.encoding);
      if (trial.speed.failure.empty() && (encoding == nullptr || encoding->near_lossless))
        order.push_back(&trial);
    }
    if (order.empty())
      throw EnvironmentError(
          "cannot measure " + files_.source() + ": " +
              (trials_.empty() ? std::string("nothing to try") : trials_.front().speed.failure),
          "free memory, or take a smaller model");
    std::ranges::sort(order, {}, [](const Trial* trial) { return trial->speed.turn(); });
    for (const Trial* trial : order) {
      const std::string encoding = trial->choice.encoding;
      const std::vector<Attention> usable = usable_attentions(files_.get(encoding));
      if (!usable.empty()) return fastest(encoding, usable);
    }
    throw EnvironmentError(
        "on this machine, answers of " + files_.source() +
            " depend on what is computed beside them with any weights, so a run would not be "
            "reproducible",
        "write `reproducible: false`");
  }

  void keep(const std::string& encoding) { files_.keep(encoding); }

  std::vector<Trial> take() { return std::move(trials_); }

 private:
  /// Returns where in `trials_` they begin.
  std::size_t measure(std::span<const TuneChoice> choices) {
    const std::size_t begin = trials_.size();
    std::vector<SpeedCandidate> candidates;
    for (const TuneChoice& choice : choices) {
      trials_.push_back({.choice = choice, .speed = {}});
      try {
        candidates.push_back({files_.get(choice.encoding), choice.attention});
      } catch (const EnvironmentError& error) {
        trials_.back().speed.failure = error.what();
      }
    }
    std::vector<Speed> speeds = measure_speeds(
        candidates, {.threads = options_.threads, .gpu_layers = options_.gpu_layers});
    std::size_t next = 0;
    for (std::size_t i = begin; i < trials_.size(); ++i)
      if (trials_[i].speed.failure.empty()) trials_[i].speed = std::move(speeds[next++]);
    return begin;
  }

  std::vector<Attention> usable_attentions(const fs::path& path) const {
    std::vector<Attention> usable = attentions_to_try(options_.reproducible, options_.gpu_layers);
    if (options_.reproducible)
      std::erase_if(usable, [&](Attention attention) {
        return !independent_of_batch(path, attention, options_.threads, options_.gpu_layers);
      });
    return usable;
  }

  TuneChoice fastest(const std::string& encoding, std::span<const Attention> attentions) {
    if (attentions.size() == 1) return {encoding, attentions.front()};
    std::vector<TuneChoice> choices;
    for (const Attention attention : attentions) choices.push_back({encoding, attention});
    const std::size_t begin = measure(choices);
    const auto time = [](const Trial& trial) {
      return trial.speed.failure.empty() ? trial.speed.turn()
                                         : std::numeric_limits<double>::infinity();
    };
    return std::ranges::min_element(trials_.begin() + static_cast<std::ptrdiff_t>(begin),
                                    trials_.end(), {}, time)
        ->choice;
  }

  TrialFiles files_;
  TuneOptions options_;
  std::vector<Trial> trials_;
};

std::string rounded(double number) {
  return std::to_string(std::llround(number));
}

std::string text_of(const TuneChoice& choice) {
  return choice.encoding + ", " + std::string(attention_name(choice.attention)) + " attention";
}

void tell(const fs::path& source, const Tuning& tuning) {
  for (const Trial& trial : tuning.trials)
    log::info("", text_of(trial.choice) + ": " +
                      (trial.speed.failure.empty()
                           ? rounded(trial.speed.prompt) + " prompt tokens a second, " +
                                 rounded(trial.speed.alone) + " generated ones alone, " +
                                 rounded(trial.speed.together) + " among 16; " +
                                 rounded(trial.speed.turn() * 1000) + " ms a turn"
                           : trial.speed.failure));
  log::info("",
            "weights of " + shown(source) + " tuned to this machine: " + text_of(tuning.choice));
}

/// Warns where, while it lived, this process had much less of its cores than it asked for.
class BusyWatch {
 public:
  explicit BusyWatch(int threads) : cores_(std::min(threads, usable_cores())) {}

  void warn(const fs::path& source) const {
    constexpr double kQuiet = 0.6;  // loading and reading take a part
    const double computed = processor_seconds() - processor_;
    const double had = computed / ((monotonic_seconds() - start_) * cores_);
    if (had >= kQuiet) return;
    log::warning("", "other programs kept the machine busy while weights of " + shown(source) +
                         " were measured (" + rounded(had * 100) +
                         " % of the time was ours), so the choice may not be the fastest; "
                         "syndisco models tune measures again");
  }

 private:
  int cores_;
  double start_ = monotonic_seconds();
  double processor_ = processor_seconds();
};

Json remembered_form(const Tuning& tuning) {
  JsonArray speeds;
  for (const Trial& trial : tuning.trials)
    if (trial.speed.failure.empty())
      speeds.emplace_back(
          JsonObject{{"encoding", trial.choice.encoding},
                     {"attention", std::string(attention_name(trial.choice.attention))},
                     {"prompt", trial.speed.prompt},
                     {"alone", trial.speed.alone},
                     {"together", trial.speed.together}});
  return JsonObject{{"encoding", tuning.choice.encoding},
                    {"attention", std::string(attention_name(tuning.choice.attention))},
                    {"tokens_per_second", std::move(speeds)}};
}

/// Nothing where `remembered` is not in that form, or the choice is none that tuning makes.
std::optional<TuneChoice> read_choice(const Json& remembered, const TuneOptions& options) {
  const auto choice_in = [](const Json& json) -> std::optional<TuneChoice> {
    const auto word = [&](const char* key) {
      const std::string* value = json.find_string(key);
      return value != nullptr ? *value : std::string();
    };
    const std::optional<Attention> attention = find_attention(word("attention"));
    if (!attention) return std::nullopt;
    return TuneChoice{word("encoding"), *attention};
  };
  std::optional<TuneChoice> choice = choice_in(remembered);
  if (!choice) return std::nullopt;
  const Encoding* encoding = find_encoding(choice->encoding);
  if (choice->encoding != kAsIs && (encoding == nullptr || !encoding->near_lossless))
    return std::nullopt;
  const Json* speeds = remembered.find("tokens_per_second");
  if (!options.short_answers || options.reproducible || speeds == nullptr || !speeds->is_array())
    return choice;
  double fastest = 0;
  for (const Json& speed : speeds->array()) {
    const std::optional<TuneChoice> measured = choice_in(speed);
    const Json* prompt = speed.find("prompt");
    if (!measured || measured->encoding != choice->encoding || prompt == nullptr ||
        !prompt->is_number() || prompt->number() <= fastest)
      continue;
    fastest = prompt->number();
    choice->attention = measured->attention;
  }
  return choice;
}

Tuning tune_with(Trials& trials, const fs::path& source, const std::string& sha256,
                 const TuneOptions& options, std::span<const std::string> names) {
  Tuning tuning;
  const BusyWatch watch(options.threads);
  trials.measure_encodings(names);
  tuning.choice = trials.choose();
  // GPUs compute while we wait.
  if (!computes_on_gpu(options.gpu_layers)) watch.warn(source);
  trials.keep(tuning.choice.encoding);
  tuning.trials = trials.take();
  memory_of(sha256, options).remember(remembered_form(tuning));
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
  Trials trials(source, sha256, options);
  trials.measure_encodings(names);
  return trials.take();
}

Tuning tune(const fs::path& source, const std::string& sha256, const TuneOptions& options,
            std::span<const std::string> names) {
  Trials trials(source, sha256, options);
  return tune_with(trials, source, sha256, options, names);
}

TuneChoice tuned_choice(const fs::path& source, const std::string& sha256,
                        const TuneOptions& options) {
  if (const auto known = known_tuning(sha256, options)) return *known;
  Trials trials(source, sha256, options);
  if (const auto known = known_tuning(sha256, options)) return *known;  // found out meanwhile
  const Tuning tuning = tune_with(trials, source, sha256, options, encodings_to_try(false));
  tell(source, tuning);
  return *read_choice(remembered_form(tuning), options);
}

std::optional<TuneChoice> known_tuning(const std::string& sha256, const TuneOptions& options) {
  const std::optional<Json> known = memory_of(sha256, options).recall();
  return known ? read_choice(*known, options) : std::nullopt;
}

}  // namespace syndisco
