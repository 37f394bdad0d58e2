// People, and actors that take what they say from a corpus, in the built program.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

using testing::HasSubstr;
using testing::Not;

void write_corpus(const Folder& folder) {
  std::string lines;
  for (int i = 0; i < 40; ++i)
    lines += "{\"text\": \"comment " + std::to_string(i) + " on " +
             (i % 3 == 0   ? "cars"
              : i % 3 == 1 ? "bikes"
                           : "trains") +
             "\"}\n";
  folder.write("corpus.jsonl", lines);
}

/// Models, a sampler and a retrieval actor, with a sampler for a moderator in one of two cells.
void write_mixed(const Folder& folder, const std::string& delay) {
  write_corpus(folder);
  folder.write("experiment.yaml", R"(experiment: mixed
seed: 5
models: {m: {scripted: {replies: [cars again, no trains, bikes], delay_ms: )" +
                                      delay + R"(}}}
discussions:
  per_cell: 3
  context: A forum.
  turns: 9
  turn_taking: random
  personas:
    - {username: ann}
    - {username: ben, actor: {retrieval: corpus.jsonl}}
    - {username: cleo, actor: {sampler: corpus.jsonl}}
factors:
  facilitation:
    none: {}
    light: {facilitator: {actor: {sampler: corpus.jsonl}}}
)");
}

/// What the person types comes from a pipe: stdin of the program is the file "typed".
Ended run_typed(const Folder& folder, const std::string& typed,
                const std::vector<std::string>& arguments) {
  folder.write("typed", typed);
  static std::string path;
  path = (folder / "typed").string();
  Program program(folder, arguments, {}, [] {
    const int file = open(path.c_str(), O_RDONLY);
    dup2(file, STDIN_FILENO);
  });
  return program.wait();
}

void write_human(const Folder& folder, int turns = 6, int per_cell = 1) {
  folder.write("experiment.yaml", R"(experiment: talk
models: {m: {scripted: {replies: [one]}}}
discussions:
  per_cell: )" + std::to_string(per_cell) +
                                      R"(
  context: About cars.
  instructions: Say what you think.
  turns: )" + std::to_string(turns) + R"(
  personas:
    - {username: you, actor: {human: terminal}}
    - {username: ben}
  participants: 2
)");
}

/// "name: text" of every comment of a discussion file, with how it ended where it says nothing.
std::vector<std::string> comments_of(const Folder& folder, const std::string& file) {
  std::vector<std::string> comments;
  const Json discussion = parse_json(folder.read(file));
  for (const Json& entry : discussion.find("logs")->array()) {
    comments.push_back(entry.find("name")->string() + ": " + entry.find("text")->string());
  }
  return comments;
}

TEST(Actors, FromACorpusNeedNoModelAtAll) {
  Folder folder;
  write_corpus(folder);
  folder.write("experiment.yaml", R"(experiment: drawn
discussions:
  turns: 8
  personas:
    - {username: ann, actor: {sampler: corpus.jsonl}}
    - {username: ben, actor: {retrieval: corpus.jsonl}}
)");
  const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run(folder, {"check", "d"}).code, 0);
  const Ended status = run(folder, {"status", "d"});
  EXPECT_EQ(status.code, 0) << status.err;
  const Ended shown = run(folder, {"show", "d", "drawn.all.0001", "--prompts"});
  EXPECT_THAT(shown.out, HasSubstr("comment "));
  EXPECT_THAT(shown.out, Not(HasSubstr("system:")));
  const Ended exported = run(folder, {"export", "d", "--format", "csv", "--out", "data.csv"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(folder.read("data.csv"), HasSubstr("sampler:corpus.jsonl"));
  const Ended plan = run(folder, {"plan", "experiment.yaml"});
  EXPECT_THAT(plan.out, HasSubstr("estimate: 0 requests"));
  EXPECT_THAT(plan.out, HasSubstr("(retrieval:corpus.jsonl)"));
}

TEST(Actors, GiveTheSameWhenKilledAndGoneOnWith) {
  Folder folder;
  write_mixed(folder, "[3, 9]");
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "whole", "--quiet"}).code, 0);
  int kills = 0;
  for (int i = 0; i < 4; ++i) {
    Program program(folder,
                    {"run", "experiment.yaml", "--out", "killed", "--parallel", "2", "--quiet"});
    eventually([&] { return std::filesystem::exists(folder / "killed/manifest.json"); });
    usleep(20'000);
    program.signal(SIGKILL);
    kills += program.wait().code == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_GT(kills, 0) << "the kills came too late to say anything";
  const Ended last = run(folder, {"run", "experiment.yaml", "--out", "killed", "--quiet"});
  ASSERT_EQ(last.code, 0) << last.err;
  EXPECT_EQ(stable_files(folder / "whole", "discussions"),
            stable_files(folder / "killed", "discussions"));
  EXPECT_EQ(stable_files(folder / "whole", "discussions").size(), 6U);
  EXPECT_EQ(run(folder, {"check", "killed"}).code, 0);
}

TEST(Actors, OfAChangedCorpusAreRefusedInAnOldDirectory) {
  Folder folder;
  write_mixed(folder, "0");
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"}).code, 0);
  folder.write("corpus.jsonl", "\"another\"\n");
  const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("sha256"));
}

TEST(Actors, CountForNoLimit) {
  Folder folder;
  write_mixed(folder, "0");
  std::string text = folder.read("experiment.yaml");
  // Then each of three speaks three times in each of six discussions: 18 requests of the model.
  text.replace(text.find("random"), 6, "round_robin");
  folder.write("experiment.yaml", text + "limits: {requests: 17}\n");
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"}).code, 4);
  folder.write("experiment.yaml", text + "limits: {requests: 18}\n");
  const Ended ended = run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"});
  EXPECT_EQ(ended.code, 0) << ended.err;
}

TEST(Human, AnswersByALineOfAPipe) {
  Folder folder;
  write_human(folder);
  const Ended ended = run_typed(folder, "hello all\r\n\n//me too\\\nand more\n",
                                {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::vector<std::string> comments = comments_of(folder, "d/discussions/talk.all.0001.json");
  EXPECT_THAT(comments, testing::IsSupersetOf({"you: hello all", "you: /me too\nand more",
                                               "ben: one", "ben: one", "ben: one"}));
  EXPECT_THAT(ended.err, HasSubstr("you are you"));
  EXPECT_THAT(ended.err, HasSubstr("Say what you think."));
  EXPECT_THAT(ended.err, HasSubstr("ben\n  one\n"));
}

TEST(Human, LeavesAtTheEndOfThePipeAndTheOthersGoOn) {
  Folder folder;
  write_human(folder, 8);
  const Ended ended = run_typed(folder, "hello", {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(
      comments_of(folder, "d/discussions/talk.all.0001.json"),
      testing::IsSupersetOf({"you: hello", "ben: one", "ben: one", "ben: one", "ben: one"}));
  EXPECT_THAT(ended.err, HasSubstr("(has left)"));
  EXPECT_EQ(run(folder, {"check", "d"}).code, 0);
}

TEST(Human, HasOneDiscussionAfterTheOtherInPlanOrder) {
  Folder folder;
  write_human(folder, 4, 3);
  const Ended ended = run_typed(folder, "a\nb\nc\nd\ne\nf\n",
                                {"run", "experiment.yaml", "--out", "d", "--parallel", "3"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto said = [&](const std::string& number) {
    std::string all;
    for (const std::string& comment :
         comments_of(folder, "d/discussions/talk.all.000" + number + ".json"))
      if (comment.starts_with("you: ")) all += comment.substr(5);
    return all;
  };
  EXPECT_EQ(said("1"), "ab");
  EXPECT_EQ(said("2"), "cd");
  EXPECT_EQ(said("3"), "ef");
}

TEST(Human, KeepsNobodyElseWaiting) {
  Folder folder;
  folder.write("experiment.yaml", R"(experiment: talk
models: {m: {scripted: {replies: [one]}}}
discussions:
  per_cell: 2
  turns: 4
  participants: 2
factors:
  who:
    people: {personas: [{username: you, actor: {human: terminal}}, {username: ben}]}
    models: {personas: [{username: ann}, {username: ben}]}
)");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  static std::string path;
  path = (folder / "pipe").string();
  Program program(folder, {"run", "experiment.yaml", "--out", "d", "--parallel", "2"}, {}, [] {
    const int file = open(path.c_str(), O_RDWR);
    dup2(file, STDIN_FILENO);
  });
  // Nobody types anything.
  EXPECT_TRUE(eventually([&] {
    return std::filesystem::exists(folder / "d/discussions/talk.models.0002.json");
  })) << program.err_so_far();
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().code, 130);
}

TEST(Human, IsWaitedForUntilASignalAndAskedAgainByTheNextRun) {
  Folder folder;
  write_human(folder);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  static std::string path;
  path = (folder / "pipe").string();
  {
    Program program(folder, {"run", "experiment.yaml", "--out", "d"}, {}, [] {
      const int file = open(path.c_str(), O_RDWR);
      dup2(file, STDIN_FILENO);
    });
    ASSERT_TRUE(
        eventually([&] { return program.err_so_far().find("you are you") != std::string::npos; }));
    program.signal(SIGINT);
    EXPECT_EQ(program.wait().code, 130);
  }
  const Ended ended = run_typed(folder, "x\ny\nz\n", {"run", "experiment.yaml", "--out", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(comments_of(folder, "d/discussions/talk.all.0001.json"),
              testing::IsSupersetOf({"you: x", "you: y", "you: z"}));
}

}  // namespace
}  // namespace syndisco::test
