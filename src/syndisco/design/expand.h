#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "syndisco/design/factors.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// What all cells have in common.
struct Study {
  std::string experiment;
  std::uint64_t seed = 0;
  bool pair_replicates = true;
  const std::vector<ModelSpec>& models;
  SamplingKeys sampling;  ///< of the file; `discussions` and its levels go over it
  const Mapping& top;     ///< the whole file
  Field discussions;      ///< where to point when a key is missing
};

/// Checks that what is said for each cell fits together, draws people and opening posts, and
/// returns every discussion: number 1 of every cell, then number 2, ... The draws of a discussion
/// depend on nothing but the seed, its number, the sizes it draws from and, unpaired, its cell: so
/// more replicates or more cells leave those there were as they are.
std::vector<DiscussionJob> expand(const Study& study, const std::vector<Cell>& cells);

}  // namespace syndisco
