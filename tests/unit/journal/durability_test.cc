// What survives: crashes, full disks, damage, two writers.

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "unit/journal/journal_testing.h"

#include "syndisco/base/error.h"
#include "syndisco/journal/damaged.h"
#include "syndisco/journal/journal.h"

namespace syndisco {
namespace {

using namespace syndisco::testing;
using ::testing::AnyOf;
using ::testing::HasSubstr;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// The error with which `work` ends.
template <typename Wanted, typename Work>
std::string error_of(Work work) {
  try {
    work();
  } catch (const Wanted& error) {
    return std::string(error.what()) + "\n" + error.hint();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another error: " << error.what();
    return "";
  }
  ADD_FAILURE() << "no error";
  return "";
}

// Runs `work` in a process of its own; returns its id. `work` must not use gtest.
template <typename Work>
pid_t child(Work work) {
  const pid_t id = ::fork();
  if (id != 0) return id;
  try {
    work();
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

struct Pipe {
  Pipe() {
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int ends[2] = {-1, -1};
};

struct Acknowledged {
  int job = 0;
  std::uint64_t step = 0;
};

constexpr int kJobs = 6;

// Works on every job at once, a thread each, until killed.
void append_until_killed(const std::filesystem::path& directory, FileSystem file_system,
                         int report) {
  const auto journal = Journal::open(directory, file_system);
  const Plan jobs = plan({"all"}, kJobs);
  journal->take_up(jobs);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kJobs; ++i) {
    threads.emplace_back([&, i] {
      const std::optional<Claim> claim = journal->claim();
      if (!claim) ::_exit(1);
      for (std::uint64_t step = claim->turns.size();; ++step) {
        journal->append(claim->id, turn(step, std::string(step * 37 % 3000, 'x')));
        const Acknowledged done{static_cast<int>(claim->discussion->replicate), step};
        if (::write(report, &done, sizeof done) != sizeof done) ::_exit(1);
      }
    });
  }
}

// Reads reports until the child has made `enough` of them or the time is over.
void collect(int from, std::map<int, std::set<std::uint64_t>>& steps, std::size_t enough,
             std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (std::size_t count = 0; count < enough;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready{from, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return;
    Acknowledged done;
    if (::read(from, &done, sizeof done) != sizeof done) return;
    steps[done.job].insert(done.step);
    ++count;
  }
}

// `recorded`: how many turns each job had before this round; brought up to date.
void expect_all_there(const std::filesystem::path& directory,
                      const std::map<int, std::set<std::uint64_t>>& acknowledged,
                      std::map<int, std::size_t>& recorded) {
  const auto journal = Journal::open_read_only(directory);
  for (int job = 1; job <= kJobs; ++job) {
    const DiscussionRecord record = journal->discussion(discussion_id("all", job));
    for (std::size_t i = 0; i < record.turns.size(); ++i) {
      ASSERT_EQ(record.turns[i].step, i) << record.job.id;
      ASSERT_EQ(record.turns[i].text.size(), i * 37 % 3000);
    }
    std::size_t known = recorded[job];
    if (const auto found = acknowledged.find(job); found != acknowledged.end()) {
      known = std::max<std::size_t>(known, *found->second.rbegin() + 1);
    }
    ASSERT_GE(record.turns.size(), known) << record.job.id;
    // At most the one turn on its way was recorded without the word of it getting out.
    ASSERT_LE(record.turns.size(), known + 1) << record.job.id;
    recorded[job] = record.turns.size();
  }
}

void crash_repeatedly(FileSystem file_system, int rounds) {
  const TemporaryDirectory directory;
  std::map<int, std::set<std::uint64_t>> acknowledged;
  std::map<int, std::size_t> recorded;
  std::mt19937 random(7);
  for (int round = 0; round < rounds; ++round) {
    Pipe pipe;
    const pid_t id =
        child([&] { append_until_killed(directory.path(), file_system, pipe.ends[1]); });
    ::close(std::exchange(pipe.ends[1], -1));
    std::map<int, std::set<std::uint64_t>> now;
    collect(pipe.ends[0], now, 1 + random() % 200, std::chrono::seconds(20));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    ::kill(id, SIGKILL);
    collect(pipe.ends[0], now, 1'000'000, std::chrono::seconds(20));  // what it still reported
    int status = 0;
    ASSERT_EQ(::waitpid(id, &status, 0), id);
    ASSERT_TRUE(WIFSIGNALED(status)) << "round " << round << " ended by itself";
    for (const auto& [job, steps] : now) acknowledged[job].insert(steps.begin(), steps.end());
    ASSERT_NO_FATAL_FAILURE(expect_all_there(directory.path(), acknowledged, recorded)) << round;
  }
  std::size_t total = 0;
  for (const auto& [job, steps] : acknowledged) total += steps.size();
  EXPECT_GT(total, 0U);
}

TEST(JournalDurability, ACrashLosesNoAnswerAndDoublesNone) {
  crash_repeatedly(FileSystem::kLocal, 10);
}

TEST(JournalDurability, ACrashLosesNoAnswerWithoutAWriteAheadLog) {
  crash_repeatedly(FileSystem::kNetwork, 5);
}

TEST(JournalDurability, OneBadTurnInAGroupCostsTheOthersNothing) {
  const TemporaryDirectory directory;
  const auto journal = Journal::open(directory.path());
  journal->take_up(plan({"all"}, 1));
  const std::string id = journal->claim()->id;
  constexpr std::uint64_t kThreads = 32, kSteps = 20;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (std::uint64_t step = 0; step < kSteps; ++step) {
          // Every step is tried by two threads.
          try {
            Turn each = turn(i / 2 * kSteps + step);
            each.system = "system " + std::to_string(i / 2 * kSteps + step);
            journal->append(id, each);
          } catch (const EnvironmentError& error) {
            EXPECT_THAT(error.what(), HasSubstr("recorded already"));
            ++refused;
          }
        }
      });
    }
  }
  EXPECT_EQ(refused, static_cast<int>(kThreads / 2 * kSteps));
  const std::vector<Turn> turns = journal->discussion(id).turns;
  ASSERT_EQ(turns.size(), kThreads / 2 * kSteps);
  for (std::size_t i = 0; i < turns.size(); ++i) {
    ASSERT_EQ(turns[i].step, i);
    ASSERT_EQ(turns[i].system, "system " + std::to_string(i));
  }
}

TEST(JournalLock, ASecondWriterIsToldWhoHasIt) {
  const TemporaryDirectory directory;
  Pipe ready, release;
  const pid_t id = child([&] {
    ::close(release.ends[1]);
    const auto journal = Journal::open(directory.path());
    char byte = 'x';
    if (::write(ready.ends[1], &byte, 1) != 1) ::_exit(1);
    (void)::read(release.ends[0], &byte, 1);
  });
  char byte = 0;
  ASSERT_EQ(::read(ready.ends[0], &byte, 1), 1);
  const std::string error = error_of<EnvironmentError>([&] { Journal::open(directory.path()); });
  EXPECT_THAT(error, HasSubstr("is in use by process " + std::to_string(id) + " on "));
  EXPECT_THAT(error, HasSubstr(" since 20"));
  ::kill(id, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(id, &status, 0), id);
  Journal::open(directory.path())->take_up(plan());
}

TEST(JournalLock, ASecondWriterInTheSameProcessIsRefused) {
  const TemporaryDirectory directory;
  auto journal = Journal::open(directory.path());
  EXPECT_THROW(Journal::open(directory.path()), EnvironmentError);
  journal.reset();
  EXPECT_NO_THROW(Journal::open(directory.path()));
}

TEST(JournalOpen, AFileIsNoDirectory) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "file";
  write(file, "x");
  EXPECT_THAT(error_of<InputError>([&] { Journal::open(file); }), HasSubstr("is a file"));
  EXPECT_THAT(error_of<InputError>([&] { Journal::open(file / "below"); }), HasSubstr("file"));
  EXPECT_THAT(error_of<InputError>([&] { Journal::open_read_only(file); }), HasSubstr("is a file"));
  EXPECT_EQ(content(file), "x");
}

TEST(JournalOpen, ReadingNeedsAJournal) {
  const TemporaryDirectory directory;
  EXPECT_THAT(error_of<InputError>([&] { Journal::open_read_only(directory.path()); }),
              HasSubstr("holds no journal"));
  EXPECT_THAT(error_of<InputError>([&] { Journal::open_read_only(directory.path() / "no"); }),
              HasSubstr("there is no directory"));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(JournalOpen, ReadingAnEmptyFileIsAnInputError) {
  const TemporaryDirectory directory;
  write(directory.path() / "syndisco.db", "");
  EXPECT_THROW(Journal::open_read_only(directory.path()), InputError);
}

TEST(JournalOpen, AnUnwritablePlaceIsAnEnvironmentError) {
  EXPECT_THROW(Journal::open("/proc/journal"), EnvironmentError);
}

TEST(JournalOpen, AReadOnlyDirectoryCanBeRead) {
  const TemporaryDirectory directory;
  {
    const auto journal = Journal::open(directory.path());
    journal->take_up(plan());
    complete_discussions(*journal);
  }
  std::filesystem::permissions(
      directory.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  {
    const auto journal = Journal::open_read_only(directory.path());
    EXPECT_EQ(journal->discussion("exp.none.0001").turns.size(), 2U);
  }
  std::filesystem::permissions(directory.path(), std::filesystem::perms::owner_all);
}

TEST(JournalOpen, OddNamesOfDirectoriesAreFine) {
  const TemporaryDirectory directory;
  for (const char* name : {"a b", "100%?#", "quo'te\"", "\xC3\xA4\xF0\x9F\x98\x80", "file:x"}) {
    const auto path = directory.path() / name;
    {
      Journal::open(path)->take_up(plan());
    }
    EXPECT_EQ(Journal::open_read_only(path)->discussion_ids().size(), 4U) << name;
    EXPECT_TRUE(std::filesystem::exists(path / "syndisco.db")) << name;
  }
}

TEST(JournalOpen, ReadingUndoesWhatADeadWriterBegan) {
  const TemporaryDirectory directory;
  const auto living = directory.path() / "living", dead = directory.path() / "dead";
  {
    const auto journal = Journal::open(living, FileSystem::kNetwork);
    journal->take_up(plan({"all"}, 3));
    complete_discussions(*journal, 20);
  }
  SQLite::Database writer((living / "syndisco.db").string(), SQLite::OPEN_READWRITE);
  writer.exec("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE");
  writer.exec("UPDATE turns SET text = text || hex(zeroblob(3000))");  // more than the cache holds
  std::filesystem::copy(living, dead);
  ASSERT_TRUE(std::filesystem::exists(dead / "syndisco.db-journal"));
  ASSERT_FALSE(content(dead / "syndisco.db") == "");
  writer.exec("ROLLBACK");
  const auto journal = Journal::open_read_only(dead);
  for (const std::string& id : journal->discussion_ids()) {
    const std::vector<Turn> turns = journal->discussion(id).turns;
    ASSERT_EQ(turns.size(), 20U);
    for (const Turn& each : turns) EXPECT_EQ(each, turn(each.step));
  }
}

class DamagedJournal : public ::testing::Test {
 protected:
  DamagedJournal() : database_(directory_.path() / "syndisco.db") {
    const auto journal = Journal::open(directory_.path());
    journal->take_up(plan({"all"}, 30));
    complete_discussions(*journal, 5);
  }

  void expect_damaged(const std::string& damaged) {
    write(database_, damaged);
    for (int i = 0; i < 2; ++i) {
      EXPECT_THAT(error_of<DamagedError>([&] {
                    const auto journal = i == 0 ? Journal::open_read_only(directory_.path())
                                                : Journal::open(directory_.path());
                    if (i == 1) journal->take_up(plan({"all"}, 30));
                    journal->discussion(discussion_id("all", 30));
                  }),
                  HasSubstr("is damaged"));
      EXPECT_TRUE(content(database_) == damaged) << "the file was changed";
    }
  }

  TemporaryDirectory directory_;
  std::filesystem::path database_;
};

TEST_F(DamagedJournal, GarbageIsSaidToBeDamagedAndLeftAlone) {
  expect_damaged(std::string(50'000, 'g'));
}

TEST_F(DamagedJournal, AShortenedFileIsSaidToBeDamagedAndLeftAlone) {
  const std::string whole = content(database_);
  expect_damaged(whole.substr(0, whole.size() / 2 / 4096 * 4096));
}

TEST_F(DamagedJournal, AFileCutInsideItsLastPageIsSaidToBeDamagedAndLeftAlone) {
  const std::string whole = content(database_);
  expect_damaged(whole.substr(0, whole.size() - 100));
}

TEST_F(DamagedJournal, OverwrittenPagesAreSaidToBeDamagedAndLeftAlone) {
  std::string whole = content(database_);
  for (std::size_t i = 4096; i < whole.size(); ++i) whole[i] = static_cast<char>(i * 31);
  expect_damaged(whole);
}

TEST_F(DamagedJournal, AnotherDatabaseIsNoJournal) {
  std::string whole = content(database_);
  whole[68] = 'x';  // the application's number in the header
  write(database_, whole);
  EXPECT_THAT(error_of<EnvironmentError>([&] { Journal::open(directory_.path()); }),
              HasSubstr("no journal of this program"));
  EXPECT_TRUE(content(database_) == whole) << "the file was changed";
}

TEST_F(DamagedJournal, ANewerVersionIsRefusedAndLeftAlone) {
  std::string whole = content(database_);
  whole[63] = 99;  // the last byte of the user version in the header
  write(database_, whole);
  EXPECT_THAT(error_of<EnvironmentError>([&] { Journal::open(directory_.path()); }),
              AllOf(HasSubstr("newer version"), HasSubstr("format 99")));
  EXPECT_THROW(Journal::open_read_only(directory_.path()), EnvironmentError);
  EXPECT_TRUE(content(database_) == whole) << "the file was changed";
}

// Files cannot grow beyond `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

// Appends from many threads until all have been told that the disk is full; what was accepted.
std::map<std::string, std::vector<Turn>> fill(Journal& journal,
                                              const std::vector<std::string>& ids) {
  std::map<std::string, std::vector<Turn>> accepted;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (const std::string& id : ids) {
    threads.emplace_back([&, id] {
      std::vector<Turn> mine;
      for (std::uint64_t step = 0;; ++step) {
        Turn each = turn(step, std::string(20'000, 'x'));
        each.system = id + std::to_string(step);
        try {
          journal.append(id, each);
        } catch (const EnvironmentError& error) {
          EXPECT_THAT(error.what(), HasSubstr("disk is full"));
          break;
        }
        mine.push_back(each);
      }
      const std::lock_guard hold(mutex);
      accepted[id] = std::move(mine);
    });
  }
  threads.clear();
  return accepted;
}

std::vector<std::string> claim_all(Journal& journal) {
  std::vector<std::string> ids;
  while (const std::optional<Claim> claim = journal.claim()) ids.push_back(claim->id);
  return ids;
}

void expect_exactly(const Journal& journal, const std::map<std::string, std::vector<Turn>>& turns) {
  for (const auto& [id, expected] : turns) {
    EXPECT_TRUE(journal.discussion(id).turns == expected) << id;
  }
}

void fill_and_go_on(FileSystem file_system) {
  const TemporaryDirectory directory;
  auto journal = Journal::open(directory.path(), file_system);
  journal->take_up(plan({"all"}, 8));
  const std::vector<std::string> ids = claim_all(*journal);
  std::map<std::string, std::vector<Turn>> accepted;
  {
    const FileSizeLimit limit(2 << 20);
    accepted = fill(*journal, ids);
    expect_exactly(*journal, accepted);
    EXPECT_THAT(error_of<EnvironmentError>([&] {
                  Turn large = turn(1000, std::string(4 << 20, 'x'));
                  journal->append(ids[0], large);
                }),
                HasSubstr("disk is full"));
  }
  for (const std::string& id : ids) {
    accepted[id].push_back(turn(accepted[id].size(), "there is space again"));
    accepted[id].back().system = id + std::to_string(accepted[id].back().step);
    journal->append(id, accepted[id].back());
  }
  expect_exactly(*journal, accepted);
  journal.reset();
  expect_exactly(*Journal::open_read_only(directory.path()), accepted);
}

TEST(JournalDisk, AFullDiskIsSaidAndCostsNothing) {
  fill_and_go_on(FileSystem::kLocal);
}

TEST(JournalDisk, AFullDiskIsSaidWithoutAWriteAheadLog) {
  fill_and_go_on(FileSystem::kNetwork);
}

TEST(JournalDisk, AFullFileSystemIsSaidAndCostsNothing) {
  const TemporaryDirectory directory;
  if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "a small file system cannot be mounted here";
  }
  std::map<std::string, std::vector<Turn>> accepted;
  {
    const auto ballast = directory.path() / "ballast";
    write(ballast, std::string(200'000, 'b'));
    const auto journal = Journal::open(directory.path() / "run");
    journal->take_up(plan({"all"}, 4));
    const std::vector<std::string> ids = claim_all(*journal);
    accepted = fill(*journal, ids);
    expect_exactly(*journal, accepted);
    std::filesystem::remove(ballast);
    accepted[ids[0]].push_back(turn(accepted[ids[0]].size(), "there is space again"));
    journal->append(ids[0], accepted[ids[0]].back());
    expect_exactly(*journal, accepted);
  }
  expect_exactly(*Journal::open_read_only(directory.path() / "run"), accepted);
  EXPECT_EQ(::umount(directory.path().c_str()), 0);
}

TEST(JournalDisk, ADiskFullFromTheStartIsSaid) {
  const TemporaryDirectory directory;
  const FileSizeLimit limit(1000);
  EXPECT_THAT(error_of<EnvironmentError>([&] { Journal::open(directory.path())->take_up(plan()); }),
              HasSubstr("disk is full"));
}

TEST(JournalSize, AThousandDiscussionsAreTakenUpAgainInWellUnderASecond) {
  const TemporaryDirectory directory;
  Plan large = plan({"none", "light"}, 500);
  for (DiscussionJob& job : large.discussions) {
    for (ActorSpec& each : job.participants) each.instructions = std::string(2000, 'i');
  }
  large.annotation_sets = {annotation_set("toxicity")};
  {
    const auto journal = Journal::open(directory.path());
    journal->take_up(large);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 32; ++i) {
      threads.emplace_back([&] {
        while (const std::optional<Claim> claim = journal->claim()) {
          if (!claim->discussion) return;
          for (std::uint64_t step = 0; step < 10; ++step) {
            journal->append(claim->id, turn(step, std::string(300, 't')));
          }
        }
      });
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto journal = Journal::open(directory.path());
  journal->take_up(large);
  const std::size_t turns = journal->counts_by_cell().at("none").turns;
  const auto taken = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(turns, 5000U);
  RecordProperty("milliseconds", static_cast<int>(taken / std::chrono::milliseconds(1)));
  // Generous: sanitizers and busy machines.
  EXPECT_LT(taken, std::chrono::seconds(10));
}

}  // namespace
}  // namespace syndisco
