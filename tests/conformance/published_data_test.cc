#include "support/published_data.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"

// The discussions that were published with 2.0, beside the recordings.

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

TEST(PublishedData, IsReadAndWrittenBackToTheByte) {
  const PublishedData data;
  if (!data.folder()) GTEST_SKIP() << "no published data beside the recordings";
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(*data.folder() / "main"))
    if (entry.path().extension() == ".json" && entry.path().filename() != "personas.json")
      files.push_back(entry.path());
  EXPECT_FALSE(files.empty());

  const auto start = std::chrono::steady_clock::now();
  for (const fs::path& file : files) {
    const std::string text = read_file(file);
    const DiscussionRecord record =
        read_discussion(parse_json(text, file.string()), file.string(), "");
    ASSERT_EQ(published_text(discussion_2_0(record)), text) << file;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  RecordProperty("files", static_cast<int>(files.size()));
  RecordProperty("seconds", std::to_string(seconds.count()));
}

}  // namespace
}  // namespace syndisco::testing
