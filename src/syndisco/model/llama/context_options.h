#pragma once

#include <cstdint>

namespace syndisco {

/// How attention is computed: fused or not. kAuto leaves it to llama.cpp, which fuses it wherever
/// the device can.
enum class FlashAttention : std::int8_t { kAuto = -1, kOff = 0, kOn = 1 };

/// What the engine computes with, and therefore what is measured. A step of fused attention depends
/// on what else is in it.
constexpr FlashAttention flash_attention_for(bool reproducible) {
  return reproducible ? FlashAttention::kOff : FlashAttention::kAuto;
}

/// The length that llama.cpp gives a sequence of at least so many tokens.
constexpr int rounded_length(int tokens) {
  return (tokens + 255) / 256 * 256;
}

/// Settings of a context, as the engine makes one: every sequence has a stream of its own.
struct ContextOptions {
  int sequences = 1;  ///< at least 1
  int tokens = 4096;  ///< of each sequence, at least 1; see rounded_length
  int ubatch = 512;   ///< tokens computed at once, at least 1
  int outputs = 0;    ///< rows of logits that one step may ask for; 0: as many as `ubatch`
  FlashAttention flash_attention = FlashAttention::kOff;

  bool operator==(const ContextOptions&) const = default;
};

}  // namespace syndisco
