#include "syndisco/model/llama/vocabulary.h"

#include <llama.h>

#include <algorithm>

#include "syndisco/base/utf8.h"

namespace syndisco {
namespace {

constexpr int kControlBits = LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN;

}  // namespace

std::size_t common_beginning(std::span<const Token> one, std::span<const Token> other) {
  return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

Vocabulary::Vocabulary(const llama_vocab* vocab)
    : vocab_(vocab), size_(static_cast<std::size_t>(llama_vocab_n_tokens(vocab))) {
  for (Token token = 0; token < static_cast<Token>(size_); ++token) {
    const bool ends = llama_vocab_is_eog(vocab, token);
    if ((llama_vocab_get_attr(vocab, token) & kControlBits) != 0) {
      // What the tokeniser looks for in a text is the token's name.
      const std::string text = llama_vocab_get_text(vocab, token);
      if (!text.empty()) control_texts_.push_back(text);
      continue;
    }
    std::string text = piece(token);
    if (!text.empty() && !ends) pieces_.emplace_back(std::move(text), token);
  }
  std::sort(pieces_.begin(), pieces_.end());
  std::sort(control_texts_.begin(), control_texts_.end());

  end_token_ = llama_vocab_eos(vocab);
  if (end_token_ < 0) end_token_ = llama_vocab_eot(vocab);
  for (Token token = 0; end_token_ < 0 && token < static_cast<Token>(size_); ++token)
    if (llama_vocab_is_eog(vocab, token)) end_token_ = token;

  const std::vector<Token> word = tokenize("a", false);
  begins_with_blank_ = !word.empty() && piece(word.front()).starts_with(' ');
  newline_ = tokenize("\n", false);
}

std::vector<Token> Vocabulary::tokenize_prompt(std::span<const PromptPart> parts) const {
  const std::string text = joined(parts);
  std::vector<Token> tokens;
  std::size_t at = 0;
  const auto add = [&](std::size_t end, bool control) {
    if (end == at) return;
    const std::string_view stretch = std::string_view(text).substr(at, end - at);
    const std::vector<Token> more = !control  ? tokenize_plain(stretch)
                                    : at == 0 ? tokenize(stretch, true)
                                              : tokenize_inside(stretch, true);
    tokens.insert(tokens.end(), more.begin(), more.end());
    at = end;
  };
  for (const Stretch& forged : find_forged(text, parts)) {
    add(forged.begin, true);
    add(forged.end, false);
  }
  add(text.size(), true);

  const Token bos = llama_vocab_bos(vocab_);
  if (llama_vocab_get_add_bos(vocab_) && bos >= 0 && (tokens.empty() || tokens.front() != bos))
    tokens.insert(tokens.begin(), bos);
  return tokens;
}

std::string Vocabulary::piece(Token token, bool control) const {
  std::string text(32, '\0');
  int length =
      llama_token_to_piece(vocab_, token, text.data(), static_cast<int>(text.size()), 0, control);
  if (length < 0) {
    text.resize(static_cast<std::size_t>(-length));
    length =
        llama_token_to_piece(vocab_, token, text.data(), static_cast<int>(text.size()), 0, control);
  }
  text.resize(static_cast<std::size_t>(std::max(length, 0)));
  return text;
}

bool Vocabulary::is_control(Token token) const {
  return (llama_vocab_get_attr(vocab_, token) & kControlBits) != 0;
}

bool Vocabulary::ends_answer(Token token) const {
  return llama_vocab_is_eog(vocab_, token) || token == llama_vocab_bos(vocab_);
}

std::span<const Token> Vocabulary::suppressed() const {
  std::int32_t count = 0;
  const llama_token* tokens = llama_vocab_get_suppress_tokens(vocab_, &count);
  return {tokens, static_cast<std::size_t>(std::max(count, 0))};
}

std::vector<Token> Vocabulary::tokenize(std::string_view text, bool control) const {
  std::vector<Token> tokens(text.size() + 8);
  const auto call = [&] {
    return llama_tokenize(vocab_, text.data(), static_cast<int>(text.size()), tokens.data(),
                          static_cast<int>(tokens.size()), false, control);
  };
  int count = call();
  if (count < 0) {
    tokens.resize(static_cast<std::size_t>(-count));
    count = call();
  }
  tokens.resize(static_cast<std::size_t>(std::max(count, 0)));
  return tokens;
}

// Some tokenisers put a blank before whatever they are given first. A newline before it takes the
// blank, and its tokens are left out again.
std::vector<Token> Vocabulary::tokenize_inside(std::string_view text, bool control) const {
  if (!begins_with_blank_) return tokenize(text, control);
  std::vector<Token> tokens = tokenize("\n" + std::string(text), control);
  const auto skipped = static_cast<std::ptrdiff_t>(newline_.size());
  if (tokens.size() < newline_.size() ||
      !std::equal(newline_.begin(), newline_.end(), tokens.begin()))
    return tokenize(text, control);
  tokens.erase(tokens.begin(), tokens.begin() + skipped);
  return tokens;
}

// Merging pairs of letters may arrive at a control token's name, so it is not enough to ask for
// plain text.
std::vector<Token> Vocabulary::tokenize_plain(std::string_view text) const {
  std::vector<Token> tokens = tokenize_inside(text, false);
  if (std::none_of(tokens.begin(), tokens.end(), [&](Token token) { return is_control(token); }))
    return tokens;
  tokens.clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = decode_utf8(text, at).length;
    for (const Token token : tokenize_inside(text.substr(at, length), false))
      if (!is_control(token)) tokens.push_back(token);
    at += length;
  }
  return tokens;
}

std::size_t Vocabulary::longest_control_at(std::string_view text) const {
  auto low = control_texts_.begin();
  auto high = control_texts_.end();
  std::size_t longest = 0;
  for (std::size_t depth = 0; depth < text.size() && low != high; ++depth) {
    const char wanted = text[depth];
    const auto less = [depth](const std::string& name, char c) {
      return name.size() <= depth ||
             static_cast<unsigned char>(name[depth]) < static_cast<unsigned char>(c);
    };
    const auto greater = [depth](char c, const std::string& name) {
      return name.size() > depth &&
             static_cast<unsigned char>(c) < static_cast<unsigned char>(name[depth]);
    };
    low = std::lower_bound(low, high, wanted, less);
    high = std::upper_bound(low, high, wanted, greater);
    if (low != high && low->size() == depth + 1) longest = depth + 1;
  }
  return longest;
}

// What people wrote of stretches that read like control tokens. In order, not overlapping;
// tokenised by themselves they cannot join with what the template says around them.
std::vector<Vocabulary::Stretch> Vocabulary::find_forged(const std::string& text,
                                                         std::span<const PromptPart> parts) const {
  std::vector<Stretch> forged;
  std::size_t end_of_part = 0;
  for (std::size_t part = 0, at = 0; at < text.size(); ++at) {
    while (at >= end_of_part) end_of_part += parts[part++].text.size();
    const std::size_t length = longest_control_at(std::string_view(text).substr(at));
    if (length == 0) continue;
    // Neighbouring parts take turns in who wrote them.
    const bool written = parts[part - 1].written;
    const std::size_t begin = written ? at : end_of_part;
    const std::size_t end_of_written =
        written || part >= parts.size() ? end_of_part : end_of_part + parts[part].text.size();
    const std::size_t end = std::min(at + length, end_of_written);
    if (end <= begin) continue;
    if (!forged.empty() && begin <= forged.back().end)
      forged.back().end = std::max(forged.back().end, end);
    else
      forged.push_back({begin, end});
  }
  return forged;
}

}  // namespace syndisco
