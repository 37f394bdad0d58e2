#include "syndisco/journal/salvage.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/utf8.h"
#include "syndisco/journal/connection_internal.h"
#include "syndisco/journal/file_system.h"
#include "syndisco/journal/lock.h"
#include "syndisco/journal/schema_internal.h"
#include "syndisco/record/job.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "syndisco.db";
constexpr std::array<const char*, 3> kEndings = {"", "-wal", "-journal"};

// Rowid tables are read by their number, others from both ends.
struct Table {
  const char* name;
  const char* columns;
  bool numbered;
};
constexpr std::array<Table, 9> kTables = {{
    {"meta", "key, value", false},
    {"models", "name, identity", false},
    {"annotation_sets", "number, name, ordinal, apart, spec", true},
    {"jobs",
     "number, id, ordinal, cell, annotation_set, discussion, annotator, status, ready, reason,"
     " started, finished, turns, prompt_tokens, reused_tokens, generated_tokens, seconds",
     true},
    {"specs", "job, spec", true},
    {"texts", "id, hash, text", true},
    {"turns",
     "job, step, kind, name, silent, model, finish, seed, dropped, prompt_tokens, reused_tokens,"
     " generated_tokens, seconds, time, target, value, system, text, thinking, prompt",
     true},
    {"runs", "number, command, process, started, seen, seconds, ended", true},
    {"failed_requests", "model, requests, prompt_tokens, reused_tokens, generated_tokens", false},
}};

// Ends itself. A connection that takes whatever it can read: it does not look at what
// Connection looks at.
class Raw {
 public:
  explicit Raw(const fs::path& path) {
    // Reading changes nothing of it, not even by taking the log in. Only where a writer died
    // between two states must the last whole one be found first.
    if (!open(path, SQLITE_OPEN_READONLY) && !open(path, SQLITE_OPEN_READWRITE)) {
      const std::string why = sqlite3_errmsg(database_);
      sqlite3_close(database_);
      throw EnvironmentError("nothing can be read of " + path.string() + ": " + why,
                             "restore it from a copy; the files in discussions/ and annotations/ "
                             "hold what was completed");
    }
    size_ = static_cast<std::int64_t>(fs::file_size(path));
    std::error_code no_log;
    const std::uintmax_t log = fs::file_size(path.string() + "-wal", no_log);
    if (!no_log) size_ += static_cast<std::int64_t>(log);
  }
  ~Raw() { sqlite3_close(database_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  sqlite3* get() const { return database_; }
  std::int64_t size() const { return size_; }  // bytes

 private:
  bool open(const fs::path& path, int flags) {
    sqlite3_close(database_);
    return sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) == SQLITE_OK &&
           sqlite3_exec(database_, "SELECT count(*) FROM sqlite_master", nullptr, nullptr,
                        nullptr) == SQLITE_OK;
  }

  sqlite3* database_ = nullptr;
  std::int64_t size_ = 0;
};

class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql) {
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK)
      statement_ = nullptr;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  explicit operator bool() const { return statement_ != nullptr; }
  sqlite3_stmt* get() const { return statement_; }
  int step() { return sqlite3_step(statement_); }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

class Salvaging {
 public:
  Salvaging(const Raw& old, Connection& fresh, sqlite3* target)
      : old_(old), fresh_(fresh), target_(target) {}

  Salvage all() {
    remember_index();
    for (const Table& table : kTables) copy(table);
    drop_notes();
    drop_what_stands_alone();
    cut_turns();
    set_statuses();
    count();
    return std::move(result_);
  }

 private:
  // Which turns there were: the index of (job, step) lies on other pages than the turns.
  void remember_index() {
    Statement query(old_.get(), "SELECT job, step FROM turns INDEXED BY sqlite_autoindex_turns_1");
    while (query && query.step() == SQLITE_ROW) known_.emplace(query.integer(0), query.integer(1));
  }

  static std::string placeholders(int count) {
    std::string text = "?1";
    for (int i = 2; i <= count; ++i) text += ", ?" + std::to_string(i);
    return text;
  }

  // A row that the new tables do not take, or whose text is no text (SQLite has no checksums), is
  // as good as unreadable.
  void insert(Statement& insert, Statement& from, int first, int columns) {
    sqlite3_reset(insert.get());
    for (int i = first; i < first + columns; ++i) {
      if (sqlite3_column_type(from.get(), i) == SQLITE_TEXT && !is_text(from.get(), i)) {
        ++rejected_;
        return;
      }
    }
    for (int i = 0; i < columns; ++i)
      sqlite3_bind_value(insert.get(), i + 1, sqlite3_column_value(from.get(), first + i));
    if (insert.step() != SQLITE_DONE) ++rejected_;
  }

  static bool is_text(sqlite3_stmt* from, int column) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(from, column));
    const std::string_view text(bytes,
                                static_cast<std::size_t>(sqlite3_column_bytes(from, column)));
    for (std::size_t at = 0; at < text.size();) {
      const DecodedCharacter character = decode_utf8(text, at);
      if (!character.valid) return false;
      at += character.length;
    }
    return true;
  }

  /// The next run writes them again.
  void drop_notes() {
    Query(fresh_, "DELETE FROM meta WHERE key LIKE ?1 || '%' AND NOT json_valid(value)", kNote)
        .run();
  }

  void copy(const Table& table) {
    const std::string columns = table.columns;
    const int count = 1 + static_cast<int>(std::count(columns.begin(), columns.end(), ','));
    Statement put(target_, "INSERT OR IGNORE INTO " + std::string(table.name) + "(" + columns +
                               ") VALUES(" + placeholders(count) + ")");
    if (!put) throw EnvironmentError(std::string("cannot write ") + sqlite3_errmsg(target_));
    rejected_ = 0;
    if (table.numbered) {
      copy_numbered(table.name, columns, put, count);
    } else {
      copy_ends(table.name, columns, put, count);
    }
    if (rejected_ > 0 && std::string_view(table.name) != "turns")
      lose(std::to_string(rejected_) + " rows of " + table.name + " that make no sense");
    const int code = sqlite3_errcode(target_) & 0xFF;
    if (code == SQLITE_FULL || code == SQLITE_IOERR)
      throw EnvironmentError(
          std::string("the new database cannot be written: ") + sqlite3_errmsg(target_),
          "free some space and try again; the old one is untouched");
  }

  void copy_ends(const std::string& table, const std::string& columns, Statement& put, int count) {
    bool whole = false;
    for (const char* order : {"ASC", "DESC"}) {
      Statement rows(old_.get(), "SELECT " + columns + " FROM " + table + " ORDER BY 1 " + order);
      if (!rows) return;  // a table that older databases do not have
      int code = 0;
      while ((code = rows.step()) == SQLITE_ROW) insert(put, rows, 0, count);
      whole = code == SQLITE_DONE;
      if (whole) break;
    }
    if (!whole) lose("some rows of " + table);
  }

  void copy_numbered(const std::string& table, const std::string& columns, Statement& put,
                     int count) {
    const std::string select = "SELECT rowid, " + columns + " FROM " + table;
    Statement probe(old_.get(), select + " LIMIT 1");
    if (!probe) return;
    // From the end to the first row that cannot be read, then from the beginning to the same,
    // skipping what cannot be read in between.
    std::int64_t lowest_from_end = std::numeric_limits<std::int64_t>::max();
    bool whole = false;
    {
      Statement rows(old_.get(), select + " ORDER BY rowid DESC");
      int code = 0;
      while ((code = rows.step()) == SQLITE_ROW) {
        lowest_from_end = rows.integer(0);
        insert(put, rows, 1, count);
      }
      whole = code == SQLITE_DONE;
    }
    if (whole) return;
    // A row takes some bytes, so that there is an end to trying.
    constexpr std::int64_t kSmallestRow = 16;
    const std::int64_t end = std::min(lowest_from_end, old_.size() / kSmallestRow);
    constexpr std::int64_t kPatience = 1000;  // numbers in a row, before some are left out
    std::int64_t unreadable = 0, in_a_row = 0;
    Statement from(old_.get(), select + " WHERE rowid >= ?1 ORDER BY rowid");
    Statement one(old_.get(), select + " WHERE rowid = ?1");
    std::int64_t at = 1;
    while (from && one && at < end) {
      const std::int64_t next = copy_from(from, put, count, at, lowest_from_end);
      if (next == kAllRead) break;
      if (next > at) {
        // What was left out just before a row that can be read may be on the same page.
        for (std::int64_t skipped = at - in_a_row / kPatience; skipped < at; ++skipped)
          copy_from(one, put, count, skipped, lowest_from_end);
        in_a_row = 0;
      }
      const std::int64_t step = 1 + in_a_row / kPatience;  // the next one cannot be read
      unreadable += step;
      in_a_row += step;
      at = next + step;
    }
    if (table != "turns") lose(std::to_string(unreadable) + " or so rows of " + table);
  }

  // Copies the rows from number `at` on until one cannot be read. Returns the number after the last
  // one copied (`at` where there was none), or kAllRead.
  std::int64_t copy_from(Statement& rows, Statement& put, int count, std::int64_t at,
                         std::int64_t end) {
    sqlite3_reset(rows.get());
    sqlite3_bind_int64(rows.get(), 1, at);
    int code = 0;
    while ((code = rows.step()) == SQLITE_ROW && rows.integer(0) < end) {
      at = rows.integer(0) + 1;
      insert(put, rows, 1, count);
    }
    return code == SQLITE_ROW || code == SQLITE_DONE ? kAllRead : at;
  }
  static constexpr std::int64_t kAllRead = -1;

  void run(const char* sql) { fresh_.execute(sql); }

  void lose(std::string what) { result_.lost.push_back(std::move(what)); }

  std::size_t lose_each(const char* select, const std::string& what) {
    Query query(fresh_, select);
    std::size_t lost = 0;
    for (; query.next(); ++lost) lose(printable_line(query.text(0)) + ": " + what);
    return lost;
  }

  void drop_what_stands_alone() {
    {
      Query specs(fresh_, "SELECT job, spec FROM specs");
      std::vector<std::int64_t> broken;
      while (specs.next()) {
        try {
          discussion_job_from_json(parse_json(specs.text(1)));
        } catch (const Error&) {
          broken.push_back(specs.integer(0));
        }
      }
      for (const std::int64_t job : broken)
        Query(fresh_, "DELETE FROM specs WHERE job = ?1", job).run();
    }
    lose_each(
        "SELECT id FROM jobs WHERE annotation_set IS NULL"
        " AND number NOT IN (SELECT job FROM specs)",
        "the discussion and its turns, because what was planned for it is lost; the next run plans "
        "it again");
    lose_each(
        "SELECT id FROM jobs WHERE annotation_set IS NOT NULL"
        " AND (annotation_set NOT IN (SELECT number FROM annotation_sets) OR discussion NOT IN"
        "  (SELECT j.number FROM jobs j JOIN specs s ON s.job = j.number))",
        "the annotations, because their set or discussion is lost");
    run("DELETE FROM jobs WHERE annotation_set IS NULL AND number NOT IN (SELECT job FROM specs)");
    run("DELETE FROM jobs WHERE annotation_set IS NOT NULL"
        " AND (annotation_set NOT IN (SELECT number FROM annotation_sets)"
        " OR discussion NOT IN (SELECT number FROM jobs WHERE annotation_set IS NULL))");
    run("DELETE FROM specs WHERE job NOT IN (SELECT number FROM jobs)");
    {
      Query query(fresh_, "SELECT count(*) FROM turns WHERE job NOT IN (SELECT number FROM jobs)");
      if (query.next() && query.integer(0) > 0)
        lose(query.text(0) + " turns of jobs that are lost themselves");
    }
    run("DELETE FROM turns WHERE job NOT IN (SELECT number FROM jobs)");
    {
      Query query(fresh_,
                  "SELECT count(*) FROM turns WHERE system IS NOT NULL"
                  " AND system NOT IN (SELECT id FROM texts)");
      if (query.next() && query.integer(0) > 0)
        lose("the system prompts of " + query.text(0) + " turns");
    }
    run("UPDATE turns SET system = NULL WHERE system NOT IN (SELECT id FROM texts)");
  }

  // A discussion goes on after its last turn, so what follows a gap cannot stay.
  void cut_turns() {
    std::map<std::int64_t, std::int64_t> kept;  // job: steps without a gap
    {
      Query query(fresh_, "SELECT job, step FROM turns ORDER BY job, step");
      while (query.next()) {
        std::int64_t& next = kept[query.integer(0)];
        if (query.integer(1) == next) ++next;
      }
    }
    std::map<std::int64_t, std::pair<std::string, std::int64_t>> jobs;  // number: id, ended with
    {
      Query query(fresh_,
                  "SELECT number, id, CASE WHEN status IN ('completed', 'failed') THEN turns ELSE 0"
                  " END FROM jobs");
      while (query.next()) jobs[query.integer(0)] = {query.text(1), query.integer(2)};
    }
    std::map<std::int64_t, std::int64_t> had;
    for (const auto& [job, step] : known_) had[job] = std::max(had[job], step + 1);
    for (const auto& [job, about] : jobs) {
      const std::int64_t left = kept[job];
      const std::int64_t before = std::max(about.second, had[job]);
      if (left < before) {
        lose(printable_line(about.first) + ": turns " + std::to_string(left + 1) + " to " +
             std::to_string(before) + " of " + std::to_string(before) +
             "; the next run asks for them again");
      }
      Query(fresh_, "DELETE FROM turns WHERE job = ?1 AND step >= ?2", job, left).run();
    }
  }

  void set_statuses() {
    run("UPDATE jobs SET status = 'planned', reason = '', finished = NULL WHERE status = 'running'"
        " OR (status IN ('completed', 'failed')"
        "  AND turns <> (SELECT count(*) FROM turns WHERE job = jobs.number))");
    // Annotations of a discussion that is not complete any more begin again: its comments will have
    // the same words only if the model says so.
    lose_each(
        "SELECT a.id FROM jobs a JOIN jobs d ON d.number = a.discussion"
        " WHERE d.status <> 'completed' AND EXISTS (SELECT 1 FROM turns WHERE job = a.number)",
        "its annotations, because turns of the discussion are lost");
    run("DELETE FROM turns WHERE job IN (SELECT a.number FROM jobs a JOIN jobs d"
        " ON d.number = a.discussion WHERE d.status <> 'completed')");
    run("UPDATE jobs SET status = 'planned', reason = '', finished = NULL WHERE discussion IN"
        " (SELECT number FROM jobs WHERE annotation_set IS NULL AND status <> 'completed')");
    run("UPDATE jobs SET ready = (SELECT d.status = 'completed' FROM jobs d"
        " WHERE d.number = jobs.discussion) WHERE discussion IS NOT NULL");
    run("UPDATE jobs SET (turns, prompt_tokens, reused_tokens, generated_tokens, seconds) ="
        " (SELECT count(*), ifnull(sum(prompt_tokens), 0), ifnull(sum(reused_tokens), 0),"
        "  ifnull(sum(generated_tokens), 0), total(seconds) FROM turns WHERE job = jobs.number)"
        " WHERE status IN ('completed', 'failed')");
    run("UPDATE jobs SET turns = 0, prompt_tokens = 0, reused_tokens = 0, generated_tokens = 0,"
        " seconds = 0 WHERE status IN ('planned', 'running')");
    // The least that a directory says of itself, where it was lost.
    Query spec(fresh_, "SELECT spec FROM specs LIMIT 1");
    if (!spec.next()) return;
    const DiscussionJob job = discussion_job_from_json(parse_json(spec.text(0)));
    Query(fresh_, "INSERT OR IGNORE INTO meta VALUES('experiment', ?1)", job.experiment).run();
    const std::string seed = std::to_string(job.seed);
    Query(fresh_, "INSERT OR IGNORE INTO meta VALUES('seed', ?1)", seed).run();
  }

  void count() {
    Query jobs(fresh_, "SELECT count(*) FROM jobs");
    if (jobs.next()) result_.jobs = static_cast<std::size_t>(jobs.integer(0));
    Query turns(fresh_, "SELECT count(*) FROM turns");
    if (turns.next()) result_.turns = static_cast<std::size_t>(turns.integer(0));
  }

  const Raw& old_;
  Connection& fresh_;
  sqlite3* target_;
  std::set<std::pair<std::int64_t, std::int64_t>> known_;
  std::size_t rejected_ = 0;  // rows of the present table
  Salvage result_;
};

void rename_or_fail(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw EnvironmentError("cannot rename " + from.string() + ": " + error.message(),
                           "check its permissions");
}

}  // namespace

Salvage salvage_database(const fs::path& directory) {
  const DirectoryLock lock(directory, is_on_network_file_system(directory));
  const fs::path path = directory / kDatabase;
  const fs::path fresh_path = directory / "syndisco.db.repaired";
  for (const char* ending : kEndings) {
    std::error_code ignored;
    fs::remove(fresh_path.string() + ending, ignored);
  }
  Salvage result;
  {
    const Raw old(path);
    Connection fresh(fresh_path, Connection::Access::kWrite, Connection::Log::kRollback);
    result = fresh.guard([&] {
      Transaction transaction(fresh);
      Salvage saved = Salvaging(old, fresh, fresh.handle()).all();
      transaction.commit();
      return saved;
    });
  }
  if (result.jobs == 0) {
    std::error_code ignored;
    fs::remove(fresh_path, ignored);
    throw EnvironmentError("nothing can be saved of " + path.string(),
                           "restore it from a copy; the files in discussions/ and annotations/ "
                           "hold what was completed");
  }
  std::string time = utc_now();
  std::erase_if(time, [](char c) { return c == ':' || c == '-' || c == '.'; });
  result.old = directory / ("syndisco.db.damaged-" + time);
  for (const char* ending : kEndings) {
    const fs::path part = path.string() + ending;
    if (fs::exists(part)) rename_or_fail(part, result.old.string() + ending);
  }
  std::error_code ignored;
  fs::remove(path.string() + "-shm", ignored);
  rename_or_fail(fresh_path, path);
  sync_directory(directory);
  return result;
}

}  // namespace syndisco
