// A real small file system fills up under the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "experiments.h"
#include "program.h"

namespace syndisco::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

constexpr int kCannotMount = 77;

/// Runs a script in `folder` that may mount: as root, or as root of a namespace of its own. Its
/// exit code; kCannotMount where neither works.
int run_mounting(const Folder& folder, const std::string& script) {
  folder.write("script.sh",
               "mkdir -p small\nmount -t tmpfs -o size=1m tmpfs small || exit 77\n"
               "umount small\n" +
                   script);
  const std::string unshare = ::geteuid() == 0 ? "unshare -m" : "unshare -rm";
  const std::string command = "cd '" + folder.path().string() + "' && if " + unshare +
                              " true 2>/dev/null; then exec " + unshare +
                              " bash script.sh; else exit 77; fi";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class FullDisk : public testing::TestWithParam<int> {};

TEST_P(FullDisk, EndsTheRunWithTheReasonAndCostsNothing) {
  Folder folder;
  write_experiment(folder, 25, R"({replies: ["1"]})");
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "whole", "--quiet"}).code, 0);
  const std::string program = std::getenv("SYNDISCO_PROGRAM");
  const int code = run_mounting(folder, "P='" + program + "'\nmount -t tmpfs -o size=" +
                                            std::to_string(GetParam()) + R"(k tmpfs small || exit 77
"$P" run experiment.yaml --out small/d --quiet >out 2>err
code=$?
find small -name '*.tmp' >left
mount -o remount,size=100m small || exit 77
"$P" run experiment.yaml --out small/d --quiet >again 2>&1 || exit 76
"$P" check small/d >checked 2>&1 || exit 75
cp -r small/d copied
exit $code
)");
  if (code == kCannotMount) GTEST_SKIP() << "a small file system cannot be mounted here";
  ASSERT_EQ(code, 3) << folder.read("err") << folder.read("again") << folder.read("checked");
  EXPECT_THAT(folder.read("err"), AnyOf(HasSubstr("disk is full"), HasSubstr("No space left")));
  EXPECT_THAT(folder.read("err"), HasSubstr("hint: "));
  EXPECT_EQ(folder.read("left"), "");
  for (const char* part : {"discussions", "annotations"})
    EXPECT_TRUE(stable_files(folder / "copied", part) == stable_files(folder / "whole", part));
}

INSTANTIATE_TEST_SUITE_P(Kilobytes, FullDisk, testing::Values(60, 200, 350, 500, 700),
                         testing::PrintToStringParamName());

TEST(FullLog, CostsAWarningAndNotTheRun) {
  Folder folder;
  write_experiment(folder, 2);
  const std::string program = std::getenv("SYNDISCO_PROGRAM");
  const int code = run_mounting(folder, "P='" + program + R"('
mount -t tmpfs -o size=8k tmpfs small || exit 77
head -c 8192 /dev/zero >small/ballast
"$P" run experiment.yaml --out d --log-dir small >out 2>err
)");
  if (code == kCannotMount) GTEST_SKIP() << "a small file system cannot be mounted here";
  EXPECT_EQ(code, 0) << folder.read("err");
  EXPECT_THAT(
      folder.read("err"),
      HasSubstr(
          "warning: the log cannot be written, and the run goes on without it: No space left"));
}

}  // namespace
}  // namespace syndisco::test
