#include "syndisco/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/journal/journal_testing.h"

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

using namespace syndisco::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Journal, TakesUpAPlanAndTellsItAgain) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path() / "a" / "b");
  Plan first = plan();
  first.seed = std::numeric_limits<std::uint64_t>::max();
  first.annotation_sets = {annotation_set("toxicity"), annotation_set("quality")};
  const Growth growth = journal->take_up(first);
  EXPECT_TRUE(growth.created);
  EXPECT_EQ(growth.added_discussions, 4U);
  EXPECT_EQ(growth.added_annotation_sets, 2U);
  EXPECT_EQ(journal->experiment(), "exp");
  EXPECT_EQ(journal->seed(), first.seed);
  EXPECT_THAT(journal->factors(), ElementsAre("facilitation"));
  EXPECT_THAT(journal->cells(), ElementsAre("none", "light"));
  EXPECT_THAT(journal->discussion_ids(),
              ElementsAre("exp.none.0001", "exp.light.0001", "exp.none.0002", "exp.light.0002"));
  EXPECT_EQ(journal->annotation_ids().size(), 16U);
  EXPECT_EQ(journal->annotation_ids().at(0), "exp.none.0001/toxicity/Judge 1");
  EXPECT_EQ(journal->annotation_ids().at(1), "exp.none.0001/toxicity/Judge 2");
  EXPECT_EQ(journal->annotation_ids().at(8), "exp.none.0001/quality/Judge 1");
  ASSERT_EQ(journal->annotation_sets().size(), 2U);
  EXPECT_EQ(*journal->annotation_sets()[1], *first.annotation_sets[1]);
  EXPECT_EQ(journal->model_identity("small"), first.models[0].identity());
  EXPECT_EQ(journal->model_identity("large"), std::nullopt);
  EXPECT_EQ(journal->discussion("exp.light.0002").job, first.discussions[3]);
}

TEST(Journal, ClaimsDiscussionsInTheOrderOfThePlanAndEachOnce) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  const Plan first = plan();
  journal->take_up(first);
  for (const DiscussionJob& job : first.discussions) {
    const std::optional<Claim> claim = journal->claim();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->id, job.id);
    EXPECT_EQ(claim->discussion, job);
    EXPECT_FALSE(claim->annotation);
    EXPECT_THAT(claim->turns, IsEmpty());
    EXPECT_EQ(journal->discussion(job.id).status, Status::kRunning);
  }
  EXPECT_FALSE(journal->claim());
}

TEST(Journal, ClaimsAnnotationsOnlyOfCompletedDiscussions) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan({"all"}, 2);
  first.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(first);
  const std::string one = journal->claim()->id, two = journal->claim()->id;
  EXPECT_FALSE(journal->claim());

  journal->append(one, turn(0));
  journal->close(one, failed("the model is gone"));
  EXPECT_FALSE(journal->claim());

  journal->append(two, turn(0, "first"));
  journal->append(two, turn(1, "second"));
  journal->close(two, completed());
  const std::optional<Claim> claim = journal->claim();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->id, two + "/toxicity/Judge 1");
  ASSERT_TRUE(claim->annotation);
  EXPECT_EQ(claim->annotation->discussion, two);
  EXPECT_EQ(claim->annotation->actor().name, "Judge 1");
  ASSERT_EQ(claim->comments.size(), 2U);
  EXPECT_EQ(claim->comments[1].text, "second");
  EXPECT_EQ(journal->claim()->id, two + "/toxicity/Judge 2");
  EXPECT_FALSE(journal->claim());
}

TEST(Journal, AGivenBackJobIsClaimedAgainWithItsTurns) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan());
  const std::string id = journal->claim()->id;
  journal->append(id, turn(0));
  journal->append(id, turn(1));
  journal->close(id, std::nullopt);
  EXPECT_EQ(journal->discussion(id).status, Status::kPlanned);
  const std::optional<Claim> claim = journal->claim();
  EXPECT_EQ(claim->id, id);
  ASSERT_EQ(claim->turns.size(), 2U);
  EXPECT_EQ(claim->turns[1], turn(1));
}

TEST(Journal, KeepsEveryFieldOfATurn) {
  const TemporaryDirectory directory;
  Turn full = turn(std::numeric_limits<std::uint64_t>::max() / 2);
  full.kind = TurnKind::kAnnotation;
  full.silent = true;
  full.thinking = "hm";
  full.seed = std::numeric_limits<std::uint64_t>::max();
  full.dropped = 3;
  full.seconds = 0.1 + 0.2;
  full.target = 17;
  full.value = Json(4);
  Turn bare;
  bare.kind = TurnKind::kOpening;
  Turn choice = turn(1);
  choice.value = Json("\"ja\"\n");
  Turn json = turn(2);
  json.value = parse_json(R"({"b": [1, 0.1, "\u0000"], "a": {"c": null}})");
  {
    const auto journal = Journal::open(directory.path());
    journal->take_up(plan());
    const std::string id = journal->claim()->id;
    for (const Turn& each : {full, bare, choice, json}) journal->append(id, each);
  }
  const auto journal = Journal::open_read_only(directory.path());
  EXPECT_THAT(journal->discussion("exp.none.0001").turns, ElementsAre(bare, choice, json, full));
}

TEST(Journal, KeepsIllFormedBytesAndNulExactly) {
  const TemporaryDirectory directory;
  std::string hostile = "a\xFF\xC3(\xED\xA0\x80 \x1B[31m\r\n\xE2\x80\xAE";
  hostile += '\0';
  hostile += "behind";
  Turn odd = turn(0, hostile);
  odd.name = hostile;
  odd.prompt = hostile;
  odd.system = hostile;
  odd.thinking = hostile;
  odd.model = hostile;
  Turn cut = odd;  // differs from the other only behind the NUL
  cut.step = 1;
  cut.system = hostile.substr(0, hostile.size() - 6) + "BEHIND";
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan());
  const std::string id = journal->claim()->id;
  journal->append(id, odd);
  journal->append(id, cut);
  journal->close(id, failed(hostile));
  const DiscussionRecord record = journal->discussion(id);
  EXPECT_THAT(record.turns, ElementsAre(odd, cut));
  EXPECT_EQ(record.reason, hostile);
}

TEST(Journal, KeepsALongText) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan());
  const std::string id = journal->claim()->id;
  Turn large = turn(0, std::string(10'000'000, 'x'));
  large.system = std::string(20'000'000, 'y');
  journal->append(id, large);
  EXPECT_EQ(journal->discussion(id).turns.at(0), large);
}

TEST(Journal, RefusesASecondRecordOfOneStep) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan());
  const std::string id = journal->claim()->id;
  journal->append(id, turn(0, "first"));
  EXPECT_THROW(journal->append(id, turn(0, "again")), EnvironmentError);
  journal->append(id, turn(1));
  EXPECT_EQ(journal->discussion(id).turns.at(0).text, "first");
  EXPECT_EQ(journal->discussion(id).turns.size(), 2U);
}

TEST(Journal, RefusesAJobThatItDoesNotHave) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan());
  EXPECT_THROW(journal->append("exp.none.0009", turn(0)), EnvironmentError);
  EXPECT_THROW(journal->close("exp.none.0009", completed()), EnvironmentError);
}

TEST(Journal, CountsJobsAndWhatTheyCost) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan({"none", "light"}, 3);
  first.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(first);
  const auto run = [&](const std::optional<Outcome>& outcome, std::uint64_t turns) {
    const std::string id = journal->claim()->id;
    for (std::uint64_t step = 0; step < turns; ++step) journal->append(id, turn(step));
    journal->close(id, outcome);
    return id;
  };
  run(completed(), 3);                               // none 1
  run(failed("no"), 2);                              // light 1
  run(completed(), 1);                               // none 2
  const std::string running = journal->claim()->id;  // light 2
  journal->append(running, turn(0));
  const auto cells = journal->counts_by_cell();
  EXPECT_EQ(cells.at("none").completed, 2U);
  EXPECT_EQ(cells.at("none").planned, 1U);
  EXPECT_EQ(cells.at("none").turns, 4U);
  EXPECT_EQ(cells.at("none").prompt_tokens, 400U);
  EXPECT_EQ(cells.at("light").failed, 1U);
  EXPECT_EQ(cells.at("light").running, 1U);
  EXPECT_EQ(cells.at("light").turns, 3U);
  EXPECT_EQ(cells.at("light").reused_tokens, 120U);
  EXPECT_EQ(cells.at("light").generated_tokens, 30U);
  EXPECT_DOUBLE_EQ(cells.at("light").seconds, 1.5);
  const auto sets = journal->counts_by_annotation_set();
  EXPECT_EQ(sets.at("toxicity").planned, 12U);
  EXPECT_EQ(sets.at("toxicity").turns, 0U);
}

TEST(Journal, CountsAnnotationsOfTheirSet) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan({"all"}, 1);
  first.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(first);
  complete_discussions(*journal);
  const std::string one = journal->claim()->id;
  journal->append(one, turn(0));
  journal->append(one, turn(1));
  journal->close(one, completed());
  journal->append(journal->claim()->id, turn(0));
  const JobCounts counts = journal->counts_by_annotation_set().at("toxicity");
  EXPECT_EQ(counts.completed, 1U);
  EXPECT_EQ(counts.running, 1U);
  EXPECT_EQ(counts.turns, 3U);
  EXPECT_EQ(journal->counts_by_cell().at("all").turns, 2U);
}

TEST(Journal, ReadsAnnotationsOfADiscussion) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan({"all"}, 2);
  first.annotation_sets = {annotation_set("toxicity"), annotation_set("quality")};
  journal->take_up(first);
  complete_discussions(*journal);
  const std::string id = journal->claim()->id;
  Turn judged = turn(0, "4");
  judged.kind = TurnKind::kAnnotation;
  judged.target = 1;
  judged.value = Json(4);
  journal->append(id, judged);
  journal->close(id, failed("refused"));
  const auto records = journal->annotations_of("exp.all.0001");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].job.id, id);
  EXPECT_EQ(records[0].status, Status::kFailed);
  EXPECT_EQ(records[0].reason, "refused");
  EXPECT_THAT(records[0].turns, ElementsAre(judged));
  EXPECT_EQ(records[1].job.actor().name, "Judge 2");
  EXPECT_EQ(records[3].job.set->name, "quality");
  EXPECT_EQ(journal->annotation(id).turns, records[0].turns);
}

TEST(Journal, GivesEveryDiscussionWithItsAnnotationsInOrderAndWithoutPrompts) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan({"all"}, 3);
  first.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(first);
  complete_discussions(*journal);
  std::vector<std::string> ids;
  journal->for_each_discussion(
      [&](const DiscussionRecord& discussion, const std::vector<AnnotationRecord>& annotations) {
        ids.push_back(discussion.job.id);
        DiscussionRecord whole = journal->discussion(discussion.job.id);
        for (Turn& one : whole.turns) one.system = one.prompt = one.thinking = "";
        EXPECT_EQ(discussion.turns, whole.turns);
        EXPECT_EQ(discussion.job, whole.job);
        EXPECT_EQ(discussion.status, whole.status);
        EXPECT_EQ(annotations.size(), 2U);
      });
  EXPECT_EQ(ids, journal->discussion_ids());
}

TEST(Journal, UnknownIdsAreInputErrorsThatNameTheNearest) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan();
  first.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(first);
  try {
    journal->discussion("exp.none.001");
    FAIL() << "found a discussion that is not there";
  } catch (const InputError& error) {
    EXPECT_THAT(error.hint(), HasSubstr("exp.none.0001"));
  }
  EXPECT_THROW(journal->annotation("exp.none.0001"), InputError);
  EXPECT_THROW(journal->discussion("exp.none.0001/toxicity/Judge 1"), InputError);
  EXPECT_THROW(journal->annotations_of(""), InputError);
}

TEST(Journal, FailedJobsAreListedAndTriedAgainWithTheirTurns) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan({"none", "light"}, 1));
  const std::string one = journal->claim()->id, two = journal->claim()->id;
  journal->append(one, turn(0));
  journal->close(two, failed("no route"));
  journal->close(one, failed("no answer"));
  EXPECT_THAT(journal->failures(), ElementsAre(std::pair(one, std::string("no answer")),
                                               std::pair(two, std::string("no route"))));
  EXPECT_FALSE(journal->claim());
  EXPECT_EQ(journal->retry_failed(), 2U);
  EXPECT_THAT(journal->failures(), IsEmpty());
  EXPECT_EQ(journal->counts_by_cell().at("none").turns, 1U);
  const std::optional<Claim> claim = journal->claim();
  EXPECT_EQ(claim->id, one);
  EXPECT_EQ(claim->turns.size(), 1U);
  EXPECT_EQ(journal->discussion(one).reason, "");
}

TEST(Journal, ARetriedDiscussionMakesItsAnnotationsClaimable) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  Plan first = plan({"all"}, 1);
  first.annotation_sets = {annotation_set("toxicity")};
  journal->take_up(first);
  journal->close(journal->claim()->id, failed("no"));
  EXPECT_FALSE(journal->claim());
  journal->retry_failed();
  journal->close(journal->claim()->id, completed());
  EXPECT_TRUE(journal->claim()->annotation);
}

TEST(Journal, WhatARunLeftRunningIsPlannedAgain) {
  const TemporaryDirectory directory;
  {
    const auto journal = Journal::open(directory.path());
    journal->take_up(plan());
    journal->append(journal->claim()->id, turn(0));
  }
  const auto journal = Journal::open(directory.path());
  EXPECT_FALSE(journal->take_up(plan()).created);
  const std::optional<Claim> claim = journal->claim();
  EXPECT_EQ(claim->id, "exp.none.0001");
  EXPECT_EQ(claim->turns.size(), 1U);
}

TEST(Journal, AReaderSeesWhatIsCommittedBesideAWriter) {
  const TemporaryDirectory directory;
  const auto writer = Journal::open(directory.path());
  writer->take_up(plan());
  const auto reader = Journal::open_read_only(directory.path());
  const std::string id = writer->claim()->id;
  EXPECT_EQ(reader->discussion(id).status, Status::kRunning);
  writer->append(id, turn(0));
  EXPECT_EQ(reader->discussion(id).turns.size(), 1U);
}

TEST(Journal, ASnapshotStaysWhereItIsWhileAWriterGoesOn) {
  const TemporaryDirectory directory;
  const auto writer = Journal::open(directory.path());
  writer->take_up(plan());
  const auto reader = Journal::open_read_only(directory.path());
  const std::string id = writer->claim()->id;
  writer->append(id, turn(0));
  reader->in_snapshot([&] {
    EXPECT_EQ(reader->discussion(id).turns.size(), 1U);
    writer->append(id, turn(1));
    writer->close(id, completed());
    EXPECT_EQ(reader->discussion(id).turns.size(), 1U);
    EXPECT_EQ(reader->counts_by_cell().at("none").turns, 1U);
  });
  EXPECT_EQ(reader->discussion(id).status, Status::kCompleted);
  EXPECT_EQ(reader->discussion(id).turns.size(), 2U);
}

TEST(Journal, EveryReadIsOfOneMoment) {
  const TemporaryDirectory directory;
  const auto writer = Journal::open(directory.path());
  writer->take_up(plan({"all"}, 1));
  const std::string id = writer->claim()->id;
  const auto reader = Journal::open_read_only(directory.path());
  std::jthread appending([&] {
    for (std::uint64_t step = 0; step < 300; ++step) writer->append(id, turn(step));
    writer->close(id, completed());
  });
  for (bool ended = false; !ended;) {
    const DiscussionRecord record = reader->discussion(id);
    for (std::size_t i = 0; i < record.turns.size(); ++i) ASSERT_EQ(record.turns[i].step, i);
    ended = record.status == Status::kCompleted;
    if (ended) {
      EXPECT_EQ(record.turns.size(), 300U);
    }
  }
}

TEST(Journal, AReaderCannotWrite) {
  const TemporaryDirectory directory;
  {
    Journal::open(directory.path())->take_up(plan());
  }
  const auto reader = Journal::open_read_only(directory.path());
  EXPECT_THROW(reader->claim(), std::logic_error);
  EXPECT_THROW(reader->append("exp.none.0001", turn(0)), std::logic_error);
  EXPECT_THROW(reader->take_up(plan()), std::logic_error);
}

TEST(Journal, AClosedDirectoryIsOneDatabaseFile) {
  const TemporaryDirectory directory;
  {
    const auto journal = Journal::open(directory.path());
    journal->take_up(plan());
    complete_discussions(*journal);
  }
  EXPECT_TRUE(std::filesystem::exists(directory.path() / "syndisco.db"));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "syndisco.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "syndisco.db-shm"));
  const auto reader = Journal::open_read_only(directory.path());
  EXPECT_EQ(reader->discussion("exp.none.0001").turns.size(), 2U);
}

TEST(Journal, AReaderWaitsForNoLockOfAnother) {
  const TemporaryDirectory directory;
  {
    Journal::open(directory.path())->take_up(plan());
  }
  const auto first = Journal::open_read_only(directory.path());
  const auto second = Journal::open_read_only(directory.path());
  const auto writer = Journal::open(directory.path());
  writer->take_up(plan());
  EXPECT_EQ(first->discussion_ids(), second->discussion_ids());
  EXPECT_TRUE(writer->claim());
}

TEST(Journal, WorksWithoutAWriteAheadLog) {
  const TemporaryDirectory directory;
  {
    const auto journal = Journal::open(directory.path(), FileSystem::kNetwork);
    journal->take_up(plan());
    const auto reader = Journal::open_read_only(directory.path());
    const std::string id = journal->claim()->id;
    std::vector<std::jthread> threads;
    for (std::uint64_t step = 0; step < 8; ++step) {
      threads.emplace_back([&, step] { journal->append(id, turn(step)); });
    }
    threads.clear();
    EXPECT_EQ(reader->discussion(id).turns.size(), 8U);
    EXPECT_FALSE(std::filesystem::exists(directory.path() / "syndisco.db-shm"));
    EXPECT_FALSE(std::filesystem::exists(directory.path() / "syndisco.db-wal"));
  }
  // What was begun on one kind of file system goes on on another.
  const auto journal = Journal::open(directory.path(), FileSystem::kLocal);
  EXPECT_FALSE(journal->take_up(plan()).created);
  EXPECT_EQ(journal->claim()->turns.size(), 8U);
}

}  // namespace
}  // namespace syndisco
