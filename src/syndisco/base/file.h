#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace syndisco {

/// The whole file. Throws InputError "no such file" / "is a directory" with a hint, EnvironmentError otherwise.
std::string read_file(const std::filesystem::path& path);

/// Writes to a temporary name beside `path`, syncs, renames, syncs the folder: a reader sees the old file or the
/// new one, never a part. Makes missing folders. Throws EnvironmentError (disk full, no permission) and leaves
/// nothing behind.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace syndisco
