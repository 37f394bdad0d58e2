#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/record/plan.h"

namespace syndisco {

/// A model file that can be used without looking for it.
struct StoredModel {
  std::string name;  ///< as `gguf:` takes it: "builtin:smollm2-135m", or the path
  std::string
      weights;  ///< as `weights:` takes it; "as_is" is the file that all others are made from
  std::filesystem::path path;
  std::uintmax_t bytes = 0;  ///< 0 where it is not there
  bool present = false;
};

/// What `syndisco models list` shows: models known by name, then other files of the cache, each
/// followed by the encodings of it that were made before.
std::vector<StoredModel> list_models();

/// The file to load for a model.
struct Weights {
  std::filesystem::path path;
  std::string encoding;  ///< "as_is", "Q8_0", "F16", "BF16"
  std::filesystem::path source;
  std::string sha256;  ///< of the source
};

/// Finds the model's file and re-encodes its weights where that is asked for and was not done
/// before; safe when other processes do the same. Throws InputError for a name or an encoding that
/// is not known, EnvironmentError where a file is missing, no GGUF or incomplete, or the cache
/// cannot be written.
Weights find_weights(const ModelSpec& spec, int threads);

/// Throws EnvironmentError where the file is missing, no GGUF, or shorter than its own table of
/// contents says.
void check_model_file(const std::filesystem::path& path);

/// SHA-256 of a file, remembered in the cache for as long as its size and time of change stay the
/// same.
std::string remembered_sha256(const std::filesystem::path& path);

}  // namespace syndisco
