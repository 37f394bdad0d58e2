#include "syndisco/model/llama/computing_threads.h"

#include <gtest/gtest.h>
#include <llama.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "syndisco/base/cache.h"
#include "syndisco/base/clock.h"
#include "syndisco/model/llama/batch_internal.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/machine.h"

namespace syndisco {
namespace {

/// A machine on which others take some cores, as time goes on.
struct Machine {
  int cores;
  std::function<double(double)> taken = [](double) { return 0.0; };
  double time = 0;
  std::map<int, double> seconds = {};  ///< spent with so many threads

  /// Steps of a tenth of a second, until `end`.
  void compute(ThreadCount& threads, double end) {
    constexpr double kStep = 0.1;
    for (; time < end; time += kStep) {
      seconds[threads.now()] += kStep;
      threads.took(kStep, kStep * std::min<double>(threads.now(), cores - taken(time)));
    }
  }
};

TEST(ThreadCount, StaysWhereNobodyElseComputes) {
  ThreadCount threads(2);
  Machine machine{.cores = 2, .taken = [](double) { return 0.4; }};
  machine.compute(threads, 100);
  EXPECT_EQ(machine.seconds.size(), 1U);
  EXPECT_EQ(threads.now(), 2);
}

TEST(ThreadCount, LeavesACoreToAnotherProgramAndTakesItBack) {
  ThreadCount threads(2);
  // Two threads and another program have two thirds of two cores each.
  Machine machine{.cores = 2, .taken = [](double time) { return time < 300 ? 2.0 / 3 : 0; }};
  machine.compute(threads, 0.7);
  EXPECT_EQ(threads.now(), 1);
  machine.compute(threads, 300);
  EXPECT_LT(machine.seconds[2], 10);  // trials
  machine.compute(threads, 332);
  EXPECT_EQ(threads.now(), 2);
  const double tried = machine.seconds[2];
  machine.compute(threads, 432);
  EXPECT_NEAR(machine.seconds[2], tried + 100, 0.2);
}

TEST(ThreadCount, TriesSoonAfterAShortDisturbance) {
  ThreadCount threads(4);
  Machine machine{.cores = 4, .taken = [](double time) { return time < 0.6 ? 1 : 0; }};
  machine.compute(threads, 1);
  EXPECT_EQ(threads.now(), 3);
  machine.compute(threads, 4);
  EXPECT_EQ(threads.now(), 4);
}

TEST(ThreadCount, FindsTheCoresThatAreLeft) {
  ThreadCount threads(16);
  Machine machine{.cores = 16, .taken = [](double) { return 6; }};
  machine.compute(threads, 300);
  EXPECT_GE(threads.now(), 10);
  EXPECT_LE(threads.now(), 11);
  EXPECT_GT(machine.seconds[10], 270);
}

TEST(ThreadCount, IsAtLeastOne) {
  ThreadCount one(1), more(3);
  Machine machine{.cores = 4, .taken = [](double) { return 3.9; }};
  machine.compute(one, 20);
  machine.time = 0;
  machine.compute(more, 20);
  EXPECT_EQ(one.now(), 1);
  EXPECT_GE(more.now(), 1);
  EXPECT_LE(more.now(), 2);
}

TEST(ThreadCount, JudgesLongStepsOneByOne) {
  ThreadCount threads(2);
  threads.took(4, 5.2);
  EXPECT_EQ(threads.now(), 1);
}

/// Programs that want every core, until it is destroyed.
class Crowd {
 public:
  explicit Crowd(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0)
        for (std::atomic<unsigned> spins = 0;; ++spins) {
        }
      children_.push_back(child);
    }
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> children_;
};

TEST(ComputingThreads, LeaveCoresToOtherPrograms) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer does not see how llama.cpp's threads meet";
#endif
  const auto path = cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the embedded model is not in the cache";
  const int most = usable_cores();
  if (most < 2) GTEST_SKIP() << "one core has nothing to leave";
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr)
    GTEST_SKIP() << "the environment says how threads wait";
  const LlamaModelHandle model = load_weights(path, 0);
  const LlamaContextHandle context =
      make_context(model.get(), {.sequences = 1, .tokens = 256, .ubatch = 1}, most);
  ComputingThreads threads(most, false), on_gpu(most, true);
  Batch batch(1);
  const Crowd crowd(static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
  constexpr double kSeconds = 120;  // enough for a sanitizer
  const double begin = monotonic_seconds();
  while (threads.now() == most && monotonic_seconds() - begin < kSeconds) {
    llama_memory_clear(llama_get_memory(context.get()), false);
    batch.clear();
    batch.add(1, 0, 0, true);
    ASSERT_EQ(threads.decode(context.get(), batch.get()), 0);
    batch.clear();
    batch.add(1, 1, 0, true);
    ASSERT_EQ(on_gpu.decode(context.get(), batch.get()), 0);
  }
  EXPECT_EQ(threads.now(), most - 1);
  EXPECT_EQ(llama_n_threads(context.get()), most - 1);
  EXPECT_EQ(on_gpu.now(), most);
}

}  // namespace
}  // namespace syndisco
