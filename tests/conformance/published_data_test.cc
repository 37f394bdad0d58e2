#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/conformance.h"

#include "syndisco/base/file.h"
#include "syndisco/dataset/export.h"
#include "syndisco/dataset/import.h"
#include "syndisco/dataset/published.h"

// The discussions that were published with 2.0, beside the recordings.

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

class PublishedData : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto recordings = conformance_dir();
    const fs::path archive =
        recordings ? *recordings / ".." / "data" / "published-main.tar.xz" : fs::path();
    if (!fs::exists(archive)) GTEST_SKIP() << "no published data beside the recordings";
    std::string name = (fs::temp_directory_path() / "published-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const std::string unpack =
        "tar -xJf '" + archive.string() + "' -C '" + folder_.string() + "' 2>/dev/null";
    if (std::system(unpack.c_str()) != 0) GTEST_SKIP() << "tar cannot unpack it here";
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_ / "main"))
      if (entry.path().extension() == ".json") files_.push_back(entry.path());
    ASSERT_FALSE(files_.empty());
  }

  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  fs::path folder_;
  std::vector<fs::path> files_;
};

TEST_F(PublishedData, IsReadAndWrittenBackToTheByte) {
  for (const fs::path& file : files_) {
    const std::string text = read_file(file);
    const DiscussionRecord record =
        read_discussion(parse_json(text, file.string()), file.string(), "");
    ASSERT_EQ(published_text(discussion_2_0(record)), text) << file;
  }
}

TEST_F(PublishedData, IsImportedAndExportedToTheByte) {
  const auto start = std::chrono::steady_clock::now();
  const Import import = read_import({folder_ / "main"}, {});
  EXPECT_TRUE(import.refused.empty());
  EXPECT_TRUE(import.losses.empty());
  write_import(import, folder_ / "run");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  RecordProperty("files", static_cast<int>(files_.size()));
  RecordProperty("seconds", std::to_string(seconds.count()));

  const auto journal = Journal::open_read_only(folder_ / "run");
  EXPECT_EQ(journal->factors(), std::vector<std::string>{"folder"});
  export_dataset(*journal, "syndisco-2.0", folder_ / "export");
  for (const fs::path& file : files_) {
    const std::string text = read_file(file);
    const std::string id = parse_json(text).find("id")->string();
    ASSERT_EQ(read_file(folder_ / "export" / "discussions" / (id + ".json")), text) << file;
  }
}

}  // namespace
}  // namespace syndisco::testing
