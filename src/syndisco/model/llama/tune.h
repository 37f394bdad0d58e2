#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "syndisco/model/llama/attention.h"
#include "syndisco/model/llama/speed.h"

namespace syndisco {

struct TuneOptions {
  int threads = 1;            ///< that the model will compute on, at least 1
  bool reproducible = false;  ///< answers must be independent of the batch
  int gpu_layers = -1;        ///< as in `ModelSpec`
  /// Answers are a few tokens each: prompts take the time.
  bool short_answers = false;
};

/// How a model is computed.
struct TuneChoice {
  std::string encoding;  ///< "as_is" or the name of an encoding
  Attention attention = Attention::kPlain;

  bool operator==(const TuneChoice&) const = default;
};

/// How one choice did.
struct Trial {
  TuneChoice choice;
  Speed speed;  ///< with a `failure` where it was not measured
};

/// "as_is", then the near-lossless encodings; with `lossy` the others as well.
std::vector<std::string> encodings_to_try(bool lossy);

/// Measures a model in these encodings, with the attention that is the best guess here. Files that
/// were not in the cache are made there and taken away again; what memory or disk have no room for
/// is left out. One process at a time measures, others wait.
std::vector<Trial> try_encodings(const std::filesystem::path& source, const std::string& sha256,
                                 const TuneOptions& options, std::span<const std::string> names);

struct Tuning {
  TuneChoice choice;
  std::vector<Trial>
      trials;  ///< a choice may be in it twice, the later one beside other attentions
};

/// Measures a model in `names`, as `try_encodings` does, and chooses the encoding of the least time
/// for a typical turn (see `Speed`) among as_is and the near-lossless ones; then all attentions
/// with that encoding, of which the fastest is chosen. (What attention costs hardly depends on the
/// encoding, so not all pairs are tried.) Under `reproducible` only what is `independent_of_batch`
/// is chosen. The choice is remembered in the cache, with its file; where other programs kept the
/// machine busy meanwhile, a warning tells so.
///
/// Throws EnvironmentError where nothing can be measured or nothing is independent.
Tuning tune(const std::filesystem::path& source, const std::string& sha256,
            const TuneOptions& options, std::span<const std::string> names);

/// The remembered choice, or that of `tune` with all near-lossless encodings, made now; tells the
/// log (info) what was measured. For `short_answers` with the attention of the fastest prompts,
/// unless `reproducible`. Throws as `tune` does.
TuneChoice tuned_choice(const std::filesystem::path& source, const std::string& sha256,
                        const TuneOptions& options);

/// The same, but nothing is measured.
std::optional<TuneChoice> known_tuning(const std::string& sha256, const TuneOptions& options);

}  // namespace syndisco
