#include "syndisco/model/llama/weights.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/hash.h"
#include "syndisco/model/llama/llama_model.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

/// A folder of its own, which is the cache meanwhile.
class WeightsFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    real_cache_ = cache_directory();
    folder_ = fs::path(::testing::TempDir()) /
              ("weights-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    ::setenv("SYNDISCO_CACHE", folder_.c_str(), 1);
  }
  void TearDown() override {
    ::setenv("SYNDISCO_CACHE", real_cache_.c_str(), 1);
    fs::remove_all(folder_);
  }

  fs::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  fs::path embedded_model() const {
    return real_cache_ / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  }

  fs::path folder_;
  fs::path real_cache_;
};

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
    find_weights(spec_of("builtin:smollm2-135m"), 1);
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(error.hint(), "./dev setup fetches it");
  }
}

TEST_F(WeightsFiles, AnUnknownEmbeddedModelTellsTheNearest) {
  try {
    find_weights(spec_of("builtin:smollm2-153m"), 1);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.hint(), "did you mean builtin:smollm2-135m?");
  }
}

TEST_F(WeightsFiles, AnUnknownEncodingIsAnInputError) {
  ModelSpec spec = spec_of(folder_ / "a.gguf");
  spec.weights = "Q9";
  EXPECT_THROW(find_weights(spec, 1), InputError);
}

TEST_F(WeightsFiles, WeightsAreEncodedOnceAndListed) {
  if (!fs::exists(embedded_model())) GTEST_SKIP() << "the embedded model is not in the cache";
  fs::create_directories(folder_ / "models");
  fs::create_symlink(embedded_model(), folder_ / "models" / embedded_model().filename());
  const ModelSpec spec = spec_of("builtin:smollm2-135m");

  const Weights first = find_weights(spec, 2);
  EXPECT_EQ(first.encoding, "Q8_0");
  EXPECT_EQ(first.path.filename().string(),
            "SmolLM2-135M-Instruct.Q4_1." + first.sha256.substr(0, 12) + ".Q8_0.gguf");
  const auto made = fs::last_write_time(first.path);
  EXPECT_EQ(find_weights(spec, 2).path, first.path);
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

TEST_F(WeightsFiles, AMissingModelIsListedAsMissing) {
  const std::vector<StoredModel> models = list_models();
  ASSERT_EQ(models.size(), 1U);
  EXPECT_FALSE(models[0].present);
  EXPECT_EQ(models[0].bytes, 0U);
}

TEST_F(WeightsFiles, AHashIsRememberedUntilTheFileChanges) {
  const fs::path file = write("a", "one");
  EXPECT_EQ(remembered_sha256(file), sha256_hex("one"));
  EXPECT_EQ(remembered_sha256(file), sha256_hex("one"));
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
