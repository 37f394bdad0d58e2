#include "syndisco/model/llama/sampler.h"

#include <llama.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "syndisco/model/llama/likeliest.h"
#include "syndisco/model/model.h"

namespace syndisco {

void SamplerDeleter::operator()(llama_sampler* sampler) const {
  llama_sampler_free(sampler);
}

SamplerPointer DrySamplers::make(const Dry& dry, int context) {
  const int last_n = dry.last_n < 0 ? context : dry.last_n;
  const std::scoped_lock lock(mutex_);
  SamplerPointer& made = made_[{dry.multiplier, dry.base, dry.allowed_length, last_n}];
  if (made == nullptr) {
    // Where one sentence, speaker or quotation ends, another may begin with the same words.
    std::array<const char*, 4> breakers = {"\n", ":", "\"", "*"};
    made.reset(llama_sampler_init_dry(vocabulary_.get(), static_cast<float>(dry.multiplier),
                                      static_cast<float>(dry.base), dry.allowed_length, last_n,
                                      breakers.data(), breakers.size()));
  }
  return SamplerPointer(llama_sampler_clone(made.get()));
}

// Penalties first, then what leaves tokens out, then the temperature: the order of llama.cpp's own
// programs.
Sampler::Sampler(const Vocabulary& vocabulary, DrySamplers& dry, const Sampling& sampling,
                 std::uint64_t seed, int context, bool constrained)
    : vocabulary_(vocabulary),
      chain_(llama_sampler_chain_init({.no_perf = true})),
      greedy_(sampling.temperature <= 0),
      top_k_(greedy_ ? 1 : static_cast<std::size_t>(sampling.top_k)),
      looked_back_(vocabulary.suppressed().size()),
      random_(seed) {
  std::vector<llama_logit_bias> never;
  for (const Token token : vocabulary.suppressed())
    never.push_back({token, -std::numeric_limits<float>::infinity()});
  const auto size = static_cast<int>(vocabulary.size());
  if (!never.empty())
    add(llama_sampler_init_logit_bias(size, static_cast<int>(never.size()), never.data()));
  if (!constrained) {
    const int last_n = sampling.repeat_last_n < 0 ? context : sampling.repeat_last_n;
    add(llama_sampler_init_penalties(size, last_n, static_cast<float>(sampling.repeat_penalty), 0,
                                     0));
    if (sampling.dry.multiplier > 0) add(dry.make(sampling.dry, context).release());
    const auto tokens = [&](int last) {
      return static_cast<std::size_t>(last < 0 ? context : last);
    };
    if (sampling.repeat_penalty > 1) looked_back_ += tokens(sampling.repeat_last_n);
    if (sampling.dry.multiplier > 0) looked_back_ += tokens(sampling.dry.last_n);
    // It makes tokens likelier, so any may become one of the likeliest.
    if (sampling.repeat_penalty < 1) top_k_ = 0;
  }
  if (greedy_) return;
  add(llama_sampler_init_top_k(sampling.top_k));
  add(llama_sampler_init_top_p(static_cast<float>(sampling.top_p), 1));
  add(llama_sampler_init_min_p(static_cast<float>(sampling.min_p), 1));
  add(llama_sampler_init_temp(static_cast<float>(sampling.temperature)));
}

void Sampler::add(llama_sampler* part) {
  llama_sampler_chain_add(chain_.get(), part);
}

Sampler::~Sampler() = default;

void Sampler::accept_prompt(std::span<const Token> tokens) {
  // Punishing the token that ends a message because earlier messages ended would make answers
  // endless.
  for (const Token token : tokens)
    if (!vocabulary_.is_control(token)) {
      llama_sampler_accept(chain_.get(), token);
      ++seen_;
    }
}

/// How many of the likeliest tokens hold all that the chain would keep of the whole vocabulary: the
/// top k, and as many as penalties can push out of these.
std::size_t Sampler::enough() const {
  if (top_k_ == 0) return vocabulary_.size();
  return std::min(top_k_ + std::min(looked_back_, vocabulary_.suppressed().size() + 2 * seen_),
                  vocabulary_.size());
}

Token Sampler::draw(std::span<const float> logits) {
  find_likeliest(logits, enough(), candidates_);
  return draw_among(candidates_);
}

Token Sampler::draw_among(std::span<const Candidate> candidates) {
  data_.clear();
  for (const Candidate& candidate : candidates)
    data_.push_back({candidate.token, candidate.logit, 0.0F});
  llama_token_data_array array{data_.data(), data_.size(), -1, false};
  llama_sampler_apply(chain_.get(), &array);

  std::size_t best = 0;
  for (std::size_t i = 1; i < array.size; ++i)
    if (array.data[i].logit > array.data[best].logit) best = i;
  if (array.size == 0 || !std::isfinite(array.data[best].logit))
    throw ModelError("the model gave no usable probabilities for the next token", false);
  std::size_t chosen = best;
  if (!greedy_) {
    weights_.clear();
    double sum = 0;
    for (std::size_t i = 0; i < array.size; ++i)
      sum += weights_.emplace_back(std::exp(static_cast<double>(array.data[i].logit) -
                                            static_cast<double>(array.data[best].logit)));
    double left = random_.uniform() * sum;
    for (std::size_t i = 0; i < array.size; ++i) {
      left -= weights_[i];
      if (left < 0 && weights_[i] > 0) {
        chosen = i;
        break;
      }
    }
  }
  const Token token = array.data[chosen].id;
  llama_sampler_accept(chain_.get(), token);
  ++seen_;
  return token;
}

}  // namespace syndisco
