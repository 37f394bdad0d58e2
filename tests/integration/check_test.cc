// `syndisco check`: finds what is wrong with a run directory, and puts it right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "experiments.h"
#include "program.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class CheckCommand : public testing::Test {
 protected:
  CheckCommand() {
    write_experiment(folder_, 2);
    EXPECT_EQ(run(folder_, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  }

  void expect_finding(const std::string& what) {
    const Ended found = run(folder_, {"check", "d"});
    EXPECT_EQ(found.code, 1) << found.err;
    EXPECT_THAT(found.out, HasSubstr(what));
  }

  void expect_repaired() {
    const Ended repaired = run(folder_, {"check", "d", "--repair"});
    EXPECT_EQ(repaired.code, 0) << repaired.out << repaired.err;
    EXPECT_EQ(run(folder_, {"check", "d"}).code, 0);
  }

  Folder folder_;
};

TEST_F(CheckCommand, FindsNothingInAWholeDirectory) {
  const Ended ended = run(folder_, {"check", "d"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("all is well: 4 discussions, 8 annotations"));
  const Json json = parse_json(run(folder_, {"check", "d", "--json"}).out);
  EXPECT_TRUE(json.find("findings")->array().empty());
}

TEST_F(CheckCommand, WritesLostAndChangedFilesAgain) {
  const std::string discussion = "d/discussions/small.light.0002.json";
  const std::string annotation = "d/annotations/toxicity/small.none.0001.judy.json";
  const std::string manifest = folder_.read("d/manifest.json");
  const std::string before = folder_.read(discussion), other = folder_.read(annotation);
  fs::remove(folder_ / discussion);
  folder_.write(annotation, other + " ");
  fs::remove(folder_ / "d/manifest.json");
  folder_.write("d/experiment.yaml", "experiment: another\n");
  expect_finding("discussions/small.light.0002.json: is missing");
  expect_finding("judy.json: differs from what the journal holds");
  expect_finding("manifest.json: is missing");
  expect_finding("experiment.yaml: is not what was run");
  expect_finding("4 findings");
  expect_repaired();
  EXPECT_EQ(folder_.read(discussion), before);
  EXPECT_EQ(folder_.read(annotation), other);
  EXPECT_EQ(folder_.read("d/manifest.json"), manifest);
  EXPECT_EQ(folder_.read("d/experiment.yaml"), folder_.read("experiment.yaml"));
}

TEST_F(CheckCommand, ReportsStrangersAndLeavesThem) {
  folder_.write("d/discussions/notes.txt", "mine");
  expect_finding("discussions/notes.txt: belongs to no completed discussion");
  EXPECT_EQ(run(folder_, {"check", "d", "--repair"}).code, 1);
  EXPECT_EQ(folder_.read("d/discussions/notes.txt"), "mine");
}

TEST_F(CheckCommand, RemovesWhatADyingProcessLeft) {
  folder_.write("d/discussions/.syndisco-1-2.tmp", "{");
  expect_finding("was left by a process that died while it wrote");
  expect_repaired();
  EXPECT_FALSE(fs::exists(folder_ / "d/discussions/.syndisco-1-2.tmp"));
}

TEST_F(CheckCommand, SavesWhatADamagedDatabaseStillHolds) {
  std::string database = folder_.read("d/syndisco.db");
  for (std::size_t at = database.size() / 2 / 4096 * 4096; at < database.size() * 3 / 4; ++at)
    database[at] = static_cast<char>(at * 31);
  folder_.write("d/syndisco.db", database);
  expect_finding("syndisco.db: is damaged");
  const Ended repaired = run(folder_, {"check", "d", "--repair"});
  EXPECT_NE(repaired.code, 3) << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("the database was damaged"));
  EXPECT_THAT(repaired.out, HasSubstr("lost: "));
  EXPECT_THAT(repaired.out, HasSubstr("syndisco.db.damaged-"));
  EXPECT_THAT(repaired.out, HasSubstr("still holds what it had"))
      << "the only copy of a lost turn must not be overwritten";
  const Ended whole = run(folder_, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(whole.code, 0) << whole.err;
  const Ended last = run(folder_, {"check", "d"});
  EXPECT_EQ(last.code, 0) << last.out;
}

TEST_F(CheckCommand, ALostJournalCostsNoFiles) {
  const std::string before = folder_.read("d/discussions/small.none.0001.json");
  folder_.write("d/syndisco.db", "");
  const Ended again = run(folder_, {"run", "experiment.yaml", "--out", "d"});
  EXPECT_EQ(again.code, 2) << again.err;
  EXPECT_THAT(again.err, HasSubstr("would be overwritten"));
  EXPECT_EQ(folder_.read("d/discussions/small.none.0001.json"), before);
}

TEST_F(CheckCommand, SaysWhatCannotBeRead) {
  folder_.write("d/syndisco.db", std::string(30'000, 'g'));
  const Ended ended = run(folder_, {"check", "d"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("is damaged"));
  EXPECT_EQ(run(folder_, {"check", "nowhere"}).code, 2);
}

TEST_F(CheckCommand, RepairsNoDatabaseThatIsWholeButOfAnotherVersion) {
  std::string database = folder_.read("d/syndisco.db");
  for (const char version : {'\x01', '\x63'}) {
    database[63] = version;  // the last byte of user_version in SQLite's header
    folder_.write("d/syndisco.db", database);
    const Ended ended = run(folder_, {"check", "d", "--repair"});
    EXPECT_EQ(ended.code, 3) << ended.out;
    EXPECT_THAT(ended.err, HasSubstr("version of this program"));
    EXPECT_EQ(folder_.read("d/syndisco.db"), database);
    for (const auto& entry : fs::directory_iterator(folder_ / "d"))
      EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("damaged")));
  }
}

TEST_F(CheckCommand, RaisesNoFalseAlarmBesideARunningWriter) {
  write_experiment(folder_, 60, R"({replies: ["1"], delay_ms: [0, 8]})");
  Program program(folder_, {"run", "experiment.yaml", "--out", "busy", "--parallel", "8"});
  ASSERT_TRUE(eventually([&] { return fs::exists(folder_ / "busy/discussions"); }));
  for (int i = 0; i < 5; ++i) {
    const Ended ended = run(folder_, {"check", "busy"});
    EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  }
  EXPECT_EQ(run(folder_, {"check", "busy", "--repair"}).code, 3) << "it is in use";
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().code, 128 + SIGKILL) << "it ended before it was looked at";
}

}  // namespace
}  // namespace syndisco::test
