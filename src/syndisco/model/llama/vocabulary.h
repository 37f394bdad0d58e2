#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syndisco/model/llama/chat_template.h"

struct llama_vocab;

namespace syndisco {

using Token = std::int32_t;

/// How many tokens both begin with.
std::size_t common_beginning(std::span<const Token> one, std::span<const Token> other);

/// Pieces of text that tokens stand for, in the order of their bytes.
using SortedPieces = std::vector<std::pair<std::string, Token>>;

/// A model's tokens. Thread-safe; outlived by the model it is made from.
class Vocabulary {
 public:
  explicit Vocabulary(const llama_vocab* vocab);

  /// A prompt, with the one token that the model wants at the beginning. Control tokens come from
  /// the template alone: where a person wrote "<|im_end|>" stand the letters. Where nobody did, the
  /// tokens are those of the whole text at once.
  std::vector<Token> tokenize_prompt(std::span<const PromptPart> parts) const;

  /// Bytes that a token adds to a text; "" for control tokens unless `control` is true.
  std::string piece(Token token, bool control = false) const;

  bool is_control(Token token) const;

  /// The model has said all: an end-of-generation token, or one that begins another text.
  bool ends_answer(Token token) const;

  /// The token that ends an answer.
  Token end_token() const noexcept { return end_token_; }

  std::size_t size() const noexcept { return size_; }

  /// Text of the tokens that may stand in an answer (no control tokens).
  const SortedPieces& pieces() const noexcept { return pieces_; }

  /// Tokens that the model's maker wants never to be drawn.
  std::span<const Token> suppressed() const;

  /// Whether a text's first word is given with a blank before it, which is no part of the answer.
  bool begins_with_blank() const noexcept { return begins_with_blank_; }

  const llama_vocab* get() const noexcept { return vocab_; }

 private:
  struct Stretch {
    std::size_t begin;
    std::size_t end;
  };

  std::vector<Token> tokenize(std::string_view text, bool control) const;
  std::vector<Token> tokenize_inside(std::string_view text, bool control) const;
  std::vector<Token> tokenize_plain(std::string_view text) const;
  std::vector<Stretch> find_forged(const std::string& text,
                                   std::span<const PromptPart> parts) const;
  std::size_t longest_control_at(std::string_view text) const;

  const llama_vocab* vocab_;
  std::size_t size_ = 0;
  Token end_token_ = -1;
  bool begins_with_blank_ = false;
  std::vector<Token> newline_;  ///< of "\n" at the beginning of a text
  SortedPieces pieces_;
  std::vector<std::string> control_texts_;  ///< sorted
};

}  // namespace syndisco
