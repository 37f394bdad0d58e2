#pragma once

#include <chrono>
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

  /// Throws where nothing may be written any more: a write or sync failed, after which nobody knows
  /// what is on the disk and trying again proves nothing, or somebody else took the directory.
  void require_sound() const;
  /// The error as a person should read it; remembers one after which nothing may be written.
  EnvironmentError told(const SQLite::Exception& error);

  std::mutex mutex;
  Connection connection;
  TurnWriter turns;
  SetCache sets;
  std::unordered_map<std::string, std::int64_t> job_numbers;  // of those in work

  // What `claim` looks for: the jobs of the plan taken up through this object, or all.
  bool claims_discussions = true;
  std::optional<std::vector<std::int64_t>> claims_sets;

  std::optional<std::int64_t> run;  // number of the one that tells of itself
  DirectoryLock* lock = nullptr;
  std::optional<EnvironmentError> broken;
};

/// The reading side: a connection of its own, so that reading waits for no commit.
struct JournalReader {
  JournalReader(const std::filesystem::path& path, Connection::Log log)
      : connection(path, Connection::Access::kRead, log) {}

  /// Whether a process works on the directory, as of a moment ago. Under the mutex.
  bool somebody_writes();

  std::filesystem::path directory;
  bool shared = false;
  bool writes_itself = false;

  std::recursive_mutex mutex;  // recursive for in_snapshot
  Connection connection;
  SetCache sets;

 private:
  bool writes_ = false;
  std::optional<std::chrono::steady_clock::time_point> asked_;
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

  /// Calls `work(writer)` in one transaction, which is undone again where `keep` is false.
  template <typename Work>
  auto write(Work work, bool keep = true) const {
    JournalWriter& side = writing();
    const std::lock_guard hold(side.mutex);
    side.require_sound();
    try {
      Transaction transaction(side.connection);
      auto result = work(side);
      if (keep) transaction.commit();
      return result;
    } catch (const SQLite::Exception& error) {
      throw side.told(error);
    }
  }
};

/// Takes up a plan in the open transaction; see Journal. `name` is how messages call the directory.
/// Without `annotation_jobs` its sets are recorded, but no job of theirs.
Growth take_up_plan(JournalWriter& writer, const Plan& plan, const std::string& name,
                    bool annotation_jobs = true);
Growth take_up_sets(JournalWriter& writer, const Plan& plan, const std::string& name);

/// A value of the table `meta`; empty where there is none.
std::optional<std::string> read_meta(Connection& connection, const std::string& key);

}  // namespace syndisco
