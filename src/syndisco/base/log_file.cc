#include "syndisco/base/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <compare>
#include <system_error>
#include <utility>
#include <vector>

namespace syndisco::log {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDayLength = 10;  // YYYY-MM-DD

/// Which file of which day; files sort by age.
struct Name {
  std::string day;
  unsigned number = 0;
  auto operator<=>(const Name&) const = default;
};

std::string text_of(const Name& name) {
  return name.day + (name.number == 0 ? "" : "." + std::to_string(name.number)) + ".log";
}

std::optional<Name> name_from(const std::string& file) {
  constexpr std::string_view kForm = "0000-00-00";
  if (file.size() < kDayLength) return std::nullopt;
  for (std::size_t i = 0; i < kDayLength; ++i) {
    const bool digit = file[i] >= '0' && file[i] <= '9';
    if (kForm[i] == '0' ? !digit : file[i] != kForm[i]) return std::nullopt;
  }
  Name name{.day = file.substr(0, kDayLength)};
  if (file.size() > kDayLength + 1)
    std::from_chars(file.data() + kDayLength + 1, file.data() + file.size(), name.number);
  // Whatever is not written just so is not ours.
  return text_of(name) == file ? std::optional(name) : std::nullopt;
}

/// All log files of the folder, oldest first.
std::vector<Name> files_in(const fs::path& directory) {
  std::vector<Name> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (const auto name = name_from(entry.path().filename().string())) names.push_back(*name);
  std::ranges::sort(names);
  return names;
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

[[noreturn]] void fail() {
  throw std::system_error(errno, std::generic_category());
}

}  // namespace

LogFile::LogFile(fs::path directory, std::uint64_t file_bytes, std::uint64_t directory_bytes,
                 const std::string& day)
    : directory_(std::move(directory)), file_bytes_(file_bytes), directory_bytes_(directory_bytes) {
  fs::create_directories(directory_);
  open(day);
}

void LogFile::open(const std::string& day) {
  file_.reset();
  Name name{.day = day};
  for (const Name& each : files_in(directory_))
    if (each.day == day) name.number = each.number;
  if (size_of(directory_ / text_of(name)) >= file_bytes_) ++name.number;
  const fs::path path = directory_ / text_of(name);
  file_.emplace(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!*file_) {
    file_.reset();
    fail();
  }
  day_ = day;
  written_ = size_of(path);
  torn_ = false;
  remove_oldest(path);
}

void LogFile::remove_oldest(const fs::path& kept) const {
  const std::vector<Name> names = files_in(directory_);
  std::uint64_t all = file_bytes_;
  // From the newest back: what does not fit any more, and all before it.
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const fs::path path = directory_ / text_of(*name);
    if (path == kept) continue;
    all += size_of(path);
    std::error_code ignored;
    if (all > directory_bytes_) fs::remove(path, ignored);
  }
}

void LogFile::write(const std::string& day, std::string_view line) {
  if (!file_ || day != day_ || written_ >= file_bytes_) open(day);
  // A full disk may have cut the line before; this one must not continue it.
  std::string mended;
  if (torn_) {
    mended = "\n" + std::string(line);
    line = mended;
  }
  bool begun = false;
  while (!line.empty()) {
    const ssize_t done = ::write(file_->number(), line.data(), line.size());
    if (done >= 0) {
      written_ += static_cast<std::uint64_t>(done);
      line.remove_prefix(static_cast<std::size_t>(done));
      begun = begun || done > 0;
    } else if (errno != EINTR) {
      torn_ = torn_ || begun;
      fail();
    }
  }
  torn_ = false;
}

}  // namespace syndisco::log
