#include "syndisco/model/llama/engine.h"

#include <algorithm>
#include <utility>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"

namespace syndisco {
namespace {

// Prompts of so many tokens are begun between two steps of generation, so that those who generate
// are not held up for long. Even a prompt that is known has its price: as much as this.
constexpr std::size_t kPromptTokens = 512;
constexpr std::size_t kLeastPrice = 64;

// Fewer tokens are computed faster than a state of them is saved and put back.
constexpr std::size_t kWorthSaving = 16;

// A single token has other kernels than several, with other rounding: where a prompt is cut must
// not decide about its logits, so no step of a prompt is shorter.
constexpr std::size_t kLeastStep = 2;

/// What may be known of a prompt: the logits of its last token are wanted.
std::span<const Token> reusable(std::span<const Token> prompt) {
  return prompt.first(prompt.size() - std::min(prompt.size(), kLeastStep));
}

/// What is likely to be the beginning of other prompts, too.
std::span<const Token> lasting_part(const Generation& wanted) {
  const std::span<const Token> known = reusable(wanted.prompt);
  return known.first(std::min(wanted.lasting, known.size()));
}

/// The next step of `left` tokens where `wished` would be best, so that no step is too short.
std::size_t step_of(std::size_t left, std::size_t wished) {
  const std::size_t step = std::min(std::max(wished, kLeastStep), left);
  if (left - step != 1) return step;
  return step > kLeastStep ? step - 1 : left;
}

}  // namespace

ContextOptions context_options(int sequences, int tokens, Attention attention) {
  // Large enough for full speed, small enough to look for a wish to stop in between. Attention that
  // is not fused looks at all pairs of a step's tokens, also at those that are masked.
  const int step = attention == Attention::kFused ? 512 : 256;
  return {.sequences = sequences,
          .tokens = rounded_length(tokens),
          .ubatch = std::max(step, sequences),
          .outputs = sequences,
          .attention = attention};
}

/// A request on its way. Shared by its caller and the engine, whoever leaves first.
struct Engine::Task {
  Task(const LoadedModel& model, DrySamplers& dry, Generation wanted, int context)
      : generation(std::move(wanted)), writer(model, dry, generation, context) {}

  const Generation generation;
  AnswerWriter writer;
  int reused = 0;
  std::atomic<bool> abandoned = false;  ///< nobody waits for the answer any more

  // Guarded by the engine's mutex.
  std::condition_variable_any changed;
  bool done = false;
  Answer answer;
  std::optional<Failure> failure;
};

Engine::Engine(const LoadedModel& model, const EngineOptions& options)
    : model_(model), options_(options), dry_(model.vocabulary()), prefixes_(options.prefixes) {
  make_decoder(std::min(options.expected, options.context));
  thread_ = std::thread([this] { work(); });
}

Engine::~Engine() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
    signals_.abort = true;
  }
  work_.notify_all();
  thread_.join();
}

Answer Engine::answer(Generation generation, const std::stop_token& stop) {
  if (stop.stop_requested()) throw Cancelled();
  const auto task = std::make_shared<Task>(model_, dry_, std::move(generation), options_.context);
  std::unique_lock lock(mutex_);
  waiting_.push_back(task);
  ++wanted_;
  signals_.abort = false;
  work_.notify_one();
  if (!task->changed.wait(lock, stop, [&] { return task->done; })) {
    task->abandoned = true;
    // A step that nobody wants the result of need not be finished.
    if (--wanted_ == 0) signals_.abort = true;
    throw Cancelled();
  }
  --wanted_;
  if (task->failure) throw ModelError(task->failure->message, task->failure->retryable);
  return std::move(task->answer);
}

void Engine::work() {
  while (wait_for_work()) {
    try {
      admit();
      generate();
    } catch (const std::exception& error) {
      fail_all(error.what());
    }
  }
}

bool Engine::wait_for_work() {
  std::unique_lock lock(mutex_);
  if (active() == 0) work_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
  return !closing_;
}

int Engine::active() const {
  return static_cast<int>(
      std::ranges::count_if(slots_, [](const Slot& slot) { return slot.task != nullptr; }));
}

void Engine::admit() {
  for (std::size_t computed = 0; computed < kPromptTokens;) {
    const TaskPointer task = take_waiting();
    if (task == nullptr) return;
    computed += std::max(start(task), kLeastPrice);
  }
}

/// The request that has waited longest, if there is room for it now.
Engine::TaskPointer Engine::take_waiting() {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty() && waiting_.front()->abandoned) waiting_.pop_front();
  if (waiting_.empty() || closing_) return nullptr;
  const TaskPointer task = waiting_.front();
  std::size_t longest = task->generation.room();
  // Where room has to be made, it is made for all who wait.
  if (!fits(longest))
    for (const TaskPointer& other : waiting_)
      if (!other->abandoned) longest = std::max(longest, other->generation.room());
  lock.unlock();
  try {
    if (!make_room(longest)) return nullptr;
  } catch (const std::exception& error) {
    lock.lock();
    waiting_.pop_front();
    lock.unlock();
    end(*task, {}, Failure{error.what(), true});
    return nullptr;
  }
  // Others have only joined behind it meanwhile.
  lock.lock();
  waiting_.pop_front();
  return task;
}

bool Engine::fits(std::size_t tokens) const {
  return decoder_ != nullptr && tokens <= static_cast<std::size_t>(decoder_->options().tokens);
}

/// Whether a request of so many tokens can start. Longer sequences are made once the present ones
/// are answered: nobody overtakes, so that time comes.
bool Engine::make_room(std::size_t tokens) {
  if (fits(tokens)) return active() < decoder_->options().sequences;
  if (active() > 0) return false;
  // Half as much again, so that slowly growing prompts do not make new ones again and again.
  make_decoder(std::min(static_cast<int>(tokens + tokens / 2), options_.context));
  return true;
}

int Engine::sequences_for(int tokens) const {
  const auto length = static_cast<std::uint64_t>(rounded_length(tokens));
  const std::uint64_t bytes =
      std::max<std::uint64_t>(options_.bytes_per_sequence + options_.bytes_per_token * length, 1);
  return static_cast<int>(std::clamp<std::uint64_t>(
      options_.memory / bytes, 1, static_cast<std::uint64_t>(options_.sequences)));
}

void Engine::make_decoder(int tokens) {
  const ContextOptions options = context_options(sequences_for(tokens), tokens, options_.attention);
  // States are kept by llama.cpp together with the number of sequences.
  if (decoder_ != nullptr && decoder_->options().sequences != options.sequences) prefixes_.clear();
  decoder_.reset();
  slots_.clear();
  decoder_ = std::make_unique<Decoder>(model_, options, options_.threads, signals_);
  slots_.resize(static_cast<std::size_t>(options.sequences));
  log::debug("", "the engine has " + std::to_string(options.sequences) + " sequences of " +
                     std::to_string(options.tokens) + " tokens");
}

/// Runs a step. False where it was given up, because nobody waits for any of its requests.
template <typename Step>
bool Engine::step(Step&& step) {
  try {
    if (options_.before_step) options_.before_step();
    step();
    return true;
  } catch (const DecodeAborted&) {
    return false;
  }
}

/// Every request in the context fails, and the next one finds a new context: whatever went wrong,
/// what the old one holds is not trusted.
void Engine::fail_all(const std::string& reason) {
  log::warning("", reason + "; its context is made anew");
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].task != nullptr) finish(static_cast<int>(i), Failure{reason, true});
  if (decoder_ == nullptr) return;
  const int tokens = decoder_->options().tokens;
  decoder_.reset();
  try {
    make_decoder(tokens);
  } catch (const Error& made) {
    // The next request tries again.
    log::warning("", made.what());
  }
}

/// Computes a request's prompt and draws its first token; returns how many tokens were computed.
std::size_t Engine::start(const TaskPointer& task) {
  const auto free = std::ranges::find(slots_, nullptr, &Slot::task);
  const int slot = static_cast<int>(free - slots_.begin());
  free->task = task;
  const Generation& wanted = task->generation;
  const std::span<const Token> prompt = wanted.prompt;
  const std::size_t reused = take_up(slot, wanted);
  task->reused = static_cast<int>(reused);

  std::size_t position = reused;
  const std::span<const Token> lasting = lasting_part(wanted);
  // Requests of all jobs together make the clock go on.
  PrefixStore::Expectation expected{
      wanted.job, wanted.again * static_cast<std::uint64_t>(std::max(active(), 1))};
  prefixes_.tick();
  if (lasting.size() >= kWorthSaving && !prefixes_.expect(lasting, expected) &&
      (lasting.size() == position || lasting.size() >= position + kLeastStep)) {
    if (!extend(slot, lasting.subspan(position))) return 0;
    position = lasting.size();
    if (options_.prefixes > 0) prefixes_.keep(lasting, decoder_->save(slot), expected);
  }
  if (!extend(slot, prompt.subspan(position))) return 0;
  // What cannot be cut serves no prompt that goes on otherwise.
  if (wanted.grows && options_.prefixes > 0 && can_cut()) {
    expected.once = true;
    prefixes_.keep(prompt, decoder_->save(slot), expected);
  }
  advance(slot, decoder_->logits(0));
  return prompt.size() - reused;
}

/// Puts the longest known beginning of the prompt into a slot, and returns how long it is.
std::size_t Engine::take_up(int slot, const Generation& wanted) {
  const std::span<const Token> held = decoder_->held(slot);
  const std::span<const Token> known = reusable(wanted.prompt);
  std::size_t present = common_beginning(held, known);
  if (present < held.size() && !can_cut()) present = 0;

  PrefixStore::Match match = prefixes_.find(known, !can_cut());
  if (match.tokens > present) {
    if (decoder_->restore(slot, match.saved->state, match.saved->tokens)) {
      present = match.tokens;
    } else {
      prefixes_.forget(match.saved);
      match.saved = nullptr;
      present = 0;
    }
  }
  // Less is what the speaker has in common with others of the job.
  if (match.tokens >= lasting_part(wanted).size()) prefixes_.taken(match.saved, wanted.job);
  decoder_->cut(slot, present);
  return decoder_->held(slot).size();
}

/// Computes tokens of a prompt. False where the request is gone.
bool Engine::extend(int slot, std::span<const Token> tokens) {
  while (!tokens.empty()) {
    const std::size_t count = step_of(tokens.size(), decoder_->next_step(slot));
    if (slots_[static_cast<std::size_t>(slot)].task->abandoned ||
        !step([&] { decoder_->extend(slot, tokens.first(count)); })) {
      finish(slot);
      return false;
    }
    tokens = tokens.subspan(count);
  }
  return true;
}

/// One more token for every request that is being answered.
void Engine::generate() {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].task != nullptr && slots_[i].task->abandoned) finish(static_cast<int>(i));
  close_gaps();
  std::vector<Decoder::Next> next;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].task != nullptr) next.push_back({static_cast<int>(i), slots_[i].next});
  if (next.empty() || !step([&] { decoder_->extend(next); })) return;
  for (std::size_t i = 0; i < next.size(); ++i) advance(next[i].sequence, decoder_->logits(i));
}

/// llama.cpp computes neighbouring sequences in one go, so the last one moves into a gap.
void Engine::close_gaps() {
  while (true) {
    const auto gap = std::ranges::find(slots_, nullptr, &Slot::task);
    const auto last = std::find_if(slots_.rbegin(), slots_.rend(),
                                   [](const Slot& slot) { return slot.task != nullptr; });
    if (last == slots_.rend() || gap >= last.base()) return;
    decoder_->move(static_cast<int>(last.base() - slots_.begin()) - 1,
                   static_cast<int>(gap - slots_.begin()));
    *gap = std::exchange(*last, Slot{});
  }
}

/// Draws a request's next token; the request leaves where that was its last.
void Engine::advance(int slot, std::span<const float> logits) {
  Slot& answering = slots_[static_cast<std::size_t>(slot)];
  try {
    const std::optional<Token> token = answering.task->writer.next(logits);
    if (token)
      answering.next = *token;
    else
      finish(slot);
  } catch (const ModelError& error) {
    finish(slot, Failure{error.what(), error.retryable()});
  }
}

void Engine::finish(int slot, std::optional<Failure> failure) {
  const TaskPointer task = std::exchange(slots_[static_cast<std::size_t>(slot)], Slot{}).task;
  Answer answer;
  if (!failure && !task->abandoned) {
    answer = task->writer.take();
    answer.prompt_tokens = static_cast<int>(task->generation.prompt.size());
    answer.reused_tokens = task->reused;
  }
  end(*task, std::move(answer), std::move(failure));
}

/// Lets the caller go.
void Engine::end(Task& task, Answer answer, std::optional<Failure> failure) {
  const std::scoped_lock lock(mutex_);
  task.answer = std::move(answer);
  task.failure = std::move(failure);
  task.done = true;
  task.changed.notify_all();
}

}  // namespace syndisco
