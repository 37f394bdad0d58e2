#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "syndisco/base/descriptor.h"

namespace syndisco {

/// On file systems that machines share.
struct LockTimes {
  std::chrono::milliseconds heartbeat{15'000};   ///< between two signs of life
  std::chrono::milliseconds free_after{60'000};  ///< without one the lock is free
  std::chrono::milliseconds settle{1'000};       ///< to see whether somebody else took it meanwhile
};

/// What one process at a time has of a run directory: flock on DIR/.lock, whose text tells the
/// others who has it. The kernel gives it back when the process ends, however that happens. The
/// file stays: removing it would let two processes lock two files of one name.
///
/// Where machines share the file system (`shared`), flock may see the processes of one machine
/// only, or may not work. There the owner also gives a sign of life every so often, and without one
/// the lock is free. How old the last one is the file system's own clock tells.
class DirectoryLock {
 public:
  /// Throws EnvironmentError: "DIR is in use by process N on HOST since T", or that DIR cannot be
  /// written.
  explicit DirectoryLock(const std::filesystem::path& directory, bool shared = false,
                         LockTimes times = {});
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  /// "process N on HOST": who has it.
  const std::string& owner() const { return owner_; }

  /// Whether somebody else has taken it, or may have by now, because this process gave no sign of
  /// life for too long. To be asked before every write: where the last sign is old (this process
  /// stood still) it looks, and gives one, before it answers. Thread-safe.
  bool lost();

 private:
  enum class Owner { kThis, kAnother, kUnknown };

  void give_signs_of_life(const std::stop_token& end);
  void give_sign_of_life();
  void warn_once(const std::string& why);
  bool write_text();
  Owner owner_now() const;
  std::chrono::milliseconds since_last_sign() const;

  std::filesystem::path directory_;
  bool shared_;
  LockTimes times_;
  Descriptor descriptor_;
  std::string owner_;
  std::string identity_;  // the beginning of the file's text
  std::atomic<bool> lost_ = false;
  std::atomic<std::chrono::milliseconds> last_sign_{};  // by a clock that suspended machines keep
  std::mutex mutex_;                                    // of giving a sign
  bool warned_ = false;                                 // since the last sign
  std::jthread life_;
};

/// Who has the lock of `directory` now, "process N on HOST since T"; empty where nobody has it.
std::optional<std::string> lock_holder(const std::filesystem::path& directory, bool shared,
                                       LockTimes times = {});

}  // namespace syndisco
