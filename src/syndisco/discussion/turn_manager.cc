#include "syndisco/discussion/turn_manager.h"

#include <stdexcept>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

/// Anyone but `last`, each with the same chance.
std::size_t other_than(std::size_t last, std::size_t participants, Draws& draws) {
  if (participants == 1) return 0;
  const std::size_t drawn = draws.below(participants - 1);
  return drawn < last ? drawn : drawn + 1;
}

class QueueTurnManager final : public TurnManager {
 public:
  explicit QueueTurnManager(bool random_first_speaker)
      : random_first_speaker_(random_first_speaker) {}

  std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                   Draws& draws) const override {
    if (spoken.empty()) return random_first_speaker_ ? draws.below(participants) : 0;
    return (spoken.back() + 1) % participants;
  }

 private:
  bool random_first_speaker_;
};

class RandomTurnManager final : public TurnManager {
 public:
  std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                   Draws& draws) const override {
    if (spoken.empty()) return draws.below(participants);
    return other_than(spoken.back(), participants, draws);
  }
};

class RespondTurnManager final : public TurnManager {
 public:
  explicit RespondTurnManager(double probability) : probability_(probability) {}

  std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                   Draws& draws) const override {
    if (spoken.empty()) return draws.below(participants);
    if (spoken.size() >= 2 && draws.uniform() < probability_) return spoken[spoken.size() - 2];
    return other_than(spoken.back(), participants, draws);
  }

 private:
  double probability_;
};

}  // namespace

std::unique_ptr<TurnManager> make_turn_manager(const TurnTaking& turn_taking) {
  // Also where it is not used: a probability that cannot be meant is a slip in any case.
  if (!(turn_taking.probability >= 0 && turn_taking.probability <= 1))
    throw InputError("the probability of an answer must be between 0 and 1");
  switch (turn_taking.kind) {
    case TurnTakingKind::kRoundRobin:
      return std::make_unique<QueueTurnManager>(false);
    case TurnTakingKind::kQueue:
      return std::make_unique<QueueTurnManager>(turn_taking.random_first_speaker);
    case TurnTakingKind::kRandom:
      return std::make_unique<RandomTurnManager>();
    case TurnTakingKind::kRespond:
      return std::make_unique<RespondTurnManager>(turn_taking.probability);
    case TurnTakingKind::kOwn:
      throw InputError("this discussion goes by a turn manager of its program", {},
                       "go on with the program that began it");
  }
  throw std::logic_error("unknown turn taking");
}

}  // namespace syndisco
