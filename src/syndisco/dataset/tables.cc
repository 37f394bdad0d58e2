#include "syndisco/dataset/tables.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "syndisco/dataset/published.h"
#include "syndisco/text/csv.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// Numbers keep their sign: only texts can be formulas.
bool may_be_formula(const Json& cell) {
  constexpr std::string_view kFirst = "=+-@\t\r\n'";
  return cell.is_string() && !cell.string().empty() &&
         kFirst.find(cell.string().front()) != std::string_view::npos;
}

std::string csv_cell(const Json& cell, bool guarded) {
  if (cell.is_null()) return "";
  std::string text = plain_text(cell);
  if (guarded && may_be_formula(cell)) text.insert(0, 1, '\'');
  return csv_quoted(text);
}

std::vector<std::string> fixed_columns() {
  return {"conv_id",       "experiment",    "cell",       "status",  "timestamp", "ctx_length",
          "comment_index", "message_order", "message_id", "user",    "message",   "silent",
          "model",         "is_moderator",  "is_seed",    "persona", "prompt"};
}

Json level_of(const DiscussionJob& job, const std::string& factor) {
  for (const auto& [name, level] : job.levels)
    if (name == factor) return level;
  return nullptr;
}

void count(const DiscussionRecord& discussion, std::size_t rows, TableCounts& counts) {
  if (rows == 0) return;
  ++counts.discussions;
  counts.rows += rows;
  if (discussion.status == Status::kFailed) ++counts.failed;
  if (discussion.status == Status::kPlanned || discussion.status == Status::kRunning)
    ++counts.unfinished;
}

}  // namespace

TableWriter::TableWriter(TableFormat format, std::vector<std::string> columns, const Sink& sink)
    : format_(format), columns_(std::move(columns)), sink_(sink) {
  if (format_ == TableFormat::kJsonLines) return;
  Row header;
  for (const std::string& column : columns_) header.emplace_back(column);
  write(header);
}

void TableWriter::write(const Row& row) {
  if (row.size() != columns_.size())
    throw std::logic_error("a row has another number of cells than its table has columns");
  std::string line;
  if (format_ == TableFormat::kJsonLines) {
    JsonObject object;
    for (std::size_t i = 0; i < row.size(); ++i) object.emplace_back(columns_[i], row[i]);
    line = dump_json_compact(object);
    // JSON allows these in a text, but readers that split lines by Unicode's rules would cut here.
    for (const auto& [raw, escape] :
         {std::pair("\u0085", "\\u0085"), std::pair("\u2028", "\\u2028"),
          std::pair("\u2029", "\\u2029")})
      line = replace_all(line, raw, escape);
  } else {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += ',';
      line += csv_cell(row[i], format_ == TableFormat::kGuardedCsv);
    }
  }
  line += '\n';
  sink_(line);
}

std::vector<std::string> comment_columns(const std::vector<std::string>& factors) {
  std::vector<std::string> columns = fixed_columns();
  const std::vector<std::string> fixed = columns;
  std::vector<std::string> added;
  for (const std::string& factor : factors) {
    std::string column = factor;
    const auto taken = [&](const std::string& name) {
      // Another factor may be called just what this one would be renamed to.
      return std::ranges::find(fixed, name) != fixed.end() ||
             std::ranges::find(added, name) != added.end() ||
             (name != factor && std::ranges::find(factors, name) != factors.end());
    };
    while (taken(column)) column.insert(0, "factor_");
    added.push_back(column);
  }
  columns.insert(std::ranges::find(columns, "status"), added.begin(), added.end());
  return columns;
}

std::vector<std::string> annotation_columns() {
  return {"conv_id",    "comment_index", "message_id", "annotation_set", "annotator",
          "annotation", "value",         "model",      "prompt"};
}

std::vector<Row> comment_rows(const DiscussionRecord& discussion,
                              const std::vector<std::string>& factors) {
  const DiscussionJob& job = discussion.job;
  const std::vector<std::int64_t> orders = message_orders(discussion);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < discussion.turns.size(); ++i) {
    const Turn& turn = discussion.turns[i];
    const ActorSpec* speaker = speaker_of(job, turn);
    Row row{job.id, job.experiment, job.cell};
    for (const std::string& factor : factors) row.push_back(level_of(job, factor));
    row.insert(row.end(),
               {status_name(discussion.status), turn.time, job.history, turn.step + 1, orders[i],
                message_id(job.id, turn.text), turn.name, turn.text, turn.silent, turn.model,
                turn.kind == TurnKind::kFacilitator, turn.kind == TurnKind::kOpening,
                speaker != nullptr ? speaker->persona : Json(), turn.system});
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> annotation_rows(const AnnotationRecord& annotation,
                                 const DiscussionRecord& discussion) {
  std::vector<Row> rows;
  for (const Turn& turn : annotation.turns)
    rows.push_back({discussion.job.id, turn.target + 1,
                    message_id(discussion.job.id, judged_turn(discussion, turn).text),
                    annotation.job.set->name, annotation.job.actor().name, turn.text, turn.value,
                    turn.model, turn.system});
  return rows;
}

TableCounts write_comments(const Journal& journal, TableFormat format, const Sink& sink) {
  const std::vector<std::string> factors = journal.factors();
  TableWriter writer(format, comment_columns(factors), sink);
  TableCounts counts;
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord discussion = journal.discussion(id);
    const std::vector<Row> rows = comment_rows(discussion, factors);
    for (const Row& row : rows) writer.write(row);
    count(discussion, rows.size(), counts);
  }
  return counts;
}

TableCounts write_annotations(const Journal& journal, TableFormat format, const Sink& sink) {
  TableWriter writer(format, annotation_columns(), sink);
  TableCounts counts;
  for (const std::string& id : journal.discussion_ids()) {
    const std::vector<AnnotationRecord> annotations = journal.annotations_of(id);
    const bool any = std::ranges::any_of(
        annotations, [](const AnnotationRecord& one) { return !one.turns.empty(); });
    if (!any) continue;
    const DiscussionRecord discussion = journal.discussion(id);
    std::size_t rows = 0;
    for (const AnnotationRecord& annotation : annotations)
      for (const Row& row : annotation_rows(annotation, discussion)) {
        writer.write(row);
        ++rows;
      }
    count(discussion, rows, counts);
  }
  return counts;
}

}  // namespace syndisco
