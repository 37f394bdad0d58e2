#include "syndisco/journal/group_commit.h"

#include <algorithm>
#include <thread>

namespace syndisco {

void GroupCommit::append(const std::string& job, const Turn& turn) {
  bool leads = false;
  Slot* const slot = enter(job, turn, leads);
  if (!leads) {
    slot->state.wait(Slot::kWaiting, std::memory_order_acquire);
    leads = slot->state.load(std::memory_order_acquire) == Slot::kLead;
  }
  if (leads) lead();
  const std::exception_ptr error = std::move(slot->append.error);
  {
    const std::lock_guard hold(mutex_);
    free_.push_back(slot);
  }
  if (error) std::rethrow_exception(error);
}

GroupCommit::Slot* GroupCommit::enter(const std::string& job, const Turn& turn, bool& leads) {
  const std::lock_guard hold(mutex_);
  if (free_.empty()) free_.push_back(&slots_.emplace_back());
  Slot* const slot = free_.back();
  free_.pop_back();
  slot->append = Append{&job, &turn, nullptr};
  slot->state.store(Slot::kWaiting, std::memory_order_relaxed);
  waiting_.push_back(slot);
  arrived_.store(waiting_.size(), std::memory_order_relaxed);
  leads = !std::exchange(led_, true);
  return slot;
}

// Those whom the last leader woke are about to come back with their next turn. Letting them run
// first makes groups as large as the number of threads instead of half of it; a lone thread never
// waits here.
void GroupCommit::gather() {
  constexpr int kPatience = 4;
  std::size_t before = arrived_.load(std::memory_order_relaxed);
  for (int idle = 0; idle < kPatience && before < expected_;) {
    std::this_thread::yield();
    const std::size_t now = arrived_.load(std::memory_order_relaxed);
    idle = now == before ? idle + 1 : 0;
    before = now;
  }
}

void GroupCommit::lead() {
  gather();
  {
    const std::lock_guard hold(mutex_);
    group_.swap(waiting_);
    arrived_.store(0, std::memory_order_relaxed);
  }
  appends_.clear();
  for (Slot* slot : group_) appends_.push_back(&slot->append);
  writer_(appends_);
  expected_ = group_.size();

  // The members are the next leader's once it is told.
  std::vector<Slot*> done = std::move(group_);
  group_.clear();
  Slot* next = nullptr;
  {
    const std::lock_guard hold(mutex_);
    led_ = !waiting_.empty();
    if (led_) next = waiting_.front();
  }
  if (next) wake(*next, Slot::kLead);
  for (Slot* slot : done) wake(*slot, Slot::kDone);
}

void GroupCommit::wake(Slot& slot, Slot::State state) {
  slot.state.store(state, std::memory_order_release);
  slot.state.notify_one();
}

}  // namespace syndisco
