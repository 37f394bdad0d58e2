#include "syndisco/model/llama/memory.h"

#include <gguf.h>
#include <llama.h>

// Declares llama_get_memory_breakdown(). common_get_device_memory_data() of llama.cpp's `common`
// does not do: it exchanges the log's callback, which other threads use meanwhile, and it leaves
// out weights that are repacked for the CPU.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include <../src/llama-ext.h>

#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/model_file.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

bool in_host_memory(ggml_backend_buffer_type_t type) {
  if (ggml_backend_buft_is_host(type)) return true;
  // Repacked weights lie in the machine's memory, but in a form that is not plain host memory.
  ggml_backend_dev_t device = ggml_backend_buft_get_device(type);
  return device == nullptr || ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_CPU;
}

bool measure(const fs::path& path, const ContextOptions& options, int gpu_layers,
             MemoryNeed& need) {
  const LlamaModelHandle model = load_without_weights(path, gpu_layers);
  if (model == nullptr) return false;
  const LlamaContextHandle context = make_context(model.get(), options, 1);
  if (context == nullptr) return false;
  for (const auto& [type, bytes] : llama_get_memory_breakdown(context.get())) {
    if (!in_host_memory(type)) {
      need.gpu += bytes.total();
      continue;
    }
    need.weights += bytes.model;
    need.kv += bytes.context;
    need.compute += bytes.compute;
  }
  // llama.cpp copies the logits to a place that it makes when they are first asked for.
  const auto rows =
      static_cast<std::uint64_t>(options.outputs > 0 ? options.outputs : options.ubatch);
  const llama_vocab* vocab = llama_model_get_vocab(model.get());
  need.compute += rows * static_cast<std::uint64_t>(llama_vocab_n_tokens(vocab)) * sizeof(float);
  return true;
}

struct GgufDeleter {
  void operator()(gguf_context* context) const { gguf_free(context); }
};

/// Values of the file's head, 0 where they are missing.
class Head {
 public:
  explicit Head(const fs::path& path)
      : contents_(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr})) {
    if (contents_ == nullptr) return;
    const std::int64_t key = gguf_find_key(contents_.get(), "general.architecture");
    if (key >= 0 && gguf_get_kv_type(contents_.get(), key) == GGUF_TYPE_STRING)
      prefix_ = std::string(gguf_get_val_str(contents_.get(), key)) + ".";
  }

  std::uint64_t number(const std::string& name) const {
    if (contents_ == nullptr) return 0;
    const std::int64_t key = gguf_find_key(contents_.get(), (prefix_ + name).c_str());
    if (key < 0 || gguf_get_kv_type(contents_.get(), key) != GGUF_TYPE_UINT32) return 0;
    return gguf_get_val_u32(contents_.get(), key);
  }

 private:
  std::unique_ptr<gguf_context, GgufDeleter> contents_;
  std::string prefix_;
};

MemoryNeed guess(const fs::path& path, const ContextOptions& options) {
  const Head head(path);
  const std::uint64_t heads = head.number("attention.head_count");
  const std::uint64_t per_head = heads > 0 ? head.number("embedding_length") / heads : 0;
  const auto or_else = [](std::uint64_t value, std::uint64_t other) {
    return value > 0 ? value : other;
  };
  const std::uint64_t bytes_of_key = options.attention == Attention::kWideKeys ? 4 : 2;
  constexpr std::uint64_t kBytesOfValue = 2;
  const std::uint64_t bytes =
      head.number("block_count") * or_else(head.number("attention.head_count_kv"), heads) *
      (bytes_of_key * or_else(head.number("attention.key_length"), per_head) +
       kBytesOfValue * or_else(head.number("attention.value_length"), per_head));
  return {.weights = fs::file_size(path),
          .kv = bytes * static_cast<std::uint64_t>(options.sequences) *
                static_cast<std::uint64_t>(options.tokens),
          .compute = 0,
          .gpu = 0,
          .exact = false};
}

/// The answer for contexts of any size. Even without its memory, a context has some sixty bytes of
/// records for each token, so a huge one is judged by a smaller one.
MemoryNeed find_need(const fs::path& path, const ContextOptions& options, int gpu_layers) {
  constexpr int kManyTokens = 1 << 22;
  const int most = std::max(kManyTokens / options.sequences, 256);
  ContextOptions smaller = options;
  smaller.tokens = std::min(options.tokens, most);
  MemoryNeed need;
  const ErrorLines errors;
  if (!measure(path, smaller, gpu_layers, need)) return guess(path, options);
  if (smaller.tokens < options.tokens) {
    const auto scale = static_cast<std::uint64_t>(options.tokens / smaller.tokens + 1);
    need.kv *= scale;
    need.compute *= scale;
    need.gpu *= scale;
    need.exact = false;
  }
  return need;
}

/// Names a file and what it holds.
std::tuple<std::string, std::uintmax_t, std::int64_t> state_of(const fs::path& path) {
  return {fs::absolute(path).string(), fs::file_size(path),
          fs::last_write_time(path).time_since_epoch().count()};
}

}  // namespace

MemoryNeed memory_need(const fs::path& path, const ContextOptions& options, int gpu_layers) {
  static std::mutex mutex;
  static std::map<std::tuple<decltype(state_of(path)), int, int, int, int, int, int>, MemoryNeed>
      known;

  start_llama_backend();
  check_model_file(path);
  const auto key = std::tuple(state_of(path), options.sequences, options.tokens, options.ubatch,
                              options.outputs, static_cast<int>(options.attention), gpu_layers);
  const std::scoped_lock lock(mutex);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  return known.emplace(key, find_need(path, options, gpu_layers)).first->second;
}

std::uint64_t kv_bytes_per_token(const fs::path& path, Attention attention) {
  // Sliding windows, which hold no more than their width, are filled by both. No GPU: what lies
  // there is not told apart.
  constexpr int kTokens = 16384;
  ContextOptions options{.tokens = kTokens, .outputs = 1, .attention = attention};
  const MemoryNeed one = memory_need(path, options, 0);
  options.tokens = 2 * kTokens;
  const MemoryNeed two = memory_need(path, options, 0);
  return (two.kv - one.kv) / kTokens;
}

}  // namespace syndisco
