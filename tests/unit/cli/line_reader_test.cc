// Lines of a terminal: a pair of pseudo-terminals stands for it.
#include "syndisco/cli/line_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string_view>

#include "syndisco/base/error.h"

namespace syndisco::cli {
namespace {

class LinesOfATerminal : public ::testing::Test {
 protected:
  void SetUp() override {
    master_ = posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(master_, 0);
    ASSERT_EQ(grantpt(master_), 0);
    ASSERT_EQ(unlockpt(master_), 0);
    terminal_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal_, 0);
  }
  void TearDown() override {
    hang_up();
    close(terminal_);
  }

  void type(std::string_view keys) {
    ASSERT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void hang_up() {
    if (master_ >= 0) close(master_);
    master_ = -1;
  }

  int master_ = -1;
  int terminal_ = -1;
};

TEST_F(LinesOfATerminal, EndAfterControlDAndComeAgain) {
  LineReader lines(terminal_);
  type("one\n\x04two\n");
  EXPECT_EQ(lines.next({}), "one");
  EXPECT_EQ(lines.next({}), std::nullopt);
  EXPECT_EQ(lines.next({}), "two");
}

TEST_F(LinesOfATerminal, DoNotEndWhereTheTerminalIsGone) {
  LineReader lines(terminal_);
  hang_up();
  try {
    lines.next({});
    FAIL() << "somebody has left who has not";
  } catch (const EnvironmentError& error) {
    EXPECT_STREQ(error.what(), "the terminal is gone");
    EXPECT_THAT(error.hint(), ::testing::HasSubstr("goes on"));
  }
}

TEST_F(LinesOfATerminal, AreCancelledAfterAStopThoughTheTerminalIsGone) {
  LineReader lines(terminal_);
  hang_up();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(lines.next(stop.get_token()), Cancelled);
}

TEST(LinesOfAPipe, EndWithIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "a\nb", 3), 3);
  close(ends[1]);
  LineReader lines(ends[0]);
  EXPECT_EQ(lines.next({}), "a");
  EXPECT_EQ(lines.next({}), "b");
  EXPECT_EQ(lines.next({}), std::nullopt);
  close(ends[0]);
}

TEST(LinesOfADescriptor, AreNotEndedByAnError) {
  LineReader lines(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THROW(lines.next({}), EnvironmentError);
}

}  // namespace
}  // namespace syndisco::cli
