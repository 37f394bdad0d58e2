#include "syndisco/model/llama/attention.h"

#include "syndisco/model/llama/backend.h"

namespace syndisco {

std::string_view attention_name(Attention attention) {
  switch (attention) {
    case Attention::kFused:
      return "fused";
    case Attention::kPlain:
      return "plain";
    case Attention::kWideKeys:
      break;
  }
  return "wide_keys";
}

std::optional<Attention> find_attention(std::string_view name) {
  for (const Attention each : {Attention::kFused, Attention::kPlain, Attention::kWideKeys})
    if (attention_name(each) == name) return each;
  return std::nullopt;
}

std::vector<Attention> attentions_to_try(bool reproducible, int gpu_layers) {
  if (computes_on_gpu(gpu_layers)) return {reproducible ? Attention::kPlain : Attention::kFused};
  // CPUs have no fast product of a single row with keys in 16 bits, and a generated token has one
  // for each head: on one with AVX-512, wide keys generated twice as fast as fused attention.
  if (reproducible) return {Attention::kWideKeys, Attention::kPlain};
  return {Attention::kWideKeys, Attention::kPlain, Attention::kFused};
}

}  // namespace syndisco
