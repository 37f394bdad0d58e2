#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>

namespace syndisco {

/// Held by one thread at a time, given in the order of asking.
class FairLock {
 public:
  /// Blocks until it is this thread's turn. Throws Cancelled as soon as `stop` is asked for.
  void lock(const std::stop_token& stop);
  void unlock();

 private:
  std::mutex mutex_;
  std::condition_variable_any turn_;
  std::deque<std::uint64_t> waiting_;
  std::uint64_t tickets_ = 0;
  bool held_ = false;
};

/// Holds a FairLock for as long as it lives.
class FairGuard {
 public:
  FairGuard(FairLock& lock, const std::stop_token& stop) : lock_(lock) { lock_.lock(stop); }
  ~FairGuard() { lock_.unlock(); }
  FairGuard(const FairGuard&) = delete;
  FairGuard& operator=(const FairGuard&) = delete;

 private:
  FairLock& lock_;
};

}  // namespace syndisco
