#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// The words of texts as ROUGE sees them, each known by a number: after Python's lower-casing,
/// maximal runs of [a-z0-9]. So a Kelvin sign is a `k`, and all other characters beyond ASCII
/// separate words. As rouge_score 0.1.2 without a stemmer.
class RougeVocabulary {
 public:
  /// Numbers of the text's words, in order. A word has the same number every time.
  std::vector<std::uint32_t> tokens(std::string_view text);
  std::size_t size() const { return words_; }

 private:
  void grow();
  /// Of the word of that length behind those that are known.
  std::uint32_t number(std::uint64_t hash, std::size_t length);

  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t number = 0;  ///< plus one; 0: nothing here
    std::uint32_t start = 0;
    std::uint32_t length = 0;
  };
  std::vector<Slot> slots_;  // open addressing; the number of slots is a power of two
  std::string letters_;      // all words, one behind the other, then room
  std::size_t used_ = 0;     // of it
  std::size_t words_ = 0;
};

/// ROUGE-L of a prediction against a target (Lin 2004). All 0 where either has no words.
struct RougeL {
  std::size_t lcs = 0;   ///< length of the longest common subsequence of words
  double precision = 0;  ///< of the prediction's words
  double recall = 0;     ///< of the target's words
  double f1 = 0;
};

RougeL rouge_l(std::string_view target, std::string_view prediction);

/// Length of the longest common subsequence; bit-parallel (Hyyrö 2004), 64 positions of a text at
/// once. Prepared for one text (whose words are below `vocabulary`), then asked for many others.
class CommonSubsequence {
 public:
  void prepare(std::span<const std::uint32_t> text, std::size_t vocabulary);
  std::size_t length(std::span<const std::uint32_t> other) const;

 private:
  std::vector<std::uint32_t> text_;
  std::size_t blocks_ = 0;
  std::vector<std::uint64_t> places_;  // of each word: bits of its positions, blocks_ a word
  mutable std::vector<std::uint64_t> state_;
};

/// Which comments the diversity of a discussion looks at. kGenerated is what the authors of the
/// published data use for their tables.
enum DiversityOf : std::uint8_t {
  kGenerated,         ///< no opening posts, nothing that is quote-only
  kGeneratedAll,      ///< no opening posts
  kUsers,             ///< users alone, nothing that is quote-only
  kWithOpeningPosts,  ///< all that is not quote-only
};
inline constexpr std::size_t kDiversities = 4;

/// A comment as diversity sees it.
struct DiverseText {
  std::vector<std::uint32_t> tokens;
  std::uint8_t of = 0;  ///< bit i: belongs to the i-th of DiversityOf
};

/// 1 - mean F1 of ROUGE-L over all pairs of a discussion's comments, in [0, 1]; NaN where there are
/// fewer than two comments. Comments without words count and are like nothing else.
std::array<double, kDiversities> diversity(std::span<const DiverseText> comments,
                                           std::size_t vocabulary);

/// How many words, and pairs of neighbouring words of a comment, are different: distinct-1 and
/// distinct-2 (Li et al. 2016) over all kGenerated comments together, and the type-token ratio of
/// each comment on average, which hangs less on how much was said. In (0, 1]; NaN where there are
/// no words.
struct WordVariety {
  double distinct_1 = 0;
  double distinct_2 = 0;
  double type_token_ratio = 0;
};
WordVariety word_variety(std::span<const DiverseText> comments);

}  // namespace syndisco
