#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "syndisco/base/random.h"
#include "syndisco/record/job.h"

namespace syndisco {

/// How the next speaker is chosen. Knows participants by position only and keeps no state.
class TurnManager {
 public:
  virtual ~TurnManager() = default;

  /// Position in [0, participants) of the next speaker. `spoken` holds the positions of all who
  /// were asked before, oldest first, silent ones included; opening posts and the facilitator are
  /// not in it. The same arguments and draws always give the same answer. Requires participants >
  /// 0.
  virtual std::size_t next(std::size_t participants, std::span<const std::size_t> spoken,
                           Draws& draws) const = 0;
};

/// round_robin: 0, 1, 2, ... and again. queue: the same, from a random first speaker if asked.
/// random: anyone but the last. respond: the second-to-last speaker with the given probability,
/// else anyone but the last. One participant alone goes on talking. Throws InputError for own ones.
std::unique_ptr<TurnManager> make_turn_manager(const TurnTaking& turn_taking);

}  // namespace syndisco
