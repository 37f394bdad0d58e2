#include <sqlite3.h>

#include <cerrno>
#include <system_error>

#include "syndisco/base/log.h"
#include "syndisco/journal/connection_internal.h"
#include "syndisco/journal/schema_internal.h"

namespace syndisco {
namespace {

constexpr auto kVersion = static_cast<std::int64_t>(kMigrations.size());
// How long to wait for another process; in a rollback journal a reader can hold up a writer.
constexpr int kPatienceMilliseconds = 30'000;

std::unique_ptr<SQLite::Database> open_database(const std::string& name, int flags) {
  return std::make_unique<SQLite::Database>(name, flags | SQLite::OPEN_NOMUTEX,
                                            kPatienceMilliseconds);
}

std::filesystem::path beside(const std::filesystem::path& path, const char* ending) {
  std::filesystem::path result = path;
  result += ending;
  return result;
}

bool has_content(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return !error && size > 0;
}

std::string file_uri(const std::filesystem::path& path, const std::string& parameters) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#' || byte < 0x20) {
      uri += '%';
      uri += kHex[byte >> 4U];
      uri += kHex[byte & 0xFU];
    } else {
      uri += c;
    }
  }
  return uri + "?" + parameters;
}

// Why the operating system last refused a read or write of the database or its log; SQLite's own
// sqlite3_system_errno tells it only of files that cannot be opened.
int last_system_error(sqlite3* database) {
  int error = 0;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error != 0) return error;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  if (log && log->pMethods) log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  return error != 0 ? error : sqlite3_system_errno(database);
}

bool means_full(int code, int system_error) {
  return code == SQLITE_FULL || system_error == ENOSPC || system_error == EDQUOT ||
         system_error == EFBIG;
}

}  // namespace

Connection::Connection(const std::filesystem::path& path, Access access, Log log) : path_(path) {
  try {
    if (access == Access::kWrite) {
      database_ = open_database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      check_format(access);
    } else {
      open_for_reading();
    }
    if (access == Access::kWrite) check_content();
    configure(access, log);
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
}

Connection::~Connection() = default;

void Connection::open_for_reading() {
  try {
    database_ = open_database(path_.string(), SQLite::OPEN_READONLY);
    check_format(Access::kRead);
    return;
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode() & 0xFF;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) throw;
  }
  if (has_content(beside(path_, "-journal"))) {
    // A writer died between two states. Going back to the last whole one takes a connection that
    // may write; SQLite's locks see to it that no living writer is disturbed.
    open_database(path_.string(), SQLite::OPEN_READWRITE)->execAndGet("PRAGMA user_version");
    database_ = open_database(path_.string(), SQLite::OPEN_READONLY);
  } else if (!has_content(beside(path_, "-wal"))) {
    // A directory that cannot be written (an archive, somebody else's) has no room for the log's
    // shared memory. Where there is no log, none is needed.
    database_ =
        open_database(file_uri(path_, "immutable=1"), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
  }
  check_format(Access::kRead);
}

void Connection::check_format(Access access) {
  // The first read finds most damage: a wrong header, or fewer pages than it names.
  const std::int64_t version = database_->execAndGet("PRAGMA user_version").getInt64();
  const std::int64_t application = database_->execAndGet("PRAGMA application_id").getInt64();
  const std::int64_t tables =
      database_->execAndGet("SELECT count(*) FROM sqlite_master").getInt64();
  if (tables == 0 && version == 0) {
    if (access == Access::kWrite) return;
    throw InputError(path_.string() + " holds no records yet");
  }
  if (application != kApplicationId || version < 1) {
    throw EnvironmentError(path_.string() + " is a database, but no journal of this program",
                           "choose another directory");
  }
  if (version > kVersion) {
    throw EnvironmentError(
        path_.string() + " was written by a newer version of this program (format " +
            std::to_string(version) + ", known up to " + std::to_string(kVersion) + ")",
        "use that version or a newer one");
  }
  if (version < kVersion && access == Access::kRead) {
    throw EnvironmentError(path_.string() + " was written by an older version of this program",
                           "`syndisco run` on the directory brings it up to date");
  }
  if (has_content(beside(path_, "-wal")) || has_content(beside(path_, "-journal"))) return;
  // SQLite rounds a part of a page up to a whole one and would read zeros.
  const std::int64_t pages = database_->execAndGet("PRAGMA page_count").getInt64();
  const std::int64_t page = database_->execAndGet("PRAGMA page_size").getInt64();
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  if (!error && size < static_cast<std::uintmax_t>(pages * page)) {
    throw SQLite::Exception("it is shorter than it should be", SQLITE_CORRUPT);
  }
}

// Before anything is written. All of a small database, a part of a large one: damage is better
// found now than in the middle of the night, but not at the price of a slow start.
void Connection::check_content() {
  constexpr std::int64_t kSmall = 64 << 20;
  const std::int64_t size = database_->execAndGet("PRAGMA page_count").getInt64() *
                            database_->execAndGet("PRAGMA page_size").getInt64();
  if (size <= kSmall) {
    if (database_->execAndGet("PRAGMA quick_check(1)").getString() != "ok") {
      throw SQLite::Exception("its pages contradict each other", SQLITE_CORRUPT);
    }
    return;
  }
  for (const char* table : {"meta", "models", "annotation_sets", "jobs", "specs", "texts", "turns",
                            "runs", "failed_requests"}) {
    const std::string newest = "SELECT * FROM " + std::string(table) + " ORDER BY 1 DESC LIMIT 1";
    SQLite::Statement(*database_, newest).executeStep();
  }
}

void Connection::configure(Access access, Log log) {
  database_->exec("PRAGMA temp_store = MEMORY");
  if (access == Access::kRead) return;
  const std::string mode = database_
                               ->execAndGet(log == Log::kAhead ? "PRAGMA journal_mode = WAL"
                                                               : "PRAGMA journal_mode = DELETE")
                               .getString();
  if (log == Log::kAhead && mode != "wal") {
    log::debug("", "no write-ahead log on this file system; journal_mode is " + mode);
  }
  // EXTRA: a rollback journal's deletion is synced too.
  database_->exec(mode == "wal" ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = EXTRA");
  database_->exec("PRAGMA cache_size = -16000");
  database_->exec("PRAGMA wal_autocheckpoint = 4000");
  database_->exec("PRAGMA journal_size_limit = 67108864");
  const std::int64_t version = database_->execAndGet("PRAGMA user_version").getInt64();
  if (version < kVersion) migrate(version);
}

void Connection::migrate(std::int64_t from) {
  Transaction transaction(*this);
  for (auto version = static_cast<std::size_t>(from); version < kMigrations.size(); ++version) {
    database_->exec(kMigrations[version]);
  }
  database_->exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  database_->exec("PRAGMA user_version = " + std::to_string(kVersion));
  transaction.commit();
}

SQLite::Statement& Connection::prepared(const char* sql) {
  auto found = statements_.find(std::string_view(sql));
  if (found == statements_.end()) {
    found = statements_.emplace(sql, SQLite::Statement(*database_, sql)).first;
  }
  return found->second;
}

void Connection::execute(const char* sql) {
  Query(*this, sql).run();
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_->getHandle()) == 0;
}

void Connection::settle() noexcept {
  try {
    statements_.clear();
    database_->setBusyTimeout(0);
    database_->execAndGet("PRAGMA journal_mode = DELETE");
  } catch (const SQLite::Exception& error) {
    // A reader is there, or the disk is full. The log beside the database is as good, only less
    // handy.
    log::debug("", "the write-ahead log stays: " + std::string(error.what()));
  }
}

bool Connection::is_of_disk(const SQLite::Exception& error) const {
  const int code = error.getErrorCode() & 0xFF;
  if (code == SQLITE_IOERR) return !means_full(code, last_system_error(database_->getHandle()));
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool Connection::is_damage(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xFF;
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) return true;
  // Of the failures to read those that tell of the disk: EIO and the like, and an early end. A
  // server that went away, say, is another matter: it may come back, and the pages with it.
  const int extended = error.getExtendedErrorCode();
  return extended == SQLITE_IOERR_SHORT_READ || extended == SQLITE_IOERR_CORRUPTFS ||
         extended == SQLITE_IOERR_DATA;
}

void Connection::fail(const SQLite::Exception& error) const {
  const EnvironmentError readable = explain(error);
  if (is_damage(error)) throw DamagedError(readable.what(), readable.hint());
  throw EnvironmentError(readable);
}

EnvironmentError Connection::explain(const SQLite::Exception& error) const {
  const std::string name = path_.string();
  const int code = error.getErrorCode() & 0xFF;
  const int system = database_ ? last_system_error(database_->getHandle()) : 0;
  const bool of_system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
  if (means_full(code, code == SQLITE_IOERR ? system : 0)) {
    return EnvironmentError(
        "the disk is full: " + name + " cannot grow",
        "free some space and run the same command again; what was recorded is safe");
  }
  const std::string detail = of_system && system != 0 ? std::generic_category().message(system)
                                                      : std::string(error.what());
  switch (code) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return EnvironmentError(
          name + " is damaged: " + error.what(),
          "it was not changed; `syndisco check DIR --repair` saves what can be read, or restore it "
          "from a copy");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return EnvironmentError(name + " is locked by another program", "close it and try again");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return EnvironmentError(name + " cannot be written: " + detail, "check its permissions");
    case SQLITE_CANTOPEN:
      return EnvironmentError(name + " cannot be opened: " + detail, "check its permissions");
    case SQLITE_IOERR:
      return EnvironmentError(name + " cannot be read or written: " + detail,
                              "look after the disk; the same command goes on with what is "
                              "recorded, and `syndisco check` "
                              "tells whether it is whole");
    default:
      return EnvironmentError(name + " failed: " + detail);
  }
}

Transaction::~Transaction() {
  try {
    if (connection_.in_transaction()) connection_.execute("ROLLBACK");
  } catch (const SQLite::Exception& error) {
    log::debug("", "a rollback failed: " + std::string(error.what()));
  }
}

Snapshot::Snapshot(Connection& connection)
    : connection_(connection), outermost_(!connection.in_transaction()) {
  if (outermost_) connection_.execute("BEGIN");
}

Snapshot::~Snapshot() {
  try {
    if (outermost_ && connection_.in_transaction()) connection_.execute("COMMIT");
  } catch (const SQLite::Exception& error) {
    log::debug("", "the end of a read failed: " + std::string(error.what()));
  }
}

}  // namespace syndisco
