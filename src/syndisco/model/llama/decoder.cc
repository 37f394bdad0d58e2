#include "syndisco/model/llama/decoder.h"

#include <llama.h>

#include <algorithm>
#include <string>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/batch_internal.h"

namespace syndisco {

DecodeFailed::DecodeFailed(int result)
    : std::runtime_error("llama.cpp could not compute the next tokens (" + std::to_string(result) +
                         ")") {}

Decoder::Decoder(const LoadedModel& model, const ContextOptions& options, int threads,
                 DecoderSignals& signals)
    : model_(model),
      options_(options),
      signals_(signals),
      threads_(threads, model.on_gpu()),
      batch_(std::make_unique<Batch>(options.ubatch)),
      held_(index(options.sequences)) {
  const ErrorLines errors;
  context_ = make_context(model.get(), options, threads);
  if (context_ == nullptr)
    throw EnvironmentError(
        "cannot set up " + std::to_string(options.sequences) + " sequences of " +
            std::to_string(options.tokens) + " tokens" +
            (errors.reason().empty() ? "" : ": " + errors.reason()),
        "the memory may not suffice: lower the model's `context`, or --parallel");
  llama_set_abort_callback(
      context_.get(),
      [](void* self) {
        return static_cast<const Decoder*>(self)->signals_.abort.load(std::memory_order_relaxed);
      },
      this);
  can_cut_ = !llama_model_is_recurrent(model.get()) && !llama_model_is_hybrid(model.get()) &&
             llama_model_n_swa(model.get()) == 0;
}

Decoder::~Decoder() = default;

std::size_t Decoder::next_step(int sequence) const {
  const auto most = static_cast<std::size_t>(options_.ubatch);
  if (options_.attention == Attention::kFused) return most;
  // Where attention is not fused each token looks at as many keys as the step's last one, in whole
  // blocks. A step ends with its block.
  constexpr std::size_t kBlock = rounded_length(1);
  return std::min(most, kBlock - held(sequence).size() % kBlock);
}

void Decoder::extend(int sequence, std::span<const Token> tokens) {
  std::vector<Token>& held = held_[index(sequence)];
  batch_->clear();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    batch_->add(tokens[i], static_cast<llama_pos>(held.size() + i), sequence,
                i + 1 == tokens.size());
  last_rows_ = 1;
  compute(batch_->get());
  held.insert(held.end(), tokens.begin(), tokens.end());
}

void Decoder::extend(std::span<const Next> next) {
  batch_->clear();
  for (const auto& [sequence, token] : next)
    batch_->add(token, static_cast<llama_pos>(held_[index(sequence)].size()), sequence, true);
  last_rows_ = next.size();
  compute(batch_->get());
  for (const auto& [sequence, token] : next) held_[index(sequence)].push_back(token);
}

void Decoder::compute(const llama_batch& batch) {
  const double start = monotonic_seconds();
  const std::int32_t result = threads_.decode(context_.get(), batch);
  signals_.seconds.fetch_add(monotonic_seconds() - start, std::memory_order_relaxed);
  if (result == 0) return;
  if (result != 2) throw DecodeFailed(result);
  // Parts of the step may have been done.
  for (int i = 0; i < batch.n_tokens; ++i) {
    const int sequence = batch.seq_id[i][0];
    if (i == 0 || sequence != batch.seq_id[i - 1][0]) cut(sequence, held(sequence).size());
  }
  throw DecodeAborted();
}

std::span<const float> Decoder::logits(std::size_t i) const {
  // Counted from the end, because a prompt has its only row there.
  const float* values =
      llama_get_logits_ith(context_.get(), static_cast<int>(i) - static_cast<int>(last_rows_));
  if (values == nullptr) throw DecodeFailed(0);
  return {values, model_.vocabulary().size()};
}

void Decoder::cut(int sequence, std::size_t count) {
  std::vector<Token>& held = held_[index(sequence)];
  if (count == 0) {
    drop(sequence);
    return;
  }
  llama_memory_t memory = llama_get_memory(context_.get());
  const bool all = llama_memory_seq_pos_max(memory, sequence) + 1 == static_cast<llama_pos>(count);
  if (all ||
      (can_cut_ && llama_memory_seq_rm(memory, sequence, static_cast<llama_pos>(count), -1))) {
    held.resize(count);
    return;
  }
  drop(sequence);
}

void Decoder::drop(int sequence) {
  llama_memory_seq_rm(llama_get_memory(context_.get()), sequence, -1, -1);
  held_[index(sequence)].clear();
}

std::vector<std::uint8_t> Decoder::save(int sequence) const {
  std::vector<std::uint8_t> saved;
  save(sequence, saved);
  return saved;
}

void Decoder::save(int sequence, std::vector<std::uint8_t>& saved) const {
  saved.resize(llama_state_seq_get_size(context_.get(), sequence));
  saved.resize(llama_state_seq_get_data(context_.get(), saved.data(), saved.size(), sequence));
}

bool Decoder::restore(int sequence, std::span<const std::uint8_t> saved,
                      std::span<const Token> tokens) {
  drop(sequence);
  if (tokens.size() > static_cast<std::size_t>(options_.tokens) ||
      llama_state_seq_set_data(context_.get(), saved.data(), saved.size(), sequence) == 0) {
    drop(sequence);
    return false;
  }
  held_[index(sequence)].assign(tokens.begin(), tokens.end());
  return true;
}

void Decoder::move(int from, int to) {
  save(from, moved_);
  if (!restore(to, moved_, held(from))) throw DecodeFailed(0);
  drop(from);
}

}  // namespace syndisco
