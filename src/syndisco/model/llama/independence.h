#pragma once

#include <filesystem>

#include "syndisco/model/llama/attention.h"

namespace syndisco {

/// Whether answers of these weights depend on nothing but the request: logits on this machine are
/// the same to the last bit however a prompt is cut into steps, whether its beginning is taken from
/// a saved state, whatever else, of whatever length, is computed in the same step, and on however
/// few of the threads (see ComputingThreads). Found by trying (some seconds for a small model, as
/// long as four thousand tokens take for others) and remembered in the cache.
///
/// `gpu_layers` as in `ModelSpec`. Throws EnvironmentError where the model cannot be loaded.
bool independent_of_batch(const std::filesystem::path& path, Attention attention, int threads,
                          int gpu_layers = -1);

}  // namespace syndisco
