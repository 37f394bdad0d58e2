#pragma once

#include "syndisco/model/llama/attention.h"

namespace syndisco {

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
  Attention attention = Attention::kPlain;

  bool operator==(const ContextOptions&) const = default;
};

}  // namespace syndisco
