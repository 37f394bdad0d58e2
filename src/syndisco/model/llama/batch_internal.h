#pragma once

#include <llama.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace syndisco {

/// Tokens to compute in one step.
class Batch {
 public:
  /// `room`: tokens that fit.
  explicit Batch(int room) : tokens_(static_cast<std::size_t>(room)) {
    positions_.resize(tokens_.size());
    counts_.assign(tokens_.size(), 1);
    sequences_.resize(tokens_.size());
    wanted_.resize(tokens_.size());
    for (llama_seq_id& sequence : sequences_) pointers_.push_back(&sequence);
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// `wanted`: logits are asked for. Requires that there is room.
  void add(llama_token token, llama_pos position, llama_seq_id sequence, bool wanted) {
    const auto at = static_cast<std::size_t>(size_++);
    tokens_[at] = token;
    positions_[at] = position;
    sequences_[at] = sequence;
    wanted_[at] = wanted ? 1 : 0;
  }

  void clear() noexcept { size_ = 0; }
  int size() const noexcept { return size_; }

  /// Valid as long as the batch.
  llama_batch get() {
    return {.n_tokens = size_,
            .token = tokens_.data(),
            .embd = nullptr,
            .pos = positions_.data(),
            .n_seq_id = counts_.data(),
            .seq_id = pointers_.data(),
            .logits = wanted_.data()};
  }

 private:
  int size_ = 0;
  std::vector<llama_token> tokens_;
  std::vector<llama_pos> positions_;
  std::vector<std::int32_t> counts_;
  std::vector<llama_seq_id> sequences_;
  std::vector<llama_seq_id*> pointers_;
  std::vector<std::int8_t> wanted_;
};

}  // namespace syndisco
