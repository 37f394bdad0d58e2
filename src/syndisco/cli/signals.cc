#include "syndisco/cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"

namespace syndisco::cli {
namespace {

/// Not those that whoever started us wants ignored, as nohup does: a blocked signal would reach
/// sigtimedwait all the same.
sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action{};
    if (sigaction(each, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    sigaddset(&set, each);
  }
  return set;
}

int exit_code_of(int signal) {
  return static_cast<int>(signal == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated);
}

}  // namespace

StopOnSignals::StopOnSignals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this, set](std::stop_token end) {
    const timespec while_waiting{0, 100'000'000};
    while (!end.stop_requested()) {
      const int signal = sigtimedwait(&set, nullptr, &while_waiting);
      if (signal <= 0) continue;
      if (signal_ != 0) _exit(exit_code_of(signal));
      signal_ = signal;
      {
        const std::lock_guard lock(mutex_);
        if (before_end_) this->end();
      }
      log::warning("", "stopping; every recorded answer is kept (again: at once)");
      stop_.request_stop();
    }
  });
}

StopOnSignals::~StopOnSignals() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

StopOnSignals::AtOnce::AtOnce(StopOnSignals& signals, std::function<void()> before_end)
    : signals_(signals) {
  const std::lock_guard lock(signals_.mutex_);
  signals_.before_end_ = std::move(before_end);
  if (signals_.signal_ != 0) signals_.end();
}

StopOnSignals::AtOnce::~AtOnce() {
  const std::lock_guard lock(signals_.mutex_);
  signals_.before_end_ = nullptr;
}

void StopOnSignals::end() const {
  before_end_();
  log::warning("", "stopped; every recorded answer is kept");
  _exit(exit_code());
}

int StopOnSignals::exit_code() const {
  return exit_code_of(signal_);
}

}  // namespace syndisco::cli
