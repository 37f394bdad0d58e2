#include "syndisco/journal/lock.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"

namespace syndisco {
namespace {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "this machine";
  return name.data();
}

// "process N on HOST since T" of a lock file's text; less where its writer has not come that far.
std::string holder_of(int descriptor) {
  std::array<char, 1024> buffer{};
  const ssize_t size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  std::vector<std::string> lines;
  std::string line;
  for (ssize_t at = 0; at < size; ++at) {
    const char c = buffer[static_cast<std::size_t>(at)];
    if (c == '\n') {
      lines.push_back(std::move(line));
      line.clear();
    } else {
      line += c;
    }
  }
  if (lines.size() < 3) return "another process";
  return "process " + lines[0] + " on " + lines[1] + " since " + lines[2];
}

int open_lock_file(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : descriptor_(open_lock_file(directory / ".lock")) {
  if (!descriptor_) {
    throw EnvironmentError(
        directory.string() + " cannot be written: " + std::generic_category().message(errno),
        "check its permissions and free space, or choose another directory");
  }
  int result = 0;
  do {
    result = ::flock(descriptor_.number(), LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    if (errno == EWOULDBLOCK) {
      throw EnvironmentError(
          directory.string() + " is in use by " + holder_of(descriptor_.number()),
          "wait until it has ended, or stop it; `syndisco status` and "
          "`syndisco show` may read beside it");
    }
    throw EnvironmentError(
        directory.string() + " cannot be locked: " + std::generic_category().message(errno),
        "put the run directory on a file system that has locks, such as a local disk");
  }
  // Only for the message above, so a disk too full for it is not this class's problem.
  const std::string text =
      std::to_string(::getpid()) + "\n" + host_name() + "\n" + utc_now() + "\n";
  if (::ftruncate(descriptor_.number(), 0) == 0) {
    [[maybe_unused]] const ssize_t written =
        ::pwrite(descriptor_.number(), text.data(), text.size(), 0);
  }
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_) [[maybe_unused]]
    const int result = ::ftruncate(descriptor_.number(), 0);
}

}  // namespace syndisco
