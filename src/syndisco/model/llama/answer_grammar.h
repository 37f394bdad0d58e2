#pragma once

#include <memory>
#include <string>
#include <vector>

#include "syndisco/model/llama/recent.h"
#include "syndisco/model/llama/sampler.h"
#include "syndisco/model/llama/vocabulary.h"
#include "syndisco/record/sampling.h"

namespace syndisco {

/// JSON of a schema, for keeping a model to it token by token. Immutable.
///
/// It allows less than the schema: properties come in the order of the schema, required ones first,
/// and no others where there are any; between tokens of JSON stand at most two line ends and twenty
/// blanks. In places it allows more, which the check of the finished answer finds: bounds of
/// numbers count as if rounded away from each other to whole ones, and very high limits of length
/// are not known to it.
class AnswerGrammar {
 public:
  /// `schema` is checked. The vocabulary outlives the grammar. Throws ModelError where llama.cpp
  /// does not take the schema.
  AnswerGrammar(const Json& schema, const Vocabulary& vocabulary);

 private:
  friend class GrammarPath;
  const Vocabulary& vocabulary_;
  SamplerPointer start_;
};

/// How far an answer has come. For one thread at a time; outlived by the vocabulary.
class GrammarPath {
 public:
  explicit GrammarPath(const AnswerGrammar& grammar);

  const std::string& text() const noexcept { return text_; }

  /// The text is JSON of the schema, but a number may still go on.
  bool complete() const;

  /// Nothing can follow any more.
  bool finished() const;

  /// Whether the token may come next; one that ends answers, whether the answer may end.
  bool allows(Token token) const;

  /// Takes out the candidates that may not come next, and those that end answers.
  void keep_allowed(std::vector<Candidate>& candidates) const;

  /// Goes on by a token that is allowed and does not end the answer.
  void add(Token token);

 private:
  bool passes(Token token) const;

  const Vocabulary& vocabulary_;
  SamplerPointer state_;
  std::string text_;
};

/// Keeps the grammars of the last few schemas ready. Thread-safe.
class AnswerGrammars {
 public:
  explicit AnswerGrammars(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  /// Null where the constraint is not a JsonAnswer.
  std::shared_ptr<const AnswerGrammar> get(const AnswerConstraint& constraint);

 private:
  const Vocabulary& vocabulary_;
  Recent<Json, std::shared_ptr<const AnswerGrammar>> kept_;
};

}  // namespace syndisco
