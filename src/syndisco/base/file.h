#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace syndisco {

/// The whole file. Throws InputError "no such file" / "is a directory" with a hint,
/// EnvironmentError otherwise.
std::string read_file(const std::filesystem::path& path);

/// Writes to a temporary name beside `path`, syncs, renames, syncs the folder: a reader sees the
/// old file or the new one, never a part. Makes missing folders. Throws EnvironmentError (disk
/// full, no permission) and leaves nothing behind.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// As `write_file_atomically`, but false, and nothing is written, where there is such a file
/// already, also one that another process has written meanwhile.
bool write_new_file(const std::filesystem::path& path, std::string_view content);

/// Writes a new file without waiting for the disk, for many files of a folder that nobody sees
/// before `sync_file_system`. Makes missing folders. Throws EnvironmentError.
void write_file_unsynced(const std::filesystem::path& path, std::string_view content);

/// Waits until everything written to the file system of `path` is on the disk. Throws
/// EnvironmentError.
void sync_file_system(const std::filesystem::path& path);

/// `write_file_atomically` for content that comes in pieces: nothing is seen at the path before
/// `commit`, and without it nothing is left behind. Writing to a device or a pipe goes through at
/// once. Not thread-safe.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws EnvironmentError. Pieces are gathered into larger writes.
  void write(std::string_view piece);
  /// Once, last.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syndisco
