#include "syndisco/model/llama/generator.h"

#include <llama.h>

#include <algorithm>
#include <cmath>

#include "syndisco/base/error.h"
#include "syndisco/base/log.h"
#include "syndisco/model/llama/answer_text.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/machine.h"

namespace syndisco {
namespace {

// Tokens computed in one step. Large enough for full speed, small enough to look for a wish to stop
// in between.
constexpr int kStep = 512;

}  // namespace

void Generator::Deleter::operator()(llama_context* context) const {
  llama_free(context);
}

Generator::Generator(const LoadedModel& model, const GeneratorOptions& options)
    : model_(model), options_(options), dry_(model.vocabulary()) {
  make_context();
}

Generator::~Generator() = default;

// Memory is promised freely and missed only when it is used, which would end the process.
void Generator::check_memory() const {
  if (llama_supports_gpu_offload()) return;
  const double needed = static_cast<double>(model_.bytes_per_token()) * options_.context;
  const auto free = static_cast<double>(free_memory());
  if (needed <= free) return;
  const auto gigabytes = [](double bytes) {
    const auto tenths = static_cast<std::uint64_t>(bytes / 1e8);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
  };
  throw EnvironmentError("a context of " + std::to_string(options_.context) + " tokens needs " +
                             gigabytes(needed) + " of memory, but " + gigabytes(free) + " are free",
                         "lower the model's `context`");
}

void Generator::make_context() {
  computed_.clear();
  context_.reset();
  check_memory();
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(options_.context);
  params.n_batch = kStep;
  params.n_ubatch = kStep;
  params.n_seq_max = 1;
  params.n_threads = options_.threads;
  params.n_threads_batch = options_.threads;
  params.no_perf = true;
  // Without it, logits on the CPU do not depend on how a prompt was cut into steps or what was
  // taken up from before.
  params.flash_attn_type =
      llama_supports_gpu_offload() ? LLAMA_FLASH_ATTN_TYPE_AUTO : LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.abort_callback = [](void* self) {
    return static_cast<const Generator*>(self)->stop_.stop_requested();
  };
  params.abort_callback_data = this;
  const ErrorLines errors;
  context_.reset(llama_init_from_model(model_.get(), params));
  if (context_ == nullptr)
    throw EnvironmentError("cannot set up a context of " + std::to_string(options_.context) +
                               " tokens" + (errors.reason().empty() ? "" : ": " + errors.reason()),
                           "the memory may not suffice: lower `context`");
}

Answer Generator::generate(const Generation& generation, const std::stop_token& stop) {
  if (context_ == nullptr) {
    try {
      make_context();
    } catch (const Error& error) {
      throw ModelError(error.what(), true);
    }
  }
  Answer answer;
  answer.prompt_tokens = static_cast<int>(generation.prompt.size());
  answer.reused_tokens = take_up(generation.prompt);
  compute(std::span(generation.prompt).subspan(static_cast<std::size_t>(answer.reused_tokens)),
          stop);
  if (generation.allowed != nullptr)
    answer_allowed(generation, answer, stop);
  else
    answer_freely(generation, answer, stop);
  return answer;
}

// Leaves of the memory what the prompt begins with, and returns how many tokens that is. The last
// token is always computed again, because its logits are wanted.
int Generator::take_up(const std::vector<Token>& prompt) {
  std::size_t common = 0;
  while (common < computed_.size() && common + 1 < prompt.size() &&
         computed_[common] == prompt[common])
    ++common;
  if (common < computed_.size()) {
    llama_memory_t memory = llama_get_memory(context_.get());
    // Models with a recurrent state cannot go back in it.
    if (common == 0 || !llama_memory_seq_rm(memory, 0, static_cast<llama_pos>(common), -1)) {
      forget();
      common = 0;
    }
    computed_.resize(common);
  }
  return static_cast<int>(common);
}

void Generator::forget() {
  llama_memory_clear(llama_get_memory(context_.get()), false);
  computed_.clear();
}

void Generator::compute(std::span<const Token> tokens, const std::stop_token& stop) {
  while (!tokens.empty()) {
    if (stop.stop_requested()) throw Cancelled();
    const std::size_t count = std::min<std::size_t>(tokens.size(), kStep);
    std::vector<Token> step(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count));
    stop_ = stop;
    const int result =
        llama_decode(context_.get(), llama_batch_get_one(step.data(), static_cast<int>(count)));
    stop_ = {};
    if (result == 0) {
      computed_.insert(computed_.end(), step.begin(), step.end());
      tokens = tokens.subspan(count);
      continue;
    }
    if (result == 2 && stop.stop_requested()) {
      // Parts of the step may have been done; the next prompt begins at what is known.
      if (!llama_memory_seq_rm(llama_get_memory(context_.get()), 0,
                               static_cast<llama_pos>(computed_.size()), -1))
        forget();
      throw Cancelled();
    }
    context_.reset();  // made anew for the next request
    throw ModelError("llama.cpp could not compute the next token (" + std::to_string(result) + ")",
                     true);
  }
}

std::span<const float> Generator::logits() const {
  const float* values = llama_get_logits_ith(context_.get(), -1);
  if (values == nullptr) throw ModelError("llama.cpp gave no logits", true);
  return {values, model_.vocabulary().size()};
}

void Generator::answer_freely(const Generation& generation, Answer& answer,
                              const std::stop_token& stop) {
  const Vocabulary& vocabulary = model_.vocabulary();
  const ThinkingTags& tags = model_.chat_template().thinking_tags();
  const std::string all_tags = tags.start + tags.end + tags.tail;
  Sampler sampler(vocabulary, dry_, generation.sampling, generation.seed, options_.context, false);
  sampler.accept_prompt(generation.prompt);
  AnswerText text(tags, generation.thinking, generation.sampling.stop);
  answer.finish = Finish::kLength;
  std::vector<Candidate> candidates(vocabulary.size());
  while (answer.generated_tokens < generation.sampling.max_tokens) {
    const std::span<const float> values = logits();
    for (std::size_t i = 0; i < values.size(); ++i)
      candidates[i] = {static_cast<Token>(i), values[i]};
    const Token token = sampler.draw(candidates);
    ++answer.generated_tokens;
    if (vocabulary.ends_answer(token)) {
      answer.finish = Finish::kEnd;
      break;
    }
    std::string piece = vocabulary.piece(token);
    // Tags may be control tokens, which otherwise leave no trace in a text.
    if (piece.empty() && vocabulary.is_control(token)) {
      piece = vocabulary.piece(token, true);
      if (all_tags.find(piece) == std::string::npos) piece.clear();
    }
    if (answer.generated_tokens == 1 && vocabulary.begins_with_blank() && piece.starts_with(' '))
      piece.erase(0, 1);
    if (text.add(piece)) {
      answer.finish = Finish::kStop;
      break;
    }
    if (answer.generated_tokens < generation.sampling.max_tokens)
      compute(std::span(&token, 1), stop);
  }
  if (text.finish()) answer.finish = Finish::kStop;
  answer.text = text.text();
  answer.thinking = text.thinking();
}

void Generator::answer_allowed(const Generation& generation, Answer& answer,
                               const std::stop_token& stop) {
  const Vocabulary& vocabulary = model_.vocabulary();
  Sampler sampler(vocabulary, dry_, generation.sampling, generation.seed, options_.context, true);
  AnswerPath path(*generation.allowed);
  while (!path.finished()) {
    const std::vector<Candidate> candidates = allowed_candidates(path);
    if (candidates.empty())
      throw ModelError("the model has no tokens for any of the allowed answers", false);
    const Token token = sampler.draw(candidates);
    if (token == vocabulary.end_token()) break;
    ++answer.generated_tokens;
    path.add(vocabulary.piece(token));
    if (!path.finished()) compute(std::span(&token, 1), stop);
  }
  answer.text = path.text();
  answer.finish = Finish::kEnd;
}

// The tokens that go on with an allowed answer and, where the text is one already, the end: as
// likely as all that does not go on, for a model that would have said "1." or "1\n" means 1 and
// not 10.
std::vector<Candidate> Generator::allowed_candidates(const AnswerPath& path) const {
  const Vocabulary& vocabulary = model_.vocabulary();
  const std::span<const float> values = logits();
  std::vector<Candidate> candidates;
  std::vector<bool> goes_on(values.size(), false);
  for (const Token token : path.next(vocabulary.pieces())) {
    candidates.push_back({token, values[static_cast<std::size_t>(token)]});
    goes_on[static_cast<std::size_t>(token)] = true;
  }
  if (!path.complete()) return candidates;
  const double highest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!goes_on[i]) sum += std::exp(static_cast<double>(values[i]) - highest);
  candidates.push_back({vocabulary.end_token(), static_cast<float>(highest + std::log(sum))});
  return candidates;
}

}  // namespace syndisco
