#include "syndisco/base/hash.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <span>
#include <system_error>
#include <vector>

#include "syndisco/base/descriptor.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

constexpr std::size_t kBlock = 64;

/// What SHA-256 and MD5 share: cutting the input into blocks of 64 bytes, and the padding that ends
/// with its length.
template <typename Compression>
class BlockHash {
 public:
  void update(std::string_view bytes) {
    length_ += bytes.size();
    if (filled_ > 0) {
      const std::size_t taken = std::min(kBlock - filled_, bytes.size());
      std::copy_n(bytes.data(), taken, buffer_.data() + filled_);
      filled_ += taken;
      bytes.remove_prefix(taken);
      if (filled_ < kBlock) return;
      compression_.add(buffer_.data());
      filled_ = 0;
    }
    while (bytes.size() >= kBlock) {
      compression_.add(bytes.data());
      bytes.remove_prefix(kBlock);
    }
    std::copy_n(bytes.data(), bytes.size(), buffer_.data());
    filled_ = bytes.size();
  }

  auto finish() {
    const std::uint64_t bits = length_ * 8;
    std::array<char, 2 * kBlock> end{};
    end[0] = static_cast<char>(0x80);
    const std::size_t padding = (filled_ < 56 ? 56 : 120) - filled_;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t shift = 8 * (Compression::kBigEndian ? 7 - i : i);
      end[padding + i] = static_cast<char>((bits >> shift) & 0xFFU);
    }
    update({end.data(), padding + 8});
    return compression_.digest();
  }

 private:
  Compression compression_;
  std::array<char, kBlock> buffer_{};
  std::size_t filled_ = 0;
  std::uint64_t length_ = 0;
};

std::uint32_t byte_at(const char* block, std::size_t i) {
  return static_cast<std::uint8_t>(block[i]);
}

/// First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS
/// 180-4, 4.2.2).
constexpr std::array<std::uint32_t, 64> kSha256Constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

class Sha256Compression {
 public:
  static constexpr bool kBigEndian = true;

  void add(const char* block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) {
      w[i] = (byte_at(block, 4 * i) << 24U) | (byte_at(block, 4 * i + 1) << 16U) |
             (byte_at(block, 4 * i + 2) << 8U) | byte_at(block, 4 * i + 3);
    }
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t s0 =
          std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
      const std::uint32_t s1 =
          std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }

    auto [a, b, c, d, e, f, g, h] = state_;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const std::uint32_t choice = (e & f) ^ (~e & g);
      const std::uint32_t t1 = h + s1 + choice + kSha256Constants[i] + w[i];
      const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + s0 + majority;
    }
    const std::array<std::uint32_t, 8> added = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < added.size(); ++i) state_[i] += added[i];
  }

  std::array<std::uint8_t, 32> digest() const {
    std::array<std::uint8_t, 32> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>((state_[i / 4] >> (24 - 8 * (i % 4))) & 0xFFU);
    }
    return out;
  }

 private:
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

/// floor(2^32 * |sin(i + 1)|) (RFC 1321, 3.4).
constexpr std::array<std::uint32_t, 64> kMd5Constants = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr std::array<std::array<int, 4>, 4> kMd5Shifts = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

class Md5Compression {
 public:
  static constexpr bool kBigEndian = false;

  void add(const char* block) {
    std::array<std::uint32_t, 16> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = byte_at(block, 4 * i) | (byte_at(block, 4 * i + 1) << 8U) |
                 (byte_at(block, 4 * i + 2) << 16U) | (byte_at(block, 4 * i + 3) << 24U);
    }
    auto [a, b, c, d] = state_;
    for (std::size_t i = 0; i < 64; ++i) {
      std::uint32_t mixed = 0;
      std::size_t word = 0;
      switch (i / 16) {
        case 0:
          mixed = (b & c) | (~b & d), word = i;
          break;
        case 1:
          mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16;
          break;
        case 2:
          mixed = b ^ c ^ d, word = (3 * i + 5) % 16;
          break;
        default:
          mixed = c ^ (b | ~d), word = (7 * i) % 16;
          break;
      }
      const std::uint32_t sum = a + mixed + kMd5Constants[i] + words[word];
      a = d;
      d = c;
      c = b;
      b += std::rotl(sum, kMd5Shifts[i / 16][i % 4]);
    }
    const std::array<std::uint32_t, 4> added = {a, b, c, d};
    for (std::size_t i = 0; i < added.size(); ++i) state_[i] += added[i];
  }

  std::array<std::uint8_t, 16> digest() const {
    std::array<std::uint8_t, 16> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>((state_[i / 4] >> (8 * (i % 4))) & 0xFFU);
    }
    return out;
  }

 private:
  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
};

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 0xFU]);
  }
  return out;
}

[[noreturn]] void fail_to_read(const std::filesystem::path& path, int code) {
  throw EnvironmentError("cannot read " + printable_line(path.string()) + ": " +
                         std::generic_category().message(code));
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  BlockHash<Sha256Compression> hash;
  hash.update(bytes);
  return hash.finish();
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string sha256_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail_to_read(path, errno);
  BlockHash<Sha256Compression> hash;
  std::vector<char> buffer(std::size_t{1} << 18U);
  while (true) {
    const ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
    if (got == 0) break;
    if (got > 0) {
      hash.update({buffer.data(), static_cast<std::size_t>(got)});
    } else if (errno != EINTR) {
      fail_to_read(path, errno);
    }
  }
  return hex(hash.finish());
}

std::string md5_hex(std::string_view bytes) {
  BlockHash<Md5Compression> hash;
  hash.update(bytes);
  return hex(hash.finish());
}

}  // namespace syndisco
