#include "syndisco/model/llama/prefix_store.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace syndisco {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

PrefixStore::Match PrefixStore::find(std::span<const Token> wanted, bool whole) const {
  Match best;
  for (const Saved& saved : saved_) {
    const std::size_t tokens = common_beginning(saved.tokens, wanted);
    if (tokens <= best.tokens || (whole && tokens < saved.tokens.size())) continue;
    best = {&saved, tokens};
  }
  return best;
}

void PrefixStore::keep(std::span<const Token> tokens, std::vector<std::uint8_t> state,
                       const Expectation& expected) {
  if (const Entry known = find_exactly(tokens); known != saved_.end()) erase(known);
  // Whom a state was kept for once has ended, or would have come.
  for (Entry entry = saved_.begin(); entry != saved_.end();) {
    const Entry next = std::next(entry);
    if (entry->once && first_due(*entry) == kNever) erase(entry);
    entry = next;
  }
  Saved& saved = saved_.emplace_back();
  saved.tokens.assign(tokens.begin(), tokens.end());
  saved.state = std::move(state);
  saved.once = expected.once;
  note(saved, expected);
  bytes_ += size_of(saved);
  while (bytes_ > budget_) erase(last_needed());
}

bool PrefixStore::expect(std::span<const Token> tokens, const Expectation& expected) {
  const Entry entry = find_exactly(tokens);
  if (entry == saved_.end()) return false;
  note(*entry, expected);
  return true;
}

void PrefixStore::note(Saved& saved, const Expectation& expected) {
  saved.used = clock_;
  if (expected.distance == 0)
    saved.due.erase(expected.job);
  else
    saved.due[expected.job] = {clock_ + expected.distance, expected.distance};
}

void PrefixStore::forget(const Saved* saved) {
  const auto entry =
      std::ranges::find_if(saved_, [&](const Saved& each) { return &each == saved; });
  if (entry != saved_.end()) erase(entry);
}

void PrefixStore::taken(const Saved* saved, const std::string& job) {
  if (saved != nullptr && saved->once && saved->due.contains(job)) forget(saved);
}

void PrefixStore::clear() {
  saved_.clear();
  bytes_ = 0;
}

/// When it is needed next. Jobs end early, so what did not come for long is not waited for.
std::uint64_t PrefixStore::first_due(const Saved& saved) const {
  constexpr std::uint64_t kPatience = 4;
  std::uint64_t first = kNever;
  for (const auto& [job, due] : saved.due)
    if (clock_ <= due.time + kPatience * due.distance) first = std::min(first, due.time);
  return first;
}

PrefixStore::Entry PrefixStore::find_exactly(std::span<const Token> tokens) {
  return std::ranges::find_if(
      saved_, [&](const Saved& saved) { return std::ranges::equal(saved.tokens, tokens); });
}

PrefixStore::Entry PrefixStore::last_needed() {
  // Of those that nobody waits for, the one that was not used for longest.
  const auto later = [&](const Saved& a, const Saved& b) {
    const std::uint64_t due_a = first_due(a);
    const std::uint64_t due_b = first_due(b);
    return due_a != due_b ? due_a < due_b : a.used > b.used;
  };
  return std::ranges::max_element(saved_, later);
}

void PrefixStore::erase(Entry entry) {
  bytes_ -= size_of(*entry);
  saved_.erase(entry);
}

std::uint64_t PrefixStore::size_of(const Saved& saved) {
  return saved.state.size() + saved.tokens.size() * sizeof(Token);
}

}  // namespace syndisco
