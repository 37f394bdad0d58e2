#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace syndisco {

/// A source of draws. Two implementations: `Random`, and recorded draws in tests.
class Draws {
 public:
  virtual ~Draws() = default;

  /// Uniform in [0, n). Requires n > 0.
  virtual std::size_t below(std::size_t n) = 0;

  /// Uniform in [0, 1), a multiple of 2^-53.
  virtual double uniform() = 0;

  /// k different positions out of [0, n), in random order. Requires k <= n. Made of `below` alone
  /// (the first k steps of a Fisher-Yates shuffle) unless overridden.
  virtual std::vector<std::size_t> sample(std::size_t n, std::size_t k);
};

/// xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 from a 64-bit key.
/// `below` is Lemire's multiply-shift with rejection (2019). The same key gives the same draws on
/// every compiler and machine.
class Random final : public Draws {
 public:
  explicit Random(std::uint64_t key);

  std::uint64_t next();
  std::size_t below(std::size_t n) override;
  double uniform() override;

 private:
  std::uint64_t state_[4];
};

/// Names one independent stream of draws. Two streams that differ in any field are independent.
struct StreamKey {
  std::uint64_t seed = 0;       ///< of the experiment
  std::string_view purpose;     ///< "people", "opening", "turn", "sampling", ...
  std::string_view scope = {};  ///< the cell when `pairing: none`, else empty
  std::uint64_t replicate = 0;  ///< number of the discussion in its cell
  std::uint64_t step = 0;
  std::string_view actor = {};
  std::uint64_t attempt = 0;
};

/// 64 bits for `Random` or a sampler seed: the first eight bytes, little endian, of the SHA-256 of
/// "seed\0purpose\0scope\0replicate\0step\0actor\0attempt" (numbers in decimal).
std::uint64_t stream_seed(const StreamKey& key);

}  // namespace syndisco
