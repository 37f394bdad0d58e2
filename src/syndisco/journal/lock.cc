#include "syndisco/journal/lock.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/log.h"

namespace syndisco {
namespace {

using std::chrono::milliseconds;

// Who looks at the lock holds it for an instant (lock_holder).
constexpr int kTries = 20;
constexpr milliseconds kBetweenTries(10);

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "this machine";
  return name.data();
}

// Empty where it cannot be read.
std::optional<std::string> try_read_text(int descriptor) {
  std::array<char, 1024> buffer{};
  const ssize_t size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  if (size < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::string read_text(int descriptor) {
  return try_read_text(descriptor).value_or("");
}

// Which system runs here: two machines may have one name, but not one boot.
std::string boot() {
  const Descriptor file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  std::string text = file ? read_text(file.number()) : "";
  text.resize(std::min(text.size(), text.find('\n')));
  return text;
}

// Goes on while the machine is suspended, as the clocks of all others do.
milliseconds now_on_this_machine() {
  timespec now{};
#ifdef CLOCK_BOOTTIME
  ::clock_gettime(CLOCK_BOOTTIME, &now);
#else
  ::clock_gettime(CLOCK_MONOTONIC, &now);
#endif
  return std::chrono::duration_cast<milliseconds>(std::chrono::seconds(now.tv_sec) +
                                                  std::chrono::nanoseconds(now.tv_nsec));
}

// Lines of the file: process, host, since when, boot. Less where its writer has not come that far.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      lines.push_back(std::move(line));
      line.clear();
    } else {
      line += c;
    }
  }
  return lines;
}

std::string holder_of(int descriptor) {
  const std::vector<std::string> lines = lines_of(read_text(descriptor));
  if (lines.size() < 3) return "another process";
  return "process " + lines[0] + " on " + lines[1] + " since " + lines[2];
}

int open_lock_file(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

enum class Flock { kTaken, kHeldByAnother, kUnknown, kFailed };

Flock try_flock(int descriptor, int operation) {
  int result = 0;
  do {
    result = ::flock(descriptor, operation | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return Flock::kTaken;
  if (errno == EWOULDBLOCK) return Flock::kHeldByAnother;
  return errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL
             ? Flock::kUnknown
             : Flock::kFailed;
}

std::optional<std::int64_t> modified(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  return std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

// Since the file was written last, by the clock that wrote it: that of the file system's machine.
milliseconds age_of(int descriptor, const std::filesystem::path& directory) {
  const std::filesystem::path probe = directory / (".lock-" + std::to_string(::getpid()));
  const Descriptor file(::open(probe.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  std::optional<std::int64_t> now;
  if (file && ::write(file.number(), "x", 1) == 1 && ::fsync(file.number()) == 0)
    now = modified(file.number());
  if (file) ::unlink(probe.c_str());
  if (!now) {
    // Whoever may only look has no better clock than this machine's.
    now = std::chrono::duration_cast<milliseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count();
  }
  return milliseconds(*now - modified(descriptor).value_or(*now));
}

// Whether a process of another machine (or, where flock says nothing, of any) still shows life.
bool shows_life(int descriptor, const std::filesystem::path& directory, Flock flock,
                const LockTimes& times) {
  const std::vector<std::string> lines = lines_of(read_text(descriptor));
  if (lines.empty()) return false;
  // This system gives its own processes' locks back when they end.
  if (flock == Flock::kTaken && lines.size() > 3 && !lines[3].empty() && lines[3] == boot())
    return false;
  return age_of(descriptor, directory) <= times.free_after;
}

[[noreturn]] void refuse(const std::filesystem::path& directory, const std::string& holder,
                         bool shared, const LockTimes& times) {
  std::string hint =
      "wait until it has ended, or stop it; `syndisco status` and `syndisco show` may read beside "
      "it";
  if (shared) {
    hint += "; if its machine is gone, the directory is free " +
            std::to_string(times.free_after.count() / 1000) + " s after its last sign of life";
  }
  throw EnvironmentError(directory.string() + " is in use by " + holder, hint);
}

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory, bool shared, LockTimes times)
    : directory_(directory),
      shared_(shared),
      times_(times),
      descriptor_(open_lock_file(directory / ".lock")) {
  if (!descriptor_) {
    throw EnvironmentError(
        directory.string() + " cannot be written: " + std::generic_category().message(errno),
        "check its permissions and free space, or choose another directory");
  }
  Flock flock = try_flock(descriptor_.number(), LOCK_EX);
  for (int i = 1; i < kTries && flock == Flock::kHeldByAnother; ++i) {
    std::this_thread::sleep_for(kBetweenTries);
    flock = try_flock(descriptor_.number(), LOCK_EX);
  }
  if (flock == Flock::kHeldByAnother)
    refuse(directory, holder_of(descriptor_.number()), shared, times_);
  if (flock == Flock::kFailed || (flock == Flock::kUnknown && !shared)) {
    throw EnvironmentError(
        directory.string() + " cannot be locked: " + std::generic_category().message(errno),
        "put the run directory on a file system that has locks, such as a local disk");
  }
  if (shared && shows_life(descriptor_.number(), directory, flock, times_))
    refuse(directory, holder_of(descriptor_.number()), shared, times_);

  const std::string host = host_name();
  owner_ = "process " + std::to_string(::getpid()) + " on " + host;
  identity_ = std::to_string(::getpid()) + "\n" + host + "\n" + utc_now() + "\n" + boot() + "\n";
  // Where the kernel has the lock, the text is only for messages, and a disk too full for it is not
  // this class's problem.
  last_sign_ = now_on_this_machine();
  const bool written = write_text();
  if (!shared) return;
  if (!written) {
    throw EnvironmentError(
        directory.string() + " cannot be locked: " + std::generic_category().message(errno),
        "free some space there, or choose another directory");
  }
  std::this_thread::sleep_for(times_.settle);
  if (owner_now() != Owner::kThis)
    refuse(directory, holder_of(descriptor_.number()), shared, times_);
  life_ = std::jthread([this](const std::stop_token& end) { give_signs_of_life(end); });
}

DirectoryLock::~DirectoryLock() {
  life_ = {};
  if (descriptor_ && !lost_ && owner_now() == Owner::kThis) [[maybe_unused]]
    const int result = ::ftruncate(descriptor_.number(), 0);
}

bool DirectoryLock::write_text() {
  const std::string text = identity_ + utc_now() + "\n";
  // Never empty in between, because an empty file is a free lock.
  return ::pwrite(descriptor_.number(), text.data(), text.size(), 0) ==
             static_cast<ssize_t>(text.size()) &&
         ::ftruncate(descriptor_.number(), static_cast<off_t>(text.size())) == 0 &&
         (!shared_ || ::fsync(descriptor_.number()) == 0);
}

// Through a file opened anew: on NFS that asks the server, and does not trust what was read before.
DirectoryLock::Owner DirectoryLock::owner_now() const {
  const Descriptor file(::open((directory_ / ".lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Owner::kUnknown;
  const std::optional<std::string> text = try_read_text(file.number());
  if (!text) return Owner::kUnknown;
  return text->starts_with(identity_) ? Owner::kThis : Owner::kAnother;
}

milliseconds DirectoryLock::since_last_sign() const {
  return now_on_this_machine() - last_sign_.load();
}

void DirectoryLock::warn_once(const std::string& why) {
  if (!std::exchange(warned_, true))
    log::warning("", why + ": " + std::generic_category().message(errno));
}

// What cannot be looked at or written now may be next time; there are some signs before the lock is
// free. With the mutex held.
void DirectoryLock::give_sign_of_life() {
  const std::string path = (directory_ / ".lock").string();
  const bool free_before = since_last_sign() > times_.free_after;
  const milliseconds begun = now_on_this_machine();
  const Owner owner = owner_now();
  if (owner == Owner::kAnother) lost_ = true;
  if (owner == Owner::kUnknown) warn_once(path + " cannot be read for the moment");
  if (owner != Owner::kThis) return;
  if (!write_text()) return warn_once("cannot keep " + path + " up to date");
  if (free_before) {
    // Whoever found it free just now has written over it, or is about to.
    std::this_thread::sleep_for(times_.settle);
    const Owner settled = owner_now();
    if (settled == Owner::kAnother) lost_ = true;
    if (settled != Owner::kThis) return;
  }
  last_sign_ = begun;
  warned_ = false;
}

bool DirectoryLock::lost() {
  if (!shared_ || lost_) return lost_;
  if (since_last_sign() <= times_.free_after / 2) return false;
  const std::lock_guard lock(mutex_);
  if (lost_) return true;
  if (since_last_sign() > times_.free_after / 2) give_sign_of_life();
  return lost_ || since_last_sign() > times_.free_after;
}

void DirectoryLock::give_signs_of_life(const std::stop_token& end) {
  std::mutex waiting;
  std::unique_lock lock(waiting);
  std::condition_variable_any wake;
  while (!wake.wait_for(lock, end, times_.heartbeat, [&] { return end.stop_requested(); })) {
    const std::lock_guard one_at_a_time(mutex_);
    if (!lost_) give_sign_of_life();
    if (lost_) return;
  }
}

std::optional<std::string> lock_holder(const std::filesystem::path& directory, bool shared,
                                       LockTimes times) {
  const Descriptor file(::open((directory / ".lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  const Flock flock = try_flock(file.number(), LOCK_SH);
  if (flock == Flock::kHeldByAnother) return holder_of(file.number());
  if (shared && shows_life(file.number(), directory, flock, times)) return holder_of(file.number());
  return std::nullopt;
}

}  // namespace syndisco
