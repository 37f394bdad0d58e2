#include "syndisco/model/llama/answer_writer.h"

#include <algorithm>
#include <cmath>

#include "syndisco/model/llama/likeliest.h"

namespace syndisco {

std::size_t Generation::room() const {
  // A token of an allowed answer is at least one byte of it.
  return prompt.size() +
         (allowed != nullptr ? allowed->longest() : static_cast<std::size_t>(sampling.max_tokens));
}

AnswerWriter::AnswerWriter(const LoadedModel& model, DrySamplers& dry, const Generation& generation,
                           int context)
    : model_(model),
      generation_(generation),
      sampler_(model.vocabulary(), dry, generation.sampling, generation.seed, context,
               generation.constrained()),
      text_(model.chat_template().thinking_tags(), generation.thinking, generation.sampling.stop) {
  const ThinkingTags& tags = model.chat_template().thinking_tags();
  tags_ = tags.start + tags.end + tags.tail;
  if (generation.allowed != nullptr)
    path_.emplace(*generation.allowed);
  else if (generation.grammar != nullptr)
    grammar_.emplace(*generation.grammar);
  else
    sampler_.accept_prompt(generation.prompt);
}

std::optional<Token> AnswerWriter::next(std::span<const float> logits) {
  if (path_) return next_allowed(logits);
  if (grammar_) return next_in_grammar(logits);
  const Token token = sampler_.draw(logits);
  ++answer_.generated_tokens;
  const bool last = answer_.generated_tokens >= generation_.sampling.max_tokens;
  if (generation_.endless) return last ? std::nullopt : std::optional(token);
  if (model_.vocabulary().ends_answer(token)) {
    answer_.finish = Finish::kEnd;
    return std::nullopt;
  }
  if (text_.add(piece_of(token))) {
    answer_.finish = Finish::kStop;
    return std::nullopt;
  }
  if (!last) return token;
  answer_.finish = Finish::kLength;
  return std::nullopt;
}

std::string AnswerWriter::piece_of(Token token) const {
  const Vocabulary& vocabulary = model_.vocabulary();
  std::string piece = vocabulary.piece(token);
  // Tags may be control tokens, which otherwise leave no trace in a text.
  if (piece.empty() && vocabulary.is_control(token)) {
    piece = vocabulary.piece(token, true);
    if (tags_.find(piece) == std::string::npos) piece.clear();
  }
  if (answer_.generated_tokens == 1 && vocabulary.begins_with_blank() && piece.starts_with(' '))
    piece.erase(0, 1);
  return piece;
}

std::optional<Token> AnswerWriter::next_allowed(std::span<const float> logits) {
  find_allowed(logits);
  if (candidates_.empty())
    throw ModelError("the model has no tokens for any of the allowed answers", false);
  const Token token = sampler_.draw_among(candidates_);
  if (token == model_.vocabulary().end_token()) return std::nullopt;
  ++answer_.generated_tokens;
  path_->add(model_.vocabulary().piece(token));
  if (path_->finished()) return std::nullopt;
  return token;
}

// The tokens that go on with an allowed answer and, where the text is one already, the end: as
// likely as all that does not go on, for a model that would have said "1." or "1\n" means 1 and
// not 10.
void AnswerWriter::find_allowed(std::span<const float> logits) {
  const Vocabulary& vocabulary = model_.vocabulary();
  candidates_.clear();
  for (const Token token : path_->next(vocabulary.pieces()))
    candidates_.push_back({token, logits[static_cast<std::size_t>(token)]});
  if (!path_->complete()) return;
  const double highest = *std::ranges::max_element(logits);
  const auto weight = [&](float logit) { return std::exp(static_cast<double>(logit) - highest); };
  double others = 0;
  for (const float logit : logits) others += weight(logit);
  for (const Candidate& candidate : candidates_) others -= weight(candidate.logit);
  candidates_.push_back(
      {vocabulary.end_token(), static_cast<float>(highest + std::log(std::max(others, 1e-30)))});
}

std::optional<Token> AnswerWriter::next_in_grammar(std::span<const float> logits) {
  Token token = sampler_.draw(logits);
  if (!grammar_->allows(token)) {
    // A model that would go on with something else has said its number.
    if (grammar_->complete()) return std::nullopt;
    token = draw_in_grammar(logits);
  }
  if (model_.vocabulary().ends_answer(token)) return std::nullopt;
  ++answer_.generated_tokens;
  grammar_->add(token);
  if (grammar_->finished()) return std::nullopt;
  if (answer_.generated_tokens < generation_.sampling.max_tokens) return token;
  answer_.finish = Finish::kLength;
  return std::nullopt;
}

/// Looking at all tokens takes some hundred times as long as at those that are likely to be drawn.
Token AnswerWriter::draw_in_grammar(std::span<const float> logits) {
  constexpr std::size_t kLikeliest = 256;
  for (const std::size_t count : {kLikeliest, logits.size()}) {
    find_likeliest(logits, count, candidates_);
    grammar_->keep_allowed(candidates_);
    if (!candidates_.empty()) return sampler_.draw_among(candidates_);
  }
  throw ModelError("the model has no tokens that go on with JSON of the schema", false);
}

Answer AnswerWriter::take() {
  if (grammar_) {
    answer_.text = grammar_->text();
    return std::move(answer_);
  }
  if (path_) {
    answer_.text = path_->text();
    answer_.finish = Finish::kEnd;
    return std::move(answer_);
  }
  if (text_.finish()) answer_.finish = Finish::kStop;
  answer_.text = text_.text();
  answer_.thinking = text_.thinking();
  return std::move(answer_);
}

}  // namespace syndisco
