#include "syndisco/base/log.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
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

TEST_F(LogTest, WritesAnObjectALineForPrograms) {
  log::configure({.format = log::Format::kJson, .directory = folder_});
  const std::string shown =
      screen([] { log::warning("exp.all.0001", "say \"\\\"\n\x1b[2J \u202e \u2028 Ω \xff"); });
  EXPECT_TRUE(std::regex_match(
      shown,
      std::regex(R"(\{"time": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "level": "warning", )"
                 R"("id": "exp\.all\.0001", "message": "say \\"\\\\\\"\\u000a\\u001b\[2J )"
                 R"(\\u202e \\u2028 Ω \xEF\xBF\xBD"\}\n)")))
      << shown;
  EXPECT_EQ(file_text(), shown);
}

/// Names of the files, in order.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST_F(LogTest, BeginsAnotherFileOfTheDayWhenOneIsFull) {
  log::configure({.level = log::Level::kOff, .directory = folder_, .file_bytes = 100});
  for (int i = 0; i < 3; ++i) log::info("", std::string(100, 'a' + static_cast<char>(i)));
  const std::string day = utc_now().substr(0, 10);
  const std::vector<std::string> names = names_in(folder_);
  ASSERT_EQ(names.size(), 3u);
  if (!names.back().starts_with(day) || !names.front().starts_with(day)) GTEST_SKIP() << "midnight";
  EXPECT_EQ(names, (std::vector{day + ".1.log", day + ".2.log", day + ".log"}));
  EXPECT_NE(read_file(folder_ / (day + ".2.log")).find("ccc"), std::string::npos);
  // And goes on in the newest, not in the first.
  log::configure({.level = log::Level::kOff, .directory = folder_, .file_bytes = 1000});
  log::info("", "after");
  EXPECT_NE(read_file(folder_ / (day + ".2.log")).find("after"), std::string::npos);
}

TEST_F(LogTest, RemovesTheOldestFilesButNothingElse) {
  for (const char* name : {"2001-02-03.log", "2001-02-03.1.log", "2001-02-03.10.log",
                           "2001-02-03.2.log", "2001-02-04.log"})
    write_file_atomically(folder_ / name, std::string(100, 'x'));
  const std::vector<std::string> others = {"2000-01-01.01.log", "2000-01-01.log.bak", "notes.log"};
  for (const std::string& name : others)
    write_file_atomically(folder_ / name, std::string(1000, 'x'));
  log::configure(
      {.level = log::Level::kOff, .directory = folder_, .file_bytes = 100, .directory_bytes = 350});
  std::vector<std::string> left = names_in(folder_);
  ASSERT_EQ(left.size(), 6u);
  EXPECT_EQ(
      (std::vector(left.begin(), left.begin() + 4)),
      (std::vector<std::string>{others[0], others[1], "2001-02-03.10.log", "2001-02-04.log"}));
}

TEST_F(LogTest, KeepsTheFileItWritesHoweverSmallTheFolderMayBe) {
  log::configure(
      {.level = log::Level::kOff, .directory = folder_, .file_bytes = 10, .directory_bytes = 1});
  for (int i = 0; i < 5; ++i) log::info("", "line " + std::to_string(i));
  EXPECT_EQ(names_in(folder_).size(), 1u);
  EXPECT_NE(file_text().find("line 4\n"), std::string::npos);
}

TEST_F(LogTest, SaysOnceThatItCannotBeWrittenAndGoesOn) {
  // /dev/full is a disk without space; the test may run over midnight.
  const auto day = [](double offset) {
    const auto when = std::chrono::system_clock::now() + std::chrono::duration<double>(offset);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(when));
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[16];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &utc));
  };
  fs::create_symlink("/dev/full", folder_ / (day(0) + ".log"));
  if (day(3600) != day(0)) fs::create_symlink("/dev/full", folder_ / (day(3600) + ".log"));
  log::configure({.directory = folder_});
  const std::string shown = screen([] {
    log::info("", "a");
    log::info("", "b");
  });
  EXPECT_EQ(shown,
            "info: a\nwarning: the log cannot be written, and the run goes on without it: No space "
            "left on device\ninfo: b\n");
}

TEST_F(LogTest, NeverWritesASecret) {
  log::keep_secret("sk-12345");
  log::keep_secret("sk-12345-and-more");
  log::keep_secret("abc");  // too short to be one
  log::configure({.directory = folder_});
  const std::string shown =
      screen([] { log::error("", "key sk-12345-and-more, sk-12345sk-12345 abc"); });
  EXPECT_EQ(shown, "error: key ***, ****** abc\n");
  EXPECT_EQ(file_text().find("sk-"), std::string::npos);
  EXPECT_EQ(log::without_secrets("Bearer sk-12345\n"), "Bearer ***\n");
}

TEST_F(LogTest, TellsTheEndOnTheScreenAsItStandsAndInTheFiles) {
  log::configure({.level = log::Level::kOff, .directory = folder_});
  EXPECT_EQ(screen([] { log::last_words("error: a\nhint: b\n"); }), "error: a\nhint: b\n");
  EXPECT_TRUE(file_text().ends_with(" error a\\nhint: b\n")) << file_text();
  log::configure({.level = log::Level::kOff, .format = log::Format::kJson});
  const std::string shown = screen([] { log::last_words("error: a\nhint: b\n"); });
  EXPECT_TRUE(shown.ends_with(R"("level": "error", "id": "", "message": "a\u000ahint: b"})"
                              "\n"))
      << shown;
}

TEST_F(LogTest, KnowsWhatIsWanted) {
  log::configure({.level = log::Level::kWarning});
  EXPECT_FALSE(log::wanted(log::Level::kInfo));
  EXPECT_TRUE(log::wanted(log::Level::kWarning));
  log::configure(
      {.level = log::Level::kWarning, .file_level = log::Level::kDebug, .directory = folder_});
  EXPECT_TRUE(log::wanted(log::Level::kDebug));
  log::configure({.level = log::Level::kOff});
  EXPECT_FALSE(log::wanted(log::Level::kError));
}

TEST_F(LogTest, KnowsItsFormatsByName) {
  EXPECT_EQ(log::format_from("text"), log::Format::kText);
  EXPECT_EQ(log::format_from("json"), log::Format::kJson);
  EXPECT_THROW(log::format_from("xml"), InputError);
}

TEST_F(LogTest, KnowsItsLevelsByName) {
  EXPECT_EQ(log::level_from("debug"), log::Level::kDebug);
  EXPECT_EQ(log::level_from("off"), log::Level::kOff);
  EXPECT_THROW(log::level_from("INFO"), InputError);
}

}  // namespace
}  // namespace syndisco
