#include "syndisco/dataset/export.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "unit/dataset/records.h"

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"
#include "syndisco/dataset/run_files.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

/// A journal of three discussions, of which the first is completed and annotated by one of two
/// annotators, the second has failed after a turn and the third was never begun.
class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    std::string name = (fs::temp_directory_path() / "dataset-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    Plan plan;
    plan.experiment = "forum";
    plan.seed = 42;
    plan.factors = {"facilitation"};
    plan.cells = {"light"};
    ModelSpec model;
    model.name = "m";
    model.script = JsonObject{{"replies", JsonArray{"x"}}};
    plan.models = {model};
    for (std::uint64_t number = 1; number <= 3; ++number) {
      DiscussionJob job = test::discussion().job;
      job.id = "forum.light.000" + std::to_string(number);
      job.replicate = number;
      plan.discussions.push_back(job);
    }
    plan.annotation_sets = {test::annotation_set()};
    journal_ = Journal::open(folder_ / "run");
    journal_->take_up(plan);

    const std::optional<Claim> first = journal_->claim();
    for (const Turn& turn : test::discussion().turns) journal_->append(first->id, turn);
    journal_->close(first->id, Outcome{});
    const std::optional<Claim> second = journal_->claim();
    journal_->append(second->id, test::discussion().turns[0]);
    journal_->close(second->id, Outcome{Status::kFailed, "the model went away"});
    const std::optional<Claim> third = journal_->claim();
    const std::optional<Claim> annotation = journal_->claim();
    for (const Turn& turn : test::annotation(annotation->annotation->set, test::discussion()).turns)
      journal_->append(annotation->id, turn);
    journal_->close(annotation->id, Outcome{});
    annotation_ = annotation->id;
    journal_->close(third->id, std::nullopt);
  }
  ~JournalTest() override {
    journal_.reset();
    fs::remove_all(folder_);
  }

  std::vector<std::string> lines(const fs::path& path) const {
    std::vector<std::string> found;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) found.push_back(line);
    return found;
  }

  fs::path folder_;
  std::unique_ptr<Journal> journal_;
  std::string annotation_;
};

using RunFiles = JournalTest;
using Export = JournalTest;

TEST_F(RunFiles, AreWrittenForWhatIsCompleted) {
  EXPECT_TRUE(write_discussion_file(*journal_, folder_, "forum.light.0001"));
  EXPECT_FALSE(write_discussion_file(*journal_, folder_, "forum.light.0002"));
  EXPECT_TRUE(write_annotation_file(*journal_, folder_, annotation_));
  const Json file = parse_json(read_file(folder_ / "discussions" / "forum.light.0001.json"));
  EXPECT_EQ(*file.find("id"), Json("forum.light.0001"));
  EXPECT_FALSE(fs::exists(folder_ / "discussions" / "forum.light.0002.json"));
}

TEST_F(RunFiles, AreWrittenAgainWhereTheyAreMissing) {
  EXPECT_EQ(write_missing_files(*journal_, folder_), 2u);
  EXPECT_EQ(write_missing_files(*journal_, folder_), 0u);
  const fs::path path = folder_ / discussion_path("forum.light.0001");
  const std::string before = read_file(path);
  fs::remove(path);
  EXPECT_EQ(write_missing_files(*journal_, folder_), 1u);
  EXPECT_EQ(read_file(path), before);
}

TEST_F(Export, WritesTwoTables) {
  const ExportSummary summary = export_dataset(*journal_, "csv", folder_ / "out" / "data.csv");
  EXPECT_EQ(summary.paths, (std::vector<fs::path>{folder_ / "out" / "data.csv",
                                                  folder_ / "out" / "data.annotations.csv"}));
  EXPECT_EQ(summary.comments.discussions, 2u);
  EXPECT_EQ(summary.comments.failed, 1u);
  EXPECT_EQ(summary.comments.rows, 6u);
  EXPECT_EQ(summary.annotations.rows, 3u);
  EXPECT_EQ(lines(folder_ / "out" / "data.annotations.csv").size(), 4u);
}

TEST_F(Export, HasAJsonLineForEachTurn) {
  export_dataset(*journal_, "jsonl", folder_ / "data.jsonl");
  const std::vector<std::string> comments = lines(folder_ / "data.jsonl");
  ASSERT_EQ(comments.size(), 6u);
  const Json failed = parse_json(comments[5]);
  EXPECT_EQ(*failed.find("status"), Json("failed"));
  EXPECT_EQ(*failed.find("conv_id"), Json("forum.light.0002"));
  EXPECT_EQ(*failed.find("is_seed"), Json(true));
  const std::vector<std::string> annotations = lines(folder_ / "data.annotations.jsonl");
  ASSERT_EQ(annotations.size(), 3u);
  EXPECT_EQ(*parse_json(annotations[0]).find("value"), Json(3));
}

TEST_F(Export, ReplacesAnEarlierTable) {
  write_file_atomically(folder_ / "data.csv", "old");
  export_dataset(*journal_, "csv", folder_ / "data.csv");
  EXPECT_EQ(lines(folder_ / "data.csv").front().substr(0, 8), "conv_id,");
}

TEST_F(Export, WritesAFolderOfPublishedFiles) {
  const ExportSummary summary = export_dataset(*journal_, "syndisco-2.0", folder_ / "old");
  EXPECT_EQ(summary.left_out, 2u);
  EXPECT_EQ(read_file(folder_ / "old" / "discussions" / "forum.light.0001.json"),
            published_text(discussion_2_0(journal_->discussion("forum.light.0001"))));
  EXPECT_EQ(
      read_file(folder_ / "old" / "annotations" / "toxicity-1-2" / "forum.light.0001.ann-1.json"),
      published_text(annotation_2_0(journal_->annotation(annotation_),
                                    journal_->discussion("forum.light.0001"))));
}

TEST_F(Export, WritesTheFilesOfEveryGeneration) {
  const DiscussionRecord record = journal_->discussion("forum.light.0001");
  for (const auto& [format, codec] : std::map<std::string, Json (*)(const DiscussionRecord&)>{
           {"syndisco-1.0", discussion_1_0}, {"sdf", discussion_sdf}, {"g0", discussion_g0}}) {
    export_dataset(*journal_, format, folder_ / format);
    EXPECT_EQ(read_file(folder_ / format / "discussions" / "forum.light.0001.json"),
              published_text(codec(record)));
  }
}

TEST_F(Export, LeavesOtherFilesOfTheFolderAlone) {
  write_file_atomically(folder_ / "old" / "discussions" / "mine.json", "{}");
  export_dataset(*journal_, "syndisco-2.2", folder_ / "old");
  EXPECT_EQ(read_file(folder_ / "old" / "discussions" / "mine.json"), "{}");
}

TEST_F(Export, RefusesAFolderForATableAndAFileForAFolder) {
  write_file_atomically(folder_ / "file", "mine");
  EXPECT_THROW(export_dataset(*journal_, "csv", folder_), InputError);
  EXPECT_THROW(export_dataset(*journal_, "syndisco-2.0", folder_ / "file"), InputError);
  EXPECT_EQ(read_file(folder_ / "file"), "mine");
}

TEST(ExportFormats, ProposeTheNearestName) {
  try {
    export_format("syndisco-2.1");
    FAIL() << "there is no such format";
  } catch (const InputError& error) {
    EXPECT_EQ(error.hint(), "did you mean syndisco-2.0?");
  }
  EXPECT_THROW(export_format("parquet"), InputError);
}

TEST(AnnotationsBeside, GoBeforeTheEnding) {
  EXPECT_EQ(annotations_beside("out/data.csv"), "out/data.annotations.csv");
  EXPECT_EQ(annotations_beside("a.b.jsonl"), "a.b.annotations.jsonl");
  EXPECT_EQ(annotations_beside("data"), "data.annotations");
}

}  // namespace
}  // namespace syndisco
