#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "folder.h"

namespace syndisco::design_test {
namespace {

using testing::ElementsAre;

/// "e.a.0001: C B | post 3" for every discussion.
std::vector<std::string> lines(const Plan& plan) {
  std::vector<std::string> out;
  for (const DiscussionJob& job : plan.discussions) {
    std::string& line = out.emplace_back(job.id + ":");
    for (const ActorSpec& actor : job.participants) line += " " + actor.name;
    for (const OpeningPost& post : job.opening_posts) line += " | " + post.text;
  }
  return out;
}

std::string experiment(const std::string& top, const std::string& members = "") {
  return top +
         "experiment: e\n"
         "models: {m: {scripted: {replies: [hi]}}}\n"
         "discussions:\n"
         "  personas: [{name: A}, {name: B}, {name: C}, {name: D}, {name: E}, {name: F}]\n"
         "  opening_posts: [p1, p2, p3, p4, p5]\n" +
         members;
}

const std::string kThree = "  participants: 3\n";
const std::string kFactors = "factors: {f: {a: {}, b: {turns: 2}}}\n";

std::map<std::string, DiscussionJob> by_id(const Plan& plan) {
  std::map<std::string, DiscussionJob> jobs;
  for (const DiscussionJob& job : plan.discussions) jobs.emplace(job.id, job);
  return jobs;
}

/// Whether every job of `smaller` is in `larger`, unchanged.
void expect_kept(const Plan& smaller, const Plan& larger) {
  const auto all = by_id(larger);
  for (const auto& [id, job] : by_id(smaller)) {
    const auto found = all.find(id);
    ASSERT_NE(found, all.end()) << id;
    EXPECT_EQ(found->second, job) << id;
  }
}

// These lines are what recorded studies rest on: if they change, an old directory can no longer be
// continued.
TEST(Draws, StayAsTheyAre) {
  const Folder folder;
  EXPECT_THAT(lines(plan_of(folder, experiment("seed: 42\n", kThree + "  per_cell: 4\n"))),
              ElementsAre("e.all.0001: D C F | p3", "e.all.0002: E F B | p5",
                          "e.all.0003: D C B | p2", "e.all.0004: A D B | p2"));
}

TEST(Draws, StayAsTheyAreWithoutPairing) {
  const Folder folder;
  EXPECT_THAT(lines(plan_of(folder, experiment("seed: 42\npairing: none\n",
                                               kThree + "  per_cell: 2\n" + kFactors))),
              ElementsAre("e.a.0001: F A C | p1", "e.b.0001: A C F | p3", "e.a.0002: A F C | p3",
                          "e.b.0002: E F C | p5"));
}

TEST(Draws, PairedCellsHaveTheSamePeopleAndPosts) {
  const Folder folder;
  const Plan plan = plan_of(folder, experiment("", kThree + "  per_cell: 20\n" + kFactors));
  for (std::size_t i = 0; i < plan.discussions.size(); i += 2) {
    EXPECT_EQ(plan.discussions[i].participants, plan.discussions[i + 1].participants);
    EXPECT_EQ(plan.discussions[i].opening_posts, plan.discussions[i + 1].opening_posts);
    EXPECT_EQ(plan.discussions[i].scope, "");
  }
}

TEST(Draws, UnpairedCellsHaveTheirOwn) {
  const Folder folder;
  const Plan plan =
      plan_of(folder, experiment("pairing: none\n", kThree + "  per_cell: 20\n" + kFactors));
  int same = 0;
  for (std::size_t i = 0; i < plan.discussions.size(); i += 2) {
    same += plan.discussions[i].participants == plan.discussions[i + 1].participants ? 1 : 0;
    EXPECT_EQ(plan.discussions[i].scope, "a");
    EXPECT_EQ(plan.discussions[i + 1].scope, "b");
  }
  EXPECT_LT(same, 5);
}

TEST(Draws, FewerParticipantsAreTheFirstOfMore) {
  const Folder folder;
  const Plan plan = plan_of(
      folder, experiment("",
                         "  per_cell: 5\n"
                         "factors: {size: {two: {participants: 2}, five: {participants: 5}}}\n"));
  for (std::size_t i = 0; i < plan.discussions.size(); i += 2) {
    EXPECT_EQ(plan.discussions[i].participants[0], plan.discussions[i + 1].participants[0]);
    EXPECT_EQ(plan.discussions[i].participants[1], plan.discussions[i + 1].participants[1]);
  }
}

TEST(Draws, OtherSeedsDrawOthers) {
  const Folder folder;
  const std::string members = kThree + "  per_cell: 10\n";
  EXPECT_NE(lines(plan_of(folder, experiment("seed: 1\n", members))),
            lines(plan_of(folder, experiment("seed: 2\n", members))));
}

TEST(Draws, NobodyIsDrawnTwice) {
  const Folder folder;
  const Plan plan = plan_of(folder, experiment("", kThree + "  per_cell: 50\n"));
  for (const DiscussionJob& job : plan.discussions) {
    EXPECT_NE(job.participants[0].name, job.participants[1].name);
    EXPECT_NE(job.participants[0].name, job.participants[2].name);
    EXPECT_NE(job.participants[1].name, job.participants[2].name);
  }
}

TEST(Growth, MoreDiscussionsLeaveTheEarlierOnes) {
  const Folder folder;
  for (const char* pairing : {"pairing: replicate\n", "pairing: none\n"}) {
    expect_kept(plan_of(folder, experiment(pairing, kThree + "  per_cell: 3\n" + kFactors)),
                plan_of(folder, experiment(pairing, kThree + "  per_cell: 7\n" + kFactors)));
  }
}

TEST(Growth, MoreLevelsLeaveTheOthers) {
  const Folder folder;
  for (const char* pairing : {"pairing: replicate\n", "pairing: none\n"}) {
    expect_kept(plan_of(folder, experiment(pairing, kThree + "  per_cell: 3\n" + kFactors)),
                plan_of(folder, experiment(pairing,
                                           kThree + "  per_cell: 3\nfactors: {f: {z: {history: 9}, "
                                                    "a: {}, b: {turns: 2}}}\n")));
  }
}

TEST(Growth, AnnotationSetsLeaveTheDiscussions) {
  const Folder folder;
  expect_kept(plan_of(folder, experiment("", kThree)),
              plan_of(folder, experiment("", kThree + "annotations: [{name: t, instructions: x, "
                                                      "annotators: [{name: J}]}]\n")));
}

}  // namespace
}  // namespace syndisco::design_test
