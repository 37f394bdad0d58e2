#pragma once

#include <memory>
#include <string>
#include <vector>

#include "syndisco/discussion/actor.h"
#include "syndisco/journal/journal.h"
#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// Discussions that are not ended and in which a person speaks, in the order of the plan.
std::vector<std::string> discussions_with_people(const Journal& journal);

/// Everybody who speaks in a plan. `human` may be null where no person does.
Speakers make_speakers(const Plan& plan, Models models, std::shared_ptr<Speaker> human);

}  // namespace syndisco::cli
