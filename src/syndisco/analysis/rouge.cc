#include "syndisco/analysis/rouge.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace syndisco {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// What a byte is to the tokenizer: its lower-case letter or digit, 0 for what separates.
constexpr std::array<char, 256> kWordCharacter = [] {
  std::array<char, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c);
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c);
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c + 32);
  return table;
}();

// FNV-1a.
constexpr std::uint64_t kHashStart = 0xcbf29ce484222325U;
constexpr std::uint64_t hashed(std::uint64_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
}

double f1_of(std::size_t lcs, std::size_t target, std::size_t prediction) {
  if (lcs == 0) return 0;
  const double precision = static_cast<double>(lcs) / static_cast<double>(prediction);
  const double recall = static_cast<double>(lcs) / static_cast<double>(target);
  return 2 * precision * recall / (precision + recall);
}

std::size_t different(std::vector<std::uint64_t>& values) {
  std::ranges::sort(values);
  return static_cast<std::size_t>(std::ranges::unique(values).begin() - values.begin());
}

}  // namespace

void RougeVocabulary::grow() {
  std::vector<Slot> larger(std::max<std::size_t>(slots_.size() * 2, 1024));
  for (const Slot& slot : slots_) {
    if (slot.number == 0) continue;
    std::size_t at = slot.hash & (larger.size() - 1);
    while (larger[at].number != 0) at = (at + 1) & (larger.size() - 1);
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

std::uint32_t RougeVocabulary::number(std::uint64_t hash, std::size_t length) {
  if (words_ * 2 >= slots_.size()) grow();
  std::size_t at = hash & (slots_.size() - 1);
  const char* word = letters_.data() + used_;
  for (; slots_[at].number != 0; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && slot.length == length &&
        std::memcmp(letters_.data() + slot.start, word, length) == 0)
      return slot.number - 1;
  }
  slots_[at] = {hash, static_cast<std::uint32_t>(words_ + 1), static_cast<std::uint32_t>(used_),
                static_cast<std::uint32_t>(length)};
  used_ += length;
  return static_cast<std::uint32_t>(words_++);
}

std::vector<std::uint32_t> RougeVocabulary::tokens(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  // Words are written behind those that are known, where they stay if they are new.
  if (letters_.size() < used_ + text.size()) letters_.resize(2 * used_ + text.size());
  std::size_t length = 0;
  std::uint64_t hash = kHashStart;
  const auto add_letter = [&](char c) {
    letters_[used_ + length++] = c;
    hash = hashed(hash, c);
  };
  const auto end_word = [&] {
    if (length == 0) return;
    numbers.push_back(number(hash, length));
    length = 0;
    hash = kHashStart;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (const char c = kWordCharacter[byte]; c != 0) {
      add_letter(c);
      continue;
    }
    // The two characters beyond ASCII whose lower case holds a letter of it: U+212A, the Kelvin
    // sign, and U+0130, whose dot becomes a character of its own, which separates.
    if (byte == 0xe2 && text.substr(i, 3) == "\xe2\x84\xaa") {
      add_letter('k');
      i += 2;
      continue;
    }
    if (byte == 0xc4 && text.substr(i, 2) == "\xc4\xb0") {
      add_letter('i');
      ++i;
    }
    end_word();
  }
  end_word();
  return numbers;
}

RougeL rouge_l(std::string_view target, std::string_view prediction) {
  RougeVocabulary vocabulary;
  const std::vector<std::uint32_t> a = vocabulary.tokens(target);
  const std::vector<std::uint32_t> b = vocabulary.tokens(prediction);
  RougeL score;
  if (a.empty() || b.empty()) return score;
  CommonSubsequence common;
  common.prepare(a, vocabulary.size());
  score.lcs = common.length(b);
  score.precision = static_cast<double>(score.lcs) / static_cast<double>(b.size());
  score.recall = static_cast<double>(score.lcs) / static_cast<double>(a.size());
  score.f1 = f1_of(score.lcs, a.size(), b.size());
  return score;
}

void CommonSubsequence::prepare(std::span<const std::uint32_t> text, std::size_t vocabulary) {
  // Most of the table is empty, so only what the text before had set is taken back.
  for (const std::uint32_t word : text_)
    std::fill_n(places_.begin() + static_cast<std::ptrdiff_t>(word * blocks_), blocks_, 0);
  text_.assign(text.begin(), text.end());
  blocks_ = (text.size() + 63) / 64;
  if (places_.size() < vocabulary * blocks_) places_.resize(vocabulary * blocks_);
  state_.resize(blocks_);
  for (std::size_t i = 0; i < text.size(); ++i)
    places_[text[i] * blocks_ + i / 64] |= std::uint64_t{1} << (i % 64);
}

std::size_t CommonSubsequence::length(std::span<const std::uint32_t> other) const {
  // A 0 bit of the state at position i: the longest common subsequence with the first i + 1 words
  // is longer than with the first i.
  if (blocks_ == 1) {
    std::uint64_t state = ~std::uint64_t{0};
    for (const std::uint32_t word : other) {
      const std::uint64_t match = state & places_[word];
      state = (state + match) | (state - match);
    }
    return static_cast<std::size_t>(std::popcount(~state));
  }
  std::ranges::fill(state_, ~std::uint64_t{0});
  for (const std::uint32_t word : other) {
    const std::uint64_t* places = &places_[word * blocks_];
    std::uint64_t carry = 0;
    for (std::size_t b = 0; b < blocks_; ++b) {
      const std::uint64_t state = state_[b];
      const std::uint64_t match = state & places[b];
      const std::uint64_t sum = state + match;
      const std::uint64_t with_carry = sum + carry;
      carry =
          static_cast<std::uint64_t>(sum < state) | static_cast<std::uint64_t>(with_carry < sum);
      state_[b] = with_carry | (state - match);
    }
  }
  std::size_t length = 0;
  for (const std::uint64_t state : state_)
    length += static_cast<std::size_t>(std::popcount(~state));
  return length;
}

std::array<double, kDiversities> diversity(std::span<const DiverseText> comments,
                                           std::size_t vocabulary) {
  std::array<double, kDiversities> sums{};
  std::array<double, kDiversities> counts{};
  for (const DiverseText& comment : comments)
    for (std::size_t v = 0; v < kDiversities; ++v) counts[v] += (comment.of >> v) & 1U;
  CommonSubsequence common;
  for (std::size_t i = 0; i < comments.size(); ++i) {
    const DiverseText& one = comments[i];
    if (one.of == 0 || one.tokens.empty()) continue;
    common.prepare(one.tokens, vocabulary);
    for (std::size_t j = i + 1; j < comments.size(); ++j) {
      const DiverseText& other = comments[j];
      const auto both = static_cast<unsigned>(one.of & other.of);
      if (both == 0 || other.tokens.empty()) continue;
      const double f1 = f1_of(common.length(other.tokens), one.tokens.size(), other.tokens.size());
      for (std::size_t v = 0; v < kDiversities; ++v)
        if (((both >> v) & 1U) != 0) sums[v] += f1;
    }
  }
  std::array<double, kDiversities> diversities{};
  for (std::size_t v = 0; v < kDiversities; ++v) {
    const double pairs = counts[v] * (counts[v] - 1) / 2;
    diversities[v] = counts[v] < 2 ? kNothing : 1 - sums[v] / pairs;
  }
  return diversities;
}

WordVariety word_variety(std::span<const DiverseText> comments) {
  std::vector<std::uint64_t> words, pairs, own;
  double ratios = 0;
  std::size_t with_words = 0;
  for (const DiverseText& comment : comments) {
    const std::vector<std::uint32_t>& tokens = comment.tokens;
    if (tokens.empty() || ((comment.of >> kGenerated) & 1U) == 0) continue;
    ++with_words;
    own.assign(tokens.begin(), tokens.end());
    words.insert(words.end(), own.begin(), own.end());
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
      pairs.push_back((std::uint64_t{tokens[i]} << 32U) | tokens[i + 1]);
    ratios += static_cast<double>(different(own)) / static_cast<double>(tokens.size());
  }
  const auto share = [](std::vector<std::uint64_t>& values) {
    if (values.empty()) return kNothing;
    const auto all = static_cast<double>(values.size());
    return static_cast<double>(different(values)) / all;
  };
  return {share(words), share(pairs),
          with_words == 0 ? kNothing : ratios / static_cast<double>(with_words)};
}

}  // namespace syndisco
