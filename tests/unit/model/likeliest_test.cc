#include "syndisco/model/llama/likeliest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "syndisco/base/random.h"

namespace syndisco {
namespace {

std::vector<float> random_logits(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> logits(count);
  for (float& logit : logits) logit = static_cast<float>(random.uniform() * 40 - 20);
  return logits;
}

/// All that are at least as high as the `count`th, by sorting.
std::vector<Token> by_sorting(const std::vector<float>& logits, std::size_t count) {
  std::vector<float> sorted = logits;
  std::ranges::sort(sorted, std::greater());
  std::vector<Token> found;
  for (std::size_t i = 0; count > 0 && i < logits.size(); ++i)
    if (logits[i] >= sorted[std::min(count, sorted.size()) - 1])
      found.push_back(static_cast<Token>(i));
  return found;
}

std::vector<Token> by_blocks(const std::vector<float>& logits, std::size_t count) {
  std::vector<Candidate> found;
  find_likeliest(logits, count, found);
  std::vector<Token> tokens;
  for (const Candidate& candidate : found) {
    EXPECT_EQ(candidate.logit, logits[static_cast<std::size_t>(candidate.token)]);
    tokens.push_back(candidate.token);
  }
  return tokens;
}

TEST(FindLikeliest, FindsWhatSortingFinds) {
  for (const std::size_t size : {1U, 63U, 64U, 65U, 1000U, 49152U, 50000U})
    for (const std::size_t count : {0U, 1U, 2U, 40U, 104U, 700U, 60000U}) {
      const auto logits = random_logits(size, size + count);
      EXPECT_EQ(by_blocks(logits, count), by_sorting(logits, count)) << size << " " << count;
    }
}

TEST(FindLikeliest, FindsAllOfEqualHeight) {
  std::vector<float> logits(5000, 1.0F);
  EXPECT_EQ(by_blocks(logits, 3).size(), 5000U);
  logits[4999] = 2.0F;
  EXPECT_EQ(by_blocks(logits, 1), std::vector<Token>{4999});
}

TEST(FindLikeliest, IsNotMisledByInfinities) {
  auto logits = random_logits(5000, 3);
  logits[7] = -std::numeric_limits<float>::infinity();
  logits[4000] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(by_blocks(logits, 40), by_sorting(logits, 40));
}

}  // namespace
}  // namespace syndisco
