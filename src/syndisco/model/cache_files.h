#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "syndisco/base/descriptor.h"

namespace syndisco {

/// A path as messages show it.
std::string shown(const std::filesystem::path& path);

/// Throws EnvironmentError where it cannot be made.
void make_cache_folder(const std::filesystem::path& folder);

/// Lets one process at a time do something about a file, until it goes out of scope. Waits for the
/// others. Throws EnvironmentError where the file cannot be made.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path);

  /// Does not wait: nothing where another has it.
  static std::unique_ptr<FileLock> try_take(const std::filesystem::path& path);

 private:
  FileLock(const std::filesystem::path& path, int operation);

  Descriptor file_;
  bool taken_ = false;
};

/// A file that is taken away again unless it was kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path);
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Gives it its lasting name, where nobody ever sees half of it. Throws EnvironmentError.
  void keep_as(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
};

}  // namespace syndisco
