#include "syndisco/dataset/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "records.h"

#include "syndisco/dataset/convokit.h"
#include "syndisco/dataset/csv_2_0.h"
#include "syndisco/dataset/published.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/record/published.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class ImportTest : public testing::Test {
 protected:
  ImportTest() {
    std::string name = (fs::temp_directory_path() / "import-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ImportTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const Json& json) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << dump_json_indented(json);
  }

  Import read() { return read_import({folder_}, {.experiment = "", .threads = 2}); }

  /// A discussion in which only what every format holds is said.
  static DiscussionRecord plain(const std::string& id) {
    DiscussionRecord record = test::discussion();
    record.job.id = id;
    record.turns.resize(3);
    for (Turn& turn : record.turns) turn.time = record.turns.front().time;
    return record;
  }

  fs::path folder_;
};

TEST_F(ImportTest, FindsEveryFormatOutAndLosesNothing) {
  const DiscussionRecord record = plain("one");
  DiscussionRecord old = record;
  for (ActorSpec* actor :
       {&old.job.participants[0], &old.job.participants[1], &*old.job.facilitator})
    actor->persona = persona_2_0(actor->persona, actor->name);
  write("g0.json", discussion_g0(plain("g0")));
  old.job.id = "1.0";
  write("1.0.json", discussion_1_0(old));
  old.job.id = "2.0";
  write("2.0.json", discussion_2_0(old));
  write("2.2.json", discussion_2_2(old));
  write("own.json", discussion_file(record));
  const Import import = read();
  EXPECT_TRUE(import.refused.empty());
  for (const ImportLoss& loss : import.losses) ADD_FAILURE() << loss.path << loss.difference;
  std::vector<std::string> formats;
  for (const ImportedFile& file : import.files) formats.push_back(file.format);
  EXPECT_THAT(formats,
              ElementsAre("syndisco-1.0", "syndisco-2.0", "syndisco-2.2", "g0", "syndisco"));
}

TEST_F(ImportTest, JoinsTheAnnotationsOfEveryFormat) {
  const DiscussionRecord record = plain("one");
  const auto set = test::annotation_set();
  const AnnotationRecord annotation = test::annotation(set, record);
  write("one.json", discussion_file(record));
  write("a/own.json", annotation_file(annotation, record));
  write("b/2.0.json", annotation_2_0(annotation, record));
  write("c/1.0.json", annotation_1_0(annotation, record));
  write("d/sdf.json", annotation_sdf(annotation, record));
  write("e/g0.json", annotation_g0(annotation, record));
  write("f/one.ann.json", annotation_2_2(annotation, record));
  const Import import = read();
  for (const Error& error : import.refused) ADD_FAILURE() << error.report();
  for (const ImportLoss& loss : import.losses) ADD_FAILURE() << loss.path << loss.difference;
  ASSERT_EQ(import.annotations.size(), 6u);
  for (const AnnotationRecord& each : import.annotations) {
    ASSERT_EQ(each.turns.size(), 3u);
    EXPECT_EQ(each.turns[2].target, 2u);
    EXPECT_EQ(each.turns[2].text, "3");
  }
  EXPECT_EQ(import.annotations.front().turns.front().value, Json(3));
}

TEST_F(ImportTest, GivesOneSetToPeopleOfOneNameOnlyWhereTheyAreOnePerson) {
  const DiscussionRecord record = plain("one");
  auto set = test::annotation_set();
  set->annotators[1].name = set->annotators[0].name;
  set->annotators[1].instructions = "Be strict.";
  set->annotators[1].persona = set->annotators[0].persona;
  write("one.json", discussion_2_0(record));
  for (const std::size_t i : {0u, 1u}) {
    AnnotationRecord annotation = test::annotation(set, record);
    annotation.job = make_annotation_job("one", set, i);
    write("rated/" + std::to_string(i) + ".json", annotation_2_0(annotation, record));
  }
  const Import import = read();
  ASSERT_EQ(import.plan.annotation_sets.size(), 2u);
  EXPECT_EQ(import.plan.annotation_sets[0]->name, "rated");
  EXPECT_EQ(import.plan.annotation_sets[1]->name, "rated-2");
}

TEST_F(ImportTest, RefusesAnAnnotationOfOtherMessages) {
  const DiscussionRecord record = plain("one");
  DiscussionRecord other = record;
  other.turns[1].text = "Something else.";
  write("one.json", discussion_2_0(record));
  write("rated/one.json", annotation_2_0(test::annotation(test::annotation_set(), other), other));
  const Import import = read();
  ASSERT_EQ(import.refused.size(), 1u);
  EXPECT_THAT(import.refused[0].what(), testing::HasSubstr("its messages are not those"));
}

TEST_F(ImportTest, RefusesAnAnnotationWhoseNameAndCommentersDisagree) {
  const DiscussionRecord record = plain("one");
  DiscussionRecord more = record;
  more.turns.insert(more.turns.begin(), test::turn(0, TurnKind::kUser, "ben", "Well."));
  for (std::size_t i = 0; i < more.turns.size(); ++i) more.turns[i].step = i;
  write("one.json", discussion_2_2(more));
  write("two.json", discussion_2_2(record));
  write("rated/one.ann.json",
        annotation_2_2(test::annotation(test::annotation_set(), record), record));
  const Import import = read();
  EXPECT_TRUE(import.annotations.empty());
  ASSERT_EQ(import.refused.size(), 1u);
  EXPECT_THAT(import.refused[0].what(), testing::HasSubstr("has the commenters of two"));
  EXPECT_NE(import.refused[0].hint(), "");
}

TEST_F(ImportTest, MakesTextOfNamesThatAreNone) {
  const DiscussionRecord record = plain("");
  write("a\xff/x\xfe.json", discussion_2_2(record));
  write("b/y.json", discussion_2_2(record));
  write("rated\xff/x\xfe.eve.json",
        annotation_2_2(test::annotation(test::annotation_set(), record), record));
  const Import import = read();
  for (const Error& error : import.refused) ADD_FAILURE() << error.report();
  ASSERT_EQ(import.discussions.size(), 2u);
  EXPECT_EQ(import.discussions[0].job.id, "x�");
  EXPECT_EQ(import.discussions[0].job.cell, "a�");
  EXPECT_EQ(import.plan.cells[0], "a�");
  ASSERT_EQ(import.annotations.size(), 1u);
  EXPECT_EQ(import.annotations[0].job.id, "x�/rated�/Ann 1");
  write_import(import, folder_ / "run");
  EXPECT_TRUE(fs::exists(folder_ / "run" / discussion_path("x�")));
}

TEST_F(ImportTest, HasFoldersOfOneNameApart) {
  write("data/a.json", discussion_2_0(plain("a")));
  write("data/data/b.json", discussion_2_0(plain("b")));
  const Import import = read_import({folder_ / "data"}, {});
  EXPECT_THAT(import.plan.cells, ElementsAre("data/", "data"));
}

TEST_F(ImportTest, NamesTheFileWhoseCommentIsNotThere) {
  DiscussionRecord record = plain("one");
  const AnnotationRecord annotation = test::annotation(test::annotation_set(), record);
  write("rated/a.json", annotation_file(annotation, record));
  record.turns.pop_back();
  write("one.json", discussion_file(record));
  const Import import = read();
  ASSERT_EQ(import.refused.size(), 1u);
  EXPECT_THAT(import.refused[0].place().file, testing::EndsWith("rated/a.json"));
}

TEST_F(ImportTest, PassesOverAPipe) {
  write("in/one.json", discussion_2_0(plain("one")));
  ASSERT_EQ(::mkfifo((folder_ / "in" / "pipe.json").c_str(), 0600), 0);
  EXPECT_EQ(read().passed_over, 1u);
}

TEST_F(ImportTest, RefusesAPlaceThatCannotBeTakenBeforeAnythingIsRead) {
  fs::create_directories(folder_ / "empty");
  fs::create_directory_symlink(folder_ / "empty", folder_ / "link");
  EXPECT_THROW(check_import_directory(folder_ / "link"), InputError);
  EXPECT_THROW(check_import_directory(folder_ / "link/"), InputError);
  EXPECT_THROW(check_import_directory(""), InputError);
  check_import_directory(folder_ / "empty");
}

TEST_F(ImportTest, MakesTheSameSetsOfOurOwnFilesAgain) {
  const DiscussionRecord record = plain("one");
  auto set = test::annotation_set();
  set->annotators = {test::actor("zoe", Role::kAnnotator), test::actor("ann", Role::kAnnotator)};
  set->facilitator_comments = false;
  write("one.json", discussion_file(record));
  for (const std::size_t i : {0u, 1u}) {
    AnnotationRecord annotation = test::annotation(set, record);
    annotation.job = make_annotation_job("one", set, i);
    write(annotation_path(annotation.job).string(), annotation_file(annotation, record));
  }
  const Import import = read();
  EXPECT_TRUE(import.losses.empty());
  ASSERT_EQ(import.plan.annotation_sets.size(), 1u);
  EXPECT_EQ(*import.plan.annotation_sets[0], *set);
}

TEST_F(ImportTest, RefusesALengthOfHistoryThatCannotBe) {
  for (const std::int64_t length : {std::int64_t{-5}, std::int64_t{99'999'999'999}}) {
    Json file = discussion_2_0(plain("one"));
    file.set("ctx_length", length);
    write("one.json", file);
    const Import import = read();
    ASSERT_EQ(import.refused.size(), 1u) << length;
    EXPECT_EQ(import.refused[0].place().pointer, "/ctx_length");
  }
}

TEST_F(ImportTest, SaysWhatIsNotKept) {
  Json file = discussion_2_0(plain("one"));
  file.set("mood", "sour");
  write("one.json", file);
  const Import import = read();
  ASSERT_EQ(import.losses.size(), 1u);
  EXPECT_THAT(import.losses[0].difference, testing::HasSubstr("/mood"));
}

TEST_F(ImportTest, PassesOverLinkedFoldersAndOtherFiles) {
  write("in/one.json", discussion_2_0(plain("one")));
  write("in/.hidden.json", Json(1));
  write("in/notes.txt", Json(1));
  fs::create_directory_symlink(folder_ / "in", folder_ / "in" / "loop");
  const Import import = read();
  EXPECT_EQ(import.discussions.size(), 1u);
  EXPECT_EQ(import.passed_over, 1u);
  EXPECT_TRUE(import.refused.empty());
}

TEST_F(ImportTest, ReadsAFileGivenTwiceOnce) {
  write("one.json", discussion_2_0(plain("one")));
  EXPECT_TRUE(read_import({folder_, folder_ / "one.json"}, {}).refused.empty());
}

TEST_F(ImportTest, RemovesWhatAKilledImportLeft) {
  write("in/one.json", discussion_2_0(plain("one")));
  const fs::path directory = folder_ / "run";
  fs::create_directories(import_folder(directory) / "discussions");
  std::ofstream(import_folder(directory) / "discussions" / "half.json") << "{";
  write_import(read_import({folder_ / "in"}, {}), directory);
  EXPECT_FALSE(fs::exists(directory / "discussions" / "half.json"));
  EXPECT_FALSE(fs::exists(import_folder(directory)));
  EXPECT_TRUE(fs::exists(directory / "discussions" / "one.json"));
}

TEST_F(ImportTest, CorpusHasSpeakersOfOneNameApart) {
  DiscussionRecord other = plain("two");
  other.job.participants[1].persona = JsonObject{{"username", "ben"}, {"age", 20}};
  write("in/one.json", discussion_file(plain("one")));
  write("in/two.json", discussion_file(other));
  write_import(read_import({folder_ / "in"}, {}), folder_ / "run");
  write_convokit(*Journal::open_read_only(folder_ / "run"), folder_ / "corpus");
  std::ifstream lines(folder_ / "corpus" / "utterances.jsonl");
  std::vector<std::string> speakers;
  std::vector<Json> replies;
  for (std::string line; std::getline(lines, line);) {
    const Json utterance = parse_json(line);
    speakers.push_back(utterance.find("speaker")->string());
    replies.push_back(*utterance.find("reply-to"));
  }
  EXPECT_THAT(speakers, ElementsAre("ann", "ben", "mod", "ann", "ben (2)", "mod"));
  EXPECT_THAT(replies, ElementsAre(Json(), Json("one.1"), Json("one.2"), Json(), Json("two.1"),
                                   Json("two.2")));
}

TEST(RunPaths, StayInTheirFolderWhateverAnImportedIdIs) {
  for (const char* id : {"../../etc/x", "/etc/x", "..", "", "a/b", "a\nb"}) {
    const fs::path path = discussion_path(id);
    EXPECT_EQ(path.parent_path(), "discussions") << id;
    EXPECT_EQ(path.lexically_normal(), path) << id;
    EXPECT_EQ(path.extension(), ".json") << id;
  }
  EXPECT_NE(discussion_path("a/b"), discussion_path("a-b"));
}

TEST(Rows20, RefuseSomebodyWithoutAPersona) {
  DiscussionRecord record = test::discussion();
  record.turns[0].name = "FirstUser";
  EXPECT_THROW(comment_rows_2_0(record), InputError);
}

TEST(JudgedSteps, LeaveTheFacilitatorOutWhereTheMessagesDo) {
  const DiscussionRecord record = test::discussion();
  const auto steps = [&](std::vector<std::string> texts) {
    std::vector<JudgedMessage> messages;
    for (const std::string& text : texts) messages.push_back({"", text, "1", ""});
    return judged_steps(messages, record);
  };
  const std::string opening = "Cats, or \"dogs\"?\nSay.";
  EXPECT_EQ(steps({opening, "Κύων.", "Κύων.", "\"\""}), (std::vector<std::uint64_t>{0, 1, 2, 4}));
  EXPECT_EQ(steps({opening, "Κύων.", "\"\""}), (std::vector<std::uint64_t>{0, 1, 4}));
  EXPECT_EQ(steps({"Κύων."}), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(steps({"\"\"", opening}), std::nullopt);
}

}  // namespace
}  // namespace syndisco
