#include "syndisco/model/llama/speed.h"

#include <llama.h>

#include <algorithm>
#include <memory>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/batch_internal.h"
#include "syndisco/model/llama/computing_threads.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/memory.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr int kTogether = 16;
constexpr ContextOptions kContext = {
    .sequences = kTogether, .tokens = 512, .ubatch = 512, .outputs = kTogether};
constexpr int kPrompt = 256;  ///< tokens; as fast as longer ones
constexpr int kWarmUp = 32;   ///< tokens, and what a slow machine takes for a prompt
constexpr int kMostSteps = 100;
constexpr int kRounds = 3;
// Seconds.
constexpr double kPromptTime = 1.0;
constexpr double kAloneTime = 0.15;
constexpr double kTogetherTime = 0.4;
constexpr double kLongRound = 4;  ///< noise hardly matters in rounds that take so long

ContextOptions context_options(Attention attention) {
  ContextOptions context = kContext;
  context.attention = attention;
  return context;
}

/// A loaded model that is measured.
class Probe {
 public:
  Probe(const SpeedCandidate& candidate, const SpeedOptions& options)
      : threads_(options.threads, computes_on_gpu(options.gpu_layers)), batch_(kContext.ubatch) {
    const ErrorLines errors;
    model_ = load_weights(candidate.path, options.gpu_layers);
    if (model_ != nullptr)
      context_ = syndisco::make_context(model_.get(), context_options(candidate.attention),
                                        options.threads);
    if (context_ == nullptr)
      throw EnvironmentError(errors.reason().empty() ? "llama.cpp cannot load it"
                                                     : errors.reason());
    // The first steps read the weights from the disk and set up graphs.
    prompt(kWarmUp);
    const double seconds = prompt(kWarmUp);
    prompt_ = seconds * kPrompt / kWarmUp < kPromptTime ? kPrompt : kWarmUp;
  }

  std::uint64_t weights_bytes() const { return llama_model_size(model_.get()); }

  void round(Speed& best) {
    best.prompt = std::max(best.prompt, prompt_ / prompt(prompt_));
    best.alone = std::max(best.alone, generate(1, kAloneTime));
    for (int i = 1; i < kTogether; ++i) llama_memory_seq_cp(memory(), 0, i, -1, -1);
    best.together = std::max(best.together, generate(kTogether, kTogetherTime));
  }

 private:
  llama_memory_t memory() const { return llama_get_memory(context_.get()); }

  double compute() {
    const double start = monotonic_seconds();
    if (threads_.decode(context_.get(), batch_.get()) != 0)
      throw EnvironmentError("llama.cpp could not compute a step");
    batch_.clear();
    return monotonic_seconds() - start;
  }

  /// Seconds for a prompt of `tokens`.
  double prompt(int tokens) {
    llama_memory_clear(memory(), false);
    end_ = tokens;
    for (int i = 0; i < tokens; ++i) batch_.add(token(i), i, 0, i + 1 == tokens);
    return compute();
  }

  /// Tokens a second of sequences that generate for `seconds`, in the best step.
  double generate(int sequences, double seconds) {
    double best = 0;
    const double start = monotonic_seconds();
    for (int step = 0; step < kMostSteps && (step < 3 || monotonic_seconds() - start < seconds);
         ++step) {
      // Copies of the prompt are made in the first step.
      for (int i = 0; i < sequences; ++i) batch_.add(token(end_ + i), end_, i, true);
      ++end_;
      best = std::max(best, sequences / compute());
    }
    return best;
  }

  /// Tokens that do not repeat. What they say does not matter.
  llama_token token(int i) const {
    const int all = llama_vocab_n_tokens(llama_model_get_vocab(model_.get()));
    return static_cast<llama_token>((i * 7919LL + 1000) % all);
  }

  LlamaModelHandle model_;
  LlamaContextHandle context_;
  ComputingThreads threads_;
  Batch batch_;
  int prompt_ = kPrompt;
  int end_ = 0;  ///< tokens in the sequences
};

/// All that can be known without computing.
Speed begin_measuring(const SpeedCandidate& candidate, const SpeedOptions& options,
                      std::uint64_t& needed) {
  Speed speed;
  try {
    const MemoryNeed need =
        memory_need(candidate.path, context_options(candidate.attention), options.gpu_layers);
    needed += need.total();
    speed.kv_bytes_per_token = kv_bytes_per_token(candidate.path, candidate.attention);
    if (need.total() > free_memory()) speed.failure = "does not fit into the free memory";
  } catch (const Error& error) {
    speed.failure = error.what();
  }
  return speed;
}

}  // namespace

std::vector<Speed> measure_speeds(const std::vector<SpeedCandidate>& candidates,
                                  const SpeedOptions& options) {
  start_llama_backend();
  std::vector<Speed> speeds;
  std::uint64_t needed = 0;
  for (const SpeedCandidate& candidate : candidates)
    speeds.push_back(begin_measuring(candidate, options, needed));
  const bool keep = needed < free_memory() / 2;

  std::vector<std::unique_ptr<Probe>> probes(candidates.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      Speed& speed = speeds[i];
      if (!speed.failure.empty() || speed.seconds > kLongRound * round) continue;
      const double start = monotonic_seconds();
      try {
        if (probes[i] == nullptr) probes[i] = std::make_unique<Probe>(candidates[i], options);
        speed.weights_bytes = probes[i]->weights_bytes();
        probes[i]->round(speed);
      } catch (const Error& error) {
        speed.failure = error.what();
      }
      if (!keep) probes[i].reset();
      speed.seconds += monotonic_seconds() - start;
    }
  }
  return speeds;
}

}  // namespace syndisco
