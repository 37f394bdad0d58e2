#include "support/published_data.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/base/file.h"
#include "syndisco/dataset/export.h"
#include "syndisco/dataset/import.h"
#include "syndisco/dataset/published.h"

// The discussions that were published with 2.0, beside the recordings.

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

class PublishedDiscussions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!data_.folder()) GTEST_SKIP() << "no published data beside the recordings";
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder() / "main"))
      if (entry.path().extension() == ".json") files_.push_back(entry.path());
    ASSERT_FALSE(files_.empty());
  }

  const fs::path& folder() const { return *data_.folder(); }

  const PublishedData data_;
  std::vector<fs::path> files_;
};

TEST_F(PublishedDiscussions, AreReadAndWrittenBackToTheByte) {
  for (const fs::path& file : files_) {
    const std::string text = read_file(file);
    const DiscussionRecord record =
        read_discussion(parse_json(text, file.string()), file.string(), "");
    ASSERT_EQ(published_text(discussion_2_0(record)), text) << file;
  }
}

TEST_F(PublishedDiscussions, AreImportedAndExportedToTheByte) {
  const auto start = std::chrono::steady_clock::now();
  const Import import = read_import({folder() / "main"}, {});
  EXPECT_TRUE(import.refused.empty());
  EXPECT_TRUE(import.losses.empty());
  write_import(import, folder() / "run");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  RecordProperty("files", static_cast<int>(files_.size()));
  RecordProperty("seconds", std::to_string(seconds.count()));

  const auto journal = Journal::open_read_only(folder() / "run");
  EXPECT_EQ(journal->factors(), std::vector<std::string>{"folder"});
  export_dataset(*journal, "syndisco-2.0", folder() / "export");
  for (const fs::path& file : files_) {
    const std::string text = read_file(file);
    const std::string id = parse_json(text).find("id")->string();
    ASSERT_EQ(read_file(folder() / "export" / "discussions" / (id + ".json")), text) << file;
  }
}

}  // namespace
}  // namespace syndisco::testing
