#include "syndisco/api/turn_managers.h"

#include "syndisco/base/error.h"

namespace syndisco::api {

NamedTurnManager::NamedTurnManager(TurnTaking turn_taking, std::vector<std::string> names,
                                   std::uint64_t seed)
    : turn_taking_(turn_taking),
      how_(make_turn_manager(turn_taking)),
      names_(std::move(names)),
      draws_(stream_seed({.seed = seed, .purpose = "turn"})) {}

void NamedTurnManager::initialize_names(std::vector<std::string> names) {
  if (names.empty())
    throw InputError("a turn manager needs names", {}, "give those of the users who take turns");
  names_ = std::move(names);
  spoken_.clear();
}

std::string NamedTurnManager::next_turn_username() {
  return next_turn_username(draws_);
}

std::string NamedTurnManager::next_turn_username(Draws& draws) {
  if (names_.empty())
    throw InputError("the turn manager has no names", {}, "call initialize_names first");
  spoken_.push_back(how_->next(names_.size(), spoken_, draws));
  return names_[spoken_.back()];
}

std::size_t NamedTurnManager::next(std::size_t participants, std::span<const std::size_t> spoken,
                                   Draws& draws) const {
  return how_->next(participants, spoken, draws);
}

RoundRobin::RoundRobin(std::vector<std::string> names)
    : NamedTurnManager({.kind = TurnTakingKind::kRoundRobin}, std::move(names), 0) {}

QueueTurnManager::QueueTurnManager(bool randomize_first_speaker, std::vector<std::string> names,
                                   std::uint64_t seed)
    : NamedTurnManager(
          {.kind = TurnTakingKind::kQueue, .random_first_speaker = randomize_first_speaker},
          std::move(names), seed) {}

RandomTurnManager::RandomTurnManager(std::vector<std::string> names, std::uint64_t seed)
    : NamedTurnManager({.kind = TurnTakingKind::kRandom}, std::move(names), seed) {}

RespondTurnManager::RespondTurnManager(double p_respond, std::vector<std::string> names,
                                       std::uint64_t seed)
    : NamedTurnManager({.kind = TurnTakingKind::kRespond, .probability = p_respond},
                       std::move(names), seed) {}

}  // namespace syndisco::api
