#include "syndisco/model/llama/measurement.h"

#include <gtest/gtest.h>

#include "own_cache.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

using Remembered = OwnCache;

TEST_F(Remembered, IsWhatWasMeasuredAboutTheSame) {
  const Measurement one("speeds", {{"sha256", "a"}});
  const Measurement other("speeds", {{"sha256", "b"}});
  EXPECT_EQ(one.recall(), std::nullopt);
  one.remember(JsonObject{{"best", 2.5}});
  EXPECT_EQ(one.recall(), Json(JsonObject{{"best", 2.5}}));
  EXPECT_EQ(Measurement("speeds", {{"sha256", "a"}}).recall(), one.recall());
  EXPECT_EQ(other.recall(), std::nullopt);
  EXPECT_EQ(Measurement("others", {{"sha256", "a"}}).recall(), std::nullopt);
}

TEST_F(Remembered, ADamagedFileCountsAsNothing) {
  const Measurement measurement("speeds", {{"sha256", "a"}});
  measurement.remember(true);
  const fs::path file = fs::directory_iterator(folder_ / "speeds")->path();
  std::string whole;
  std::getline(std::ifstream(file), whole, '\0');
  for (const std::string& damaged :
       {std::string(), std::string("{"), std::string("[1]"), whole.substr(0, whole.size() / 2),
        std::string("{\"about\": 1, \"result\": true}"), std::string(5000, '[')}) {
    std::ofstream(file, std::ios::trunc) << damaged;
    EXPECT_EQ(measurement.recall(), std::nullopt) << damaged;
  }
  measurement.remember(true);
  EXPECT_EQ(measurement.recall(), Json(true));
}

TEST_F(Remembered, AnUnwritableCacheIsNoError) {
  write("speeds", "a file where a folder should be");
  const Measurement measurement("speeds", {{"sha256", "a"}});
  measurement.remember(true);
  EXPECT_EQ(measurement.recall(), std::nullopt);
}

}  // namespace
}  // namespace syndisco
