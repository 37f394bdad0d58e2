#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "syndisco/record/job.h"

namespace syndisco {

// What is drawn anew for every discussion of an experiment, from the streams that the job's seed,
// scope and replicate name.

/// Who takes part: `count` of the pool, in random order. Requires count <= pool.size().
void draw_participants(DiscussionJob& job, std::span<const ActorSpec> pool, std::size_t count);

/// One of the entries; its texts are said by the first participants, one each. Requires entries,
/// and none longer than there are participants.
void draw_opening_posts(DiscussionJob& job, std::span<const std::vector<std::string>> entries);

}  // namespace syndisco
