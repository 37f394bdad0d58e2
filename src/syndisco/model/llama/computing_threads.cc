#include "syndisco/model/llama/computing_threads.h"

#include <llama.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"

namespace syndisco {
namespace {

// Seconds.
constexpr double kJudged = 0.5;  ///< longer than schedulers take to go round
constexpr double kFirstPatience = 2;
constexpr double kLongestPatience = 30;

/// Cores that others may take before a thread less is faster. Measured on two cores
/// (docs/benchmarks tells): beside a program that wants half of one, two threads are still 1.6
/// times as fast as one; beside one that wants all of it, one is 1.6 times as fast as two.
constexpr double kCrowded = 0.5;

bool user_says_how_threads_wait() {
  return std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr;
}

}  // namespace

void ThreadCount::took(double wall, double cpu) {
  wall_ += wall;
  cpu_ += cpu;
  since_ += wall;
  if (wall_ < kJudged) return;
  const double missing = now_ - cpu_ / wall_;
  wall_ = cpu_ = 0;
  if (now_ > 1 && missing > kCrowded) {
    patience_ = trying_ ? std::min(2 * patience_, kLongestPatience) : kFirstPatience;
    --now_;
    trying_ = false;
    since_ = 0;
    return;
  }
  if (trying_) patience_ = kFirstPatience;
  trying_ = now_ < most_ && since_ >= patience_;
  if (!trying_) return;
  ++now_;
  since_ = 0;
}

ComputingThreads::ComputingThreads(int most, bool on_gpu)
    : most_(most), count_(most), adapts_(most > 1 && !on_gpu && !user_says_how_threads_wait()) {}

std::int32_t ComputingThreads::decode(llama_context* context, const llama_batch& batch) {
  const double start = monotonic_seconds();
  const double had = processor_seconds();
  const std::int32_t result = llama_decode(context, batch);
  if (result == 0) llama_synchronize(context);
  if (!adapts_) return result;
  const int before = count_.now();
  count_.took(monotonic_seconds() - start, processor_seconds() - had);
  const int now = count_.now();
  if (now == before) return result;
  llama_set_n_threads(context, now, now);
  const std::string message =
      "computing on " + std::to_string(now) + " of " + std::to_string(most_) + " threads";
  if (told_)
    log::debug("", message);
  else
    log::info("", "other programs want the cores: " + message + " while they do");
  told_ = true;
  return result;
}

}  // namespace syndisco
