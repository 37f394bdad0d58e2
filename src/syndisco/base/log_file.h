#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "syndisco/base/descriptor.h"

namespace syndisco::log {

/// Daily files of bounded size in a folder of bounded size (see log::Options). Each line is one
/// write in append mode, so lines of two processes never mix and a crash loses none. Not
/// thread-safe.
class LogFile {
 public:
  /// Opens the file of `day` (YYYY-MM-DD) and makes the folder. Throws std::system_error.
  LogFile(std::filesystem::path directory, std::uint64_t file_bytes, std::uint64_t directory_bytes,
          const std::string& day);

  /// `line` ends in "\n". Throws std::system_error; the next call tries again.
  void write(const std::string& day, std::string_view line);

 private:
  void open(const std::string& day);
  void remove_oldest(const std::filesystem::path& kept) const;

  std::filesystem::path directory_;
  std::uint64_t file_bytes_;
  std::uint64_t directory_bytes_;
  std::string day_;
  std::uint64_t written_ = 0;  ///< bytes in the file
  bool torn_ = false;          ///< the last line is half there
  std::optional<Descriptor> file_;
};

}  // namespace syndisco::log
