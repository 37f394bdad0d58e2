#include "syndisco/model/llama/fair_lock.h"

#include <algorithm>

#include "syndisco/base/error.h"

namespace syndisco {

void FairLock::lock(const std::stop_token& stop) {
  std::unique_lock guard(mutex_);
  const std::uint64_t ticket = tickets_++;
  waiting_.push_back(ticket);
  turn_.wait(guard, stop, [&] { return !held_ && waiting_.front() == ticket; });
  if (stop.stop_requested()) {
    // The turn may have been this thread's, so the next one has to look again.
    std::erase(waiting_, ticket);
    turn_.notify_all();
    throw Cancelled();
  }
  waiting_.pop_front();
  held_ = true;
}

void FairLock::unlock() {
  {
    const std::scoped_lock guard(mutex_);
    held_ = false;
  }
  turn_.notify_all();
}

}  // namespace syndisco
