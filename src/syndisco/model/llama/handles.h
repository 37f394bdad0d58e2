#pragma once

#include <filesystem>
#include <memory>

#include "syndisco/model/llama/context_options.h"

struct llama_context;
struct llama_model;

namespace syndisco {

struct LlamaDeleter {
  void operator()(llama_model* model) const;
  void operator()(llama_context* context) const;
};

using LlamaModelHandle = std::unique_ptr<llama_model, LlamaDeleter>;
using LlamaContextHandle = std::unique_ptr<llama_context, LlamaDeleter>;

/// Loads a model's weights; `gpu_layers` as in `ModelSpec`. nullptr where that fails: llama.cpp's
/// reason is with the `ErrorLines` of this thread.
LlamaModelHandle load_weights(const std::filesystem::path& path, int gpu_layers);

/// The same without reading or allocating the weights: for questions about the shape and the
/// memory. Nothing can be computed with it. Reads the file's head and the vocabulary (about a
/// tenth of a second).
LlamaModelHandle load_without_weights(const std::filesystem::path& path, int gpu_layers);

/// A context of `model`, which must live longer. nullptr where that fails.
LlamaContextHandle make_context(llama_model* model, const ContextOptions& options, int threads);

}  // namespace syndisco
