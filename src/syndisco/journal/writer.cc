// Claiming, appending and closing: what a running plan writes.

#include <sqlite3.h>

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/journal/journal_internal.h"

namespace syndisco {
namespace {

struct Candidate {
  std::int64_t number = 0;
  std::string id;
  std::optional<std::int64_t> set;
  std::int64_t discussion = 0;
  std::size_t annotator = 0;
};

std::optional<Candidate> candidate(Query& query) {
  if (!query.next()) return std::nullopt;
  Candidate found;
  found.number = query.integer(0);
  found.id = query.text(1);
  if (!query.null(2)) {
    found.set = query.integer(2);
    found.discussion = query.integer(3);
    found.annotator = static_cast<std::size_t>(query.integer(4));
  }
  return found;
}

std::optional<Candidate> next_of(Connection& connection, std::optional<std::int64_t> set) {
  Query query(connection,
              "SELECT number, id, annotation_set, discussion, annotator FROM jobs"
              " WHERE status = 'planned' AND ready = 1 AND annotation_set IS ?1"
              " ORDER BY ordinal, annotator LIMIT 1");
  if (set) {
    query.bind(1, *set);
  } else {
    query.bind(1, nullptr);
  }
  return candidate(query);
}

std::vector<std::int64_t> all_sets(Connection& connection) {
  std::vector<std::int64_t> numbers;
  Query query(connection, "SELECT number FROM annotation_sets ORDER BY ordinal");
  while (query.next()) numbers.push_back(query.integer(0));
  return numbers;
}

std::optional<Candidate> next_job(JournalWriter& writer) {
  if (writer.claims_discussions) {
    if (auto found = next_of(writer.connection, std::nullopt)) return found;
  }
  for (const std::int64_t set :
       writer.claims_sets ? *writer.claims_sets : all_sets(writer.connection)) {
    if (auto found = next_of(writer.connection, set)) return found;
  }
  return std::nullopt;
}

std::string discussion_id(Connection& connection, std::int64_t number) {
  Query query(connection, "SELECT id FROM jobs WHERE number = ?1", number);
  return query.next() ? query.text(0) : std::string();
}

Claim make_claim(JournalWriter& writer, const Candidate& found) {
  Claim claim;
  claim.id = found.id;
  claim.turns = read_turns(writer.connection, found.number);
  if (found.set) {
    claim.annotation =
        make_annotation_job(discussion_id(writer.connection, found.discussion),
                            writer.sets.get(writer.connection, *found.set), found.annotator);
    claim.comments = read_turns(writer.connection, found.discussion);
  } else {
    Query query(writer.connection, "SELECT spec FROM specs WHERE job = ?1", found.number);
    if (query.next()) {
      claim.discussion = discussion_job_from_json(parse_json(query.text(0), "the journal"));
    }
  }
  return claim;
}

// An error in one statement leaves the transaction as it was; only then can the rest of the group
// go on.
bool only_this_statement(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xFF;
  return code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH;
}

EnvironmentError recorded_already(const Append& append) {
  return EnvironmentError("step " + std::to_string(append.turn->step) + " of " +
                              printable_line(*append.job) + " is recorded already",
                          "two writers seem to work on the same job");
}

// Inserts one turn; what is wrong with it alone becomes its error.
void insert(JournalWriter& writer, Append& append) {
  try {
    writer.turns.insert(writer.job_number(*append.job), *append.turn);
  } catch (const SQLite::Exception& error) {
    if (!only_this_statement(error) || !writer.connection.in_transaction()) throw;
    append.error = std::make_exception_ptr((error.getErrorCode() & 0xFF) == SQLITE_CONSTRAINT
                                               ? recorded_already(append)
                                               : writer.connection.explain(error));
  } catch (const Error&) {
    append.error = std::current_exception();
  }
}

}  // namespace

std::int64_t JournalWriter::job_number(const std::string& id) {
  if (const auto found = job_numbers.find(id); found != job_numbers.end()) return found->second;
  Query query(connection, "SELECT number FROM jobs WHERE id = ?1", id);
  if (!query.next()) throw EnvironmentError("the journal has no job " + printable_line(id));
  return job_numbers.emplace(id, query.integer(0)).first->second;
}

void JournalWriter::require_sound() const {
  if (broken) throw EnvironmentError(*broken);
  if (lock && lock->lost()) {
    throw EnvironmentError(
        "another process has taken the directory, or may have, because this one gave no sign of "
        "life for too long",
        "what was recorded is kept; see who works on it with `syndisco status`");
  }
}

EnvironmentError JournalWriter::told(const SQLite::Exception& error) {
  EnvironmentError readable = connection.explain(error);
  if (connection.is_of_disk(error) && !broken) broken = readable;
  return readable;
}

void JournalWriter::write_group(std::span<Append* const> group) {
  const std::lock_guard hold(mutex);
  try {
    require_sound();
    Transaction transaction(connection);
    for (Append* append : group) insert(*this, *append);
    transaction.commit();
    turns.committed();
    return;
  } catch (const SQLite::Exception& error) {
    turns.undone();
    told(error);
  } catch (...) {
    turns.undone();
  }
  // The group as a whole cannot be written. Smaller parts of it may: the disk has room for some,
  // and one bad turn must not cost the others.
  for (Append* append : group) write_singly(*append);
}

void JournalWriter::write_singly(Append& append) {
  append.error = nullptr;
  try {
    require_sound();
    Transaction transaction(connection);
    insert(*this, append);
    transaction.commit();
    turns.committed();
  } catch (const SQLite::Exception& error) {
    turns.undone();
    append.error = std::make_exception_ptr(told(error));
  } catch (...) {
    turns.undone();
    append.error = std::current_exception();
  }
}

bool Journal::has_work() const {
  return impl_->write([](JournalWriter& writer) { return next_job(writer).has_value(); }, false);
}

std::optional<Claim> Journal::claim() {
  return impl_->write([](JournalWriter& writer) -> std::optional<Claim> {
    const std::optional<Candidate> found = next_job(writer);
    if (!found) return std::nullopt;
    Claim claim = make_claim(writer, *found);
    Query(writer.connection, "UPDATE jobs SET status = 'running', started = ?2 WHERE number = ?1",
          found->number, utc_now())
        .run();
    writer.job_numbers.emplace(found->id, found->number);
    return claim;
  });
}

void Journal::close(const std::string& job, const std::optional<Outcome>& outcome) {
  if (outcome && outcome->status != Status::kCompleted && outcome->status != Status::kFailed) {
    throw std::logic_error("a job ends completed or failed");
  }
  impl_->write([&](JournalWriter& writer) {
    Connection& connection = writer.connection;
    const std::int64_t number = writer.job_number(job);
    writer.job_numbers.erase(job);
    if (!outcome) {
      Query(connection, "UPDATE jobs SET status = 'planned' WHERE number = ?1", number).run();
      return true;
    }
    const std::string status(status_name(outcome->status));
    Query(connection,
          "UPDATE jobs SET status = ?2, reason = ?3, finished = ?4, turns = s.turns,"
          " prompt_tokens = s.prompt_tokens, reused_tokens = s.reused_tokens,"
          " generated_tokens = s.generated_tokens, seconds = s.seconds"
          " FROM (SELECT count(*) AS turns, ifnull(sum(prompt_tokens), 0) AS prompt_tokens,"
          "  ifnull(sum(reused_tokens), 0) AS reused_tokens,"
          "  ifnull(sum(generated_tokens), 0) AS generated_tokens, total(seconds) AS seconds"
          "  FROM turns WHERE job = ?1) AS s WHERE number = ?1",
          number, status, outcome->reason, utc_now())
        .run();
    const bool ready = outcome->status == Status::kCompleted;
    Query(connection, "UPDATE jobs SET ready = ?2 WHERE discussion = ?1", number, ready).run();
    return true;
  });
}

}  // namespace syndisco
