#include "syndisco/model/llama/capacity.h"

#include <llama.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>

#include <ggml-backend.h>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/model/llama/inspect.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/memory.h"

namespace syndisco {
namespace {

// More than these together make a CPU no faster.
constexpr int kCpuSequences = 32;
constexpr int kGpuSequences = 128;
constexpr int kMostSequences = 256;
constexpr int kUsualTokens = 1024;

std::string gigabytes(std::uint64_t bytes) {
  const auto tenths = static_cast<std::uint64_t>(std::ceil(static_cast<double>(bytes) / 1e8));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
}

/// Bytes that all GPUs have free.
std::uint64_t free_gpu_memory() {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    ggml_backend_dev_t device = ggml_backend_dev_get(i);
    if (ggml_backend_dev_type(device) != GGML_BACKEND_DEVICE_TYPE_GPU) continue;
    std::size_t free = 0;
    std::size_t total = 0;
    ggml_backend_dev_memory(device, &free, &total);
    all += free;
  }
  return all;
}

int choose_context(const ModelSpec& spec, const Weights& weights) {
  const int trained = inspect_model(weights.path).trained_context;
  if (spec.context == 0) return trained;
  if (spec.context > trained)
    log::warning("", "the model " + spec.name + " was trained for " + std::to_string(trained) +
                         " tokens, but has a context of " + std::to_string(spec.context));
  return spec.context;
}

/// What a model and a context need, against what is free where it will lie.
class Balance {
 public:
  Balance(const ModelSpec& spec, const Weights& weights, Attention attention)
      : path_(weights.path), layers_(spec.gpu_layers), attention_(attention) {}

  MemoryNeed need(int sequences, int tokens) const {
    return memory_need(path_, context_options(sequences, tokens, attention_), layers_);
  }

  bool fits(const MemoryNeed& need) const { return need.total() <= free_ && need.gpu <= free_gpu_; }

  /// Bytes for tokens that are left beside everything else.
  std::uint64_t for_tokens(const MemoryNeed& need) const {
    // Tokens lie where the layers lie.
    if (need.gpu > 0) return need.gpu < free_gpu_ ? free_gpu_ - need.gpu : 0;
    const std::uint64_t others = need.weights + need.compute;
    return others < free_ ? free_ - others : 0;
  }

  std::uint64_t free() const { return free_; }

  std::string text(const MemoryNeed& need) const {
    std::string text = gigabytes(need.total()) + " of memory (weights " + gigabytes(need.weights) +
                       ", tokens " + gigabytes(need.kv) + ", scratch " + gigabytes(need.compute) +
                       "), and " + gigabytes(free_) + " are free";
    if (need.gpu > 0)
      text += "; " + gigabytes(need.gpu) + " on GPUs, which have " + gigabytes(free_gpu_) + " free";
    return text;
  }

 private:
  std::filesystem::path path_;
  int layers_;
  Attention attention_;
  std::uint64_t free_ = free_memory();
  std::uint64_t free_gpu_ = free_gpu_memory();
};

/// Attention is chosen for speed. Where one that takes less memory lets a request of the whole
/// context fit, it is that one, unless the answers have to stay the same to the last bit.
Attention choose_attention(const ModelSpec& spec, const Weights& weights, int context,
                           bool reproducible) {
  const auto fits = [&](Attention attention) {
    const Balance balance(spec, weights, attention);
    return balance.fits(balance.need(1, context));
  };
  if (reproducible || fits(weights.attention)) return weights.attention;
  // From much memory to little.
  for (const Attention other : {Attention::kPlain, Attention::kFused}) {
    if (!fits(other)) continue;
    log::info("", "model " + spec.name + ": a context of " + std::to_string(context) +
                      " tokens fits with " + std::string(attention_name(other)) +
                      " attention, not with " + std::string(attention_name(weights.attention)) +
                      "; a smaller `context` may be faster");
    return other;
  }
  return weights.attention;
}

void check_context(const ModelSpec& spec, const Balance& balance, int context) {
  const MemoryNeed longest = balance.need(1, context);
  if (balance.fits(longest)) return;
  throw EnvironmentError("the model " + spec.name + " with a context of " +
                             std::to_string(context) + " tokens needs " + balance.text(longest),
                         "lower the model's `context`, or take a smaller model");
}

void check_parallel(const ModelSpec& spec, const Balance& balance, const EngineOptions& chosen,
                    int fitting) {
  const MemoryNeed all = balance.need(chosen.sequences, chosen.expected);
  if (balance.fits(all)) return;
  throw EnvironmentError("--parallel " + std::to_string(chosen.sequences) + " for the model " +
                             spec.name + ", with " + std::to_string(chosen.expected) +
                             " tokens each, needs " + balance.text(all),
                         "about --parallel " + std::to_string(fitting) +
                             " fits; without it, as many are computed together as do");
}

}  // namespace

EngineOptions choose_engine(const ModelSpec& spec, const LlamaOptions& options,
                            const Weights& weights, int threads) {
  EngineOptions chosen;
  chosen.threads = threads;
  chosen.context = choose_context(spec, weights);
  chosen.expected =
      std::min(options.expected > 0 ? options.expected : kUsualTokens, chosen.context);
  chosen.attention = choose_attention(spec, weights, chosen.context, options.reproducible);
  const Balance balance(spec, weights, chosen.attention);
  check_context(spec, balance, chosen.context);

  const MemoryNeed usual = balance.need(1, chosen.expected);
  chosen.bytes_per_token = kv_bytes_per_token(weights.path, chosen.attention);
  const std::uint64_t tokens = chosen.bytes_per_token * static_cast<std::uint64_t>(chosen.expected);
  if (usual.gpu == 0) chosen.bytes_per_sequence = usual.kv > tokens ? usual.kv - tokens : 0;
  const std::uint64_t one = std::max<std::uint64_t>(chosen.bytes_per_sequence + tokens, 1);
  // Of what is left a half may hold sequences, so that other programs and saved states have room.
  const std::uint64_t left = balance.for_tokens(usual);
  chosen.memory = left / 2;
  const std::uint64_t usable = options.parallel > 0 ? left : chosen.memory;
  const auto fitting = static_cast<int>(std::clamp<std::uint64_t>(usable / one, 1, kMostSequences));
  const int requests = options.requests > 0 ? options.requests : kMostSequences;
  if (options.parallel > 0) {
    chosen.sequences = std::min({options.parallel, kMostSequences, requests});
    check_parallel(spec, balance, chosen, fitting);
    chosen.memory = std::max(chosen.memory, one * static_cast<std::uint64_t>(chosen.sequences));
  } else {
    chosen.sequences = std::min({usual.gpu > 0 ? kGpuSequences : kCpuSequences, fitting, requests});
  }

  const MemoryNeed all = balance.need(chosen.sequences, chosen.expected);
  log::info("", "model " + spec.name + " (" + weights.encoding +
                    "): " + std::to_string(chosen.sequences) + " requests at once of " +
                    std::to_string(chosen.expected) + " tokens need " + balance.text(all));
  constexpr std::uint64_t kMostPrefixes = 8'000'000'000;
  const std::uint64_t rest = balance.free() > all.total() ? balance.free() - all.total() : 0;
  chosen.prefixes = std::min(rest / 4, kMostPrefixes);
  return chosen;
}

}  // namespace syndisco
