// Limits: the program stops before one is passed, says so, and goes on when it is raised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "experiments.h"
#include "program.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const char* const kPriced =
    R"({replies: ["1", "2"], delay_ms: [0, 3]}, price: {input: 1, cached_input: 0.1, output: 10})";

void limit(const Folder& folder, const std::string& limits) {
  std::string text = folder.read("experiment.yaml");
  if (const std::size_t old = text.find("limits: "); old != std::string::npos)
    text.erase(old, text.find('\n', old) + 1 - old);
  folder.write("experiment.yaml", "limits: " + limits + "\n" + text);
}

Json status(const Folder& folder) {
  return parse_json(run(folder, {"status", "d", "--json"}).out);
}

struct Case {
  std::string limits;
  std::string name;
};
class RunLimit : public testing::TestWithParam<Case> {};

TEST_P(RunLimit, StopsBeforeItAndGoesOnWhenItIsRaised) {
  Folder folder;
  write_experiment(folder, 2, kPriced);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "whole"}).code, 0);
  limit(folder, GetParam().limits);
  const Ended stopped = run(folder, {"run", "experiment.yaml", "--out", "d", "--parallel", "8"});
  EXPECT_EQ(stopped.code, 4) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("stopped before limits." + GetParam().name));
  EXPECT_THAT(stopped.err, HasSubstr("raise limits." + GetParam().name + " in experiment.yaml"));

  const Json budget = *status(folder).find("budget");
  const double most = budget.find("limits")->find(GetParam().name)->number();
  const double spent = budget.find("spent")->find(GetParam().name)->number();
  EXPECT_LE(spent, most);
  EXPECT_GT(spent, most / 4) << "and it was not stopped at once";
  EXPECT_GT(budget.find("estimate")->find("requests")->integer(), 0);
  EXPECT_THAT(run(folder, {"status", "d"}).out, HasSubstr("stopped at a limit"));

  const Ended again = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(again.code, 4) << "the same limit still holds";

  limit(folder, "null");
  const Ended whole = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(stable_files(folder / "d", "discussions"),
            stable_files(folder / "whole", "discussions"));
  EXPECT_EQ(stable_files(folder / "d", "annotations"),
            stable_files(folder / "whole", "annotations"));
}

INSTANTIATE_TEST_SUITE_P(Program, RunLimit,
                         testing::Values(Case{"{requests: 20}", "requests"},
                                         Case{"{tokens: 2000}", "tokens"},
                                         Case{"{cost: 0.004}", "cost"}),
                         [](const auto& each) { return each.param.name; });

TEST(RunLimit, CountsTheTimeOfKilledRuns) {
  Folder folder;
  write_experiment(folder, 2, "{replies: ['1'], delay_ms: 100}");
  Program program(folder, {"run", "experiment.yaml", "--out", "d", "--parallel", "1"});
  // The run says every five seconds how long it has taken.
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(folder / "d/manifest.json") &&
           status(folder).find("budget")->find("spent")->find("wall_time")->number() > 4;
  }));
  program.signal(SIGKILL);
  program.wait();
  limit(folder, "{wall_time: 4}");
  const Ended stopped = run(folder, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(stopped.code, 4) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("limits.wall_time (4.0s)"));
}

TEST(Status, TellsWhoRunsAndThatNobodyDoesAfterAKill) {
  Folder folder;
  write_experiment(folder, 2, "{replies: ['1'], delay_ms: 60000}");
  Program program(folder, {"run", "experiment.yaml", "--out", "d"});
  const auto running = [&] {
    std::int64_t jobs = 0;
    const Json now = status(folder);
    for (const auto& [cell, counts] : now.find("cells")->object())
      jobs += counts.find("running")->integer();
    return jobs;
  };
  ASSERT_TRUE(eventually(
      [&] { return std::filesystem::exists(folder / "d/manifest.json") && running() > 0; }));
  EXPECT_THAT(run(folder, {"status", "d"}).out,
              HasSubstr("running: process " + std::to_string(program.pid()) + " on "));
  EXPECT_TRUE(status(folder).find("run")->find("running")->boolean());
  program.signal(SIGKILL);
  program.wait();
  EXPECT_EQ(running(), 0);
  EXPECT_FALSE(status(folder).find("run")->find("running")->boolean());
  EXPECT_THAT(run(folder, {"status", "d"}).out, HasSubstr("ended without a word"));
}

TEST(Status, ShowsWhatEachModelCost) {
  Folder folder;
  write_experiment(folder, 1, kPriced);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Json spent = *status(folder).find("budget")->find("spent");
  const Json& model = *spent.find("models")->find("m");
  EXPECT_EQ(model.find("requests")->integer(), spent.find("requests")->integer());
  EXPECT_NEAR(
      model.find("cost")->number(),
      model.find("prompt_tokens")->number() / 1e6 + model.find("generated_tokens")->number() / 1e5,
      1e-9);
  EXPECT_THAT(run(folder, {"plan", "experiment.yaml"}).out, HasSubstr("of cost"));
}

TEST(Plan, SaysWhichLimitTheRunWillMeet) {
  Folder folder;
  write_experiment(folder, 2);
  limit(folder, "{requests: 10, wall_time: 36h}");
  const Ended planned = run(folder, {"plan", "experiment.yaml"});
  EXPECT_THAT(planned.out, HasSubstr("limit of requests: 10; the plan comes to"));
  EXPECT_THAT(planned.out, HasSubstr("so the run will stop before its end"));
  EXPECT_THAT(planned.out, HasSubstr("limit of wall_time: 36h"));
}

TEST(Run, LoadsNoModelWhereNothingIsLeftToDo) {
  Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended again = run(folder, {"run", "experiment.yaml", "--out", "d", "--log-level", "debug"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, Not(HasSubstr("loading model")));
  EXPECT_THAT(again.err, HasSubstr("nothing left to do"));
}

TEST(Run, LetsNoDirectoryGrowWhereAnotherIsRefused) {
  Folder folder;
  write_experiment(folder, 1);
  const std::string one = folder.read("experiment.yaml");
  std::string other = one;
  other.replace(other.find("small"), 5, "other");
  folder.write("other.yaml", other);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "other.yaml", "--out", "both"}).code, 0);
  std::string more = one, changed = other;
  more.replace(more.find("per_cell: 1"), 11, "per_cell: 2");
  changed.replace(changed.find("Be brief."), 9, "Be wordy.");
  folder.write("experiment.yaml", more);
  folder.write("other.yaml", changed);
  EXPECT_EQ(run(folder, {"run", "experiment.yaml", "other.yaml", "--out", "both"}).code, 2);
  const Json status = parse_json(run(folder, {"status", "both/small", "--json"}).out);
  EXPECT_EQ(status.find("cells")->find("none")->find("planned")->integer(), 0);
}

}  // namespace
}  // namespace syndisco::test
