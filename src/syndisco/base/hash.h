#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace syndisco {

/// SHA-256 (FIPS 180-4).
std::array<std::uint8_t, 32> sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

/// SHA-256 of a file's content, in hex. Throws EnvironmentError where it cannot be read.
std::string sha256_file(const std::filesystem::path& path);

/// MD5 (RFC 1321) in hex. Only for the message ids that the 2.0 dataset defines by it.
std::string md5_hex(std::string_view bytes);

}  // namespace syndisco
