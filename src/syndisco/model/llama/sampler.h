#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/model/llama/vocabulary.h"
#include "syndisco/record/sampling.h"

struct llama_sampler;

namespace syndisco {

struct SamplerDeleter {
  void operator()(llama_sampler* sampler) const;
};
using SamplerPointer = std::unique_ptr<llama_sampler, SamplerDeleter>;

/// Keeps DRY samplers ready, because making one looks through the whole vocabulary. Thread-safe.
class DrySamplers {
 public:
  explicit DrySamplers(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  SamplerPointer make(const Dry& dry, int context);

 private:
  const Vocabulary& vocabulary_;
  std::mutex mutex_;
  std::map<std::tuple<double, double, int, int>, SamplerPointer> made_;
};

/// A token that may come next, and how likely the model takes it to be.
struct Candidate {
  Token token;
  float logit;
};

/// Draws the tokens of one answer. The repeat penalty and DRY see the prompt (without its control
/// tokens) and what was drawn, so history comments are not said again word for word. The draws
/// themselves are ours: the same seed and the same logits give the same token on every machine.
class Sampler {
 public:
  /// `context` is what "the whole context" is to the penalties. With `constrained` there are none.
  Sampler(const Vocabulary& vocabulary, DrySamplers& dry, const Sampling& sampling,
          std::uint64_t seed, int context, bool constrained);

  /// What was said before the answer.
  void accept_prompt(std::span<const Token> tokens);

  /// One of the candidates, which are the model's logits of the next token.
  Token draw(std::span<const Candidate> candidates);

 private:
  void add(llama_sampler* part);

  const Vocabulary& vocabulary_;
  SamplerPointer chain_;
  bool greedy_;
  Random random_;
};

}  // namespace syndisco
