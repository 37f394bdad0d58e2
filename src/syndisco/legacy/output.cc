#include "syndisco/legacy/output.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <random>

#include "syndisco/base/hash.h"

namespace syndisco {

std::filesystem::path output_path(const std::filesystem::path& folder, std::string_view timestamp,
                                  int number) {
  if (number == 1) return folder / fmt::format("{}.json", timestamp);
  return folder / fmt::format("{}-{}.json", timestamp, number);
}

std::string uuid_of(std::string_view bytes) {
  std::array<std::uint8_t, 32> hash = sha256(bytes);
  hash[6] = static_cast<std::uint8_t>((hash[6] & 0x0FU) | 0x40U);
  hash[8] = static_cast<std::uint8_t>((hash[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", hash[i]);
  }
  return text;
}

std::string random_bytes() {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += fmt::format("{:08x}", device());
  return bytes;
}

}  // namespace syndisco
