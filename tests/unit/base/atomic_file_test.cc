#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest() {
    std::string name = (fs::temp_directory_path() / "atomic-file-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~AtomicFileTest() override { fs::remove_all(folder_); }

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(AtomicFileTest, WritesANewFileOnlyWhereThereIsNone) {
  EXPECT_TRUE(write_new_file(folder_ / "out" / "a.json", "first"));
  EXPECT_FALSE(write_new_file(folder_ / "out" / "a.json", "second"));
  EXPECT_EQ(read_file(folder_ / "out" / "a.json"), "first");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "out"), fs::directory_iterator()), 1);
}

TEST_F(AtomicFileTest, ShowsNothingBeforeTheCommit) {
  write_file_atomically(folder_ / "table.csv", "old");
  AtomicFile file(folder_ / "table.csv");
  file.write(std::string(200'000, 'x'));
  EXPECT_EQ(read_file(folder_ / "table.csv"), "old");
  file.write("end");
  file.commit();
  EXPECT_EQ(read_file(folder_ / "table.csv"), std::string(200'000, 'x') + "end");
}

TEST_F(AtomicFileTest, LeavesNothingBehindWithoutACommit) {
  {
    AtomicFile file(folder_ / "new" / "table.csv");
    file.write("half");
  }
  EXPECT_TRUE(fs::is_empty(folder_ / "new"));
}

TEST_F(AtomicFileTest, WritesThroughToADevice) {
  AtomicFile file("/dev/null");
  file.write("gone");
  file.commit();
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(AtomicFileTest, RefusesAFolder) {
  EXPECT_THROW(AtomicFile file(folder_), EnvironmentError);
  EXPECT_EQ(files(), 0u);
}

}  // namespace
}  // namespace syndisco
