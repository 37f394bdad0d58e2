#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "syndisco/model/llama/vocabulary.h"

namespace syndisco {

/// What prompts of one kind begin with. Thread-safe.
class Beginnings {
 public:
  /// How many tokens at the beginning of all prompts of that kind have been the same so far, this
  /// one included; nothing where it is the first.
  std::optional<std::size_t> shared(const std::string& kind, const std::vector<Token>& prompt) {
    const std::scoped_lock lock(mutex_);
    // Kinds are few; whoever asks with ever new ones does not fill the memory.
    constexpr std::size_t kKept = 2'000;
    if (kept_.size() >= kKept && !kept_.contains(kind)) kept_.clear();
    const auto [known, is_first] = kept_.try_emplace(kind, prompt);
    if (is_first) return std::nullopt;
    std::vector<Token>& beginning = known->second;
    beginning.resize(common_beginning(beginning, prompt));
    return beginning.size();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::vector<Token>> kept_;
};

}  // namespace syndisco
