#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "syndisco/model/llama/allowed_answers.h"
#include "syndisco/model/llama/loaded_model.h"
#include "syndisco/model/llama/sampler.h"
#include "syndisco/model/model.h"

struct llama_context;

namespace syndisco {

struct GeneratorOptions {
  int context = 4096;  ///< tokens of prompt and answer together
  int threads = 1;
};

/// What to generate.
struct Generation {
  std::vector<Token> prompt;  ///< not empty, and with the answer no longer than the context
  const Sampling& sampling;
  std::uint64_t seed = 0;
  const AllowedAnswers* allowed = nullptr;  ///< nullptr: any text
  bool thinking = false;                    ///< the prompt ends inside the model's thoughts
};

/// Computes answers, one at a time: one thread may call it at once. What two prompts have in common
/// at their beginning is computed only once when they follow each other.
class Generator {
 public:
  /// Throws EnvironmentError where the memory does not suffice.
  Generator(const LoadedModel& model, const GeneratorOptions& options);
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Throws Cancelled, or ModelError; afterwards it can be used again.
  Answer generate(const Generation& generation, const std::stop_token& stop);

 private:
  struct Deleter {
    void operator()(llama_context* context) const;
  };

  void check_memory() const;
  void make_context();
  int take_up(const std::vector<Token>& prompt);
  void compute(std::span<const Token> tokens, const std::stop_token& stop);
  void forget();
  std::span<const float> logits() const;
  void answer_freely(const Generation& generation, Answer& answer, const std::stop_token& stop);
  void answer_allowed(const Generation& generation, Answer& answer, const std::stop_token& stop);
  std::vector<Candidate> allowed_candidates(const AnswerPath& path) const;

  const LoadedModel& model_;
  GeneratorOptions options_;
  DrySamplers dry_;
  std::unique_ptr<llama_context, Deleter> context_;
  std::vector<Token> computed_;  ///< tokens in the context's memory
  std::stop_token stop_;         ///< of the current computation, for the context's callback
};

}  // namespace syndisco
