#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace syndisco {

/// Throws EnvironmentError where the file is missing, no GGUF, or shorter than its own table of
/// contents says.
void check_model_file(const std::filesystem::path& path);

/// Bytes that a GGUF file must have according to its table of contents; 0 where that cannot be
/// read.
std::uintmax_t expected_size(const std::filesystem::path& path);

/// SHA-256 of a file, remembered in the cache for as long as its size and time of change stay the
/// same.
std::string remembered_sha256(const std::filesystem::path& path);

/// The same where it is remembered, found in no time.
std::optional<std::string> known_sha256(const std::filesystem::path& path);

}  // namespace syndisco
