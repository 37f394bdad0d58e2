// What a run keeps when it is stopped, and that going on gives what an undisturbed run gives.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "experiments.h"
#include "program.h"

namespace syndisco::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

void expect_same_data(const Folder& folder, const std::string& one, const std::string& other) {
  EXPECT_EQ(stable_files(folder / one, "discussions"), stable_files(folder / other, "discussions"));
  EXPECT_EQ(stable_files(folder / one, "annotations"), stable_files(folder / other, "annotations"));
  EXPECT_FALSE(stable_files(folder / one, "discussions").empty());
}

TEST(Resume, LosesAndDoublesNothingWhenKilledAtTenRandomMoments) {
  Folder folder;
  write_experiment(folder, 4);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "whole", "--quiet"}).code, 0);
  std::mt19937 random(4711);  // fixed: a failure can be repeated
  int kills = 0;
  for (int i = 0; i < 10; ++i) {
    Program program(folder,
                    {"run", "experiment.yaml", "--out", "killed", "--parallel", "3", "--quiet"});
    std::this_thread::sleep_for(std::chrono::milliseconds(15 + random() % 120));
    program.signal(SIGKILL);
    kills += program.wait().code == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_GT(kills, 2) << "the kills came too late to say anything";
  const Ended last = run(folder, {"run", "experiment.yaml", "--out", "killed", "--quiet"});
  ASSERT_EQ(last.code, 0) << last.err;
  expect_same_data(folder, "whole", "killed");
}

TEST(Resume, GivesTheSameDataWithAnyNumberInFlight) {
  Folder folder;
  write_experiment(folder);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "one", "--parallel", "1"}).code, 0);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "many", "--parallel", "16"}).code, 0);
  expect_same_data(folder, "one", "many");
}

TEST(Resume, WritesMissingFilesAgainWithTheSameBytes) {
  Folder folder;
  write_experiment(folder);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const std::string name = "d/discussions/small.light.0002.json";
  const std::string before = folder.read(name);
  ASSERT_FALSE(before.empty());
  std::filesystem::remove(folder / name);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  EXPECT_EQ(folder.read(name), before);
}

struct Stop {
  int signal;
  int code;
};
class StopBySignal : public testing::TestWithParam<Stop> {};

TEST_P(StopBySignal, EndsWithinASecondInMidAnswerAndGoesOnLater) {
  Folder folder;
  write_experiment(folder, 1, "{replies: ['1'], delay_ms: 60000}");
  Program program(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "d/manifest.json"); }));
  std::this_thread::sleep_for(200ms);  // well inside the first answer
  const auto asked = std::chrono::steady_clock::now();
  program.signal(GetParam().signal);
  const Ended ended = program.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);
  EXPECT_EQ(ended.code, GetParam().code) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("the same command goes on"));
  // The delay is no part of what was recorded... but the model's definition is: the same file must
  // go on.
  Program again(folder, {"run", "experiment.yaml", "--out", "d"});
  std::this_thread::sleep_for(300ms);
  again.signal(GetParam().signal);
  EXPECT_EQ(again.wait().code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Signals, StopBySignal,
                         testing::Values(Stop{SIGINT, 130}, Stop{SIGTERM, 143}),
                         [](const auto& each) {
                           return each.param.signal == SIGINT ? "CtrlC" : "Term";
                         });

/// As `2>&1 | less` that nobody scrolls; the process has both ends, so it never breaks.
void write_errors_to_a_full_pipe() {
  int ends[2];
  if (pipe(ends) != 0) _exit(126);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  while (write(ends[1], "x", 1) == 1) {
  }
  fcntl(ends[1], F_SETFL, 0);
  dup2(ends[1], 2);
}

TEST(Stop, TakesOneCtrlCWhenNobodyReadsTheScreen) {
  Folder folder;
  write_experiment(folder, 1, "{replies: ['1'], delay_ms: 60000}");
  Program program(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"}, {},
                  write_errors_to_a_full_pipe);
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "d/manifest.json"); }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(5s).code, 130);
  bool logged = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "d/logs"))
    logged |= folder.read("d/logs/" + entry.path().filename().string())
                  .find("the same command goes on") != std::string::npos;
  EXPECT_TRUE(logged);
}

TEST(Stop, EndsAtOnceAtTheSecondCtrlCWhileALineWaitsForTheScreen) {
  Folder folder;
  write_experiment(folder, 1, "{replies: ['1'], delay_ms: 60000}");
  Program program(folder, {"run", "experiment.yaml", "--out", "d"}, {},
                  write_errors_to_a_full_pipe);
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "d/logs"); }));
  EXPECT_TRUE(eventually([&] {
    program.signal(SIGINT);
    return !std::filesystem::exists("/proc/" + std::to_string(program.pid()) + "/exe");
  }));
  EXPECT_EQ(program.wait(5s).code, 130);
}

TEST(Stop, EndsAtOnceWhileAModelIsBeingLoaded) {
  Folder folder;
  write_experiment(folder, 1);
  std::string file = folder.read("experiment.yaml");
  const std::size_t from = file.find("{scripted:");
  file.replace(from, file.find('\n', from) - from, "{gguf: large.gguf}");
  folder.write("experiment.yaml", file);
  ASSERT_EQ(mkfifo((folder / "large.gguf").c_str(), 0600), 0);  // nothing ever comes out of it
  Program program(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_TRUE(
      eventually([&] { return program.err_so_far().find("loading model") != std::string::npos; }));
  const auto asked = std::chrono::steady_clock::now();
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 5s);
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("every recorded answer is kept"));
  EXPECT_FALSE(std::filesystem::exists(folder / "d/syndisco.db")) << "the file may be corrected";
}

TEST(Resume, RefusesASecondRunOnTheSameDirectory) {
  Folder folder;
  write_experiment(folder, 1, "{replies: ['1'], delay_ms: 60000}");
  Program first(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "d/manifest.json"); }));
  const Ended second = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(second.code, 3);
  EXPECT_THAT(second.err, HasSubstr(std::to_string(first.pid())));
  first.signal(SIGKILL);
  first.wait();
  Program third(folder, {"run", "experiment.yaml", "--out", "d"});
  std::this_thread::sleep_for(300ms);
  third.signal(SIGINT);
  EXPECT_EQ(third.wait().code, 130) << "after SIGKILL the directory is free at once";
}

TEST(Growth, KeepsFinishedWorkWhenTheStudyGrows) {
  Folder folder;
  write_experiment(folder, 2);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const std::string first = folder.read("d/discussions/small.none.0001.json");
  write_experiment(folder, 3, "", R"(  - name: tone
    model: m
    annotators: [{username: judy}]
    instructions: Rate the tone.
    answer: {integer: [1, 5]}
)");
  const Ended grown = run(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(grown.code, 0) << grown.err;
  EXPECT_EQ(folder.read("d/discussions/small.none.0001.json"), first);
  EXPECT_TRUE(std::filesystem::exists(folder / "d/discussions/small.light.0003.json"));
  EXPECT_TRUE(std::filesystem::exists(folder / "d/annotations/tone/small.none.0001.judy.json"));
  EXPECT_TRUE(std::filesystem::exists(folder / "d/annotations/tone/small.none.0003.judy.json"));
}

TEST(Growth, RefusesAFileThatWouldChangeRecordedWork) {
  Folder folder;
  write_experiment(folder, 2);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const auto before = stable_files(folder / "d", "discussions");
  std::string text = folder.read("experiment.yaml");
  text.replace(text.find("Be brief."), 9, "Be wordy.");
  folder.write("experiment.yaml", text);
  const Ended refused = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("instructions"));
  EXPECT_THAT(refused.err, HasSubstr("Be wordy."));
  EXPECT_EQ(stable_files(folder / "d", "discussions"), before);
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d", "--seed", "12"}).code, 2);
}

}  // namespace
}  // namespace syndisco::test
