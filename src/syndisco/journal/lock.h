#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
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

  /// Whether somebody else has taken it, because this process stood still for too long.
  bool lost() const { return lost_; }

 private:
  void give_signs_of_life(const std::stop_token& end);
  bool write_text();
  bool is_mine() const;

  std::filesystem::path directory_;
  bool shared_;
  LockTimes times_;
  Descriptor descriptor_;
  std::string owner_;
  std::string identity_;  // the beginning of the file's text
  std::atomic<bool> lost_ = false;
  std::jthread life_;
};

/// Who has the lock of `directory` now, "process N on HOST since T"; empty where nobody has it.
std::optional<std::string> lock_holder(const std::filesystem::path& directory, bool shared,
                                       LockTimes times = {});

}  // namespace syndisco
