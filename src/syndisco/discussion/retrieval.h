#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "syndisco/record/corpus.h"

namespace syndisco {

/// Parameters of BM25 at the values that its authors found good for most collections.
struct Bm25 {
  double k1 = 1.2;  ///< how soon more occurrences of a word count no more, at least 0
  double b = 0.75;  ///< how much long comments are held back, [0, 1]
};

/// Non-silent comments at the end of the discussion that are the query of a retrieval actor.
inline constexpr std::size_t kQueryComments = 3;

/// An inverted index over the words (`search_terms`) of a corpus. Immutable once built: one serves
/// all discussions and threads. About 8 bytes for each different word of each comment.
class CorpusIndex {
 public:
  explicit CorpusIndex(std::shared_ptr<const CommentCorpus> corpus, Bm25 parameters = {});

  /// Okapi BM25 (Robertson et al. 1994; Robertson and Zaragoza 2009, 3.4) of every comment: the sum
  /// over the words of the query, as often as they stand in it, of
  ///   ln(1 + (N - n + 0.5) / (n + 0.5)) * tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length))
  /// with N comments, n of them with the word, tf times in this one, lengths in words. The 1 in the
  /// logarithm is not in the paper: without it, words in more than half of the comments would count
  /// against those that have them, and in a small corpus that is most words.
  std::vector<double> scores(std::string_view query) const;

  /// The comment with the highest score of those that `allowed` lets pass; the first of equals.
  std::optional<std::size_t> best(std::string_view query,
                                  const std::function<bool(std::size_t)>& allowed) const;

  /// The first comment with the same text, for every one; and the first with that text, if any.
  std::size_t first_like(std::size_t comment) const { return first_like_[comment]; }
  std::optional<std::size_t> find(std::string_view text) const;

  std::size_t different_texts() const { return by_text_.size(); }
  const CommentCorpus& corpus() const { return *corpus_; }

 private:
  struct Posting {
    std::uint32_t comment;
    std::uint32_t times;
  };
  double weight(std::size_t term) const;

  std::shared_ptr<const CommentCorpus> corpus_;
  Bm25 parameters_;
  std::unordered_map<std::string, std::uint32_t> terms_;
  std::vector<std::size_t> begins_;  // of the postings of each term, and their end
  std::vector<Posting> postings_;    // by term, then by comment
  std::vector<std::uint32_t> lengths_;
  double mean_length_ = 0;
  std::unordered_map<std::string_view, std::uint32_t> by_text_;  // views of the corpus
  std::vector<std::uint32_t> first_like_;
};

}  // namespace syndisco
