#include "syndisco/model/llama/likeliest.h"

#include <algorithm>
#include <array>
#include <functional>

namespace syndisco {
namespace {

constexpr std::size_t kBlock = 64;

/// Written so that compilers use vector instructions: a NaN is never higher.
float maximum(const float* values) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> lanes;
  std::copy_n(values, kLanes, lanes.begin());
  for (std::size_t row = kLanes; row < kBlock; row += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = values[row + lane] > lanes[lane] ? values[row + lane] : lanes[lane];
  return *std::ranges::max_element(lanes);
}

}  // namespace

void find_likeliest(std::span<const float> logits, std::size_t count,
                    std::vector<Candidate>& found) {
  found.clear();
  const std::size_t blocks = logits.size() / kBlock;
  const auto add = [&](std::size_t begin, std::size_t end, float bound) {
    for (std::size_t i = begin; i < end; ++i)
      if (logits[i] >= bound) found.push_back({static_cast<Token>(i), logits[i]});
  };
  if (count == 0) return;
  if (count >= blocks) {
    // Too many are wanted for blocks to help.
    count = std::min(count, logits.size());
    std::vector<float> sorted(logits.begin(), logits.end());
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(count) - 1;
    std::ranges::nth_element(sorted, nth, std::ranges::greater());
    add(0, logits.size(), *nth);
    return;
  }
  // At least `count` tokens are as high as the `count`th highest maximum.
  std::vector<float> maxima(blocks);
  for (std::size_t block = 0; block < blocks; ++block)
    maxima[block] = maximum(logits.data() + block * kBlock);
  std::vector<float> sorted = maxima;
  const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::ranges::nth_element(sorted, nth, std::ranges::greater());
  for (std::size_t block = 0; block < blocks; ++block)
    if (maxima[block] >= *nth) add(block * kBlock, (block + 1) * kBlock, *nth);
  add(blocks * kBlock, logits.size(), *nth);
  if (found.size() <= count) return;
  std::vector<float> heights;
  heights.reserve(found.size());
  for (const Candidate& candidate : found) heights.push_back(candidate.logit);
  const auto last = heights.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::ranges::nth_element(heights, last, std::ranges::greater());
  std::erase_if(found, [&](const Candidate& candidate) { return candidate.logit < *last; });
}

}  // namespace syndisco
