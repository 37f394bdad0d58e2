#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/model/llama/attention.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/llama/tune.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// A model file that can be used without looking for it.
struct StoredModel {
  std::string name;     ///< as `gguf:` takes it: "builtin:smollm2-135m", "hf:...", or the path
  std::string weights;  ///< as `weights:` takes it; "as_is" is the file others are made from
  std::filesystem::path path;
  std::uintmax_t bytes = 0;  ///< 0 where it is not there
  bool present = false;
  bool tuned = false;  ///< what `weights: tuned` is known to mean here, on all cores
};

/// What `syndisco models list` shows: models known by name, then other files of the cache, each
/// followed by the encodings of it that were made before.
std::vector<StoredModel> list_models();

/// The file that `gguf:` names, checked; `name` is a path, "builtin:NAME" or "hf:..." (see
/// model/hub/hub_file.h). Nothing is downloaded. Throws InputError for an embedded model that is
/// not known, EnvironmentError where the file is missing, no GGUF or incomplete.
std::filesystem::path find_model_file(const std::string& name);

/// The file to load for a model, and how to compute it.
struct Weights {
  std::filesystem::path path;
  std::string encoding;  ///< "as_is" or the name of an encoding; never "tuned"
  std::filesystem::path source;
  std::string sha256;  ///< of the source
  Attention attention = Attention::kPlain;
};

struct WeightsOptions {
  int threads = 1;             ///< that the model will compute on, at least 1
  bool reproducible = false;   ///< answers must be independent of what is computed beside them
  bool short_answers = false;  ///< as in `TuneOptions`
  TunedEarlier earlier = {};   ///< kept where it can be had
};

/// Finds the model's file, chooses an encoding where that is left to us, and re-encodes the weights
/// where that was not done before. The attention is the one that was tuned with the encoding, the
/// best guess where nothing was. Safe when other processes do the same. The first choice on a
/// machine takes some seconds, for a big model minutes.
///
/// Throws InputError for a name or an encoding that is not known, EnvironmentError where a file is
/// missing, no GGUF or incomplete, the cache cannot be written, or `reproducible` cannot be had.
Weights find_weights(const ModelSpec& spec, const WeightsOptions& options);

}  // namespace syndisco
