// Records that were made elsewhere. Such a job is completed without ever having been started, which
// tells it from those that were run here.

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/journal/journal_internal.h"

namespace syndisco {
namespace {

constexpr const char* kHint = "load into a new directory";

class Loading {
 public:
  explicit Loading(JournalWriter& writer) : writer_(writer), now_(utc_now()) {}

  void discussion(const DiscussionRecord& record) {
    Query query(writer_.connection,
                "SELECT number, status = 'completed' FROM jobs WHERE id = ?1"
                " AND annotation_set IS NULL",
                record.job.id);
    if (!query.next()) refuse("discussion " + printable_line(record.job.id) + " is not planned");
    if (query.integer(1) != 0)
      refuse("there are two records of discussion " + printable_line(record.job.id));
    complete(query.integer(0), record.turns);
  }

  /// Of a plan that was taken up: what is to be annotated now. Completed already, it stays.
  void planned_discussion(const std::string& id, const std::vector<Turn>& turns) {
    std::int64_t number = 0;
    {
      Query query(writer_.connection,
                  "SELECT number, status = 'completed',"
                  " EXISTS (SELECT 1 FROM turns WHERE job = number)"
                  " FROM jobs WHERE id = ?1 AND annotation_set IS NULL",
                  id);
      if (!query.next()) refuse("discussion " + printable_line(id) + " is not planned");
      if (query.integer(1) != 0) return;
      if (query.integer(2) != 0)
        refuse("discussion " + printable_line(id) + " was begun here and is not completed");
      number = query.integer(0);
    }
    complete(number, turns);
    Query(writer_.connection, "UPDATE jobs SET ready = 1 WHERE discussion = ?1", number).run();
  }

  void annotation(const AnnotationRecord& record) {
    const AnnotationJob& job = record.job;
    std::int64_t set = 0;
    {
      Query query(writer_.connection, "SELECT number FROM annotation_sets WHERE name = ?1",
                  job.set->name);
      if (!query.next())
        refuse("annotation set " + printable_line(job.set->name) + " is not planned");
      set = query.integer(0);
    }
    {
      Query query(writer_.connection, "SELECT 1 FROM jobs WHERE id = ?1", job.id);
      if (query.next()) refuse("there are two records of annotation " + printable_line(job.id));
    }
    const auto annotator = static_cast<std::int64_t>(job.annotator);
    Query(writer_.connection,
          "INSERT INTO jobs(id, ordinal, cell, annotation_set, discussion, annotator, ready)"
          " SELECT ?1, ordinal, cell, ?2, number, ?3, 1 FROM jobs"
          " WHERE id = ?4 AND annotation_set IS NULL",
          job.id, set, annotator, job.discussion)
        .run();
    Query query(writer_.connection, "SELECT number FROM jobs WHERE id = ?1", job.id);
    if (!query.next())
      refuse("annotation " + printable_line(job.id) + " judges a discussion that is not there");
    complete(query.integer(0), record.turns);
  }

 private:
  [[noreturn]] static void refuse(const std::string& message) {
    throw InputError(message, {}, kHint);
  }

  void complete(std::int64_t number, const std::vector<Turn>& turns) {
    std::int64_t prompt = 0, reused = 0, generated = 0;
    double seconds = 0;
    for (const Turn& turn : turns) {
      writer_.turns.insert(number, turn);
      prompt += turn.prompt_tokens;
      reused += turn.reused_tokens;
      generated += turn.generated_tokens;
      seconds += turn.seconds;
    }
    const auto count = static_cast<std::int64_t>(turns.size());
    Query(writer_.connection,
          "UPDATE jobs SET status = 'completed', finished = ?2, turns = ?3, prompt_tokens = ?4,"
          " reused_tokens = ?5, generated_tokens = ?6, seconds = ?7 WHERE number = ?1",
          number, now_, count, prompt, reused, generated, seconds)
        .run();
  }

  JournalWriter& writer_;
  const std::string now_;
};

}  // namespace

void Journal::load(const Plan& plan, std::span<const DiscussionRecord> discussions,
                   std::span<const AnnotationRecord> annotations) {
  impl_->write([&](JournalWriter& writer) {
    try {
      const std::string directory = printable_line(impl_->directory.string());
      if (!take_up_plan(writer, plan, directory, /*annotation_jobs=*/false).created)
        throw InputError(directory + " holds records already", {}, kHint);
      Loading loading(writer);
      for (const DiscussionRecord& record : discussions) loading.discussion(record);
      for (const AnnotationRecord& record : annotations) loading.annotation(record);
    } catch (...) {
      writer.turns.undone();
      throw;
    }
    writer.turns.committed();
    return true;
  });
}

void Journal::load_turns(
    const std::map<std::string, const std::vector<Turn>*>& turns_by_discussion) {
  impl_->write([&](JournalWriter& writer) {
    try {
      Loading loading(writer);
      for (const auto& [id, turns] : turns_by_discussion) loading.planned_discussion(id, *turns);
    } catch (...) {
      writer.turns.undone();
      throw;
    }
    writer.turns.committed();
    return true;
  });
}

std::set<std::string> Journal::loaded_jobs() const {
  return impl_->read([](JournalReader& reader) {
    std::set<std::string> ids;
    Query query(reader.connection,
                "SELECT id FROM jobs WHERE status = 'completed' AND started IS NULL");
    while (query.next()) ids.insert(query.text(0));
    return ids;
  });
}

}  // namespace syndisco
