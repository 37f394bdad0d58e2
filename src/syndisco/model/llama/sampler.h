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
struct llama_token_data;

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
  ~Sampler();

  /// What was said before the answer.
  void accept_prompt(std::span<const Token> tokens);

  /// One of all tokens, given the model's logits of the next one.
  Token draw(std::span<const float> logits);

  /// One of the candidates alone.
  Token draw_among(std::span<const Candidate> candidates);

 private:
  void add(llama_sampler* part);
  std::size_t enough() const;

  const Vocabulary& vocabulary_;
  SamplerPointer chain_;
  bool greedy_;
  std::size_t top_k_;        ///< 0: all tokens have to be looked at
  std::size_t looked_back_;  ///< tokens whose likelihood penalties may lower
  std::size_t seen_ = 0;     ///< tokens so far
  Random random_;
  std::vector<Candidate> candidates_;
  std::vector<llama_token_data> data_;
  std::vector<double> weights_;
};

}  // namespace syndisco
