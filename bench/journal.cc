// Durable turns a second: raw SQLite committing every row, raw SQLite committing groups of 64, and
// the journal with one and with 64 threads, all with synchronous=FULL and the same rows, in turns
// in one run, because a disk's speed changes from minute to minute.
//
//   bench_journal [DIRECTORY] [SECONDS]     defaults: a temporary directory here, 2

#include "syndisco/journal/journal.h"

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace syndisco;
using Clock = std::chrono::steady_clock;

constexpr int kThreads = 64;
constexpr int kGroup = 64;

Turn example_turn(std::uint64_t job, std::uint64_t step) {
  Turn turn;
  turn.step = step;
  turn.name = "Emma" + std::to_string(job % 12);
  turn.text = "I hear you, but step " + std::to_string(step) +
              " of what you propose leaves out everybody who cannot drive to the next town, and "
              "nobody here has said yet who would pay for it.";
  turn.model = "small";
  turn.system = "You are Emma" + std::to_string(job % 12) + ". " + std::string(900, 's');
  turn.prompt = "The comments so far:\n" + std::string(600, 'p') + std::to_string(job + step);
  turn.finish = "end";
  turn.seed = job * 0x9E3779B97F4A7C15U + step;
  turn.prompt_tokens = 400;
  turn.generated_tokens = 60;
  turn.seconds = 1.25;
  turn.time = "2026-11-21T22:06:11.123Z";
  return turn;
}

void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

// The same columns and index as the journal's table, without anything around it.
double raw(const std::filesystem::path& directory, int group, double seconds) {
  std::filesystem::create_directories(directory);
  sqlite3* database = nullptr;
  check(sqlite3_open((directory / "raw.db").c_str(), &database) == SQLITE_OK, "open");
  check(
      sqlite3_exec(database,
                   "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                   "CREATE TABLE turns(job INTEGER, step INTEGER, kind TEXT, name TEXT,"
                   " silent INTEGER, model TEXT, finish TEXT, seed INTEGER, prompt_tokens INTEGER,"
                   " generated_tokens INTEGER, seconds REAL, time TEXT, system INTEGER, text TEXT,"
                   " prompt TEXT, PRIMARY KEY(job, step))",
                   nullptr, nullptr, nullptr) == SQLITE_OK,
      "create");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(database,
                           "INSERT INTO turns VALUES(?1,?2,'user',?3,0,?4,?5,?6,?7,?8,?9,?10,1,?11,"
                           "?12)",
                           -1, &insert, nullptr) == SQLITE_OK,
        "prepare");
  std::vector<Turn> turns;
  for (int job = 0; job < kThreads; ++job) {
    turns.push_back(example_turn(static_cast<std::uint64_t>(job), 0));
  }
  const auto text = [&](int position, const std::string& value) {
    sqlite3_bind_text(insert, position, value.data(), static_cast<int>(value.size()),
                      SQLITE_STATIC);
  };
  std::uint64_t rows = 0;
  const auto begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  while (elapsed() < seconds) {
    check(sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK,
          "begin");
    for (int i = 0; i < group; ++i, ++rows) {
      const Turn& turn = turns[rows % kThreads];
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(rows % kThreads));
      sqlite3_bind_int64(insert, 2, static_cast<sqlite3_int64>(rows / kThreads));
      text(3, turn.name);
      text(4, turn.model);
      text(5, turn.finish);
      sqlite3_bind_int64(insert, 6, static_cast<sqlite3_int64>(turn.seed));
      sqlite3_bind_int(insert, 7, turn.prompt_tokens);
      sqlite3_bind_int(insert, 8, turn.generated_tokens);
      sqlite3_bind_double(insert, 9, turn.seconds);
      text(10, turn.time);
      text(11, turn.text);
      text(12, turn.prompt);
      check(sqlite3_step(insert) == SQLITE_DONE, "insert");
      sqlite3_reset(insert);
    }
    check(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK, "commit");
  }
  const double rate = static_cast<double>(rows) / elapsed();
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return rate;
}

double ours(const std::filesystem::path& directory, int threads, double seconds) {
  Plan plan;
  plan.experiment = "bench";
  plan.cells = {"all"};
  for (int i = 0; i < threads; ++i) {
    DiscussionJob job;
    job.id = "bench.all." + std::to_string(i);
    job.experiment = "bench";
    job.cell = "all";
    plan.discussions.push_back(job);
  }
  const auto journal = Journal::open(directory);
  journal->take_up(plan);
  while (journal->claim()) {
  }
  std::atomic<std::uint64_t> rows = 0;
  std::atomic<bool> stop = false;
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        Turn turn = example_turn(static_cast<std::uint64_t>(i), 0);
        const std::string& id = plan.discussions[static_cast<std::size_t>(i)].id;
        for (; !stop; ++turn.step) {
          journal->append(id, turn);
          ++rows;
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
  }
  return static_cast<double>(rows) / std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base = argc > 1 ? argv[1] : ".";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2.0;
  std::printf("%-6s %12s %12s %12s %12s %8s\n", "round", "raw, 1", "raw, 64", "journal, 1",
              "journal, 64", "share");
  for (int round = 1; round <= 3; ++round) {
    const auto directory = base / ("bench-journal-" + std::to_string(::getpid()));
    const double single = raw(directory / "single", 1, seconds);
    const double grouped = raw(directory / "grouped", kGroup, seconds);
    const double alone = ours(directory / "alone", 1, seconds);
    const double together = ours(directory / "together", kThreads, seconds);
    std::printf("%-6d %12.0f %12.0f %12.0f %12.0f %7.0f%%\n", round, single, grouped, alone,
                together, 100 * together / grouped);
    std::filesystem::remove_all(directory);
  }
  return 0;
}
