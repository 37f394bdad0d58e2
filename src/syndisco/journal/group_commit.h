#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "syndisco/record/turn.h"

namespace syndisco {

/// One turn on its way to the disk. It belongs to the caller of `GroupCommit::append`, who waits
/// meanwhile.
struct Append {
  const std::string* job = nullptr;
  const Turn* turn = nullptr;
  std::exception_ptr error;  ///< set by the writer where this one could not be recorded
};

/// Lets threads that append at the same time share one commit: the first becomes the leader and
/// writes for all that wait; who comes while it writes is written by the next leader. Thread-safe.
class GroupCommit {
 public:
  /// Writes a group: durable when it returns. It is called by one thread at a time, sets `error` of
  /// the appends that failed, and throws nothing.
  using Writer = std::function<void(std::span<Append* const> group)>;

  explicit GroupCommit(Writer writer) : writer_(std::move(writer)) {}

  /// Returns when the turn is written; rethrows what the writer said of it.
  void append(const std::string& job, const Turn& turn);

 private:
  // Where one caller waits. Slots are used again and never freed, so that waking a caller that is
  // awake already and gone touches valid memory.
  struct Slot {
    enum State : int { kWaiting, kLead, kDone };
    std::atomic<int> state = kWaiting;
    Append append;
  };

  Slot* enter(const std::string& job, const Turn& turn, bool& lead);
  void lead();
  void gather();
  static void wake(Slot& slot, Slot::State state);

  Writer writer_;
  std::mutex mutex_;
  std::deque<Slot> slots_;  // guarded by mutex_, as are the next three
  std::vector<Slot*> free_;
  std::vector<Slot*> waiting_;            // in order of arrival
  bool led_ = false;                      // somebody leads, or was told to
  std::atomic<std::size_t> arrived_ = 0;  // size of waiting_
  // Of the leader alone:
  std::vector<Slot*> group_;
  std::vector<Append*> appends_;
  std::size_t expected_ = 1;  // size of recent groups
};

}  // namespace syndisco
