#pragma once

#include <vector>

#include "syndisco/journal/check.h"
#include "syndisco/journal/journal.h"

namespace syndisco {

/// Whether the recorded turns of every job, loaded ones excepted, are those that the job would
/// have: kinds, speakers and judged comments in order, all of them where it is completed, and a
/// reason where it failed. Works beside a running writer.
std::vector<Finding> check_jobs(const Journal& journal);

}  // namespace syndisco
