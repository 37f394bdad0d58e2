#include "syndisco/model/llama/weights.h"

#include <gtest/gtest.h>

#include "own_cache.h"

#include "syndisco/base/error.h"
#include "syndisco/base/hash.h"
#include "syndisco/model/llama/encodings.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/llama/model_file.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

using WeightsFiles = OwnCache;

ModelSpec spec_of(const fs::path& path) {
  ModelSpec spec;
  spec.name = "test";
  spec.gguf = path.string();
  return spec;
}

std::string refusal(const ModelSpec& spec) {
  try {
    load_llama_model(spec);
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kSurroundings);
    EXPECT_NE(error.hint(), "");
    return error.what();
  }
  return "";
}

TEST_F(WeightsFiles, AMissingFileIsNamed) {
  EXPECT_EQ(refusal(spec_of(folder_ / "none.gguf")),
            "no such model file: '" + (folder_ / "none.gguf").string() + "'");
}

TEST_F(WeightsFiles, ADirectoryIsRefused) {
  EXPECT_EQ(refusal(spec_of(folder_)), "the model '" + folder_.string() + "' is a directory");
}

TEST_F(WeightsFiles, AnEmptyFileIsRefused) {
  EXPECT_NE(refusal(spec_of(write("a.gguf", ""))).find("is empty"), std::string::npos);
}

TEST_F(WeightsFiles, AnotherFormatIsRefused) {
  EXPECT_NE(refusal(spec_of(write("a.gguf", "PK and so on"))).find("is not in the GGUF format"),
            std::string::npos);
}

TEST_F(WeightsFiles, ABrokenTableOfContentsIsRefused) {
  EXPECT_NE(
      refusal(spec_of(write("a.gguf", "GGUF" + std::string(40, '\x7f')))).find("cannot be read"),
      std::string::npos);
}

TEST_F(WeightsFiles, ATruncatedFileIsRefusedWithBothSizes) {
  if (!fs::exists(embedded_model())) GTEST_SKIP() << "the embedded model is not in the cache";
  const fs::path copy = folder_ / "short.gguf";
  fs::copy_file(embedded_model(), copy);
  const std::uintmax_t size = fs::file_size(copy);
  fs::resize_file(copy, size / 2);
  const std::string message = refusal(spec_of(copy));
  EXPECT_NE(message.find("ends early: it has " + std::to_string(size / 2) + " of " +
                         std::to_string(size)),
            std::string::npos)
      << message;
}

TEST_F(WeightsFiles, AMissingEmbeddedModelTellsHowToGetIt) {
  try {
    find_weights(spec_of("builtin:smollm2-135m"), {.threads = 1});
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(error.hint(), "./dev setup fetches it");
  }
}

TEST_F(WeightsFiles, AnUnknownEmbeddedModelTellsTheNearest) {
  try {
    find_weights(spec_of("builtin:smollm2-153m"), {.threads = 1});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.hint(), "did you mean builtin:smollm2-135m?");
  }
}

TEST_F(WeightsFiles, AnUnknownEncodingIsAnInputError) {
  ModelSpec spec = spec_of(folder_ / "a.gguf");
  spec.weights = "Q9";
  EXPECT_THROW(find_weights(spec, {.threads = 1}), InputError);
}

TEST_F(WeightsFiles, WeightsAreEncodedOnceAndListed) {
  if (!link_embedded_model()) GTEST_SKIP() << "the embedded model is not in the cache";
  ModelSpec spec = spec_of("builtin:smollm2-135m");
  spec.weights = "Q8_0";

  const Weights first = find_weights(spec, {.threads = 2});
  EXPECT_EQ(first.encoding, "Q8_0");
  EXPECT_EQ(first.path.filename().string(),
            "SmolLM2-135M-Instruct.Q4_1." + first.sha256.substr(0, 12) + ".Q8_0.gguf");
  const auto made = fs::last_write_time(first.path);
  EXPECT_EQ(find_weights(spec, {.threads = 2}).path, first.path);
  EXPECT_EQ(fs::last_write_time(first.path), made);

  const std::vector<StoredModel> models = list_models();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].name, "builtin:smollm2-135m");
  EXPECT_EQ(models[0].weights, "as_is");
  EXPECT_TRUE(models[0].present);
  EXPECT_EQ(models[1].weights, "Q8_0");
  EXPECT_EQ(models[1].path, first.path);
  for (const auto& entry : fs::directory_iterator(folder_ / "models"))
    EXPECT_NE(entry.path().extension(), ".partial");
}

TEST_F(WeightsFiles, EveryWordIsAnEncodingOrOurs) {
  for (const std::string& word : weights_words())
    EXPECT_TRUE(word == "as_is" || word == "tuned" || find_encoding(word) != nullptr) << word;
  EXPECT_EQ(weights_words().size(), all_encodings().size() + 2);
}

TEST_F(WeightsFiles, LossyWeightsAreMadeByName) {
  if (!link_embedded_model()) GTEST_SKIP() << "the embedded model is not in the cache";
  ModelSpec spec = spec_of("builtin:smollm2-135m");
  spec.weights = "Q4_0";
  const Weights weights = find_weights(spec, {.threads = 2});
  EXPECT_EQ(weights.encoding, "Q4_0");
  EXPECT_LT(fs::file_size(weights.path), fs::file_size(embedded_model()));
}

TEST_F(WeightsFiles, NamesOfEncodedFilesAreReadBack) {
  const fs::path path = encoded_path("/m/a.b.gguf", std::string(64, 'c'), *find_encoding("IQ4_NL"));
  const EncodedName parsed = parse_encoded_name(path.filename().string());
  EXPECT_EQ(parsed.stem, "a.b");
  EXPECT_EQ(parsed.sha12, std::string(12, 'c'));
  ASSERT_NE(parsed.encoding, nullptr);
  EXPECT_EQ(parsed.encoding->name, "IQ4_NL");
  for (const std::string other : {"a.gguf", "a.Q8_0.gguf", "a.0123456789ab.Q9.gguf",
                                  "a.0123456789ax.Q8_0.gguf", ".gguf", "a.0123456789ab.Q8_0"})
    EXPECT_EQ(parse_encoded_name(other).encoding, nullptr) << other;
}

TEST_F(WeightsFiles, AMissingModelIsListedAsMissing) {
  const std::vector<StoredModel> models = list_models();
  ASSERT_EQ(models.size(), 1U);
  EXPECT_FALSE(models[0].present);
  EXPECT_EQ(models[0].bytes, 0U);
}

TEST_F(WeightsFiles, AHashIsRememberedUntilTheFileChanges) {
  const fs::path file = write("a", "one");
  EXPECT_EQ(known_sha256(file), std::nullopt);
  EXPECT_EQ(remembered_sha256(file), sha256_hex("one"));
  EXPECT_EQ(known_sha256(file), sha256_hex("one"));
  write("a", "three");
  EXPECT_EQ(remembered_sha256(file), sha256_hex("three"));
}

TEST_F(WeightsFiles, AHashNeedsNoMemory) {
  const fs::path file = write("a", "one");
  write("hashes", "a file where a folder should be");
  EXPECT_EQ(remembered_sha256(file), sha256_hex("one"));
}

}  // namespace
}  // namespace syndisco
