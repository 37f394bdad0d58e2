#include "syndisco/model/llama/tune.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "own_cache.h"

#include "syndisco/base/error.h"
#include "syndisco/model/llama/encodings.h"
#include "syndisco/model/llama/independence.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/model_file.h"
#include "syndisco/model/llama/weights.h"
#include "syndisco/text/json.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

class TunedWeights : public OwnCache {
 protected:
  void SetUp() override {
    OwnCache::SetUp();
    if (!link_embedded_model()) GTEST_SKIP() << "the embedded model is not in the cache";
    sha256_ = remembered_sha256(source());
  }

  fs::path source() const { return folder_ / "models" / embedded_model().filename(); }

  /// What the cache remembers of tuning.
  fs::path memory() const {
    for (const auto& entry : fs::directory_iterator(folder_ / "tuned"))
      if (entry.path().extension() == ".json") return entry.path();
    return {};
  }

  static std::string read(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::string sha256_;
};

TEST_F(TunedWeights, AreMeasuredOnceAndRemembered) {
  const TuneOptions options{.threads = usable_cores()};
  EXPECT_EQ(known_tuning(sha256_, options), std::nullopt);
  const std::vector<std::string> names{"as_is", "Q8_0"};
  const Tuning tuning = tune(source(), sha256_, options, names);

  // The encodings, then the faster of them with every attention.
  const std::vector<Attention> attentions = attentions_to_try(false, options.gpu_layers);
  ASSERT_EQ(tuning.trials.size(), 2 + (attentions.size() == 1 ? 0 : attentions.size()));
  for (const Trial& trial : tuning.trials) {
    EXPECT_EQ(trial.speed.failure, "");
    EXPECT_GT(trial.speed.prompt, 0);
    EXPECT_GT(trial.speed.alone, 0);
    EXPECT_GT(trial.speed.together, 0);
    EXPECT_EQ(trial.speed.kv_bytes_per_token,
              trial.choice.attention == Attention::kWideKeys ? 34560U : 23040U);
    EXPECT_LT(trial.speed.seconds, 60);
  }
  EXPECT_GT(tuning.trials[1].speed.weights_bytes, tuning.trials[0].speed.weights_bytes);
  const std::size_t best = tuning.trials[0].speed.turn() < tuning.trials[1].speed.turn() ? 0 : 1;
  EXPECT_EQ(tuning.choice.encoding, tuning.trials[best].choice.encoding);
  EXPECT_EQ(tuning.trials[0].choice.attention, attentions.front());
  for (std::size_t i = 2; i < tuning.trials.size(); ++i) {
    const auto& [choice, speed] = tuning.trials[i];
    EXPECT_EQ(choice, (TuneChoice{tuning.choice.encoding, attentions[i - 2]}));
    if (choice != tuning.choice) {
      const auto chosen = std::ranges::find(tuning.trials.rbegin(), tuning.trials.rend(),
                                            tuning.choice, &Trial::choice);
      EXPECT_GE(speed.turn(), chosen->speed.turn());
    }
  }

  EXPECT_EQ(known_tuning(sha256_, options), tuning.choice);
  EXPECT_EQ(tuned_choice(source(), sha256_, options), tuning.choice);
  ModelSpec spec;
  spec.gguf = "builtin:smollm2-135m";
  spec.weights = "tuned";
  const Weights weights = find_weights(spec, {.threads = options.threads});
  EXPECT_EQ((TuneChoice{weights.encoding, weights.attention}), tuning.choice);
  EXPECT_EQ(known_tuning(sha256_, {.threads = options.threads + 1}), std::nullopt);
  EXPECT_EQ(known_tuning(sha256_, {.threads = options.threads, .reproducible = true}),
            std::nullopt);

  // Of the files made on the way, only the chosen one is left.
  EXPECT_EQ(fs::exists(encoded_path(source(), sha256_, *find_encoding("Q8_0"))),
            tuning.choice.encoding == "Q8_0");
  for (const auto& entry : fs::directory_iterator(folder_ / "tuned"))
    EXPECT_NE(entry.path().extension(), ".trial");
  int tuned = 0;
  for (const StoredModel& model : list_models()) {
    EXPECT_EQ(model.tuned, model.weights == tuning.choice.encoding);
    tuned += model.tuned ? 1 : 0;
  }
  EXPECT_EQ(tuned, 1);

  // What is in the memory, but no near-lossless encoding or no attention, counts for nothing.
  const std::string kept = read(memory());
  const auto with = [&](const std::string& key, const std::string& value,
                        const std::string& other) {
    std::string text = kept;
    const std::string word = "\"" + key + "\": \"" + value + "\"";
    EXPECT_NE(text.find(word), std::string::npos) << text;
    text.replace(text.find(word), word.size(), "\"" + key + "\": \"" + other + "\"");
    std::ofstream(memory(), std::ios::trunc) << text;
    return known_tuning(sha256_, options);
  };
  const std::string attention(attention_name(tuning.choice.attention));
  EXPECT_EQ(with("encoding", tuning.choice.encoding, "Q4_0"), std::nullopt);
  EXPECT_EQ(with("attention", attention, "none"), std::nullopt);
  EXPECT_EQ(with("attention", attention, attention), tuning.choice);
}

TEST_F(TunedWeights, StayWhatTheyWereInARunThatGoesOn) {
  ModelSpec spec;
  spec.gguf = "builtin:smollm2-135m";
  spec.weights = "tuned";
  const TunedEarlier earlier{"as_is", "plain"};
  const Weights weights = find_weights(spec, {.threads = usable_cores(), .earlier = earlier});
  EXPECT_EQ(weights.encoding, "as_is");
  EXPECT_EQ(weights.attention, Attention::kPlain);
  EXPECT_FALSE(fs::exists(folder_ / "tuned")) << "nothing was measured";
  // Named weights are what they are named.
  spec.weights = "Q8_0";
  EXPECT_EQ(find_weights(spec, {.threads = usable_cores(), .earlier = earlier}).encoding, "Q8_0");
}

TEST_F(TunedWeights, HaveTheAttentionOfTheFastestPromptsForShortAnswers) {
  TuneOptions options{.threads = usable_cores()};
  tune(source(), sha256_, options, std::vector<std::string>{"as_is"});
  Json kept = parse_json(read(memory()));
  kept.set("result", parse_json(R"(
    {"encoding": "as_is", "attention": "wide_keys", "tokens_per_second": [
      {"encoding": "as_is", "attention": "wide_keys", "prompt": 300, "together": 100},
      {"encoding": "F16", "attention": "fused", "prompt": 500, "together": 60},
      {"encoding": "as_is", "attention": "plain", "prompt": 400, "together": 50},
      {"encoding": "as_is", "attention": "fused", "prompt": 350, "together": 40}]})"));
  std::ofstream(memory(), std::ios::trunc) << dump_json_compact(kept);
  EXPECT_EQ(known_tuning(sha256_, options), (TuneChoice{"as_is", Attention::kWideKeys}));
  options.short_answers = true;
  EXPECT_EQ(known_tuning(sha256_, options), (TuneChoice{"as_is", Attention::kPlain}));

  // Where the weights are as they were, but such answers were not asked for yet.
  ModelSpec spec;
  spec.gguf = "builtin:smollm2-135m";
  const WeightsOptions wanted{
      .threads = options.threads, .short_answers = true, .earlier = {"as_is", ""}};
  EXPECT_EQ(find_weights(spec, wanted).attention, Attention::kPlain);
  spec.weights = "Q8_0";
  EXPECT_EQ(find_weights(spec, wanted).attention, Attention::kFused);
}

TEST_F(TunedWeights, NeedNoMemory) {
  write("tuned", "a file where a folder should be");
  const std::vector<std::string> names{"Q8_0", "as_is"};
  const Tuning tuning = tune(source(), sha256_, {.threads = usable_cores()}, names);
  EXPECT_EQ(tuning.choice.encoding, "as_is");
  EXPECT_EQ(tuning.trials[0].speed.failure, "the cache cannot be written");
}

TEST_F(TunedWeights, AreNeverLossy) {
  const std::vector<std::string> names{"Q4_0"};
  const TuneOptions options{.threads = usable_cores()};
  EXPECT_THROW(tune(source(), sha256_, options, names), EnvironmentError);
  EXPECT_EQ(known_tuning(sha256_, options), std::nullopt);
}

// Measured on a CPU with AVX-512, in 3 s each: Q4_1 (as it is), Q8_0 pass; BF16 and F16 do not,
// their logits change as soon as another sequence generates beside.
TEST_F(TunedWeights, AreIndependentOfTheBatchWhereThatIsAskedFor) {
  const int threads = usable_cores();
  const fs::path q8 = make_encoded(source(), sha256_, *find_encoding("Q8_0"), threads);
  if (!independent_of_batch(q8, attentions_to_try(true, -1).front(), threads))
    GTEST_SKIP() << "on this machine not even Q8_0 is";
  const std::vector<std::string> names{"Q8_0", "BF16"};
  const Tuning tuning = tune(source(), sha256_, {.threads = threads, .reproducible = true}, names);
  EXPECT_TRUE(
      independent_of_batch(encoded_path(source(), sha256_, *find_encoding(tuning.choice.encoding)),
                           tuning.choice.attention, threads));
}

TEST_F(TunedWeights, WeightsThatDependOnTheBatchAreRefusedWhereThatIsAskedFor) {
  const int threads = usable_cores();
  ModelSpec spec;
  spec.gguf = "builtin:smollm2-135m";
  spec.weights = "BF16";
  const Weights weights = find_weights(spec, {.threads = threads});
  const std::vector<Attention> attentions = attentions_to_try(true, -1);
  if (std::ranges::any_of(attentions, [&](Attention attention) {
        return independent_of_batch(weights.path, attention, threads);
      }))
    GTEST_SKIP() << "on this machine BF16 gives the same logits in any batch";
  try {
    find_weights(spec, {.threads = threads, .reproducible = true});
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("BF16"), std::string::npos);
    EXPECT_EQ(error.hint(), "write `weights: tuned` or `weights: Q8_0`");
  }
}

}  // namespace
}  // namespace syndisco
