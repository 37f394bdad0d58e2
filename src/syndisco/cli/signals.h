#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace syndisco::cli {

/// While it lives, Ctrl-C (SIGINT), SIGTERM and SIGHUP ask for a stop instead of ending the
/// process; the second one ends it at once. Ignored signals stay ignored (nohup). Make it before
/// any other thread, so that all of them inherit the blocked signals.
class StopOnSignals {
 public:
  StopOnSignals();
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

  /// 130 after Ctrl-C, 143 after another signal; requires a requested stop.
  int exit_code() const;

 private:
  std::stop_source stop_;
  std::atomic<int> signal_{0};
  std::jthread waiter_;
};

}  // namespace syndisco::cli
