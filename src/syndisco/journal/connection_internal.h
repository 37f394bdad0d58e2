#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/journal/damaged.h"

namespace syndisco {

class Query;

/// One connection to a journal's database, with its prepared statements. Used by one thread at a
/// time.
class Connection {
 public:
  enum class Access { kRead, kWrite };
  /// How commits are made durable: a write-ahead log, or, where several machines may look on, a
  /// rollback journal.
  enum class Log { kAhead, kRollback };

  /// Opens an existing journal for reading, or any for writing; an empty one gets its tables, an
  /// older one is brought up to date. Throws InputError where there is nothing to read,
  /// DamagedError where the database is damaged, EnvironmentError where it is of a newer version or
  /// no journal at all; nothing is changed then.
  Connection(const std::filesystem::path& path, Access access, Log log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void execute(const char* sql);
  bool in_transaction() const;
  sqlite3* handle() const { return database_->getHandle(); }
  std::int64_t last_row() const { return database_->getLastInsertRowid(); }

  /// The error as a person should read it.
  EnvironmentError explain(const SQLite::Exception& error) const;

  /// Whether the error is one of the disk (other than that it is full) or of the database as a
  /// whole.
  bool is_of_disk(const SQLite::Exception& error) const;

  /// Whether the error means that what was written cannot be read back (see DamagedError).
  static bool is_damage(const SQLite::Exception& error);

  /// Calls `work`, and turns SQLite's errors into EnvironmentError or DamagedError.
  template <typename Work>
  auto guard(Work work) const {
    try {
      return work();
    } catch (const SQLite::Exception& error) {
      fail(error);
    }
  }

  /// Before the database is left for good: makes one file of it again, where nobody else reads it.
  void settle() noexcept;

 private:
  friend class Query;
  [[noreturn]] void fail(const SQLite::Exception& error) const;
  SQLite::Statement& prepared(const char* sql);
  void open_for_reading();
  void check_format(Access access);
  void check_content();
  void configure(Access access, Log log);
  void migrate(std::int64_t from);

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
  std::map<std::string, SQLite::Statement, std::less<>> statements_;
};

/// One use of a prepared statement. Two uses of the same text must not overlap. Texts given must
/// outlive it.
class Query {
 public:
  template <typename... Values>
  Query(Connection& connection, const char* sql, const Values&... values)
      : statement_(connection.prepared(sql)) {
    [[maybe_unused]] int position = 0;
    (bind(++position, values), ...);
  }
  ~Query() { statement_.tryReset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  void bind(int position, std::int64_t value) { statement_.bind(position, value); }
  void bind(int position, int value) { statement_.bind(position, value); }
  void bind(int position, std::uint64_t value) = delete;  // say how it fits into 63 bits
  void bind(int position, bool value) { statement_.bind(position, value ? 1 : 0); }
  void bind(int position, double value) { statement_.bind(position, value); }
  void bind(int position, const std::string& value) { statement_.bindNoCopy(position, value); }
  void bind(int position, std::nullptr_t) { statement_.bind(position); }

  /// The next row; false when there are no more.
  bool next() { return statement_.executeStep(); }
  /// For statements without rows.
  void run() {
    while (next()) {
    }
  }

  std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  int small(int column) const { return statement_.getColumn(column).getInt(); }
  double real(int column) const { return statement_.getColumn(column).getDouble(); }
  std::string text(int column) const { return statement_.getColumn(column).getString(); }
  bool null(int column) const { return statement_.getColumn(column).isNull(); }

 private:
  SQLite::Statement& statement_;
};

/// A writing transaction, undone unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {
    connection_.execute("BEGIN IMMEDIATE");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() { connection_.execute("COMMIT"); }

 private:
  Connection& connection_;
};

/// What several queries read together is of one moment.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
  bool outermost_;
};

}  // namespace syndisco
