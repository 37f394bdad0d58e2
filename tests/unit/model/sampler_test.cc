#include "syndisco/model/llama/sampler.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "syndisco/base/cache.h"
#include "syndisco/model/llama/loaded_model.h"

namespace syndisco {
namespace {

/// What a draw looks at must make no difference to what it draws.
class SamplerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "the embedded model is not in the cache";
    ModelSpec spec;
    spec.gguf = path.string();
    Weights weights;
    weights.path = path;
    model_ = std::make_unique<LoadedModel>(spec, weights, "2026-01-01");
    Random random(1);
    for (int i = 0; i < 300; ++i) prompt_.push_back(static_cast<Token>(random.below(2000)));
    for (int i = 0; i < 60; ++i) {
      std::vector<float>& logits = logits_.emplace_back(model_->vocabulary().size());
      for (float& logit : logits) logit = static_cast<float>(random.uniform() * 30 - 20);
      // What was said already is what a model likes best to say again.
      for (const Token token : prompt_) logits[static_cast<std::size_t>(token)] += 14;
    }
  }

  void expect_equal(const Sampling& sampling) {
    const Vocabulary& vocabulary = model_->vocabulary();
    DrySamplers dry(vocabulary);
    Sampler few(vocabulary, dry, sampling, 5, 4096, false);
    Sampler all(vocabulary, dry, sampling, 5, 4096, false);
    few.accept_prompt(prompt_);
    all.accept_prompt(prompt_);
    for (const auto& logits : logits_) {
      std::vector<Candidate> candidates;
      for (std::size_t i = 0; i < logits.size(); ++i)
        candidates.push_back({static_cast<Token>(i), logits[i]});
      ASSERT_EQ(few.draw(logits), all.draw_among(candidates));
    }
  }

  std::unique_ptr<LoadedModel> model_;
  std::vector<Token> prompt_;
  std::vector<std::vector<float>> logits_;
};

TEST_F(SamplerTest, DrawsTheSameFromTheLikeliestAsFromAll) {
  expect_equal({});
}

TEST_F(SamplerTest, DrawsTheSameWithARepeatPenalty) {
  Sampling sampling;
  sampling.repeat_penalty = 1.5;
  sampling.repeat_last_n = 256;
  sampling.top_k = 5;
  expect_equal(sampling);
}

TEST_F(SamplerTest, DrawsTheSameWithARewardForRepeating) {
  Sampling sampling;
  sampling.repeat_penalty = 0.5;
  sampling.repeat_last_n = -1;
  expect_equal(sampling);
}

TEST_F(SamplerTest, DrawsTheSameWithDry) {
  Sampling sampling;
  sampling.dry.multiplier = 5;
  sampling.dry.allowed_length = 1;
  sampling.top_k = 3;
  expect_equal(sampling);
}

TEST_F(SamplerTest, DrawsTheSameWithoutTopK) {
  Sampling sampling;
  sampling.top_k = 0;
  sampling.min_p = 0;
  expect_equal(sampling);
}

TEST_F(SamplerTest, TakesTheSameLikeliest) {
  Sampling sampling;
  sampling.temperature = 0;
  sampling.repeat_penalty = 1.3;
  expect_equal(sampling);
}

}  // namespace
}  // namespace syndisco
