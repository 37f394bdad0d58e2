#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace syndisco {

/// How attention is computed, and with what numbers the keys of earlier tokens are kept. Values are
/// kept in 16 bits. All three give the same answers but for rounding; wide keys round least. Which
/// is fastest is a matter of the device.
enum class Attention : std::int8_t {
  kFused,     ///< flash attention wherever the device can, keys in 16 bits: what llama.cpp does by
              ///< itself. Logits depend on what else is computed in the step.
  kPlain,     ///< keys in 16 bits
  kWideKeys,  ///< keys in 32 bits: a half more memory, nothing to convert
};

/// "fused", "plain" or "wide_keys".
std::string_view attention_name(Attention attention);
std::optional<Attention> find_attention(std::string_view name);

/// What is worth trying where the model computes, the best guess first; with `reproducible` only
/// what may be independent of the batch. `gpu_layers` as in `ModelSpec`.
std::vector<Attention> attentions_to_try(bool reproducible, int gpu_layers);

}  // namespace syndisco
