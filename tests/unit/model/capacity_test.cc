#include "syndisco/model/llama/capacity.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>

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
  const auto bytes = [&](Attention attention, int tokens) {
    return memory_need(file_, context_options(1, tokens, attention), 0).total();
  };
  // Halfway between the contexts that fit with one attention and with the next.
  const std::uint64_t free = free_memory();
  const auto longest = [&](Attention attention) {
    constexpr int kTokens = 100'000;
    const double each =
        static_cast<double>(bytes(attention, 2 * kTokens) - bytes(attention, kTokens)) / kTokens;
    return static_cast<double>(free) / each;
  };
  const auto between = [&](Attention one, Attention other) {
    return static_cast<int>((longest(one) + longest(other)) / 2);
  };
  spec_.context = between(Attention::kWideKeys, Attention::kPlain);
  EXPECT_EQ(choose_engine(spec_, {}, weights_, 1).attention, Attention::kPlain);
  EXPECT_THROW(choose_engine(spec_, same_, weights_, 1), EnvironmentError);
  spec_.context = between(Attention::kPlain, Attention::kFused);
  EXPECT_EQ(choose_engine(spec_, {}, weights_, 1).attention, Attention::kFused);
  spec_.context = static_cast<int>(2 * longest(Attention::kFused));
  EXPECT_THROW(choose_engine(spec_, {}, weights_, 1), EnvironmentError);
}

}  // namespace
}  // namespace syndisco
