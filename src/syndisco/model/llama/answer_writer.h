#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "syndisco/model/answer_text.h"
#include "syndisco/model/llama/allowed_answers.h"
#include "syndisco/model/llama/answer_grammar.h"
#include "syndisco/model/llama/loaded_model.h"
#include "syndisco/model/llama/sampler.h"
#include "syndisco/model/model.h"

namespace syndisco {

/// What to generate.
struct Generation {
  std::vector<Token> prompt;  ///< not empty
  /// So many tokens at the beginning of the prompt belong to whoever speaks, and are likely to be
  /// the beginning of other prompts too.
  std::size_t lasting = 0;
  Sampling sampling;
  std::uint64_t seed = 0;
  // At most one of these; neither: any text.
  std::shared_ptr<const AllowedAnswers> allowed;
  std::shared_ptr<const AnswerGrammar> grammar;
  bool thinking = false;    ///< the prompt ends inside the model's thoughts
  bool endless = false;     ///< goes on to max_tokens whatever the model says: for measurements
  std::string job;          ///< who asks
  std::uint64_t again = 0;  ///< requests of this job until it asks the same speaker again; 0: never
  bool grows = false;       ///< the prompt of that one begins with nearly all of this one

  bool constrained() const { return allowed != nullptr || grammar != nullptr; }

  /// Tokens that prompt and answer can come to.
  std::size_t room() const;
};

/// Draws one answer, token by token, and puts its text together. For one thread at a time.
class AnswerWriter {
 public:
  /// `context`: what "the whole context" is to penalties. The arguments outlive the writer.
  AnswerWriter(const LoadedModel& model, DrySamplers& dry, const Generation& generation,
               int context);

  /// Draws the token after those whose logits are given. Nothing when the answer is complete with
  /// it. Throws ModelError where none can be drawn.
  std::optional<Token> next(std::span<const float> logits);

  /// Text, thoughts, finish and generated tokens, once `next` gave nothing.
  Answer take();

 private:
  std::string piece_of(Token token) const;
  std::optional<Token> next_allowed(std::span<const float> logits);
  std::optional<Token> next_in_grammar(std::span<const float> logits);
  Token draw_in_grammar(std::span<const float> logits);
  void find_allowed(std::span<const float> logits);

  const LoadedModel& model_;
  const Generation& generation_;
  Sampler sampler_;
  AnswerText text_;
  std::optional<AnswerPath> path_;
  std::optional<GrammarPath> grammar_;
  std::vector<Candidate> candidates_;
  std::string tags_;
  Answer answer_;
};

}  // namespace syndisco
