#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "syndisco/model/llama/speed.h"

namespace syndisco {

struct TuneOptions {
  int threads = 1;            ///< that the model will compute on, at least 1
  bool reproducible = false;  ///< measures without flash attention
  int gpu_layers = -1;        ///< as in `ModelSpec`
};

/// How an encoding of a model did.
struct Trial {
  std::string encoding;  ///< "as_is" or the name of an encoding
  Speed speed;           ///< with a `failure` where it was not measured
};

/// "as_is", then the near-lossless encodings; with `lossy` the others as well.
std::vector<std::string> encodings_to_try(bool lossy);

/// Measures a model in these encodings. Files that were not in the cache are made there and taken
/// away again; what memory or disk have no room for is left out. One process at a time measures,
/// others wait.
std::vector<Trial> try_encodings(const std::filesystem::path& source, const std::string& sha256,
                                 const TuneOptions& options, std::span<const std::string> names);

struct Tuning {
  std::string encoding;  ///< the choice
  std::vector<Trial> trials;
};

/// Measures a model in `names` and chooses the encoding of the least time for a typical turn (see
/// `Speed`) among as_is and the near-lossless ones, under `reproducible` among those that are
/// `independent_of_batch`. The choice is remembered in the cache, with its file. Throws
/// EnvironmentError where nothing can be measured or nothing is independent.
Tuning tune(const std::filesystem::path& source, const std::string& sha256,
            const TuneOptions& options, std::span<const std::string> names);

/// The remembered choice, or that of `tune` with all near-lossless encodings, made now; tells the
/// log (info) what was measured. Throws as `tune` does.
std::string tuned_encoding(const std::filesystem::path& source, const std::string& sha256,
                           const TuneOptions& options);

/// The remembered choice; nothing is measured.
std::optional<std::string> known_tuning(const std::string& sha256, const TuneOptions& options);

}  // namespace syndisco
