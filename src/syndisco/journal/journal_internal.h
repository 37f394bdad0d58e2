#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "syndisco/journal/connection_internal.h"
#include "syndisco/journal/group_commit.h"
#include "syndisco/journal/journal.h"
#include "syndisco/journal/lock.h"
#include "syndisco/journal/turns_internal.h"

namespace syndisco {

/// The annotation sets of a database by their number. They never change once recorded, so each is
/// read once.
class SetCache {
 public:
  std::shared_ptr<const AnnotationSet> get(Connection& connection, std::int64_t number);

 private:
  std::map<std::int64_t, std::shared_ptr<const AnnotationSet>> sets_;
};

/// The writing side: one connection, used under one mutex.
struct JournalWriter {
  JournalWriter(const std::filesystem::path& path, Connection::Log log)
      : connection(path, Connection::Access::kWrite, log), turns(connection) {}

  /// Throws EnvironmentError where there is no such job.
  std::int64_t job_number(const std::string& id);
  void write_group(std::span<Append* const> group);
  void write_singly(Append& append);

  std::mutex mutex;
  Connection connection;
  TurnWriter turns;
  SetCache sets;
  std::unordered_map<std::string, std::int64_t> job_numbers;  // of those in work

  // What `claim` looks for: the jobs of the plan taken up through this object, or all.
  bool claims_discussions = true;
  std::optional<std::vector<std::int64_t>> claims_sets;
};

/// The reading side: a connection of its own, so that reading waits for no commit.
struct JournalReader {
  JournalReader(const std::filesystem::path& path, Connection::Log log)
      : connection(path, Connection::Access::kRead, log) {}

  std::recursive_mutex mutex;  // recursive for in_snapshot
  Connection connection;
  SetCache sets;
};

struct Journal::Impl {
  std::filesystem::path directory;
  std::unique_ptr<DirectoryLock> lock;  // first in, last out
  std::unique_ptr<JournalWriter> writer;
  std::unique_ptr<JournalReader> reader;
  std::unique_ptr<GroupCommit> appends;

  ~Impl();

  /// The writing side, or std::logic_error in a journal opened for reading.
  JournalWriter& writing() const;

  /// Calls `work(reader)` in one snapshot.
  template <typename Work>
  auto read(Work work) const {
    const std::lock_guard hold(reader->mutex);
    return reader->connection.guard([&] {
      const Snapshot snapshot(reader->connection);
      return work(*reader);
    });
  }

  /// Calls `work(writer)` in one transaction.
  template <typename Work>
  auto write(Work work) const {
    JournalWriter& side = writing();
    const std::lock_guard hold(side.mutex);
    return side.connection.guard([&] {
      Transaction transaction(side.connection);
      auto result = work(side);
      transaction.commit();
      return result;
    });
  }
};

/// Takes up a plan in the open transaction; see Journal. `name` is how messages call the directory.
Growth take_up_plan(JournalWriter& writer, const Plan& plan, const std::string& name);
Growth take_up_sets(JournalWriter& writer, const Plan& plan, const std::string& name);

/// A value of the table `meta`; empty where there is none.
std::optional<std::string> read_meta(Connection& connection, const std::string& key);

}  // namespace syndisco
