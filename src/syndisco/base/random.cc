#include "syndisco/base/random.h"

#include <bit>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "syndisco/base/hash.h"

namespace syndisco {
namespace {

__extension__ using Uint128 = unsigned __int128;

}  // namespace

std::vector<std::size_t> Draws::sample(std::size_t n, std::size_t k) {
  if (k > n) throw std::invalid_argument("Draws::sample: more positions wanted than there are");
  std::vector<std::size_t> positions(n);
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  for (std::size_t i = 0; i < k; ++i) std::swap(positions[i], positions[i + below(n - i)]);
  positions.resize(k);
  return positions;
}

Random::Random(std::uint64_t key) {
  for (std::uint64_t& word : state_) {
    key += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = key;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    word = mixed ^ (mixed >> 31U);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::size_t Random::below(std::size_t n) {
  if (n == 0) throw std::invalid_argument("Random::below: nothing to choose from");
  const std::uint64_t range = n;
  Uint128 product = Uint128{next()} * range;
  if (static_cast<std::uint64_t>(product) < range) {
    const std::uint64_t threshold = (0 - range) % range;
    while (static_cast<std::uint64_t>(product) < threshold) product = Uint128{next()} * range;
  }
  return static_cast<std::size_t>(product >> 64U);
}

double Random::uniform() {
  return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

std::uint64_t stream_seed(const StreamKey& key) {
  std::string name = std::to_string(key.seed);
  const auto add = [&name](std::string_view field) {
    name.push_back('\0');
    name.append(field);
  };
  add(key.purpose);
  add(key.scope);
  add(std::to_string(key.replicate));
  add(std::to_string(key.step));
  add(key.actor);
  add(std::to_string(key.attempt));

  const auto digest = sha256(name);
  std::uint64_t seed = 0;
  for (std::size_t i = 8; i > 0; --i) seed = (seed << 8U) | digest[i - 1];
  return seed;
}

}  // namespace syndisco
