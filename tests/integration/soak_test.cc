// Days on end in seconds: a study that is killed again and again ends as one that was left alone.
// SYNDISCO_SOAK=long has the size of the real thing (some minutes).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>
#include <thread>

#include "program.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

using namespace std::chrono_literals;

struct Size {
  int discussions;
  int kills;
  const char* delay_ms;
  int parallel;
  unsigned latest_kill;  // milliseconds after the start
};

Size size() {
  const char* soak = std::getenv("SYNDISCO_SOAK");
  if (soak != nullptr && std::string_view(soak) == "long") return {500, 20, "[0, 250]", 64, 2500};
  return {100, 20, "[0, 40]", 32, 400};
}

void write_study(const Folder& folder, int discussions, const std::string& delay_ms) {
  folder.write("experiment.yaml", R"(experiment: soak
seed: 5
models:
  m: {scripted: {replies: [one, two, '""', "four, five", "6", seven, eight, nine, ten, eleven],
                 delay_ms: )" + delay_ms +
                                      R"(, fail_rate: 0.05}}
discussions:
  per_cell: )" + std::to_string(discussions) +
                                      R"(
  instructions: Be brief.
  personas: [{username: ann}, {username: ben}, {username: cleo}, {username: dan}]
  participants: 3
  turns: 10
  turn_taking: {respond: {probability: 0.4}}
  opening_posts: ["What a day.", ["Cars out?", "No!"]]
annotations:
  - name: tone
    annotators: [{username: judy}]
    instructions: Which?
    history: 1
)");
}

/// Lines of a table, without the times in them.
std::string timeless_table(const std::string& text) {
  static const std::regex times(
      R"("timestamp":"[^"]*"|\d\d-\d\d-\d\d-\d\d-\d\d|\d{4}-\d\d-\d\dT[0-9:.]+Z)");
  return std::regex_replace(text, times, "TIME");
}

std::map<std::string, std::string> exported(const Folder& folder, const std::string& directory) {
  std::map<std::string, std::string> tables;
  for (const std::string format : {"csv", "jsonl"}) {
    const std::string out = directory + "." + format;
    EXPECT_EQ(run(folder, {"export", directory, "--format", format, "--out", out}).code, 0);
    tables[format] = timeless_table(folder.read(out));
    tables["annotations " + format] =
        timeless_table(folder.read(directory + ".annotations." + format));
  }
  return tables;
}

std::int64_t turns_of(const Folder& folder, const std::string& directory) {
  const Json status = parse_json(run(folder, {"status", directory, "--json"}).out);
  std::int64_t turns = 0;
  for (const char* table : {"cells", "annotations"})
    for (const auto& [name, counts] : status.find(table)->object())
      turns += counts.find("turns")->integer();
  return turns;
}

TEST(Soak, EndsTheSameHoweverOftenItIsKilled) {
  const Size now = size();
  Folder folder;
  write_study(folder, now.discussions, "0");
  const Ended whole =
      run(folder, {"run", "experiment.yaml", "--out", "whole", "--parallel", "64", "--quiet"});
  ASSERT_LE(whole.code, 1) << whole.err;  // a job whose three attempts all fail is failed in both

  write_study(folder, now.discussions, now.delay_ms);
  std::mt19937 random(20261122);
  int kills = 0;
  std::int64_t turns = 0;
  for (int i = 0; i < now.kills; ++i) {
    Program program(folder, {"run", "experiment.yaml", "--out", "killed", "--parallel",
                             std::to_string(now.parallel), "--quiet"});
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % now.latest_kill));
    program.signal(SIGKILL);
    kills += program.wait().code == 128 + SIGKILL ? 1 : 0;
    if (!std::filesystem::exists(folder / "killed/manifest.json")) continue;
    const std::int64_t then = turns_of(folder, "killed");
    ASSERT_GE(then, turns) << "turns were lost";
    turns = then;
  }
  EXPECT_GE(kills, now.kills / 2) << "the kills came too late to say anything";
  EXPECT_GT(turns, 0) << "the kills came too early to say anything";
  RecordProperty("turns_after_kills", static_cast<int>(turns));

  const Ended last =
      run(folder, {"run", "experiment.yaml", "--out", "killed", "--parallel", "64", "--quiet"});
  EXPECT_EQ(last.code, whole.code) << last.err;
  EXPECT_EQ(turns_of(folder, "killed"), turns_of(folder, "whole"));
  EXPECT_TRUE(stable_files(folder / "whole", "discussions") ==
              stable_files(folder / "killed", "discussions"));
  EXPECT_TRUE(stable_files(folder / "whole", "annotations") ==
              stable_files(folder / "killed", "annotations"));
  const auto one = exported(folder, "whole"), other = exported(folder, "killed");
  for (const auto& [format, table] : one) EXPECT_TRUE(table == other.at(format)) << format;
  const Ended checked = run(folder, {"check", "killed"});
  EXPECT_EQ(checked.code, 0) << checked.out;
}

// How long a researcher waits, after the same command again, for the first new answer.
TEST(Soak, TakesUpAThousandDiscussionsInUnderTwoSeconds) {
  Folder folder;
  write_study(folder, 1000, "0");
  Program first(folder, {"run", "experiment.yaml", "--out", "d", "--parallel", "64", "--quiet"});
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(folder / "d/manifest.json") && turns_of(folder, "d") > 8000;
  }));
  first.signal(SIGKILL);
  ASSERT_EQ(first.wait().code, 128 + SIGKILL);
  // Whoever asks now is answered never: the log tells when.
  write_study(folder, 1000, "60000");
  const auto begin = std::chrono::steady_clock::now();
  Program second(folder, {"run", "experiment.yaml", "--out", "d", "--parallel", "64"});
  const auto asked = [&] {
    const Json status = parse_json(run(folder, {"status", "d", "--json"}).out);
    return status.find("cells")->find("all")->find("running")->integer() > 0;
  };
  ASSERT_TRUE(eventually(asked));
  const auto taken = std::chrono::steady_clock::now() - begin;
  RecordProperty("milliseconds", static_cast<int>(taken / 1ms));
  EXPECT_LT(taken, 10s) << "two are promised on a machine that does nothing else";
  second.signal(SIGKILL);
  second.wait();
}

}  // namespace
}  // namespace syndisco::test
