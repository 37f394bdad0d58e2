#include "syndisco/model/llama/handles.h"

#include <llama.h>

#include "syndisco/model/llama/backend.h"

namespace syndisco {

void LlamaDeleter::operator()(llama_model* model) const {
  llama_model_free(model);
}

void LlamaDeleter::operator()(llama_context* context) const {
  llama_free(context);
}

LlamaModelHandle load_weights(const std::filesystem::path& path, int gpu_layers) {
  start_llama_backend();
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = gpu_layers;
  return LlamaModelHandle(llama_model_load_from_file(path.c_str(), params));
}

LlamaModelHandle load_without_weights(const std::filesystem::path& path, int gpu_layers) {
  start_llama_backend();
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = gpu_layers;
  params.no_alloc = true;
  params.load_mode = LLAMA_LOAD_MODE_NONE;  // the default maps the file, which needs the weights
  return LlamaModelHandle(llama_model_load_from_file(path.c_str(), params));
}

LlamaContextHandle make_context(llama_model* model, const ContextOptions& options, int threads) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(options.sequences) *
                 static_cast<std::uint32_t>(rounded_length(options.tokens));
  params.n_seq_max = static_cast<std::uint32_t>(options.sequences);
  params.n_batch = static_cast<std::uint32_t>(options.ubatch);
  params.n_ubatch = static_cast<std::uint32_t>(options.ubatch);
  params.n_outputs_max = static_cast<std::uint32_t>(options.outputs);
  params.n_threads = threads;
  params.n_threads_batch = threads;
  params.kv_unified = false;
  params.no_perf = true;
  params.flash_attn_type = options.attention == Attention::kFused ? LLAMA_FLASH_ATTN_TYPE_AUTO
                                                                  : LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.type_k = options.attention == Attention::kWideKeys ? GGML_TYPE_F32 : GGML_TYPE_F16;
  return LlamaContextHandle(llama_init_from_model(model, params));
}

}  // namespace syndisco
