#include "syndisco/dataset/export.h"

#include <array>
#include <functional>
#include <utility>

#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/convokit.h"
#include "syndisco/dataset/csv_2_0.h"
#include "syndisco/dataset/published.h"
#include "syndisco/dataset/run_files.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

using WriteTable = std::function<TableCounts(const Sink& sink)>;

ExportSummary export_tables(const WriteTable& write_comments, const WriteTable& write_annotations,
                            const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status))
    throw InputError(
        "is a directory: " + printable_line(path.string()), {},
        "give the name of a file, such as " + printable_line((path / "comments.csv").string()));
  ExportSummary summary;
  AtomicFile comments(path);
  // Under /dev stand links such as stdout, whatever they lead to.
  if ((fs::exists(status) && !fs::is_regular_file(status)) || path.parent_path() == "/dev") {
    summary.comments = write_comments([&](std::string_view piece) { comments.write(piece); });
    comments.commit();
    summary.paths = {path};
    return summary;
  }
  // Annotations first: of a run that goes on, what they judge is in the comments then.
  const fs::path beside = annotations_beside(path);
  AtomicFile annotations(beside);
  summary.annotations =
      write_annotations([&](std::string_view piece) { annotations.write(piece); });
  summary.comments = write_comments([&](std::string_view piece) { comments.write(piece); });
  annotations.commit();
  comments.commit();
  summary.paths = {path, beside};
  return summary;
}

ExportSummary export_tables(const Journal& journal, TableFormat format, const fs::path& path) {
  return export_tables([&](const Sink& sink) { return write_comments(journal, format, sink); },
                       [&](const Sink& sink) { return write_annotations(journal, format, sink); },
                       path);
}

ExportSummary export_tables_2_0(const Journal& journal, const fs::path& path) {
  ExportSummary summary =
      export_tables([&](const Sink& sink) { return write_comments_2_0(journal, sink); },
                    [&](const Sink& sink) { return write_annotations_2_0(journal, sink); }, path);
  summary.left_out = std::exchange(summary.comments.unfinished, 0);
  return summary;
}

using DiscussionCodec = Json (*)(const DiscussionRecord&);
using AnnotationCodec = Json (*)(const AnnotationRecord&, const DiscussionRecord&);

void refuse_file_for_folder(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_directory(status))
    throw InputError("is no folder: " + printable_line(path.string()), {},
                     "this format is a folder of files; give the name of a new one");
}

ExportSummary export_convokit(const Journal& journal, const fs::path& path) {
  refuse_file_for_folder(path);
  ExportSummary summary;
  summary.comments = write_convokit(journal, path);
  summary.paths = {path};
  return summary;
}

ExportSummary export_folder(const Journal& journal, DiscussionCodec discussion_codec,
                            AnnotationCodec annotation_codec, const fs::path& path) {
  refuse_file_for_folder(path);
  ExportSummary summary;
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord discussion = journal.discussion(id);
    if (discussion.status != Status::kCompleted) {
      ++summary.left_out;
      continue;
    }
    const Json file = discussion_codec(discussion);
    write_file_atomically(path / discussion_path(id), published_text(file));
    ++summary.comments.discussions;
    summary.comments.rows += file.find("logs")->array().size();

    std::size_t rows = 0;
    for (const AnnotationRecord& annotation : journal.annotations_of(id)) {
      if (annotation.status != Status::kCompleted) continue;
      write_file_atomically(path / annotation_path(annotation.job),
                            published_text(annotation_codec(annotation, discussion)));
      rows += annotation.turns.size();
    }
    summary.annotations.rows += rows;
    if (rows > 0) ++summary.annotations.discussions;
  }
  summary.paths = {path};
  return summary;
}

}  // namespace

std::span<const ExportFormat> export_formats() {
  static const std::array<ExportFormat, 9> formats = {{
      {"csv", false, ".csv", "a table of comments, and one of annotations beside it"},
      {"jsonl", false, ".jsonl", "the same tables as JSON Lines, with typed values"},
      {"csv-2.0", false, ".csv", "the tables that syndisco 2.0 made of its files"},
      {"convokit", true, "", "a corpus folder for ConvoKit"},
      {"syndisco-2.0", true, "", "a folder of the files that syndisco 2.0 wrote"},
      {"syndisco-2.2", true, "", "a folder of the files that syndisco 2.2 wrote"},
      {"syndisco-1.0", true, "", "the same of syndisco 1.0"},
      {"sdf", true, "", "the same of the Synthetic Discussion Framework"},
      {"g0", true, "", "the same of the scripts of the thesis"},
  }};
  return formats;
}

const ExportFormat& export_format(const std::string& name) {
  std::vector<std::string> names;
  for (const ExportFormat& format : export_formats()) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  const std::string near = nearest_word(name, names);
  std::string all;
  for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
  throw InputError("unknown format \"" + printable_line(name) + "\"", {},
                   near.empty() ? "formats are " + all : "did you mean " + near + "?");
}

fs::path annotations_beside(const fs::path& comments) {
  fs::path name = comments.stem();
  name += ".annotations";
  name += comments.extension();
  return comments.parent_path() / name;
}

ExportSummary export_dataset(const Journal& journal, const std::string& format,
                             const fs::path& path, const ExportOptions& options) {
  const std::string& name = export_format(format).name;
  if (options.guard_formulas && name != "csv")
    throw InputError("--guard-formulas is for csv; " + name + " is not read by spreadsheets", {},
                     "leave it out, or add --format csv");
  if (name == "csv")
    return export_tables(
        journal, options.guard_formulas ? TableFormat::kGuardedCsv : TableFormat::kCsv, path);
  if (name == "jsonl") return export_tables(journal, TableFormat::kJsonLines, path);
  if (name == "convokit") return export_convokit(journal, path);
  if (name == "csv-2.0") return export_tables_2_0(journal, path);
  if (name == "syndisco-2.0") return export_folder(journal, discussion_2_0, annotation_2_0, path);
  if (name == "syndisco-1.0") return export_folder(journal, discussion_1_0, annotation_1_0, path);
  if (name == "sdf") return export_folder(journal, discussion_sdf, annotation_sdf, path);
  if (name == "g0") return export_folder(journal, discussion_g0, annotation_g0, path);
  return export_folder(journal, discussion_2_2, annotation_2_2, path);
}

}  // namespace syndisco
