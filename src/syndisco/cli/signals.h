#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace syndisco::cli {

/// While it lives, Ctrl-C (SIGINT), SIGTERM and SIGHUP ask for a stop instead of ending the
/// process; the second one ends it at once, as it would have without this object. From the first
/// one on, stderr goes nowhere where nobody reads it. Ignored signals stay ignored (nohup). Make it
/// before any other thread, so that all of them inherit the blocked signals.
class StopOnSignals {
 public:
  StopOnSignals();
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

  /// While `work` goes on, a signal calls `before_end`, on another thread, and ends the process:
  /// for what cannot be stopped half-way and whose half nobody misses, such as loading a model.
  /// Locks end with the process.
  template <typename Work>
  auto ending_at_once(std::function<void()> before_end, const Work& work) {
    const AtOnce mode(*this, std::move(before_end));
    return work();
  }

  /// 130 after Ctrl-C, 143 after another signal; requires a requested stop.
  int exit_code() const;

 private:
  /// `ending_at_once` while it lives.
  class AtOnce {
   public:
    AtOnce(StopOnSignals& signals, std::function<void()> before_end);
    ~AtOnce();
    AtOnce(const AtOnce&) = delete;
    AtOnce& operator=(const AtOnce&) = delete;

   private:
    StopOnSignals& signals_;
  };

  /// With the lock held.
  [[noreturn]] void end() const;

  std::mutex mutex_;
  std::function<void()> before_end_;  // set while a signal is to end the process
  std::stop_source stop_;
  std::atomic<int> signal_{0};
  std::jthread waiter_;
};

}  // namespace syndisco::cli
