#include "syndisco/base/log.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    std::string name = (fs::path(::testing::TempDir()) / "log-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~LogTest() override {
    log::around_screen_lines(nullptr, nullptr);
    log::configure({});
    fs::remove_all(folder_);
  }

  std::string screen(void (*say)()) {
    ::testing::internal::CaptureStderr();
    say();
    return ::testing::internal::GetCapturedStderr();
  }

  /// What the files hold. There are two where midnight falls into the test.
  std::string file_text() const {
    std::string text;
    for (const auto& entry : fs::directory_iterator(folder_)) text += read_file(entry.path());
    return text;
  }

  fs::path folder_;
};

TEST_F(LogTest, WritesShortLinesOnTheScreen) {
  EXPECT_EQ(screen([] {
              log::info("job", "starts");
              log::warning("job", "slow");
              log::error("", "broken");
            }),
            "info: [job] starts\nwarning: [job] slow\nerror: broken\n");
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  log::configure(
      {.level = log::Level::kWarning, .file_level = log::Level::kDebug, .directory = folder_});
  EXPECT_EQ(screen([] {
              log::debug("", "a");
              log::info("", "b");
              log::warning("", "c");
            }),
            "warning: c\n");
  EXPECT_NE(file_text().find("debug a\n"), std::string::npos);
}

TEST_F(LogTest, SaysNothingWhenOff) {
  log::configure({.level = log::Level::kOff});
  EXPECT_EQ(screen([] { log::error("", "x"); }), "");
}

TEST_F(LogTest, WritesTimeLevelAndSubjectIntoAFileNamedByTheDay) {
  log::configure({.level = log::Level::kOff, .directory = folder_});
  const std::string before = utc_now();
  log::info("exp.all.0001", "starts");
  const std::string after = utc_now();
  EXPECT_TRUE(std::regex_match(
      file_text(),
      std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  \[exp\.all\.0001\] starts\n)")));
  EXPECT_TRUE(fs::exists(folder_ / (before.substr(0, 10) + ".log")) ||
              fs::exists(folder_ / (after.substr(0, 10) + ".log")));
}

TEST_F(LogTest, KeepsOneEventOnOneLine) {
  EXPECT_EQ(screen([] { log::info("a\nb", "c\r\n\x1b[2Jd\xff"); }),
            "info: [a\\nb] c\\r\\n\\x1b[2Jd\uFFFD\n");
}

TEST_F(LogTest, TakesBracesForText) {
  EXPECT_EQ(screen([] { log::info("", "{} {0} %s %v"); }), "info: {} {0} %s %v\n");
}

TEST_F(LogTest, GoesOnInAFileThatExists) {
  const log::Options options{.level = log::Level::kOff, .directory = folder_};
  log::configure(options);
  log::info("", "one");
  log::configure(options);
  log::info("", "two");
  const std::string text = file_text();
  EXPECT_NE(text.find("one\n"), std::string::npos);
  EXPECT_NE(text.find("two\n"), std::string::npos);
}

TEST_F(LogTest, LetsAnotherDirectoryTakeOver) {
  log::configure({.level = log::Level::kOff, .directory = folder_ / "a"});
  log::configure({.level = log::Level::kOff, .directory = folder_ / "b" / "c"});
  log::info("", "here");
  EXPECT_TRUE(fs::is_directory(folder_ / "b" / "c"));
  for (const auto& entry : fs::directory_iterator(folder_ / "a"))
    EXPECT_EQ(fs::file_size(entry.path()), 0u);
}

TEST_F(LogTest, RefusesADirectoryThatCannotBeWritten) {
  write_file_atomically(folder_ / "file", "");
  try {
    log::configure({.directory = folder_ / "file" / "logs"});
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("cannot write logs in "));
  }
  // What was set before stays.
  EXPECT_EQ(screen([] { log::info("", "still here"); }), "info: still here\n");
}

TEST_F(LogTest, StepsAsideForWhatElseIsOnTheScreen) {
  log::around_screen_lines([] { std::fputs("<", stderr); }, [] { std::fputs(">", stderr); });
  EXPECT_EQ(screen([] { log::info("", "x"); }), "<info: x\n>");
  log::configure({.level = log::Level::kOff});
  EXPECT_EQ(screen([] { log::info("", "x"); }), "");
}

TEST_F(LogTest, KeepsLinesOfManyThreadsApart) {
  log::configure({.level = log::Level::kOff, .directory = folder_});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 250; ++i) log::info("job", std::string(200, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = file_text();
  std::size_t lines = 0;
  for (std::size_t i = 0, end = 0; (end = text.find('\n', i)) != std::string::npos;
       i = end + 1, ++lines) {
    ASSERT_TRUE(text.substr(i, end - i).ends_with(" info  [job] " + std::string(200, 'x')));
  }
  EXPECT_EQ(lines, 1000u);
}

TEST_F(LogTest, KnowsItsLevelsByName) {
  EXPECT_EQ(log::level_from("debug"), log::Level::kDebug);
  EXPECT_EQ(log::level_from("off"), log::Level::kOff);
  EXPECT_THROW(log::level_from("INFO"), InputError);
}

}  // namespace
}  // namespace syndisco
