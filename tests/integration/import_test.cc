// `syndisco import`: files of every published version become a run directory.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "experiments.h"
#include "program.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string prompt(const std::string& name, const std::string& type = "1") {
  return dump_json(JsonObject{
      {"context", "A forum."},
      {"instructions", "Be brief."},
      {"type", type},
      {"persona", JsonObject{{"username", name},
                             {"age", 35.5},
                             {"sex", ""},
                             {"sexual_orientation", ""},
                             {"demographic_group", ""},
                             {"current_employment", ""},
                             {"education_level", ""},
                             {"special_instructions", ""},
                             {"personality_characteristics", JsonArray{"curious", 1e-7}}}}});
}

std::string discussion_2_0(const std::string& id) {
  const auto entry = [](const char* name, const char* text, const char* model) {
    return JsonObject{{"name", name}, {"text", text}, {"model", model}};
  };
  return dump_json_indented(JsonObject{
      {"id", id},
      {"timestamp", "26-01-02-03-04"},
      {"users", JsonArray{"ann", "Bob Ω"}},
      {"moderator", "mod"},
      {"user_prompts", JsonArray{prompt("ann"), prompt("Bob Ω")}},
      {"moderator_prompt", prompt("mod")},
      {"ctx_length", 3},
      {"logs", JsonArray{entry("ann", "Cats?", "hardcoded"), entry("Bob Ω", "Dogs.", "small"),
                         entry("mod", "Calm.", "small"), entry("ann", "Dogs.", "small")}}});
}

std::string annotation_2_0(const std::string& id, const std::string& model = "judge") {
  return dump_json_indented(
      JsonObject{{"conv_id", id},
                 {"timestamp", "26-01-02-04-05"},
                 {"annotator_model", model},
                 {"annotator_prompt", prompt("judy", "2")},
                 {"ctx_length", 2},
                 {"logs", JsonArray{JsonArray{"Cats?", "1"}, JsonArray{"Dogs.", "2"},
                                    JsonArray{"Calm.", "3"}, JsonArray{"Dogs.", "4"}}}});
}

std::string entry_2_2(const std::string& name, const std::string& text, const std::string& type) {
  return dump_json(
      JsonObject{{"name", name},
                 {"text", text},
                 {"model", "small"},
                 {"prompt", dump_json(JsonObject{{"context", ""},
                                                 {"instructions", ""},
                                                 {"type", type},
                                                 {"persona", JsonObject{{"username", "x"}}}})}});
}

std::string file_2_2(const std::string& type) {
  return R"({"timestamp": "26-01-02-03-04", "logs": [)" + entry_2_2("ann", "Hi.", type) + ", " +
         entry_2_2("ben", "Ho.", type) + "]}";
}

/// Every file below a folder as JSON.
std::map<std::string, Json> files_below(const fs::path& folder, const Folder& root) {
  std::map<std::string, Json> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] =
          parse_json(root.read(entry.path().lexically_relative(root.path()).string()));
  return files;
}

TEST(ImportCommand, MakesARunDirectoryThatOtherCommandsRead) {
  const Folder folder;
  folder.write("old/a b/one Ω.json", discussion_2_0("one"));
  folder.write("old/other/two.json", discussion_2_0("../two"));
  folder.write("rated/one.json", annotation_2_0("one"));
  const Ended ended = run(folder, {"import", "old", "rated", "--out", "d", "--name", "Old forum"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(ended.out, "d: 2 discussions with 8 comments, 1 annotations, 2 cells\n");

  const Json status = parse_json(run(folder, {"status", "d", "--json"}).out);
  EXPECT_EQ(*status.find("experiment"), Json("Old forum"));
  EXPECT_EQ(*status.find("cells")->find("a b")->find("completed"), Json(1));
  EXPECT_EQ(*status.find("annotations")->find("rated")->find("planned"), Json(0));
  EXPECT_EQ(*status.find("budget")->find("spent")->find("requests"), Json(0));
  EXPECT_THAT(run(folder, {"show", "d", "one"}).out, HasSubstr("Calm."));
  const Ended check = run(folder, {"check", "d"});
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_EQ(run(folder, {"export", "d", "--format", "csv", "--out", "t.csv"}).code, 0);
  EXPECT_THAT(folder.read("t.csv"), HasSubstr("one,Old forum,a b,a b,completed,"));

  EXPECT_EQ(run(folder, {"export", "d", "--format", "syndisco-2.0", "--out", "again"}).code, 0);
  const std::map<std::string, Json> again = files_below(folder / "again", folder);
  ASSERT_EQ(again.size(), 3u);
  EXPECT_EQ(again.at("discussions/one.json"), parse_json(discussion_2_0("one")));
  EXPECT_EQ(again.at("annotations/rated/one.judy.json"), parse_json(annotation_2_0("one")));
}

TEST(ImportCommand, RefusesADirectoryThatIsThere) {
  const Folder folder;
  folder.write("one.json", discussion_2_0("one"));
  EXPECT_EQ(run(folder, {"import", "one.json", "--out", "d"}).code, 0);
  const Ended twice = run(folder, {"import", "one.json", "--out", "d"});
  EXPECT_EQ(twice.code, 2);
  EXPECT_THAT(twice.err, HasSubstr("is a run directory already"));
  folder.write("full/x", "");
  EXPECT_THAT(run(folder, {"import", "one.json", "--out", "full"}).err, HasSubstr("is not empty"));
}

TEST(ImportCommand, NamesWhatIsWrongAndWritesNothing) {
  const Folder folder;
  folder.write("in/good.json", discussion_2_0("one"));
  folder.write("in/cut.json", "{\n  \"id\": \"x\",\n  \"logs\": [");
  folder.write("in/no-text.json",
               "{\n  \"id\": \"y\",\n  \"logs\": [\n    {\"name\": \"a\", \"text\": 5}]}");
  folder.write("in/table.json", "conv_id,message\n1,2\n");
  const Ended ended = run(folder, {"import", "in", "--out", "d"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("in/cut.json:3"));
  EXPECT_THAT(ended.err, HasSubstr("in/no-text.json:4 (/logs/0/text): expected a text"));
  EXPECT_THAT(ended.err, HasSubstr("in/table.json:1"));
  EXPECT_THAT(ended.err, HasSubstr("nothing was written"));
  EXPECT_FALSE(fs::exists(folder / "d"));
  EXPECT_FALSE(fs::exists(folder / ".d.import"));

  const Ended going = run(folder, {"import", "in", "--out", "d", "--keep-going"});
  EXPECT_EQ(going.code, 1);
  EXPECT_THAT(going.out, HasSubstr("d: 1 discussions"));
  EXPECT_THAT(going.err, HasSubstr("3 files were left out"));
  EXPECT_EQ(run(folder, {"check", "d"}).code, 0);
}

TEST(ImportCommand, SaysWhyThereIsNothing) {
  const Folder folder;
  fs::create_directory(folder / "empty");
  folder.write("other/notes.txt", "x");
  EXPECT_THAT(run(folder, {"import", "empty", "--out", "d"}).err,
              HasSubstr("there is no file that ends in .json"));
  EXPECT_THAT(run(folder, {"import", "other", "--out", "d"}).err, HasSubstr("but 1 others"));
  const Ended nowhere = run(folder, {"import", "nowhere", "--out", "d"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("there is no file or folder nowhere"));
}

TEST(ImportCommand, RefusesTheSecondDiscussionOfAnId) {
  const Folder folder;
  folder.write("in/a.json", discussion_2_0("one"));
  folder.write("in/b.json", discussion_2_0("one"));
  const Ended ended = run(folder, {"import", "in", "--out", "d"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("in/b.json"));
  EXPECT_THAT(ended.err, HasSubstr("has the id one of in/a.json"));
}

TEST(ImportCommand, NamesDiscussionsOf22AfterTheirFilesAndJoinsAnnotationsByName) {
  const Folder folder;
  folder.write("talks/x/26-01-02.json", file_2_2("user"));
  folder.write("talks/y/26-01-02.json", file_2_2("user"));
  folder.write("tone/x.26-01-02.judy.json", file_2_2("annotator"));
  const Ended ended = run(folder, {"import", "talks", "tone", "--out", "d"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run(folder, {"export", "d", "--format", "syndisco-2.2", "--out", "e"}).code, 0);
  const std::map<std::string, Json> files = files_below(folder / "e", folder);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files.at("discussions/y.26-01-02.json"), parse_json(file_2_2("user")));
  EXPECT_EQ(files.at("annotations/tone/x.26-01-02.x.json"), parse_json(file_2_2("annotator")));
}

TEST(ImportCommand, RefusesAnAnnotationThatFitsSeveralDiscussions) {
  const Folder folder;
  folder.write("talks/x.json", file_2_2("user"));
  folder.write("talks/y.json", file_2_2("user"));
  folder.write("tone/z.json", file_2_2("annotator"));
  const Ended ended = run(folder, {"import", "talks", "tone", "--out", "d"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("does not say which discussion it judges"));
}

TEST(ImportCommand, BringsARunDirectoryBackWhole) {
  const Folder folder;
  write_experiment(folder, 2);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended ended = run(folder, {"import", "d", "--out", "copy"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  for (const char* kind : {"discussions", "annotations"})
    EXPECT_EQ(files_below(folder / "d" / kind, folder),
              files_below(folder / "copy" / kind, folder));
  EXPECT_EQ(run(folder, {"check", "copy"}).code, 0);
}

TEST(ImportCommand, LeavesWhatAnotherBuildsWhereItIsStoppedWhileItReads) {
  const Folder folder;
  folder.write(".d.import/begun", "by another");
  // Nobody writes into it, so that it is read until the signal.
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  Program program(folder, {"import", "pipe", "--out", "d"});
  const int writing = [&] {
    int file = -1;
    eventually([&] {
      return (file = open((folder / "pipe").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0;
    });
    return file;
  }();
  ASSERT_GE(writing, 0) << "the program never read";
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().code, 130);
  close(writing);
  EXPECT_TRUE(std::filesystem::exists(folder / ".d.import/begun"));
}

TEST(ImportCommand, LeavesADirectoryThatCanBeAnnotated) {
  const Folder folder;
  folder.write("old/one.json", discussion_2_0("one"));
  ASSERT_EQ(run(folder, {"import", "old", "--out", "d"}).code, 0);
  folder.write("tone.yaml", R"(experiment: tone
seed: 1
models: {n: {scripted: {replies: [calm, angry]}}}
annotations:
  - name: tone
    model: n
    annotators: [{username: judy}]
    instructions: Which tone?
    answer: {choice: [calm, angry]}
)");
  const Ended ended = run(folder, {"annotate", "tone.yaml", "d"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json status = parse_json(run(folder, {"status", "d", "--json"}).out);
  EXPECT_EQ(*status.find("annotations")->find("tone")->find("turns"), Json(4));
  EXPECT_EQ(run(folder, {"check", "d"}).code, 0);
}

}  // namespace
}  // namespace syndisco::test
