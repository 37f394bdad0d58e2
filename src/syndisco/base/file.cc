#include "syndisco/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <system_error>
#include <vector>

#include "syndisco/base/descriptor.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

std::string shown(const fs::path& path) {
  return printable_line(path.string());
}

std::string hint_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there, or choose another folder";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check who may write there, or choose another folder";
    case EFBIG:
      return "the file is larger than this file system or `ulimit -f` allows";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (`ulimit -n`)";
    default:
      return "";
  }
}

[[noreturn]] void fail(const char* what, const fs::path& path, int code) {
  throw EnvironmentError(std::string("cannot ") + what + " " + shown(path) + ": " +
                             std::generic_category().message(code),
                         hint_for(code));
}

int open_retrying(const fs::path& path, int flags, mode_t mode = 0) {
  while (true) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (number >= 0 || errno != EINTR) return number;
  }
}

/// Errno of what failed, or 0.
int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int sync(int descriptor) {
  while (::fsync(descriptor) != 0) {
    // Pipes, devices and some network file systems cannot sync; there is nothing more that could be
    // done.
    if (errno == EINVAL || errno == ENOTSUP || errno == EROFS) return 0;
    if (errno != EINTR) return errno;
  }
  return 0;
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(open_retrying(folder, O_RDONLY | O_DIRECTORY));
  // A folder that one may write but not read (mode 0300) cannot be opened; its files are safe all
  // the same.
  if (!descriptor) {
    if (errno == EACCES) return;
    fail("open", folder, errno);
  }
  if (const int code = sync(descriptor.number()); code != 0) fail("sync", folder, code);
}

void make_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (fs::path p = folder; !p.empty() && !fs::exists(p, ignored); p = p.parent_path()) {
    missing.push_back(p);
    if (p == p.parent_path()) break;
  }
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) fail("make folder", folder, code.value());
  // A new folder survives a crash only when its name in the folder above does.
  for (const fs::path& made : missing) {
    const fs::path above = made.parent_path();
    sync_folder(above.empty() ? fs::path(".") : above);
  }
}

/// The path that a symbolic link names, be it there or not. Renaming over a link would replace the
/// link; the user means the file.
fs::path without_links(fs::path path) {
  constexpr int kMostLinks = 40;  // as the kernel follows
  const fs::path named = path;
  std::error_code code;
  for (int i = 0; fs::is_symlink(fs::symlink_status(path, code)); ++i) {
    if (i == kMostLinks) fail("write", named, ELOOP);
    const fs::path next = fs::read_symlink(path, code);
    if (code) fail("write", named, code.value());
    path = path.parent_path() / next;
  }
  return path;
}

/// A file under a name of its own, removed again unless it was renamed.
class TemporaryFile {
 public:
  /// `wanted` is the name that errors tell.
  TemporaryFile(const fs::path& folder, const fs::path& wanted)
      : descriptor_(create(folder, path_)) {
    if (!descriptor_) fail("write", wanted, errno);
  }
  ~TemporaryFile() {
    if (!renamed_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int write(std::string_view content) { return write_all(descriptor_.number(), content); }

  int rename_to(const fs::path& path) {
    if (const int code = sync(descriptor_.number()); code != 0) return code;
    if (!descriptor_.close()) return errno;
    if (::rename(path_.c_str(), path.c_str()) != 0) return errno;
    renamed_ = true;
    return 0;
  }

 private:
  static int create(const fs::path& folder, fs::path& path) {
    static std::atomic<unsigned long> counter{0};
    while (true) {
      // Short on purpose: a name derived from the target's could pass the length limit where the
      // target does not.
      path = folder /
             (".syndisco-" + std::to_string(::getpid()) + "-" + std::to_string(++counter) + ".tmp");
      const int number = open_retrying(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
      // The name may be left from a crashed process of the same number.
      if (number >= 0 || errno != EEXIST) return number;
    }
  }

  fs::path path_;
  Descriptor descriptor_;
  bool renamed_ = false;
};

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor descriptor(open_retrying(path, O_RDONLY));
  if (!descriptor) {
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR) {
      throw InputError("no such file: " + shown(path), {},
                       "check the name, and the folder it is relative to");
    }
    fail("read", path, code);
  }
  struct stat info{};
  if (::fstat(descriptor.number(), &info) != 0) fail("read", path, errno);
  if (S_ISDIR(info.st_mode)) {
    throw InputError("is a directory: " + shown(path), {}, "give the name of a file inside it");
  }

  // The size is only a guess: pipes and /proc tell none, and a file may grow meanwhile.
  constexpr std::size_t kStep = std::size_t{1} << 16U;
  std::string content;
  std::size_t length = 0;
  content.resize(info.st_size > 0 ? static_cast<std::size_t>(info.st_size) + 1 : kStep);
  while (true) {
    if (length == content.size())
      content.resize(content.size() + std::max(kStep, content.size() / 2));
    const ssize_t got =
        ::read(descriptor.number(), content.data() + length, content.size() - length);
    if (got == 0) break;
    if (got > 0) {
      length += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      fail("read", path, errno);
    }
  }
  content.resize(length);
  return content;
}

struct AtomicFile::Impl {
  fs::path path;                     ///< as the caller named it
  fs::path target;                   ///< what is replaced
  std::optional<Descriptor> device;  ///< one of these two
  std::optional<TemporaryFile> temporary;
  std::string pending;

  void flush() {
    const int code = device ? write_all(device->number(), pending) : temporary->write(pending);
    pending.clear();
    if (code != 0) fail("write", path, code);
  }
};

AtomicFile::AtomicFile(const fs::path& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (fs::is_directory(status)) fail("write", path, EISDIR);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    // Renaming over /dev/null, /dev/stdout or a pipe would replace the device by a file.
    impl_->device.emplace(open_retrying(path, O_WRONLY));
    if (!*impl_->device) fail("write", path, errno);
    return;
  }
  impl_->target = without_links(path);
  const fs::path folder =
      impl_->target.has_parent_path() ? impl_->target.parent_path() : fs::path(".");
  make_folders(folder);
  impl_->temporary.emplace(folder, path);
}

AtomicFile::~AtomicFile() = default;

void AtomicFile::write(std::string_view piece) {
  constexpr std::size_t kEnough = std::size_t{1} << 16U;
  impl_->pending += piece;
  if (impl_->pending.size() >= kEnough) impl_->flush();
}

void AtomicFile::commit() {
  impl_->flush();
  if (impl_->device) {
    if (!impl_->device->close()) fail("write", impl_->path, errno);
    return;
  }
  if (const int code = impl_->temporary->rename_to(impl_->target); code != 0)
    fail("write", impl_->path, code);
  const fs::path folder =
      impl_->target.has_parent_path() ? impl_->target.parent_path() : fs::path(".");
  sync_folder(folder);
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

void write_file_unsynced(const fs::path& path, std::string_view content) {
  int number = open_retrying(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (number < 0 && errno == ENOENT) {
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code) fail("make folder", path.parent_path(), code.value());
    number = open_retrying(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  }
  Descriptor descriptor(number);
  if (!descriptor) fail("write", path, errno);
  if (const int code = write_all(descriptor.number(), content); code != 0)
    fail("write", path, code);
  if (!descriptor.close()) fail("write", path, errno);
}

void sync_file_system(const fs::path& path) {
  const Descriptor descriptor(open_retrying(path, O_RDONLY));
  if (!descriptor) fail("open", path, errno);
  if (::syncfs(descriptor.number()) != 0) fail("sync", path, errno);
}

bool write_new_file(const fs::path& path, std::string_view content) {
  // A link to a complete file takes the name as a whole or not at all, which renaming cannot.
  fs::path complete = path;
  complete += ".new-" + std::to_string(::getpid());
  write_file_atomically(complete, content);
  const int code = ::link(complete.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(complete.c_str());
  if (code == 0) {
    sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
    return true;
  }
  if (code == EEXIST) return false;
  // A file system without links: take the name with an empty file, which is replaced at once.
  const int descriptor = open_retrying(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (descriptor < 0) {
    if (errno == EEXIST) return false;
    fail("write", path, errno);
  }
  ::close(descriptor);
  write_file_atomically(path, content);
  return true;
}

}  // namespace syndisco
