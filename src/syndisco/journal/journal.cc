#include "syndisco/journal/journal.h"

#include <charconv>
#include <stdexcept>
#include <system_error>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/journal/file_system.h"
#include "syndisco/journal/journal_internal.h"

namespace syndisco {
namespace {

constexpr const char* kDatabase = "syndisco.db";

void make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(directory, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    throw InputError(directory.string() + " is a file, not a directory", {},
                     "name a directory; it is made if missing");
  }
  const bool created = std::filesystem::create_directories(directory, error);
  if (error == std::errc::not_a_directory) {
    throw InputError(directory.string() + " lies below a file, not a directory", {},
                     "name a directory; it is made if missing");
  }
  if (error) {
    throw EnvironmentError(directory.string() + " cannot be made: " + error.message(),
                           "check the permissions of the directory above it, or choose another");
  }
  if (created) sync_directory(std::filesystem::absolute(directory).parent_path());
}

bool is_shared(const std::filesystem::path& directory, FileSystem file_system) {
  return file_system == FileSystem::kNetwork ||
         (file_system == FileSystem::kDetect && is_on_network_file_system(directory));
}

}  // namespace

Journal::Journal() : impl_(std::make_unique<Impl>()) {}
Journal::~Journal() = default;

Journal::Impl::~Impl() {
  reader.reset();
  if (writer && !writer->broken) writer->connection.settle();
}

JournalWriter& Journal::Impl::writing() const {
  if (!writer) throw std::logic_error("this journal was opened for reading");
  return *writer;
}

std::unique_ptr<Journal> Journal::open(const std::filesystem::path& directory,
                                       FileSystem file_system) {
  make_directory(directory);
  std::unique_ptr<Journal> journal(new Journal);
  Impl& impl = *journal->impl_;
  impl.directory = directory;
  const bool shared = is_shared(directory, file_system);
  impl.lock = std::make_unique<DirectoryLock>(directory, shared);
  const Connection::Log log = shared ? Connection::Log::kRollback : Connection::Log::kAhead;
  const std::filesystem::path path = directory / kDatabase;
  impl.writer = std::make_unique<JournalWriter>(path, log);
  impl.writer->lock = impl.lock.get();
  sync_directory(directory);
  impl.reader = std::make_unique<JournalReader>(path, log);
  impl.reader->directory = directory;
  impl.reader->writes_itself = true;
  impl.appends = std::make_unique<GroupCommit>(
      [writer = impl.writer.get()](std::span<Append* const> group) { writer->write_group(group); });
  return journal;
}

std::unique_ptr<Journal> Journal::open_read_only(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::path path = directory / kDatabase;
  const char* hint = "give the directory of a `syndisco run`";
  if (!std::filesystem::exists(directory, error)) {
    if (error && error != std::errc::not_a_directory) {
      throw EnvironmentError(directory.string() + " cannot be read: " + error.message());
    }
    throw InputError("there is no directory " + directory.string(), {}, hint);
  }
  if (!std::filesystem::is_directory(directory, error)) {
    throw InputError(directory.string() + " is a file, not a directory", {}, hint);
  }
  if (!std::filesystem::exists(path, error)) {
    if (error) throw EnvironmentError(path.string() + " cannot be read: " + error.message());
    throw InputError(directory.string() + " holds no journal (" + kDatabase + ")", {}, hint);
  }
  std::unique_ptr<Journal> journal(new Journal);
  journal->impl_->directory = directory;
  JournalReader& reader =
      *(journal->impl_->reader = std::make_unique<JournalReader>(path, Connection::Log::kAhead));
  reader.directory = directory;
  reader.shared = is_shared(directory, FileSystem::kDetect);
  return journal;
}

Growth Journal::take_up(const Plan& plan) {
  return impl_->write(
      [&](JournalWriter& writer) { return take_up_plan(writer, plan, impl_->directory.string()); });
}

void Journal::try_out(const Plan& plan) {
  impl_->write(
      [&](JournalWriter& writer) { return take_up_plan(writer, plan, impl_->directory.string()); },
      false);
}

Growth Journal::take_up_annotations(const Plan& plan) {
  return impl_->write(
      [&](JournalWriter& writer) { return take_up_sets(writer, plan, impl_->directory.string()); });
}

void Journal::settle_model(const std::string& name, const std::string& identity) {
  impl_->write([&](JournalWriter& writer) {
    const std::string key = "model_sha256:" + name;
    const std::optional<std::string> recorded = read_meta(writer.connection, key);
    const bool answered =
        Query(writer.connection, "SELECT 1 FROM turns WHERE kind <> 'opening' LIMIT 1").next();
    if (answered && recorded && *recorded != identity) {
      throw InputError("model \"" + printable_line(name) +
                           "\" is not the one that answered before: it was " +
                           printable_line(*recorded) + ", is " + printable_line(identity),
                       {}, "give the earlier one, or another directory with --out");
    }
    Query(writer.connection, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)", key,
          identity)
        .run();
    return 0;
  });
}

std::size_t Journal::retry_failed() {
  return impl_->write([&](JournalWriter& writer) {
    std::size_t count = 0;
    // Of a set, of all discussions (no set), or of all there is.
    const auto retry = [&](bool all, std::int64_t discussions, std::int64_t set) {
      Query query(writer.connection,
                  "UPDATE jobs SET status = 'planned', reason = '', finished = NULL, turns = 0,"
                  " prompt_tokens = 0, reused_tokens = 0, generated_tokens = 0, seconds = 0"
                  " WHERE status = 'failed' AND (?1 OR (?2 AND annotation_set IS NULL)"
                  " OR annotation_set = ?3) RETURNING number",
                  std::int64_t{all}, discussions, set);
      while (query.next()) ++count;
    };
    constexpr std::int64_t kNoSet = -1;
    if (!writer.claims_sets) {
      retry(true, 0, kNoSet);
    } else {
      retry(false, writer.claims_discussions ? 1 : 0, kNoSet);
      for (const std::int64_t set : *writer.claims_sets) retry(false, 0, set);
    }
    return count;
  });
}

void Journal::append(const std::string& job, const Turn& turn) {
  impl_->writing();
  impl_->appends->append(job, turn);
}

}  // namespace syndisco
