#pragma once

#include <cstdint>
#include <filesystem>

#include "syndisco/model/llama/context_options.h"

namespace syndisco {

/// Bytes that a loaded model and one context of it take.
struct MemoryNeed {
  // In the memory of the machine.
  std::uint64_t weights = 0;  ///< also those that are only mapped from the file
  std::uint64_t kv = 0;       ///< what the context keeps of the tokens, for all sequences
  std::uint64_t compute = 0;  ///< scratch of one step, and the logits

  std::uint64_t gpu = 0;  ///< all of these that lie on GPUs instead
  /// False: a context of more than four million tokens, judged from above by a smaller one; or
  /// one that llama.cpp cannot make, judged by the file's size and shape, with `compute` unknown.
  bool exact = true;

  /// In the memory of the machine.
  std::uint64_t total() const noexcept { return weights + kv + compute; }
};

/// What a model would take, found without loading or allocating it. Takes about a tenth of
/// a second the first time, mostly to read the vocabulary; the answer is kept as long as the
/// process lives and the file stays as it is. `gpu_layers` as in `ModelSpec`. Thread-safe.
///
/// Throws EnvironmentError where the file is no model.
MemoryNeed memory_need(const std::filesystem::path& path, const ContextOptions& options,
                       int gpu_layers = -1);

/// Bytes that each further token of a long sequence takes, wherever they lie; 0 for models that
/// keep a state of fixed size. Otherwise as `memory_need`.
std::uint64_t kv_bytes_per_token(const std::filesystem::path& path, Attention attention);

}  // namespace syndisco
