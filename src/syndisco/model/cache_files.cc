#include "syndisco/model/cache_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco {

namespace fs = std::filesystem;

std::string shown(const fs::path& path) {
  return "'" + printable_line(path.string()) + "'";
}

void make_cache_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw EnvironmentError("cannot make the folder " + shown(folder) + ": " + error.message(),
                           "SYNDISCO_CACHE chooses another folder");
}

FileLock::FileLock(const fs::path& path) : FileLock(path, LOCK_EX) {}

FileLock::FileLock(const fs::path& path, int operation)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!file_)
    throw EnvironmentError("cannot write to " + shown(path) + ": " + std::strerror(errno),
                           "SYNDISCO_CACHE chooses another folder");
  do {
    taken_ = ::flock(file_.number(), operation) == 0;
  } while (!taken_ && errno == EINTR);
}

std::unique_ptr<FileLock> FileLock::try_take(const fs::path& path) {
  std::unique_ptr<FileLock> lock(new FileLock(path, LOCK_EX | LOCK_NB));
  // Where the file system knows no locks there is nobody to wait for.
  if (!lock->taken_ && errno == EWOULDBLOCK) return nullptr;
  return lock;
}

TemporaryFile::TemporaryFile(fs::path path) : path_(std::move(path)) {}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())) {}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove(path_, ignored);
}

void TemporaryFile::keep_as(const fs::path& target) {
  const auto fail = [&](const char* what) {
    throw EnvironmentError(std::string("cannot ") + what + " " + shown(target) + ": " +
                           std::strerror(errno));
  };
  Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.number()) != 0) fail("write");
  if (::rename(path_.c_str(), target.c_str()) != 0) fail("make");
  path_.clear();
}

}  // namespace syndisco
