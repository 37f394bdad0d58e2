#include "syndisco/journal/check.h"

#include "syndisco/base/hash.h"
#include "syndisco/base/printable.h"
#include "syndisco/journal/connection_internal.h"
#include "syndisco/journal/file_system.h"
#include "syndisco/journal/journal.h"
#include "syndisco/journal/lock.h"
#include "syndisco/journal/schema_internal.h"

namespace syndisco {
namespace {

constexpr const char* kDatabase = "syndisco.db";
constexpr const char* kRepair =
    "`syndisco check DIR --repair` saves what can be read into a new database";

class Checking {
 public:
  explicit Checking(Connection& connection) : connection_(connection) {}

  std::vector<Finding> all() {
    const Snapshot snapshot(connection_);
    try {
      pages();
      // What follows reads through indexes that may not be trusted where pages are damaged.
      if (findings_.empty()) content();
    } catch (const SQLite::Exception& error) {
      if (!Connection::is_damage(error)) throw;
      add(kDatabase, std::string("is damaged: ") + error.what(), kRepair);
    }
    return std::move(findings_);
  }

 private:
  void content() {
    notes();
    references();
    steps();
    sums();
    specs();
    annotations();
    texts();
  }

  void add(std::string place, std::string what, std::string hint = "") {
    const bool mendable = hint == kRepair;
    findings_.push_back({std::move(place), std::move(what), std::move(hint), mendable});
  }

  void pages() {
    Query query(connection_, "PRAGMA integrity_check(100)");
    while (query.next()) {
      const std::string said = query.text(0);
      if (said != "ok") add(kDatabase, "is damaged: " + printable_line(said), kRepair);
    }
  }

  void notes() {
    Query query(connection_,
                "SELECT key FROM meta WHERE key LIKE ?1 || '%' AND NOT json_valid(value)", kNote);
    while (query.next())
      add(kDatabase, "is damaged: the value of " + printable_line(query.text(0)) + " is no JSON",
          kRepair);
  }

  void references() {
    Query query(connection_, "PRAGMA foreign_key_check");
    while (query.next()) {
      add(kDatabase,
          "row " + query.text(1) + " of " + query.text(0) + " names a row of " + query.text(2) +
              " that is not there",
          kRepair);
    }
  }

  void steps() {
    Query query(connection_,
                "SELECT j.id, count(*), min(t.step), max(t.step) FROM turns t"
                " JOIN jobs j ON j.number = t.job GROUP BY t.job"
                " HAVING min(t.step) <> 0 OR max(t.step) + 1 <> count(*)");
    while (query.next()) {
      add(query.text(0),
          "its " + query.text(1) + " turns are not numbered from 0 without gaps (the first is " +
              query.text(2) + ", the last " + query.text(3) + ")",
          kRepair);
    }
  }

  void sums() {
    Query query(connection_,
                "SELECT j.id, j.status, j.turns, count(t.step) FROM jobs j"
                " LEFT JOIN turns t ON t.job = j.number"
                " WHERE j.status IN ('completed', 'failed') GROUP BY j.number"
                " HAVING j.turns <> count(t.step)"
                " OR j.prompt_tokens <> ifnull(sum(t.prompt_tokens), 0)"
                " OR j.generated_tokens <> ifnull(sum(t.generated_tokens), 0)");
    while (query.next()) {
      add(query.text(0),
          "is " + query.text(1) + " with " + query.text(2) + " turns, but " + query.text(3) +
              " are recorded, or their tokens have another sum",
          kRepair);
    }
  }

  void specs() {
    Query query(connection_,
                "SELECT id FROM jobs WHERE annotation_set IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM specs WHERE job = number)");
    while (query.next()) add(query.text(0), "what was planned for it is lost", kRepair);
  }

  void annotations() {
    Query query(connection_,
                "SELECT a.id, d.status FROM jobs a JOIN jobs d ON d.number = a.discussion"
                " WHERE a.ready <> (d.status = 'completed')"
                " OR (d.status <> 'completed' AND (a.status IN ('completed', 'failed')"
                "  OR EXISTS (SELECT 1 FROM turns WHERE job = a.number)))");
    while (query.next()) {
      add(query.text(0), "does not fit its discussion, which is " + query.text(1), kRepair);
    }
  }

  void texts() {
    Query query(connection_, "SELECT id, hex(hash), text FROM texts");
    while (query.next()) {
      std::string hash = query.text(1);
      for (char& c : hash) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
      }
      if (sha256_hex(query.text(2)) != hash) {
        add(kDatabase, "system prompt " + query.text(0) + " is not the one that was recorded",
            "restore the database from a copy");
      }
    }
  }

  Connection& connection_;
  std::vector<Finding> findings_;
};

// Without a write-ahead log a reader keeps the writer waiting, and all pages of a long study take
// longer to read than it waits.
void refuse_to_hold_up_a_writer(Connection& connection, const std::filesystem::path& directory) {
  const auto holder = lock_holder(directory, is_on_network_file_system(directory));
  if (!holder) return;
  Query mode(connection, "PRAGMA journal_mode");
  if (mode.next() && mode.text(0) == "wal") return;
  throw EnvironmentError(
      directory.string() + " is in use by " + *holder,
      "on this file system a check would hold it up: wait until it has ended, or stop it; "
      "`syndisco status` and `syndisco show` may read beside it");
}

}  // namespace

std::vector<Finding> check_database(const std::filesystem::path& directory) {
  Journal::open_read_only(directory);  // says what is wrong with the directory
  Connection connection(directory / kDatabase, Connection::Access::kRead, Connection::Log::kAhead);
  return connection.guard([&] {
    refuse_to_hold_up_a_writer(connection, directory);
    return Checking(connection).all();
  });
}

}  // namespace syndisco
