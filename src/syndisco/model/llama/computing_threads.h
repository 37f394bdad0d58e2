#pragma once

#include <cstdint>

struct llama_batch;
struct llama_context;

namespace syndisco {

/// How many threads are best for the next step. Threads that compute together meet hundreds of
/// times for each token and wait for the last of them in a loop. Where another program has taken a
/// core, all wait most of the time for the one thread that is not running: with one thread less,
/// none would have to. Whether one is missing shows in the processor time that steps get. The full
/// number is tried again now and then: after two seconds at first, after half a minute at last.
/// Looks at no clock itself. For one thread at a time.
class ThreadCount {
 public:
  /// `most`: at least 1.
  explicit ThreadCount(int most) : most_(most), now_(most) {}

  int now() const noexcept { return now_; }

  /// A step of `now()` threads has taken `wall` seconds, in which this process had `cpu` seconds of
  /// processor time.
  void took(double wall, double cpu);

 private:
  int most_;
  int now_;
  bool trying_ = false;  ///< one thread more than was found good
  double wall_ = 0;      ///< seconds of the steps that are judged together
  double cpu_ = 0;
  double since_ = 0;  ///< seconds since `now_` was changed last
  double patience_ = 0;
};

/// Computes steps of contexts on as many threads as is best while other programs run. Where the
/// user has said how threads wait (GOMP_SPINCOUNT, OMP_WAIT_POLICY), or a GPU computes, on all of
/// them always. For one thread at a time.
class ComputingThreads {
 public:
  /// `most`: at least 1.
  ComputingThreads(int most, bool on_gpu);

  /// Threads of the next step.
  int now() const noexcept { return count_.now(); }

  /// llama_decode, but returns when everything is computed.
  std::int32_t decode(llama_context* context, const llama_batch& batch);

 private:
  int most_;
  ThreadCount count_;
  bool adapts_;
  bool told_ = false;
};

}  // namespace syndisco
