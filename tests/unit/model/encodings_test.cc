#include "syndisco/model/llama/encodings.h"

#include <gtest/gtest.h>
#include <llama.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "own_cache.h"

#include "syndisco/model/llama/batch_internal.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/model_file.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

/// Of no importance, but ours.
constexpr std::string_view kText =
    "The council wants to close the old bridge to cars next spring. I cross it twice a day, once "
    "with the children on the back of the bicycle, and I can tell you that nobody who has done "
    "that in November would ask why. On the other side there is the bakery, which lives on people "
    "who stop for two minutes on their way to work. Its owner said last week that she would have "
    "to let one of her three bakers go. Both things are true at once, and that is what makes the "
    "meeting on Thursday so hard to prepare.\n"
    "What have other towns done? Some of them closed such a bridge for a single summer, counted "
    "who came and who stayed away, and decided in the autumn. It cost them a few barriers and a "
    "good deal of patience. In one of them the shops had more customers at the end than before, "
    "in another they had fewer, and nobody can say whether it was the bridge or the weather. "
    "Still, "
    "people spoke of numbers and not of feelings, which was already something.\n"
    "My proposal is simple. Close it on Saturdays first, let the buses through, put up benches "
    "where the cars used to wait, and ask everybody again in September. If the bakery has lost its "
    "customers by then, I shall be the first to carry the barriers away. If it has not, we have "
    "gained a quiet place above the water, and the children may ride on their own.";

/// Logarithms of the probabilities of the text's tokens, each after all before it.
std::vector<double> log_probabilities(const fs::path& path,
                                      Attention attention = Attention::kPlain) {
  const LlamaModelHandle model = load_weights(path, 0);
  if (model == nullptr) return {};
  const LlamaContextHandle context = make_context(
      model.get(), {.sequences = 1, .tokens = 512, .attention = attention}, usable_cores());
  const llama_vocab* vocab = llama_model_get_vocab(model.get());
  std::vector<llama_token> tokens(kText.size());
  tokens.resize(static_cast<std::size_t>(
      std::max(llama_tokenize(vocab, kText.data(), static_cast<int>(kText.size()), tokens.data(),
                              static_cast<int>(tokens.size()), true, false),
               0)));
  Batch batch(512);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    batch.add(tokens[i], static_cast<llama_pos>(i), 0, true);
  if (context == nullptr || llama_decode(context.get(), batch.get()) != 0) return {};

  std::vector<double> found;
  const auto size = static_cast<std::size_t>(llama_vocab_n_tokens(vocab));
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const float* logits = llama_get_logits_ith(context.get(), static_cast<int>(i));
    const double highest = *std::max_element(logits, logits + size);
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) sum += std::exp(logits[k] - highest);
    found.push_back(logits[tokens[i + 1]] - highest - std::log(sum));
  }
  return found;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double mean_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

class Encodings : public OwnCache {};

// Measured over these 288 tokens, as mean absolute difference of the logarithms: as_is to F16
// 0.059, to BF16 0.061, to Q8_0 0.080. Most of it is as_is itself, whose kernels round activations
// to 8 bits: from F16, which is nearest to exact, BF16 is 0.013 away, as_is 0.059 and Q8_0 0.065.
// None finds the text likelier than the others by more than 0.007 a token (-3.692 to -3.699). Of
// the lossy ones, Q6_K is 0.11 away from as_is, Q5_K_M 0.30, Q4_K_M 0.24, IQ4_NL 0.48 and Q4_0
// 0.59.
TEST_F(Encodings, NearLosslessOnesKeepTheProbabilitiesOfAText) {
  if (!link_embedded_model()) GTEST_SKIP() << "the embedded model is not in the cache";
  const fs::path source = folder_ / "models" / embedded_model().filename();
  const std::string sha256 = remembered_sha256(source);
  const std::vector<double> as_is = log_probabilities(source);
  ASSERT_GT(as_is.size(), 250U);
  for (const Encoding& encoding : all_encodings()) {
    if (!encoding.near_lossless) continue;
    const std::vector<double> other =
        log_probabilities(make_encoded(source, sha256, encoding, usable_cores()));
    ASSERT_EQ(other.size(), as_is.size());
    EXPECT_LT(mean_difference(as_is, other), 0.16) << encoding.name;
    EXPECT_NEAR(mean(as_is), mean(other), 0.015) << encoding.name;
  }
}

// Measured with F16, whose kernels keep activations in 16 bits: plain to wide keys 0.0014, to fused
// 0.0015.
TEST_F(Encodings, AttentionsDifferByRoundingAlone) {
  if (!link_embedded_model()) GTEST_SKIP() << "the embedded model is not in the cache";
  const fs::path source = folder_ / "models" / embedded_model().filename();
  const fs::path exact =
      make_encoded(source, remembered_sha256(source), *find_encoding("F16"), usable_cores());
  const std::vector<double> plain = log_probabilities(exact, Attention::kPlain);
  ASSERT_GT(plain.size(), 250U);
  for (const Attention attention : {Attention::kWideKeys, Attention::kFused}) {
    const std::vector<double> other = log_probabilities(exact, attention);
    ASSERT_EQ(other.size(), plain.size());
    EXPECT_LT(mean_difference(plain, other), 0.01) << attention_name(attention);
    EXPECT_NEAR(mean(plain), mean(other), 0.005) << attention_name(attention);
  }
}

TEST(Attentions, HaveNamesThatFindThem) {
  for (const bool reproducible : {false, true})
    for (const Attention attention : attentions_to_try(reproducible, 0)) {
      EXPECT_EQ(find_attention(attention_name(attention)), attention);
      EXPECT_FALSE(reproducible && attention == Attention::kFused);
    }
  EXPECT_EQ(find_attention("flash"), std::nullopt);
}

}  // namespace
}  // namespace syndisco
