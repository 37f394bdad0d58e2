#pragma once

#include <string>
#include <vector>

#include "syndisco/design/discussion_keys.h"
#include "syndisco/record/job.h"

namespace syndisco {

/// One condition: a level of every factor, and what is said for it.
struct Cell {
  std::string name;  ///< slugs of the levels joined by "_"; "all" without factors
  FactorLevels levels;
  DiscussionKeys keys;
};

/// A factor and what each of its levels says over `discussions`.
struct DesignFactor {
  struct Level {
    std::string name;
    DiscussionKeys keys;
  };
  std::string name;
  std::vector<Level> levels;
};

/// `factors`; null is none. Throws InputError also where their combinations are more than 10,000.
std::vector<DesignFactor> read_factors(const Field& field, InputFiles& files,
                                       const std::vector<ModelSpec>& models);

/// All combinations, in the order of the file: the last factor changes fastest.
std::vector<Cell> cross(const std::vector<DesignFactor>& factors, const DiscussionKeys& base);

}  // namespace syndisco
