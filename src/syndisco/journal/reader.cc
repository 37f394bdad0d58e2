// What is recorded, for those who only look.

#include <charconv>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/journal/journal_internal.h"

namespace syndisco {
namespace {

struct Row {
  std::int64_t number = 0;
  std::string id;
  Status status = Status::kPlanned;
  std::string reason;
  // Of an annotation:
  std::int64_t set = 0;
  std::string discussion;
  std::size_t annotator = 0;
};

constexpr const char* kDiscussion =
    "SELECT number, id, status, reason FROM jobs WHERE id = ?1 AND annotation_set IS NULL";

constexpr const char* kAnnotation =
    "SELECT j.number, j.id, j.status, j.reason, j.annotation_set, d.id, j.annotator FROM jobs j"
    " JOIN jobs d ON d.number = j.discussion WHERE j.id = ?1";

constexpr const char* kAnnotationsOf =
    "SELECT j.number, j.id, j.status, j.reason, j.annotation_set, d.id, j.annotator FROM jobs j"
    " JOIN jobs d ON d.number = j.discussion JOIN annotation_sets s ON s.number = j.annotation_set"
    " WHERE d.id = ?1 ORDER BY s.ordinal, j.annotator";

Row read_row(JournalReader& reader, Query& query, bool annotation) {
  Row row;
  row.number = query.integer(0);
  row.id = query.text(1);
  row.status = status_from(query.text(2));
  if (row.status == Status::kRunning && !reader.somebody_writes()) row.status = Status::kPlanned;
  row.reason = query.text(3);
  if (annotation) {
    row.set = query.integer(4);
    row.discussion = query.text(5);
    row.annotator = static_cast<std::size_t>(query.integer(6));
  }
  return row;
}

std::vector<Row> read_rows(JournalReader& reader, const char* sql, const std::string& id,
                           bool annotation) {
  std::vector<Row> rows;
  Query query(reader.connection, sql, id);
  while (query.next()) rows.push_back(read_row(reader, query, annotation));
  return rows;
}

std::vector<std::string> read_texts(Connection& connection, const char* sql) {
  std::vector<std::string> texts;
  Query query(connection, sql);
  while (query.next()) texts.push_back(query.text(0));
  return texts;
}

std::vector<std::string> discussion_ids_of(Connection& connection) {
  return read_texts(connection,
                    "SELECT id FROM jobs WHERE annotation_set IS NULL ORDER BY ordinal");
}

std::vector<std::string> annotation_ids_of(Connection& connection) {
  return read_texts(connection,
                    "SELECT j.id FROM annotation_sets s"
                    " CROSS JOIN jobs j ON j.annotation_set = s.number"
                    " ORDER BY s.ordinal, s.number, j.ordinal, j.annotator");
}

[[noreturn]] void refuse_unknown(const std::string& what, const std::string& id,
                                 const std::filesystem::path& directory,
                                 const std::vector<std::string>& known) {
  const std::string nearest = nearest_word(id, known);
  std::string hint = "`syndisco show` with the directory alone lists what is there";
  if (!nearest.empty()) hint = "did you mean " + printable_line(nearest) + "?";
  throw InputError("there is no " + what + " " + printable_line(id) + " in " + directory.string(),
                   {}, hint);
}

AnnotationRecord annotation_record(JournalReader& reader, const Row& row,
                                   TurnParts parts = TurnParts::kAll) {
  AnnotationRecord record;
  record.job = make_annotation_job(row.discussion, reader.sets.get(reader.connection, row.set),
                                   row.annotator);
  record.status = row.status;
  record.reason = row.reason;
  record.turns = read_turns(reader.connection, row.number, parts);
  return record;
}

DiscussionRecord discussion_record(JournalReader& reader, const Row& row,
                                   TurnParts parts = TurnParts::kAll) {
  DiscussionRecord record;
  {
    Query query(reader.connection, "SELECT spec FROM specs WHERE job = ?1", row.number);
    if (query.next()) {
      record.job = discussion_job_from_json(parse_json(query.text(0), "the journal"));
    }
  }
  record.status = row.status;
  record.reason = row.reason;
  record.turns = read_turns(reader.connection, row.number, parts);
  return record;
}

std::vector<std::string> meta_texts(Connection& connection, const std::string& key) {
  std::vector<std::string> texts;
  const Json json = parse_json(read_meta(connection, key).value_or("[]"), "the journal");
  for (const Json& text : json.array()) texts.push_back(text.string());
  return texts;
}

void add_sums(JobCounts& counts, const Query& query, int first) {
  counts.turns += static_cast<std::size_t>(query.integer(first));
  counts.prompt_tokens += static_cast<std::uint64_t>(query.integer(first + 1));
  counts.reused_tokens += static_cast<std::uint64_t>(query.integer(first + 2));
  counts.generated_tokens += static_cast<std::uint64_t>(query.integer(first + 3));
  counts.seconds += query.real(first + 4);
}

// `ended`: key, status, number of jobs, sums. `going`: key, sums.
void add_counts(std::map<std::string, JobCounts>& counts, JournalReader& reader, const char* ended,
                const char* going) {
  Query jobs(reader.connection, ended);
  while (jobs.next()) {
    JobCounts& of_key = counts[jobs.text(0)];
    const auto number = static_cast<std::size_t>(jobs.integer(2));
    switch (status_from(jobs.text(1))) {
      case Status::kPlanned:
        of_key.planned += number;
        break;
      case Status::kRunning:
        // Nobody told a killed process's jobs that they are not running any more.
        (reader.somebody_writes() ? of_key.running : of_key.planned) += number;
        break;
      case Status::kCompleted:
        of_key.completed += number;
        break;
      case Status::kFailed:
        of_key.failed += number;
        break;
    }
    add_sums(of_key, jobs, 3);
  }
  // Jobs keep their sums only once they have ended.
  Query turns(reader.connection, going);
  while (turns.next()) add_sums(counts[turns.text(0)], turns, 1);
}

}  // namespace

std::shared_ptr<const AnnotationSet> SetCache::get(Connection& connection, std::int64_t number) {
  if (const auto found = sets_.find(number); found != sets_.end()) return found->second;
  Query query(connection, "SELECT spec FROM annotation_sets WHERE number = ?1", number);
  if (!query.next()) throw EnvironmentError("the journal lacks an annotation set that it names");
  auto set = std::make_shared<const AnnotationSet>(
      annotation_set_from_json(parse_json(query.text(0), "the journal")));
  return sets_.emplace(number, std::move(set)).first->second;
}

std::optional<std::string> read_meta(Connection& connection, const std::string& key) {
  Query query(connection, "SELECT value FROM meta WHERE key = ?1", key);
  if (!query.next()) return std::nullopt;
  return query.text(0);
}

void Journal::in_snapshot(const std::function<void()>& read) const {
  impl_->read([&](JournalReader&) {
    read();
    return true;
  });
}

std::string Journal::experiment() const {
  return impl_->read([](JournalReader& reader) {
    return read_meta(reader.connection, "experiment").value_or("");
  });
}

std::uint64_t Journal::seed() const {
  return impl_->read([](JournalReader& reader) {
    const std::string text = read_meta(reader.connection, "seed").value_or("0");
    std::uint64_t seed = 0;
    std::from_chars(text.data(), text.data() + text.size(), seed);
    return seed;
  });
}

std::vector<std::string> Journal::factors() const {
  return impl_->read(
      [](JournalReader& reader) { return meta_texts(reader.connection, "factors"); });
}

std::vector<std::string> Journal::cells() const {
  return impl_->read([](JournalReader& reader) { return meta_texts(reader.connection, "cells"); });
}

std::vector<std::string> Journal::discussion_ids() const {
  return impl_->read([](JournalReader& reader) { return discussion_ids_of(reader.connection); });
}

std::vector<std::string> Journal::annotation_ids() const {
  return impl_->read([](JournalReader& reader) { return annotation_ids_of(reader.connection); });
}

std::vector<std::shared_ptr<const AnnotationSet>> Journal::annotation_sets() const {
  return impl_->read([](JournalReader& reader) {
    std::vector<std::int64_t> numbers;
    {
      Query query(reader.connection, "SELECT number FROM annotation_sets ORDER BY ordinal, number");
      while (query.next()) numbers.push_back(query.integer(0));
    }
    std::vector<std::shared_ptr<const AnnotationSet>> sets;
    sets.reserve(numbers.size());
    for (const std::int64_t number : numbers) {
      sets.push_back(reader.sets.get(reader.connection, number));
    }
    return sets;
  });
}

DiscussionRecord Journal::discussion(const std::string& id) const {
  return impl_->read([&](JournalReader& reader) {
    const std::vector<Row> rows = read_rows(reader, kDiscussion, id, false);
    if (rows.empty()) {
      refuse_unknown("discussion", id, impl_->directory, discussion_ids_of(reader.connection));
    }
    return discussion_record(reader, rows[0]);
  });
}

AnnotationRecord Journal::annotation(const std::string& id) const {
  return impl_->read([&](JournalReader& reader) {
    const std::vector<Row> rows = read_rows(reader, kAnnotation, id, true);
    if (rows.empty()) {
      refuse_unknown("annotation", id, impl_->directory, annotation_ids_of(reader.connection));
    }
    return annotation_record(reader, rows[0]);
  });
}

std::vector<AnnotationRecord> Journal::annotations_of(const std::string& discussion) const {
  return impl_->read([&](JournalReader& reader) {
    if (read_rows(reader, kDiscussion, discussion, false).empty()) {
      refuse_unknown("discussion", discussion, impl_->directory,
                     discussion_ids_of(reader.connection));
    }
    std::vector<AnnotationRecord> records;
    for (const Row& row : read_rows(reader, kAnnotationsOf, discussion, true)) {
      records.push_back(annotation_record(reader, row));
    }
    return records;
  });
}

void Journal::for_each_discussion(
    const std::function<void(const DiscussionRecord&, const std::vector<AnnotationRecord>&)>& look)
    const {
  impl_->read([&](JournalReader& reader) {
    bool annotated = false;
    {
      Query query(reader.connection, "SELECT 1 FROM annotation_sets LIMIT 1");
      annotated = query.next();
    }
    // Ids first, so that `look` may read on its own; they are short.
    for (const std::string& id : discussion_ids_of(reader.connection)) {
      const std::vector<Row> rows = read_rows(reader, kDiscussion, id, false);
      const DiscussionRecord record =
          discussion_record(reader, rows.at(0), TurnParts::kWithoutPrompts);
      std::vector<AnnotationRecord> annotations;
      if (annotated) {
        for (const Row& row : read_rows(reader, kAnnotationsOf, id, true)) {
          annotations.push_back(annotation_record(reader, row, TurnParts::kWithoutPrompts));
        }
      }
      look(record, annotations);
    }
    return true;
  });
}

std::map<std::string, JobCounts> Journal::counts_by_cell() const {
  return impl_->read([](JournalReader& reader) {
    std::map<std::string, JobCounts> counts;
    for (const std::string& cell : meta_texts(reader.connection, "cells")) counts[cell];
    add_counts(counts, reader,
               "SELECT cell, status, count(*), sum(turns), sum(prompt_tokens), sum(reused_tokens),"
               " sum(generated_tokens), sum(seconds) FROM jobs WHERE annotation_set IS NULL"
               " GROUP BY cell, status",
               "SELECT j.cell, count(*), sum(t.prompt_tokens), sum(t.reused_tokens),"
               " sum(t.generated_tokens), sum(t.seconds) FROM jobs j CROSS JOIN turns t"
               " ON t.job = j.number WHERE j.annotation_set IS NULL"
               " AND j.status IN ('planned', 'running') GROUP BY j.cell");
    return counts;
  });
}

std::map<std::string, JobCounts> Journal::counts_by_annotation_set() const {
  return impl_->read([](JournalReader& reader) {
    std::map<std::string, JobCounts> counts;
    for (const std::string& name :
         read_texts(reader.connection, "SELECT name FROM annotation_sets")) {
      counts[name];
    }
    add_counts(counts, reader,
               "SELECT s.name, j.status, count(*), sum(j.turns), sum(j.prompt_tokens),"
               " sum(j.reused_tokens), sum(j.generated_tokens), sum(j.seconds)"
               " FROM annotation_sets s CROSS JOIN jobs j ON j.annotation_set = s.number"
               " GROUP BY s.name, j.status",
               "SELECT s.name, count(*), sum(t.prompt_tokens), sum(t.reused_tokens),"
               " sum(t.generated_tokens), sum(t.seconds) FROM annotation_sets s"
               " CROSS JOIN jobs j ON j.annotation_set = s.number"
               " CROSS JOIN turns t ON t.job = j.number"
               " WHERE j.status IN ('planned', 'running') GROUP BY s.name");
    return counts;
  });
}

std::vector<std::pair<std::string, std::string>> Journal::failures() const {
  return impl_->read([](JournalReader& reader) {
    std::vector<std::pair<std::string, std::string>> failures;
    Query query(reader.connection,
                "SELECT j.id, j.reason FROM jobs j LEFT JOIN annotation_sets s"
                " ON s.number = j.annotation_set WHERE j.status = 'failed'"
                " ORDER BY s.ordinal NULLS FIRST, s.number, j.ordinal, j.annotator");
    while (query.next()) failures.emplace_back(query.text(0), query.text(1));
    return failures;
  });
}

std::optional<Json> Journal::model_identity(const std::string& name) const {
  return impl_->read([&](JournalReader& reader) -> std::optional<Json> {
    Query query(reader.connection, "SELECT identity FROM models WHERE name = ?1", name);
    if (!query.next()) return std::nullopt;
    return parse_json(query.text(0), "the journal");
  });
}

}  // namespace syndisco
