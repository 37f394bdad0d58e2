#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "syndisco/model/llama/computing_threads.h"
#include "syndisco/model/llama/context_options.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/loaded_model.h"
#include "syndisco/model/llama/vocabulary.h"

struct llama_batch;

namespace syndisco {

class Batch;

/// What a decoder and those around it tell each other while it computes. Thread-safe.
struct DecoderSignals {
  std::atomic<bool> abort = false;  ///< the step that is computed now is to be given up
  std::atomic<double> seconds = 0;  ///< spent computing, added by the decoder
};

/// llama.cpp could not compute a step; what its sequences held is lost.
class DecodeFailed : public std::runtime_error {
 public:
  explicit DecodeFailed(int result);
};

/// A step was given up because `abort` was set; sequences hold what they held before.
class DecodeAborted : public std::exception {};

/// What sequences of tokens mean to a model: llama.cpp's context with a memory of its own for each
/// sequence. Knows nothing of requests. For one thread at a time.
class Decoder {
 public:
  /// Computes on `threads` of them at most. The model and `signals` outlive the decoder. Throws
  /// EnvironmentError where the memory does not suffice.
  Decoder(const LoadedModel& model, const ContextOptions& options, int threads,
          DecoderSignals& signals);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  const ContextOptions& options() const noexcept { return options_; }

  /// The tokens that a sequence holds.
  std::span<const Token> held(int sequence) const { return held_[index(sequence)]; }

  /// Tokens by which one sequence is best gone on with at once, as many as `extend` takes at most.
  std::size_t next_step(int sequence) const;

  /// Goes on with one sequence, by at most `next_step`; the logits after the last token are
  /// logits(0). Throws DecodeFailed, DecodeAborted.
  void extend(int sequence, std::span<const Token> tokens);

  struct Next {
    int sequence;
    Token token;
  };

  /// Goes on with several sequences by one token each; logits(i) are those after `next[i]`.
  /// Fastest where the sequences ascend without gaps. Throws DecodeFailed, DecodeAborted.
  void extend(std::span<const Next> next);

  /// Of the last `extend`; one for each token of the vocabulary, valid until the next.
  std::span<const float> logits(std::size_t i) const;

  /// Leaves the first `count` tokens of a sequence. Where the model's memory cannot be cut the
  /// sequence may lose more: held() tells.
  void cut(int sequence, std::size_t count);

  /// What a sequence holds, as bytes that `restore` of any decoder of the same model and options
  /// (but `tokens`) takes.
  std::vector<std::uint8_t> save(int sequence) const;

  /// Puts saved tokens in place of what a sequence holds. False where they are not taken; the
  /// sequence is empty then.
  bool restore(int sequence, std::span<const std::uint8_t> saved, std::span<const Token> tokens);

  /// Moves what a sequence holds to another one, which loses what it held.
  void move(int from, int to);

  /// Whether a sequence can go back to any earlier token. Recurrent models cannot, nor do those
  /// that forget what has left their sliding window.
  bool can_cut() const noexcept { return can_cut_; }

 private:
  static std::size_t index(int sequence) { return static_cast<std::size_t>(sequence); }
  void compute(const llama_batch& batch);
  void drop(int sequence);
  void save(int sequence, std::vector<std::uint8_t>& saved) const;

  const LoadedModel& model_;
  ContextOptions options_;
  DecoderSignals& signals_;
  ComputingThreads threads_;
  std::unique_ptr<Batch> batch_;
  LlamaContextHandle context_;
  std::vector<std::vector<Token>> held_;
  std::size_t last_rows_ = 0;        ///< of logits, of the last step
  std::vector<std::uint8_t> moved_;  ///< kept, because new memory costs as much as the copy
  bool can_cut_ = true;
};

}  // namespace syndisco
