#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/model/llama/context_options.h"

namespace syndisco {

struct SpeedOptions {
  int threads = 1;      ///< at least 1
  int gpu_layers = -1;  ///< as in `ModelSpec`
};

/// What is measured: a model file, and how it is computed.
struct SpeedCandidate {
  std::filesystem::path path;
  Attention attention = Attention::kPlain;
};

/// How fast a model computes here, at most.
struct Speed {
  double prompt = 0;    ///< tokens of a prompt a second
  double alone = 0;     ///< generated tokens a second of a single sequence
  double together = 0;  ///< generated tokens a second of 16 sequences, all together
  std::uint64_t weights_bytes = 0;
  std::uint64_t kv_bytes_per_token = 0;  ///< of one sequence; 0: a state of fixed size
  double seconds = 0;                    ///< spent on measuring
  std::string failure;                   ///< why nothing was measured; ""

  /// Seconds for a typical turn of a discussion, 300 prompt tokens and 80 generated ones, where 16
  /// discussions are computed together.
  double turn() const { return 300 / prompt + 80 / together; }
};

/// Measures candidates with each other: turn by turn, so that what disturbs the machine disturbs
/// them alike, and of each the best. They are all loaded at once where half of the free memory
/// suffices. Takes about two seconds each for a small model on a fast machine.
std::vector<Speed> measure_speeds(const std::vector<SpeedCandidate>& candidates,
                                  const SpeedOptions& options);

}  // namespace syndisco
