#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "syndisco/model/llama/answer_writer.h"
#include "syndisco/model/llama/decoder.h"
#include "syndisco/model/llama/loaded_model.h"
#include "syndisco/model/llama/prefix_store.h"

namespace syndisco {

struct EngineOptions {
  int sequences = 1;    ///< requests computed together at most, [1, 256]
  int context = 4096;   ///< tokens of prompt and answer of one request at most
  int expected = 1024;  ///< tokens that most requests need at most; for longer ones room is made
                        ///< when they come
  int threads = 1;
  Attention attention = Attention::kFused;
  std::uint64_t memory = UINT64_MAX;     ///< bytes for the tokens of all sequences; where requests
                                         ///< need more, fewer of them are computed together
  std::uint64_t bytes_per_token = 0;     ///< of that memory
  std::uint64_t bytes_per_sequence = 0;  ///< beside its tokens
  std::uint64_t prefixes = 0;            ///< bytes for beginnings of prompts that come again
  /// For tests: as if the model's memory could not be cut.
  bool never_cut = false;
  /// For tests: called before every step; what it throws is taken as thrown by the step.
  std::function<void()> before_step = {};
};

/// The context that an engine makes for so many sequences of so many tokens.
ContextOptions context_options(int sequences, int tokens, Attention attention);

/// Answers many requests together: between two steps waiting requests join in the order of asking,
/// and answered ones leave. One thread of its own computes. Beginnings that prompts have in common
/// are computed once. Thread-safe.
class Engine {
 public:
  /// The model outlives the engine. Throws EnvironmentError where the memory does not suffice.
  Engine(const LoadedModel& model, const EngineOptions& options);

  /// No `answer` may be going on.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Blocks until the answer is there. `generation.room()` is at most the context. The answer has
  /// all but its seconds. Throws Cancelled at once when `stop` is asked for, and ModelError, which
  /// may be asked again where llama.cpp failed.
  Answer answer(Generation generation, const std::stop_token& stop);

  /// Seconds spent computing since the engine was made.
  double busy_seconds() const noexcept { return signals_.seconds.load(std::memory_order_relaxed); }

 private:
  struct Task;
  /// What a ModelError says. Callers throw their own: none is shared between threads.
  struct Failure {
    std::string message;
    bool retryable;
  };
  using TaskPointer = std::shared_ptr<Task>;

  /// A request that is being answered.
  struct Slot {
    TaskPointer task;
    Token next = 0;  ///< drawn, not computed yet
  };

  void work();
  bool wait_for_work();
  TaskPointer take_waiting();
  void admit();
  std::size_t start(const TaskPointer& task);
  std::size_t take_up(int slot, const Generation& wanted);
  bool extend(int slot, std::span<const Token> tokens);
  void generate();
  void close_gaps();
  void advance(int slot, std::span<const float> logits);
  void finish(int slot, std::optional<Failure> failure = std::nullopt);
  void end(Task& task, Answer answer, std::optional<Failure> failure);
  void fail_all(const std::string& reason);
  template <typename Step>
  bool step(Step&& step);

  int active() const;
  bool can_cut() const { return decoder_->can_cut() && !options_.never_cut; }
  bool fits(std::size_t tokens) const;
  bool make_room(std::size_t tokens);
  int sequences_for(int tokens) const;
  void make_decoder(int tokens);

  const LoadedModel& model_;
  const EngineOptions options_;
  DrySamplers dry_;
  PrefixStore prefixes_;
  DecoderSignals signals_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<Slot> slots_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<TaskPointer> waiting_;
  std::size_t wanted_ = 0;  ///< tasks waiting or computed whose caller still waits
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace syndisco
