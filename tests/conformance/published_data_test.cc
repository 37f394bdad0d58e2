#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/conformance.h"

#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"

// The discussions that were published with 2.0, beside the recordings.

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

TEST(PublishedData, IsReadAndWrittenBackToTheByte) {
  const auto recordings = conformance_dir();
  const fs::path archive =
      recordings ? *recordings / ".." / "data" / "published-main.tar.xz" : fs::path();
  if (!fs::exists(archive)) GTEST_SKIP() << "no published data beside the recordings";
  std::string name = (fs::temp_directory_path() / "published-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  const std::string unpack =
      "tar -xJf '" + archive.string() + "' -C '" + folder.string() + "' 2>/dev/null";
  if (std::system(unpack.c_str()) != 0) {
    fs::remove_all(folder);
    GTEST_SKIP() << "tar cannot unpack it here";
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder / "main"))
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
  fs::remove_all(folder);
}

}  // namespace
}  // namespace syndisco::testing
