#pragma once

#include <filesystem>
#include <string>

#include "syndisco/base/descriptor.h"

namespace syndisco {

/// What one process at a time has of a run directory: flock on DIR/.lock, whose text tells the
/// others who has it. The kernel gives it back when the process ends, however that happens. The
/// file stays: removing it would let two processes lock two files of one name.
class DirectoryLock {
 public:
  /// Throws EnvironmentError: "DIR is in use by process N on HOST since T", or that DIR cannot be
  /// written.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  Descriptor descriptor_;
};

}  // namespace syndisco
