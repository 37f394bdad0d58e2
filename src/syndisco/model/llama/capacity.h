#pragma once

#include "syndisco/model/llama/engine.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco {

/// How the engine shares out the memory of this machine for a model: as many sequences as
/// `options.parallel` says, or as are worth it and fit, and the rest for beginnings of prompts.
/// Attention is that of the weights, or one that takes less memory where the whole context fits
/// only so and `options.reproducible` does not ask for the same bits. Nothing is loaded or
/// allocated; what is needed and what is free goes to the log (info).
///
/// Throws EnvironmentError where the weights and one request of the whole context do not fit, or
/// not as many sequences as were asked for.
EngineOptions choose_engine(const ModelSpec& spec, const LlamaOptions& options,
                            const Weights& weights, int threads);

}  // namespace syndisco
