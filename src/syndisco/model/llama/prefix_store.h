#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "syndisco/model/llama/vocabulary.h"

namespace syndisco {

/// Saved beginnings of prompts, by their tokens, within a budget of memory. When it is full, what
/// will be needed last goes first: what nobody waits for, then what is expected furthest ahead.
/// For one thread at a time.
class PrefixStore {
 public:
  /// `bytes`: of all states together; 0 keeps none.
  explicit PrefixStore(std::uint64_t bytes) : budget_(bytes) {}

  struct Saved {
    std::vector<Token> tokens;
    std::vector<std::uint8_t> state;

   private:
    friend class PrefixStore;
    struct Due {
      std::uint64_t time;
      std::uint64_t distance;
    };
    std::map<std::string, Due> due;  ///< by job
    std::uint64_t used = 0;
    bool once = false;
  };

  struct Match {
    const Saved* saved = nullptr;
    std::size_t tokens = 0;  ///< that are in common
  };

  /// What has most tokens in common with the beginning of `wanted`. `whole`: only states all of
  /// whose tokens are in common.
  Match find(std::span<const Token> wanted, bool whole) const;

  /// Who will ask for a state again.
  struct Expectation {
    std::string job;
    std::uint64_t distance = 0;  ///< calls of `tick` until then; 0: not expected
    bool once = false;  ///< and no other job will: the state goes when this one has come for it
  };

  /// Keeps a state; one of the same tokens is replaced. It is not kept where it is larger than the
  /// budget or all others are needed earlier.
  void keep(std::span<const Token> tokens, std::vector<std::uint8_t> state,
            const Expectation& expected);

  /// A state of exactly these tokens is there; from now on this is expected.
  bool expect(std::span<const Token> tokens, const Expectation& expected);

  /// The job has come for what `find` gave: a state that was kept for this once goes.
  void taken(const Saved* saved, const std::string& job);

  /// A request came: the clock of expectations goes on.
  void tick() { ++clock_; }

  void forget(const Saved* saved);
  void clear();

  std::size_t size() const noexcept { return saved_.size(); }
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  using Entry = std::list<Saved>::iterator;

  std::uint64_t first_due(const Saved& saved) const;
  void note(Saved& saved, const Expectation& expected);
  Entry find_exactly(std::span<const Token> tokens);
  Entry last_needed();
  void erase(Entry entry);
  static std::uint64_t size_of(const Saved& saved);

  std::uint64_t budget_;
  std::uint64_t bytes_ = 0;
  std::uint64_t clock_ = 0;
  std::list<Saved> saved_;
};

}  // namespace syndisco
