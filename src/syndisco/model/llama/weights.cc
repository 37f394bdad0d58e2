#include "syndisco/model/llama/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/hub/hub_file.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/encodings.h"
#include "syndisco/model/llama/independence.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/model_file.h"
#include "syndisco/model/llama/tune.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBuiltinPrefix = "builtin:";

struct Builtin {
  std::string name;
  std::string file;
};

const std::array<Builtin, 1> kBuiltins = {{{"smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf"}}};

const Builtin& find_builtin(std::string_view name) {
  std::vector<std::string> names;
  for (const Builtin& builtin : kBuiltins) {
    if (name == builtin.name) return builtin;
    names.push_back(builtin.name);
  }
  const std::string near = nearest_word(name, names);
  throw InputError(
      "unknown embedded model '" + printable_line(name) + "'", {},
      near.empty() ? "there is builtin:" + names.front() : "did you mean builtin:" + near + "?");
}

StoredModel stored(const std::string& name, std::string_view weights, const fs::path& path) {
  StoredModel model{.name = name, .weights = std::string(weights), .path = path};
  std::error_code error;
  model.bytes = fs::file_size(path, error);
  model.present = !error;
  if (error) model.bytes = 0;
  return model;
}

/// The model file itself, then what the cache's `files` hold of its other encodings.
std::vector<StoredModel> with_encodings(const std::string& name, const fs::path& path,
                                        const std::vector<fs::path>& files) {
  std::vector<StoredModel> models{stored(name, "as_is", path)};
  for (const fs::path& file : files) {
    const EncodedName parsed = parse_encoded_name(file.filename().string());
    if (parsed.encoding != nullptr && parsed.stem == path.stem().string())
      models.push_back(stored(name, parsed.encoding->name, file));
  }
  if (const std::optional<std::string> sha256 = known_sha256(path)) {
    const std::optional<TuneChoice> tuned =
        known_tuning(*sha256, {.threads = usable_cores(), .reproducible = false});
    for (StoredModel& model : models) model.tuned = tuned && model.weights == tuned->encoding;
  }
  return models;
}

/// What is worth using, the best guess first: fused attention is fastest with prompts.
std::vector<Attention> guessed_attentions(const TuneOptions& options) {
  std::vector<Attention> order = attentions_to_try(options.reproducible, options.gpu_layers);
  if (options.short_answers)
    std::ranges::stable_partition(order, [](Attention each) { return each == Attention::kFused; });
  return order;
}

/// Tuned weights as they were, where they can still be had; attention of another device is not.
std::optional<TuneChoice> keep_choice(const TunedEarlier& tuned, const Weights& weights,
                                      const TuneOptions& options) {
  const Encoding* encoding = find_encoding(tuned.weights);
  if (encoding == nullptr ? tuned.weights != "as_is" : !encoding->near_lossless)
    return std::nullopt;
  const std::vector<Attention> here = guessed_attentions(options);
  TuneChoice earlier{tuned.weights, here.front()};
  const std::optional<Attention> attention = find_attention(tuned.attention);
  if (std::ranges::find(here, attention) != here.end())
    earlier.attention = *attention;
  else if (const auto known = known_tuning(weights.sha256, options);
           known && known->encoding == earlier.encoding)
    earlier.attention = known->attention;
  if (!options.reproducible) return earlier;
  const fs::path path = encoding == nullptr ? weights.source
                                            : make_encoded(weights.source, weights.sha256,
                                                           *encoding, options.threads);
  if (!independent_of_batch(path, earlier.attention, options.threads, options.gpu_layers))
    return std::nullopt;
  return earlier;
}

[[noreturn]] void fail_reproducible(const Weights& weights) {
  throw EnvironmentError(
      "on this machine, answers of " + shown(weights.source) + " with weights " + weights.encoding +
          " depend on what is computed beside them, so the run would not be reproducible",
      "write `weights: tuned` or `weights: Q8_0`");
}

}  // namespace

std::vector<StoredModel> list_models() {
  start_llama_backend();
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(models_folder(), error))
    files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<fs::path> downloaded;
  for (const auto& entry : fs::recursive_directory_iterator(models_folder() / "hf", error))
    if (entry.path().extension() == ".gguf") downloaded.push_back(entry.path());
  std::ranges::sort(downloaded);

  std::vector<StoredModel> models;
  const auto add = [&](const std::string& name, const fs::path& path) {
    for (StoredModel& model : with_encodings(name, path, files)) models.push_back(std::move(model));
  };
  for (const Builtin& builtin : kBuiltins)
    add(std::string(kBuiltinPrefix) + builtin.name, models_folder() / builtin.file);
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    if (name.ends_with(".gguf") && parse_encoded_name(name).encoding == nullptr &&
        std::ranges::find(kBuiltins, name, &Builtin::file) == kBuiltins.end())
      add(file.string(), file);
  }
  for (const fs::path& file : downloaded)
    if (const std::optional<HubFile> known = hub_file_of(file)) add(known->name(), file);
  return models;
}

fs::path find_model_file(const std::string& name) {
  start_llama_backend();
  fs::path path = name;
  if (name.starts_with(kBuiltinPrefix)) {
    const Builtin& builtin = find_builtin(std::string_view(name).substr(kBuiltinPrefix.size()));
    path = models_folder() / builtin.file;
    if (!fs::exists(path))
      throw EnvironmentError(
          "the embedded model " + builtin.name + " is not in the cache: " + shown(path),
          "./dev setup fetches it");
  }
  if (is_hub_name(name)) {
    path = hub_model(name).cached();
    if (!fs::exists(path))
      throw EnvironmentError("the model " + printable_line(name) + " is not in the cache",
                             "syndisco models pull " + printable_line(name) + " downloads it");
  }
  check_model_file(path);
  return path;
}

Weights find_weights(const ModelSpec& spec, const WeightsOptions& wanted) {
  const TuneOptions options{.threads = wanted.threads,
                            .reproducible = wanted.reproducible,
                            .gpu_layers = spec.gpu_layers,
                            .short_answers = wanted.short_answers};
  const std::string word = spec.effective_weights();
  const Encoding* encoding = find_encoding(word);
  if (encoding == nullptr && word != "as_is" && word != "tuned")
    throw InputError("unknown weights '" + printable_line(word) + "'", {},
                     fmt::format("known are {}", fmt::join(weights_words(), ", ")));

  Weights weights;
  weights.source = find_model_file(spec.gguf);
  weights.sha256 = remembered_sha256(weights.source);
  weights.encoding = word;
  if (word == "tuned") {
    std::optional<TuneChoice> tuned = keep_choice(wanted.earlier, weights, options);
    if (!tuned) tuned = tuned_choice(weights.source, weights.sha256, options);
    weights.encoding = tuned->encoding;
    weights.attention = tuned->attention;
    encoding = find_encoding(weights.encoding);
  }
  weights.path = encoding == nullptr
                     ? weights.source
                     : make_encoded(weights.source, weights.sha256, *encoding, options.threads);
  if (word == "tuned") return weights;
  for (const Attention attention : guessed_attentions(options)) {
    weights.attention = attention;
    if (!options.reproducible ||
        independent_of_batch(weights.path, attention, options.threads, options.gpu_layers))
      return weights;
  }
  fail_reproducible(weights);
}

}  // namespace syndisco
