#include "syndisco/cli/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
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

/// From now on the system ends the process at such a signal, whatever the process is doing. Only
/// this thread does not block them, so it must live on.
void leave_to_the_system(const sigset_t& set) {
  for (const int each : {SIGINT, SIGTERM, SIGHUP})
    if (sigismember(&set, each) == 1) ::signal(each, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

/// A screen that nobody reads (`2>&1 | less`) must not hold up the end: its last lines go to the
/// log file alone. A reader that is only slow gets a moment.
void give_up_a_full_screen() {
  pollfd screen{STDERR_FILENO, POLLOUT, 0};
  constexpr int kMilliseconds = 100;
  if (poll(&screen, 1, kMilliseconds) != 0) return;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  dup2(nowhere, STDERR_FILENO);
  close(nowhere);
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
      signal_ = signal;
      // First what cannot block: a line for the screen can.
      leave_to_the_system(set);
      give_up_a_full_screen();
      {
        const std::lock_guard lock(mutex_);
        if (before_end_) this->end();
      }
      stop_.request_stop();
      log::warning("", "stopping; every recorded answer is kept (again: at once)");
      std::unique_lock waiting(mutex_);
      std::condition_variable_any().wait(waiting, end, [] { return false; });
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
