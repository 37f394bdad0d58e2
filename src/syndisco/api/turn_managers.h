#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/discussion/turn_manager.h"

namespace syndisco::api {

/// A turn manager that may know names, as those of the tutorials. With names, just these speak, in
/// that order; without, all users of the discussion. Names are of one discussion: experiments,
/// where users are drawn, take managers without.
///
///     auto turns = std::make_shared<RoundRobin>();
///     turns->initialize_names({"Emma35", "Giannis"});       // or RoundRobin({"Emma35", ...})
///     turns->next_turn_username();                          // "Emma35": also usable alone
///
/// One of one's own derives from TurnManager and implements `next`; it keeps no state, because a
/// discussion that goes on must come to the same speakers. Const methods are thread-safe.
class NamedTurnManager : public TurnManager {
 public:
  /// Throws InputError where there are none.
  void initialize_names(std::vector<std::string> names);
  const std::vector<std::string>& names() const { return names_; }

  /// The next one of the names, all earlier calls taken into account. Throws InputError where there
  /// are no names yet.
  std::string next_turn_username();
  std::string next_turn_username(Draws& draws);  ///< with other draws than those of the seed

  std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                   Draws& draws) const override;

  const TurnTaking& turn_taking() const { return turn_taking_; }

 protected:
  /// Throws InputError where the probability is none.
  NamedTurnManager(TurnTaking turn_taking, std::vector<std::string> names, std::uint64_t seed);

 private:
  TurnTaking turn_taking_;
  std::unique_ptr<const TurnManager> how_;
  std::vector<std::string> names_;
  std::vector<std::size_t> spoken_;
  Random draws_;
};

/// One after the other, and again from the first.
class RoundRobin : public NamedTurnManager {
 public:
  explicit RoundRobin(std::vector<std::string> names = {});
};
using RoundRobbin = RoundRobin;  ///< as the tutorial spells it

/// The same, from a random first speaker if asked.
class QueueTurnManager : public NamedTurnManager {
 public:
  explicit QueueTurnManager(bool randomize_first_speaker = false,
                            std::vector<std::string> names = {}, std::uint64_t seed = 42);
};

/// Anyone but who spoke last.
class RandomTurnManager : public NamedTurnManager {
 public:
  explicit RandomTurnManager(std::vector<std::string> names = {}, std::uint64_t seed = 42);
};

/// The second-to-last speaker with that probability, in [0, 1], else anyone but the last.
class RespondTurnManager : public NamedTurnManager {
 public:
  explicit RespondTurnManager(double p_respond = 0.5, std::vector<std::string> names = {},
                              std::uint64_t seed = 42);
};
using RandomWeighted = RespondTurnManager;  ///< its name up to 2.0

}  // namespace syndisco::api
