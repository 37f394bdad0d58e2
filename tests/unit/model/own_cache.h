#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "syndisco/base/cache.h"

namespace syndisco {

/// A folder of its own, which is the cache meanwhile.
class OwnCache : public ::testing::Test {
 protected:
  void SetUp() override {
    real_cache_ = cache_directory();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("cache-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    ::setenv("SYNDISCO_CACHE", folder_.c_str(), 1);
  }
  void TearDown() override {
    ::setenv("SYNDISCO_CACHE", real_cache_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  std::filesystem::path embedded_model() const {
    return real_cache_ / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  }

  /// Shows the embedded model to this cache; false where the real one does not have it.
  bool link_embedded_model() const {
    if (!std::filesystem::exists(embedded_model())) return false;
    std::filesystem::create_directories(folder_ / "models");
    std::filesystem::create_symlink(embedded_model(),
                                    folder_ / "models" / embedded_model().filename());
    return true;
  }

  std::filesystem::path folder_;
  std::filesystem::path real_cache_;
};

}  // namespace syndisco
