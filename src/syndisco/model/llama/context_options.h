#pragma once

#include <cstdint>

namespace syndisco {

/// How attention is computed: fused or not. kAuto leaves it to llama.cpp, which fuses it wherever
/// the device can.
enum class FlashAttention : std::int8_t { kAuto = -1, kOff = 0, kOn = 1 };

/// Settings of a context, as the engine makes one: every sequence has a stream of its own.
struct ContextOptions {
  int sequences = 1;  ///< at least 1
  int tokens = 4096;  ///< of each sequence, at least 1; llama.cpp rounds up to multiples of 256
  int ubatch = 512;   ///< tokens computed at once, at least 1
  int outputs = 0;    ///< rows of logits that one step may ask for; 0: as many as `ubatch`
  FlashAttention flash_attention = FlashAttention::kOff;

  bool operator==(const ContextOptions&) const = default;
};

}  // namespace syndisco
