#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace syndisco {

/// Keeps the last few things that were made, by what they were made of. Thread-safe.
template <typename Key, typename Value>
class Recent {
 public:
  /// What `make()` gave for this key; it is called where the key is not among the last ones.
  template <typename Make>
  Value get(const Key& key, const Make& make) {
    const std::scoped_lock lock(mutex_);
    for (const auto& [known, value] : kept_)
      if (known == key) return value;
    kept_.emplace_front(key, make());
    constexpr std::size_t kKept = 8;
    if (kept_.size() > kKept) kept_.pop_back();
    return kept_.front().second;
  }

 private:
  std::mutex mutex_;
  std::deque<std::pair<Key, Value>> kept_;
};

}  // namespace syndisco
