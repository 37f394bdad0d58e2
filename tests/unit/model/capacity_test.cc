#include "syndisco/model/llama/capacity.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/memory.h"

namespace syndisco {
namespace {

class Capacity : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(weights_.path))
      GTEST_SKIP() << "the embedded model is not in the cache";
    spec_.name = "m";
    spec_.gpu_layers = 0;
    same_.reproducible = true;
  }

  std::filesystem::path file_ = cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  Weights weights_{.path = file_,
                   .encoding = "as_is",
                   .source = file_,
                   .sha256 = "",
                   .attention = Attention::kWideKeys};
  ModelSpec spec_;
  LlamaOptions same_;  ///< reproducible
};

TEST_F(Capacity, TakesTheAttentionOfTheWeights) {
  for (const Attention attention : {Attention::kWideKeys, Attention::kPlain, Attention::kFused}) {
    weights_.attention = attention;
    EXPECT_EQ(choose_engine(spec_, {}, weights_, 1).attention, attention);
  }
}

TEST_F(Capacity, TakesAnotherAttentionWhereTheContextFitsOnlySo) {
  // Tokens that fit into so much memory.
  const auto longest = [&](Attention attention, std::uint64_t free) {
    constexpr int kTokens = 100'000;
    const auto bytes = [&](int tokens) {
      return memory_need(file_, context_options(1, tokens, attention), 0).total();
    };
    return static_cast<double>(free) / static_cast<double>(bytes(2 * kTokens) - bytes(kTokens)) *
           kTokens;
  };
  // "refused", or the attention of a context halfway between those that fit with one and with the
  // other. Other tests take memory and give it back, so it is judged when it has stayed the same.
  const auto halfway = [&](Attention one, Attention other, const LlamaOptions& options) {
    std::string chosen;
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t free = free_memory();
      spec_.context = static_cast<int>((longest(one, free) + longest(other, free)) / 2);
      try {
        chosen = attention_name(choose_engine(spec_, options, weights_, 1).attention);
      } catch (const EnvironmentError&) {
        chosen = "refused";
      }
      const std::uint64_t after = free_memory();
      if (after < free + free / 50 && free < after + free / 50) break;
    }
    return chosen;
  };
  EXPECT_EQ(halfway(Attention::kWideKeys, Attention::kPlain, {}), "plain");
  EXPECT_EQ(halfway(Attention::kWideKeys, Attention::kPlain, same_), "refused");
  EXPECT_EQ(halfway(Attention::kPlain, Attention::kFused, {}), "fused");
  spec_.context = static_cast<int>(2 * longest(Attention::kFused, free_memory()));
  EXPECT_THROW(choose_engine(spec_, {}, weights_, 1), EnvironmentError);
}

}  // namespace
}  // namespace syndisco
