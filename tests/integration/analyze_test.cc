// `syndisco analyze` from the outside: on finished work, while a run goes on, and with what cannot
// be meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "experiments.h"
#include "program.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A finished run in d/.
void run_small(const Folder& folder, int per_cell = 3) {
  write_experiment(folder, per_cell);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"}).code, 0);
}

const Json* table_of(const Json& report, const std::string& name) {
  for (const Json& table : report.find("tables")->array())
    if (table.find("name")->string() == name) return &table;
  return nullptr;
}

TEST(Analyze, PrintsEveryTableThatAppliesToASmallExperiment) {
  Folder folder;
  run_small(folder);
  const Ended ended = run(folder, {"analyze", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* title :
       {"Discussions and comments", "Users' turns", "Facilitator's turns", "Balance of users",
        "Diversity of comments", "Annotations", "Agreement of annotators", "Effects on toxicity",
        "Tests of pairs of conditions", "Jensen-Shannon divergence", "Tokens, time and cost"})
    EXPECT_THAT(ended.out, HasSubstr(title));
  EXPECT_THAT(ended.out, Not(HasSubstr("nan")));
}

TEST(Analyze, WritesJsonWithEveryNumberOrItsReason) {
  Folder folder;
  run_small(folder);
  const Ended ended = run(folder, {"analyze", "d", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json report = parse_json(ended.out);
  const Json* discussions = table_of(report, "discussions");
  ASSERT_NE(discussions, nullptr);
  EXPECT_EQ(discussions->find("rows")->array().at(0).find("discussions")->integer(), 6);
  EXPECT_NE(table_of(report, "effects.toxicity"), nullptr);
}

TEST(Analyze, WritesAFileOfEachTable) {
  Folder folder;
  run_small(folder);
  for (const auto& [format, ending] :
       {std::pair("latex", ".tex"), std::pair("csv", ".csv"), std::pair("markdown", ".md")}) {
    const Ended ended = run(folder, {"analyze", "d", "--format", format, "--out", "t"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(fs::exists(folder / ("t/participation" + std::string(ending)))) << format;
  }
  EXPECT_THAT(folder.read("t/participation.tex"), HasSubstr("\\toprule"));
}

TEST(Analyze, JoinsRatingsAndFactorsAndFitsAFormula) {
  Folder folder;
  run_small(folder);
  std::string ratings = "conv_id,comment_index,score\n";
  for (const char* cell : {"none", "light"})
    for (int discussion = 1; discussion <= 3; ++discussion)
      for (int comment = 1; comment <= 8; ++comment)
        ratings += std::string("small.") + cell + ".000" + std::to_string(discussion) + "," +
                   std::to_string(comment) + "," +
                   std::to_string((comment * 7 + discussion * 3) % 5) + "\n";
  folder.write("ratings.csv", ratings);
  folder.write("more.csv", "facilitation,kind\nnone,control\nlight,treated\n");
  const Ended ended =
      run(folder, {"analyze", "d", "--ratings", "ratings.csv", "--factors", "more.csv", "--table",
                   "effects", "--formula", "score ~ kind * message_order_c + (1 | discussion)",
                   "--reference", "kind=treated"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("kind[T.control]"), HasSubstr("by REML")));
}

TEST(Analyze, SaysThatRatingsMatchNothingAndMakesTheOtherTables) {
  Folder folder;
  run_small(folder);
  folder.write("ratings.csv", "message_id,score\nabc,1\n");
  const Ended ended = run(folder, {"analyze", "d", "--ratings", "ratings.csv"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("none of the 1 ratings belongs to a comment here"));
  EXPECT_THAT(ended.out, HasSubstr("Discussions and comments"));
}

TEST(Analyze, RefusesWhatCannotBeMeantWithAHint) {
  Folder folder;
  run_small(folder, 1);
  const auto error_of = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"analyze", "d"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = run(folder, arguments);
    EXPECT_EQ(ended.code, 2);
    return ended.err;
  };
  EXPECT_THAT(error_of({"--table", "agrement"}), HasSubstr("did you mean agreement?"));
  EXPECT_THAT(error_of({"--factor", "facilitaton"}), HasSubstr("did you mean facilitation?"));
  EXPECT_THAT(error_of({"--measure", "toxicty"}), HasSubstr("did you mean toxicity?"));
  EXPECT_THAT(error_of({"--format", "latx"}), HasSubstr("did you mean latex?"));
  EXPECT_THAT(error_of({"--ratings", "nowhere.csv"}), HasSubstr("nowhere.csv"));
  EXPECT_THAT(error_of({"--format", "csv"}), HasSubstr("--out FOLDER"));
  EXPECT_THAT(error_of({"--read", "toxicty=integer:1-5"}), HasSubstr("did you mean toxicity?"));
}

TEST(Analyze, ComparesWithAnotherCorpusAndCountsCosts) {
  Folder folder;
  run_small(folder);
  folder.write("humans.csv",
               "conv_id,user,message\na,x,Hello you there\na,y,No way\nb,x,One two three four\n"
               "b,z,Five\nc,x,Six seven\nc,y,Eight is more than that\n");
  folder.write("rates.yaml",
               "currency: EUR\nmodels: {m: {input: 1, output: 2}}\n"
               "others: {large: {input: 10, output: 20}}\n"
               "humans: {hourly_pay: 12, words_per_minute: 30}\n");
  const Ended ended =
      run(folder, {"analyze", "d", "--against", "humans.csv", "--rates", "rates.yaml", "--table",
                   "divergence", "--table", "cost", "--measure", "mean_words"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("divergence from humans.csv"), HasSubstr("cost (EUR)"),
                               HasSubstr("with large (EUR)"), HasSubstr("people's hours")));
  folder.write("rates.yaml", "modles: {}\n");
  const Ended refused = run(folder, {"analyze", "d", "--rates", "rates.yaml"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("rates.yaml:1"), HasSubstr("did you mean models?")));
}

TEST(Analyze, ReadsOneMomentOfARunThatGoesOn) {
  Folder folder;
  write_experiment(
      folder, 30,
      R"({by_role: {user: [one, two], moderator: [calm], annotator: ["1", "2"]}, delay_ms: 20})");
  Program running(folder, {"run", "experiment.yaml", "--out", "d", "--quiet", "--parallel", "2"});
  const auto completed = [&] {
    const Ended ended = run(folder, {"analyze", "d", "--table", "discussions", "--json"});
    if (ended.code != 0) return std::int64_t{0};
    const Json report = parse_json(ended.out);
    const Json& row = report.find("tables")->array().at(0).find("rows")->array().at(0);
    const Json* discussions = row.find("discussions");
    if (discussions == nullptr) return std::int64_t{0};
    // Every completed discussion has its six turns of users: no half of one is seen.
    EXPECT_EQ(row.find("by_users")->integer(), 6 * discussions->integer());
    return discussions->integer();
  };
  EXPECT_TRUE(eventually([&] { return completed() > 0; }));
  running.signal(SIGINT);
  running.wait();
}

}  // namespace
}  // namespace syndisco::test
