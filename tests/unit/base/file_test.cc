#include "syndisco/base/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string name = (fs::path(::testing::TempDir()) / "file-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileTest() override { fs::remove_all(folder_); }

  void put(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_))
      found.push_back(entry.path().filename().string());
    return found;
  }

  fs::path folder_;
};

using ReadFile = FileTest;
using WriteFileAtomically = FileTest;

TEST_F(ReadFile, GivesEveryByte) {
  std::string content(300'000, 'x');
  content[7] = '\0';
  content[8] = '\r';
  put(folder_ / "a", content);
  EXPECT_EQ(read_file(folder_ / "a"), content);
}

TEST_F(ReadFile, GivesAnEmptyFile) {
  put(folder_ / "a", "");
  EXPECT_EQ(read_file(folder_ / "a"), "");
}

TEST_F(ReadFile, ReadsFilesThatTellNoSize) {
  EXPECT_FALSE(read_file("/proc/self/status").empty());
}

TEST_F(ReadFile, SaysThatThereIsNoSuchFile) {
  try {
    read_file(folder_ / "a\nb");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), "no such file: " + folder_.string() + "/a\\nb");
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(ReadFile, SaysThatAFileIsNoFolder) {
  put(folder_ / "a", "");
  EXPECT_THROW(read_file(folder_ / "a" / "b"), InputError);
}

TEST_F(ReadFile, SaysThatAFolderIsNoFile) {
  try {
    read_file(folder_);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), "is a directory: " + folder_.string());
  }
}

TEST_F(ReadFile, SaysWhenTheSystemRefuses) {
  EXPECT_THROW(read_file(folder_ / std::string(300, 'x')), EnvironmentError);
}

TEST_F(WriteFileAtomically, MakesMissingFolders) {
  write_file_atomically(folder_ / "a" / "b" / "c.txt", "text");
  EXPECT_EQ(read_file(folder_ / "a" / "b" / "c.txt"), "text");
}

TEST_F(WriteFileAtomically, ReplacesTheOldFileAndLeavesNothingElse) {
  write_file_atomically(folder_ / "a", std::string(100'000, 'x'));
  write_file_atomically(folder_ / "a", "new");
  EXPECT_EQ(read_file(folder_ / "a"), "new");
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(WriteFileAtomically, WritesANameOfTheGreatestLength) {
  const fs::path path = folder_ / std::string(255, 'x');
  write_file_atomically(path, "text");
  EXPECT_EQ(read_file(path), "text");
}

TEST_F(WriteFileAtomically, WritesTheFileThatALinkNames) {
  put(folder_ / "file", "old");
  fs::create_symlink("file", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_file(folder_ / "file"), "new");
}

TEST_F(WriteFileAtomically, WritesThroughALinkToNothing) {
  fs::create_symlink("later", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_EQ(read_file(folder_ / "later"), "new");
}

TEST_F(WriteFileAtomically, LeavesDevicesDevices) {
  write_file_atomically("/dev/null", "text");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(WriteFileAtomically, RefusesAFolder) {
  EXPECT_THROW(write_file_atomically(folder_, "text"), EnvironmentError);
}

TEST_F(WriteFileAtomically, SaysWhereAFileStandsInTheWay) {
  put(folder_ / "a", "");
  EXPECT_THROW(write_file_atomically(folder_ / "a" / "b", "text"), EnvironmentError);
}

TEST_F(WriteFileAtomically, TellsOfAFullDiskWithPathAndHint) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  try {
    write_file_atomically("/dev/full", "text");
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_STREQ(error.what(), "cannot write /dev/full: No space left on device");
    EXPECT_EQ(error.hint(), "free some space there, or choose another folder");
    EXPECT_EQ(error.exit_code(), ExitCode::kSurroundings);
  }
}

/// No file may grow past `bytes` while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST_F(WriteFileAtomically, KeepsTheOldFileWhereTheNewOneCannotBeWritten) {
  write_file_atomically(folder_ / "a", "old");
  {
    const FileSizeLimit limit(1000);
    EXPECT_THROW(write_file_atomically(folder_ / "a", std::string(200'000, 'x')), EnvironmentError);
  }
  EXPECT_EQ(read_file(folder_ / "a"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(WriteFileAtomically, ShowsReadersWholeFilesWhileOthersWrite) {
  const fs::path path = folder_ / "a";
  write_file_atomically(path, std::string(50'000, 'a'));
  std::atomic<bool> torn = false;
  std::vector<std::thread> writers;
  for (const char letter : {'b', 'c'}) {
    writers.emplace_back([&path, letter] {
      for (int i = 0; i < 20; ++i) write_file_atomically(path, std::string(50'000, letter));
    });
  }
  for (int i = 0; i < 100; ++i) {
    const std::string seen = read_file(path);
    if (seen != std::string(50'000, seen.empty() ? 'x' : seen[0])) torn = true;
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_FALSE(torn);
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace syndisco
