#include "syndisco/model/llama/memory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

class MemoryNeeded : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(model_)) GTEST_SKIP() << "the embedded model is not in the cache";
  }

  fs::path model_ = cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
};

// 30 layers, 3 heads of 64 numbers each for keys and values, 2 bytes a number.
constexpr std::uint64_t kBytesOfToken = 30ULL * 3 * 64 * 2 * 2;

TEST_F(MemoryNeeded, WeightsAreAboutTheFileAndTokensAreCountedForEverySequence) {
  const MemoryNeed one = memory_need(model_, {.sequences = 1, .tokens = 1024});
  EXPECT_TRUE(one.exact);
  EXPECT_EQ(one.gpu, 0U);
  EXPECT_NEAR(static_cast<double>(one.weights), static_cast<double>(fs::file_size(model_)), 4e6);
  EXPECT_EQ(one.kv, 1024 * kBytesOfToken);
  EXPECT_EQ(one.total(), one.weights + one.kv + one.compute);
  EXPECT_EQ(memory_need(model_, {.sequences = 8, .tokens = 1024}).kv, 8 * one.kv);
}

TEST_F(MemoryNeeded, WideKeysTakeTwiceTheBytesOfKeys) {
  const MemoryNeed wide = memory_need(model_, {.tokens = 1024, .attention = Attention::kWideKeys});
  EXPECT_EQ(wide.kv, 1024 * kBytesOfToken * 3 / 2);
  EXPECT_EQ(kv_bytes_per_token(model_, Attention::kWideKeys), kBytesOfToken * 3 / 2);
  EXPECT_EQ(kv_bytes_per_token(model_, Attention::kFused), kBytesOfToken);
}

TEST_F(MemoryNeeded, SequencesAreRoundedUpAsLlamaDoes) {
  EXPECT_EQ(memory_need(model_, {.sequences = 3, .tokens = 257}).kv, 3 * 512 * kBytesOfToken);
}

TEST_F(MemoryNeeded, FewerRowsOfLogitsTakeLess) {
  const MemoryNeed all = memory_need(model_, {.sequences = 4, .tokens = 256});
  const MemoryNeed few = memory_need(model_, {.sequences = 4, .tokens = 256, .outputs = 4});
  EXPECT_GT(all.compute, few.compute + 500ULL * 49152 * 4);
}

TEST_F(MemoryNeeded, IsFoundWithoutTakingIt) {
  const MemoryNeed need = memory_need(model_, {.sequences = 256, .tokens = 8192});
  EXPECT_TRUE(need.exact);
  EXPECT_EQ(need.kv, 256ULL * 8192 * kBytesOfToken);  // 48 GB
}

TEST_F(MemoryNeeded, OfAHugeContextIsJudgedFromAbove) {
  const MemoryNeed need = memory_need(model_, {.sequences = 2, .tokens = 1 << 30});
  EXPECT_FALSE(need.exact);
  EXPECT_GE(need.kv, (2ULL << 30) * kBytesOfToken);
}

TEST(MemoryNeed, AFileThatIsNoModelIsRefused) {
  const fs::path path = fs::path(::testing::TempDir()) / "memory_test_none.gguf";
  std::ofstream(path) << "PK and so on";
  EXPECT_THROW(memory_need(path, {}), EnvironmentError);
  fs::remove(path);
}

}  // namespace
}  // namespace syndisco
