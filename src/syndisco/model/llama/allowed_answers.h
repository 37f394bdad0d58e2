#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/model/llama/vocabulary.h"
#include "syndisco/record/sampling.h"

namespace syndisco {

/// The answers that a constraint allows, for keeping a model to them token by token. Immutable.
class AllowedAnswers {
 public:
  /// `constraint` is a Choice or an IntegerRange.
  explicit AllowedAnswers(const AnswerConstraint& constraint);

  /// Bytes of the longest one.
  std::size_t longest() const noexcept { return longest_; }

 private:
  friend class AnswerPath;
  std::vector<std::string> answers_;  ///< sorted by their bytes
  std::size_t longest_ = 0;
};

/// How far an answer has come.
class AnswerPath {
 public:
  explicit AnswerPath(const AllowedAnswers& allowed);

  const std::string& text() const noexcept { return text_; }

  /// The text is an allowed answer.
  bool complete() const;

  /// Nothing can follow any more.
  bool finished() const;

  /// Tokens that keep the text the beginning of an allowed answer. At the beginning of an answer a
  /// token may bring one blank before it, which does not count.
  std::vector<Token> next(const SortedPieces& pieces) const;

  /// Goes on by what a token of `next` adds.
  void add(std::string_view piece);

 private:
  using Answers = std::vector<std::string>;

  struct Range {
    std::size_t low;
    std::size_t high;
  };

  void collect(const SortedPieces& pieces, Range piece, std::size_t depth, Range answer,
               std::size_t blanks, std::vector<Token>& found) const;

  const Answers& answers_;
  Range range_;  ///< of the answers that begin with the text
  std::string text_;
};

}  // namespace syndisco
