#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "conformance/compare.h"
#include "conformance/replay.h"

#include "syndisco/base/file.h"
#include "syndisco/dataset/csv_2_0.h"
#include "syndisco/dataset/import.h"
#include "syndisco/dataset/published.h"

// The tables that 2.0 made of its files. Rows followed the order in which the folder gave the
// files, which is injected.

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> file_order(const Recording& recording) {
  std::vector<std::string> paths;
  for (const Json& path : recording.traced("file_order").array().front().array())
    paths.push_back(path.string());
  return paths;
}

std::string table(const std::vector<std::string>& columns, const std::vector<Row>& rows) {
  std::string text;
  const Sink sink = [&](std::string_view piece) { text += piece; };
  TableWriter writer(TableFormat::kCsv, columns, sink);
  for (const Row& row : rows) writer.write(row);
  return text;
}

/// Rows of what an import of the folder reads.
std::vector<Row> discussion_rows(const Recording& recording) {
  const std::string folder = recording.argument("args").array().front().string();
  const Import import = read_import({recording.folder / folder}, {});
  check_not_empty(import);
  std::map<fs::path, const DiscussionRecord*> by_path;
  for (std::size_t i = 0; i < import.discussions.size(); ++i)
    by_path.emplace(import.files[i].path, &import.discussions[i]);
  std::vector<Row> rows;
  for (const std::string& path : file_order(recording))
    for (Row& row : comment_rows_2_0(*by_path.at(recording.folder / path)))
      rows.push_back(std::move(row));
  return rows;
}

std::vector<Row> rows_of_annotations(const Recording& recording) {
  std::vector<Annotation20> all;
  for (const std::string& path : file_order(recording)) {
    const PublishedAnnotation read = read_annotation(recording.read(path), path);
    for (const JudgedMessage& message : read.messages)
      all.push_back({read.discussion, read.timestamp, read.annotator.model, read.history,
                     message.text, message.annotation, read.prompt});
  }
  return annotation_rows_2_0(all);
}

void compare_table(const Recording& recording, const std::vector<std::string>& columns,
                   std::vector<Row> (*make_rows)(const Recording&)) {
  std::vector<Row> rows;
  const std::optional<std::string> refused = refusal([&] { rows = make_rows(recording); });
  if (recording.failed()) {
    EXPECT_TRUE(refused.has_value())
        << "the original refused: " << dump_json(recording.traced("error"));
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  EXPECT_EQ(table(columns, rows), read_file(recording.folder / "expected.csv"));
}

}  // namespace

void replay_discussion_table(const Recording& recording) {
  compare_table(recording, comment_columns_2_0(), discussion_rows);
}

void replay_annotation_table(const Recording& recording) {
  compare_table(recording, annotation_columns_2_0(), rows_of_annotations);
}

}  // namespace syndisco::testing
