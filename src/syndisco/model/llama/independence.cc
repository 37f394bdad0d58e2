#include "syndisco/model/llama/independence.h"

#include <llama.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/base/random.h"
#include "syndisco/model/cache_files.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/batch_internal.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/measurement.h"
#include "syndisco/model/llama/model_file.h"

namespace syndisco {
namespace {

using Row = std::vector<float>;  ///< the logits behind one token
using Tokens = std::vector<llama_token>;

constexpr int kSlots = 32;
constexpr int kTokensOfSlot = 512;
/// Tokens generated behind each prompt.
constexpr int kSteps = 2;

bool same(const Row& a, const Row& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

llama_token likeliest(const Row& row) {
  return static_cast<llama_token>(std::ranges::max_element(row) - row.begin());
}

/// A prompt and what it must give: logits behind it, then behind each of the likeliest tokens.
struct Case {
  Tokens prompt;
  std::vector<Row> expected;
  std::vector<std::uint8_t> state;  ///< after the prompt, of a context with all slots
};

/// A context that is asked for logits.
class Calculator {
 public:
  Calculator(llama_model* model, Attention attention, int slots, int threads)
      : size_(static_cast<std::size_t>(llama_vocab_n_tokens(llama_model_get_vocab(model)))),
        batch_(kTokensOfSlot),
        context_(make_context(model,
                              {.sequences = slots,
                               .tokens = kTokensOfSlot,
                               .ubatch = kTokensOfSlot,
                               .outputs = slots,
                               .attention = attention},
                              threads)) {
    if (context_ == nullptr) throw EnvironmentError("cannot set up a context to try");
  }

  /// Computes `tokens` behind what the slot holds; logits of the last one come with `compute`.
  void add(int slot, std::span<const llama_token> tokens) {
    const llama_pos end = llama_memory_seq_pos_max(memory(), slot) + 1;
    for (std::size_t i = 0; i < tokens.size(); ++i)
      batch_.add(tokens[i], end + static_cast<llama_pos>(i), slot, i + 1 == tokens.size());
    asked_.emplace_back(batch_.size() - 1);
  }

  /// Logits behind what was added, in the order of adding.
  std::vector<Row> compute() {
    if (llama_decode(context_.get(), batch_.get()) != 0)
      throw EnvironmentError("llama.cpp could not compute a step");
    std::vector<Row> rows;
    for (const int index : asked_) {
      const float* values = llama_get_logits_ith(context_.get(), index);
      if (values == nullptr) throw EnvironmentError("llama.cpp gave no logits");
      rows.emplace_back(values, values + size_);
    }
    batch_.clear();
    asked_.clear();
    return rows;
  }

  void set_threads(int count) { llama_set_n_threads(context_.get(), count, count); }

  void forget() { llama_memory_clear(memory(), false); }

  std::vector<std::uint8_t> save(int slot) const {
    std::vector<std::uint8_t> state(llama_state_seq_get_size(context_.get(), slot));
    state.resize(llama_state_seq_get_data(context_.get(), state.data(), state.size(), slot));
    return state;
  }

  void restore(int slot, const std::vector<std::uint8_t>& state) {
    if (llama_state_seq_set_data(context_.get(), state.data(), state.size(), slot) == 0)
      throw EnvironmentError("llama.cpp could not take up a saved state");
  }

 private:
  llama_memory_t memory() const { return llama_get_memory(context_.get()); }

  std::size_t size_;
  Batch batch_;
  std::vector<int> asked_;
  LlamaContextHandle context_;
};

/// Tokens drawn from all that are text. What they say does not matter.
Tokens some_tokens(const llama_vocab* vocab, int count, Random& random) {
  Tokens tokens;
  const auto all = static_cast<std::size_t>(llama_vocab_n_tokens(vocab));
  while (static_cast<int>(tokens.size()) < count) {
    const auto token = static_cast<llama_token>(random.below(all));
    if (!llama_vocab_is_control(vocab, token) && !llama_vocab_is_eog(vocab, token))
      tokens.push_back(token);
  }
  return tokens;
}

/// Prompts of several lengths, none a multiple of 32, and what they give alone.
std::vector<Case> make_cases(llama_model* model, Attention attention, int threads) {
  Random random(stream_seed({.purpose = "independence"}));
  Calculator alone(model, attention, 1, threads);
  std::vector<Case> cases;
  for (const int length : {291, 139, 23}) {
    Case made{some_tokens(llama_model_get_vocab(model), length, random), {}, {}};
    alone.forget();
    alone.add(0, made.prompt);
    made.expected = alone.compute();
    for (int step = 0; step < kSteps; ++step) {
      const llama_token next = likeliest(made.expected.back());
      alone.add(0, std::span(&next, 1));
      made.expected.push_back(alone.compute().front());
    }
    cases.push_back(std::move(made));
  }
  return cases;
}

/// A context with more slots, some of them empty, gives the same.
bool survives_slots(Calculator& calculator, std::vector<Case>& cases) {
  for (Case& each : cases) {
    calculator.forget();
    calculator.add(3, each.prompt);
    if (!same(calculator.compute().front(), each.expected.front())) return false;
    each.state = calculator.save(3);
  }
  return true;
}

/// The prompt computed in steps that end at `cuts`, its state saved and taken up between them.
bool survives_cuts(Calculator& calculator, const Case& each, std::span<const int> cuts, int slot) {
  calculator.forget();
  std::size_t begin = 0;
  std::vector<Row> rows;
  for (const int cut : cuts) {
    const auto end = std::min(static_cast<std::size_t>(cut), each.prompt.size());
    calculator.add(slot, std::span(each.prompt).subspan(begin, end - begin));
    rows = calculator.compute();
    const std::vector<std::uint8_t> state = calculator.save(slot);
    calculator.forget();
    slot = (slot + 5) % kSlots;
    calculator.restore(slot, state);
    begin = end;
  }
  return same(rows.front(), each.expected.front());
}

/// All prompts in one step, and again while another sequence generates.
bool survives_company(Calculator& calculator, const std::vector<Case>& cases) {
  calculator.forget();
  for (std::size_t i = 0; i < cases.size(); ++i)
    calculator.add(static_cast<int>(i), cases[i].prompt);
  std::vector<Row> rows = calculator.compute();
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (!same(rows[i], cases[i].expected.front())) return false;

  const llama_token next = likeliest(rows.front());
  calculator.add(0, std::span(&next, 1));
  calculator.add(7, cases[1].prompt);
  rows = calculator.compute();
  return same(rows[0], cases[0].expected[1]) && same(rows[1], cases[1].expected[0]);
}

/// `count` sequences, of all the lengths, generate side by side.
bool survives_crowd(Calculator& calculator, const std::vector<Case>& cases, int count) {
  calculator.forget();
  // Few sequences leave gaps between their slots.
  const int distance = kSlots / count > 2 ? 2 : 1;
  const auto case_of = [&](int i) -> const Case& {
    return cases[static_cast<std::size_t>(i + count) % cases.size()];
  };
  for (int i = 0; i < count; ++i) calculator.restore(i * distance, case_of(i).state);
  for (std::size_t step = 0; step < kSteps; ++step) {
    for (int i = 0; i < count; ++i) {
      const llama_token next = likeliest(case_of(i).expected[step]);
      calculator.add(i * distance, std::span(&next, 1));
    }
    const std::vector<Row> rows = calculator.compute();
    for (int i = 0; i < count; ++i)
      if (!same(rows[static_cast<std::size_t>(i)], case_of(i).expected[step + 1])) return false;
  }
  return true;
}

/// As the engine does it where other programs want the cores.
bool survives_fewer_threads(Calculator& calculator, std::vector<Case>& cases, int threads) {
  for (const int count : std::set{1, threads / 2, threads - 1}) {
    if (count < 1 || count == threads) continue;
    calculator.set_threads(count);
    if (!survives_slots(calculator, cases) || !survives_crowd(calculator, cases, 8)) return false;
  }
  calculator.set_threads(threads);
  return true;
}

/// What changes the logits; "" where nothing does.
std::string find_dependence(llama_model* model, Attention attention, int threads) {
  std::vector<Case> cases = make_cases(model, attention, threads);
  Calculator calculator(model, attention, kSlots, threads);
  if (!survives_slots(calculator, cases)) return "the number of slots";
  for (const int count : {1, 2, 3, 8, 16, 32})
    if (!survives_crowd(calculator, cases, count))
      return count == 1 ? "a saved state"
                        : "generation beside " + std::to_string(count - 1) + " others";
  // As the engine cuts: never so that a single token is computed by itself.
  constexpr std::array<int, 7> kCuts = {2, 32, 34, 69, 200, 289, 291};
  if (!survives_cuts(calculator, cases[0], kCuts, 0)) return "the pieces a prompt is computed in";
  if (!survives_company(calculator, cases)) return "prompts computed in the same step";
  if (!survives_fewer_threads(calculator, cases, threads)) return "the number of threads";
  return "";
}

bool try_out(const std::filesystem::path& path, Attention attention, int threads, int gpu_layers) {
  const ErrorLines errors;
  const LlamaModelHandle model = load_weights(path, gpu_layers);
  if (model == nullptr)
    throw EnvironmentError("cannot load the model file " + shown(path) +
                           (errors.reason().empty() ? "" : ": " + errors.reason()));
  const std::string cause = find_dependence(model.get(), attention, threads);
  log::info("", cause.empty() ? "logits of " + shown(path) + " are the same in any company"
                              : "logits of " + shown(path) + " change with " + cause);
  return cause.empty();
}

}  // namespace

bool independent_of_batch(const std::filesystem::path& path, Attention attention, int threads,
                          int gpu_layers) {
  start_llama_backend();
  check_model_file(path);
  const Measurement measurement("independence",
                                {{"sha256", remembered_sha256(path)},
                                 {"attention", std::string(attention_name(attention))},
                                 {"threads", threads},
                                 {"gpu_layers", gpu_layers}});
  if (const std::optional<Json> known = measurement.recall(); known && known->is_bool())
    return known->boolean();
  const bool independent = try_out(path, attention, threads, gpu_layers);
  measurement.remember(independent);
  return independent;
}

}  // namespace syndisco
