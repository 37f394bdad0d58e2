#include "syndisco/api/experiments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/api/talkers.h"

#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"
#include "syndisco/journal/journal.h"
#include "syndisco/run/check_jobs.h"

namespace syndisco::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ApiExperiment : public ::testing::Test {
 protected:
  DiscussionExperimentOptions options() {
    DiscussionExperimentOptions options;
    options.name = "e";
    for (const char* name : {"ann", "ben", "cem", "dan"})
      options.users.push_back(user(model_, name));
    options.num_turns = 4;
    options.num_discussions = 3;
    return options;
  }

  std::size_t files_in(const std::string& folder) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / folder))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  std::shared_ptr<Counting> model_ = std::make_shared<Counting>();
  std::shared_ptr<Counting> judge_ = std::make_shared<Counting>("judge", [] { return "3"; });
  Folder folder_;
};

TEST_F(ApiExperiment, HoldsEveryDiscussionIntoARunDirectory) {
  const ExperimentResult result = DiscussionExperiment(options()).begin(folder_ / "run");
  EXPECT_EQ(result.completed, 3U);
  EXPECT_THAT(result.failures, IsEmpty());
  EXPECT_EQ(files_in("run/discussions"), 3U);
  EXPECT_THAT(check_jobs(*Journal::open_read_only(folder_ / "run")), IsEmpty());
}

TEST_F(ApiExperiment, AsksNobodyTwice) {
  const DiscussionExperiment experiment(options());
  experiment.begin(folder_ / "run");
  const ExperimentResult again = experiment.begin(folder_ / "run");
  EXPECT_EQ(again.completed, 0U);
  EXPECT_EQ(model_->users.size(), 12U);
}

TEST_F(ApiExperiment, GoesOnWhereAModelGaveUp) {
  int calls = 0;
  model_ = std::make_shared<Counting>("m", [&]() -> std::string {
    if (++calls == 6) throw ModelError("gone", false);
    return "here";
  });
  const DiscussionExperiment experiment(options());
  const ExperimentResult first = experiment.begin(folder_ / "run");
  EXPECT_EQ(first.completed, 2U);
  ASSERT_EQ(first.failures.size(), 1U);
  EXPECT_EQ(first.failures[0].second, "gone");
  const ExperimentResult second = experiment.begin(folder_ / "run");
  EXPECT_EQ(second.completed, 1U);
  EXPECT_THAT(second.failures, IsEmpty());
  EXPECT_EQ(calls, 13) << "only the answer that was not given is asked for again";
}

TEST_F(ApiExperiment, IsInterruptedAndGoesOn) {
  std::stop_source stop;
  DiscussionExperimentOptions stopping = options();
  stopping.run.on_turn = [&](const std::string&, const Turn& turn) {
    if (turn.step == 1) stop.request_stop();
  };
  const DiscussionExperiment experiment(stopping);
  EXPECT_TRUE(experiment.begin(folder_ / "run", stop.get_token()).interrupted);
  EXPECT_FALSE(experiment.begin(folder_ / "run").interrupted);
  EXPECT_EQ(files_in("run/discussions"), 3U);
  EXPECT_EQ(model_->users.size(), 12U);
}

TEST_F(ApiExperiment, DrawsUsersAndOpeningPostsAnew) {
  DiscussionExperimentOptions many = options();
  many.num_discussions = 40;
  many.seed_opinions = {{"Cats!"}, {"Dogs!", "No, cats!"}};
  const DiscussionExperiment experiment(many);
  std::set<std::string> firsts, posts;
  for (const DiscussionJob& job : experiment.discussions()) {
    EXPECT_EQ(job.participants.size(), 2U);
    firsts.insert(job.participants.front().name);
    posts.insert(job.opening_posts.front().text);
    EXPECT_EQ(job.opening_posts.front().name, job.participants.front().name);
  }
  EXPECT_EQ(firsts.size(), 4U);
  EXPECT_EQ(posts.size(), 2U);
}

class LastSpeaks : public TurnManager {
 public:
  std::size_t next(std::size_t participants, std::span<const std::size_t>, Draws&) const override {
    return participants - 1;
  }
};

TEST_F(ApiExperiment, GoesByATurnManagerOfOnesOwn) {
  DiscussionExperimentOptions own = options();
  own.next_turn_manager = std::make_shared<LastSpeaks>();
  own.num_discussions = 1;
  EXPECT_EQ(DiscussionExperiment(own).begin(folder_ / "run").completed, 1U);
  const auto journal = Journal::open_read_only(folder_ / "run");
  const DiscussionRecord record = journal->discussion("e.all.0001");
  for (const Turn& turn : record.turns) EXPECT_EQ(turn.name, record.job.participants.back().name);
  EXPECT_THAT(check_jobs(*journal), IsEmpty()) << "the program's manager is not known to the check";
}

TEST_F(ApiExperiment, RefusesWhatCannotBeMeant) {
  DiscussionExperimentOptions wrong = options();
  wrong.num_active_users = 5;
  EXPECT_THAT(refusal([&] { DiscussionExperiment{wrong}; }), HasSubstr("only 4 users"));
  wrong = options();
  wrong.num_discussions = 0;
  EXPECT_THAT(refusal([&] { DiscussionExperiment{wrong}; }), HasSubstr("num_discussions is 0"));
  wrong = options();
  wrong.seed_opinions = {{"1", "2", "3"}};
  EXPECT_THAT(refusal([&] { DiscussionExperiment{wrong}; }), HasSubstr("has 3 texts"));
  wrong = options();
  wrong.next_turn_manager = std::make_shared<RoundRobin>(std::vector<std::string>{"ann", "ben"});
  EXPECT_THAT(refusal([&] { DiscussionExperiment{wrong}; }), HasSubstr("has names"));
}

TEST_F(ApiExperiment, RefusesAModelNamedLikeSomebodyWhoIsNone) {
  for (const char* name : {"human", "sampler:a.csv", "retrieval:a.csv"}) {
    model_ = std::make_shared<Counting>(name);
    EXPECT_THAT(refusal([&] { DiscussionExperiment{options()}; }), HasSubstr("a model is named"))
        << name;
  }
}

TEST_F(ApiExperiment, TouchesNoFolderOfSomethingElse) {
  write_file_atomically(folder_ / "mine" / "thesis.tex", "...");
  EXPECT_THAT(refusal([&] { DiscussionExperiment(options()).begin(folder_ / "mine"); }),
              HasSubstr("holds thesis.tex"));
  EXPECT_EQ(files_in("mine"), 1U);
}

TEST_F(ApiExperiment, RefusesToGoOnWithOtherQuestions) {
  DiscussionExperiment(options()).begin(folder_ / "run");
  DiscussionExperimentOptions other = options();
  other.users.front().instructions = "Shout.";
  EXPECT_THAT(refusal([&] { DiscussionExperiment(other).begin(folder_ / "run"); }),
              HasSubstr("instructions"));
}

TEST_F(ApiExperiment, HasItsDiscussionsJudged) {
  DiscussionExperiment(options()).begin(folder_ / "run");
  AnnotationExperimentOptions judging;
  judging.name = "toxicity";
  judging.annotators = {annotator(judge_, "eve"), annotator(judge_, "fay")};
  judging.answer = IntegerRange{1, 5};
  const ExperimentResult result = AnnotationExperiment(judging).begin(folder_ / "run");
  EXPECT_EQ(result.completed, 6U);
  EXPECT_EQ(files_in("run/annotations/toxicity"), 6U);
  EXPECT_THAT(check_jobs(*Journal::open_read_only(folder_ / "run")), IsEmpty());
}

TEST_F(ApiExperiment, JudgesFilesOfAFolder) {
  DiscussionExperiment(options()).begin(folder_ / "run");
  AnnotationExperimentOptions judging;
  judging.annotators = {annotator(judge_, "eve")};
  const AnnotationExperiment experiment(judging);
  EXPECT_EQ(experiment.begin(folder_ / "run/discussions", folder_ / "judged").completed, 3U);
  EXPECT_EQ(files_in("judged/annotations"), 3U);
  EXPECT_EQ(experiment.begin(folder_ / "run/discussions", folder_ / "judged").completed, 0U);
  EXPECT_EQ(judge_->users.size(), 12U);
}

// What was said there followed rules that are not all in the file, and was paid for there.
TEST_F(ApiExperiment, TakesTheCommentsOfOldFilesForWhatWasSaidElsewhere) {
  DiscussionRecord old;
  old.job.id = "old";
  old.job.turns = 2;
  for (const char* name : {"ann", "ann", "ben"}) {
    old.job.participants.emplace_back().name = name;
    Turn turn;
    turn.step = old.turns.size();
    turn.name = name;
    turn.text = "said";
    turn.model = "long gone";
    old.turns.push_back(turn);
  }
  old.job.participants.erase(old.job.participants.begin());
  write_file_atomically(folder_ / "old/a.json", dump_json_indented(discussion_2_0(old)));
  AnnotationExperimentOptions judging;
  judging.annotators = {annotator(judge_, "eve")};
  EXPECT_EQ(AnnotationExperiment(judging).begin(folder_ / "old", folder_ / "judged").completed, 1U);
  const auto journal = Journal::open_read_only(folder_ / "judged");
  EXPECT_THAT(check_jobs(*journal), IsEmpty());
  EXPECT_EQ(journal->usage_by_model().count("long gone"), 0U);
  EXPECT_EQ(journal->loaded_jobs().count("old"), 1U);
}

TEST_F(ApiExperiment, ReadsEveryFileBeforeAnybodyIsAsked) {
  DiscussionExperiment(options()).begin(folder_ / "run");
  write_file_atomically(folder_ / "run/discussions/z.json", "{\"id\": \"z\"}");
  AnnotationExperimentOptions judging;
  judging.annotators = {annotator(judge_, "eve")};
  EXPECT_THAT(refusal([&] {
                AnnotationExperiment(judging).begin(folder_ / "run/discussions",
                                                    folder_ / "judged");
              }),
              HasSubstr("z.json"));
  EXPECT_THAT(judge_->users, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "judged"));
}

TEST_F(ApiExperiment, RefusesFilesOfOneId) {
  Discussion discussion({.users = {user(model_, "ann")}, .conv_len = 1, .id = "d"});
  discussion.begin_conversation(nullptr);
  discussion.to_json_file(folder_ / "in/a.json");
  discussion.to_json_file(folder_ / "in/b.json");
  AnnotationExperimentOptions judging;
  judging.annotators = {annotator(judge_, "eve")};
  EXPECT_THAT(
      refusal([&] { AnnotationExperiment(judging).begin(folder_ / "in", folder_ / "out"); }),
      HasSubstr("has the same id as"));
}

TEST_F(ApiExperiment, NeedsARunDirectoryOrFilesToJudge) {
  AnnotationExperimentOptions judging;
  EXPECT_THAT(refusal([&] { AnnotationExperiment{judging}; }), HasSubstr("no annotators"));
  judging.annotators = {annotator(judge_, "eve"), annotator(judge_, "eve")};
  EXPECT_THAT(refusal([&] { AnnotationExperiment{judging}; }), HasSubstr("two annotators"));
  judging.annotators.pop_back();
  const AnnotationExperiment experiment(judging);
  EXPECT_NE(refusal([&] { experiment.begin(folder_ / "nothing"); }), "");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "nothing"));
  EXPECT_NE(refusal([&] { experiment.begin(folder_ / "nothing", folder_ / "out"); }), "");
}

}  // namespace
}  // namespace syndisco::api::testing
