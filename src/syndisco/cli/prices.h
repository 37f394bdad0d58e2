#pragma once

#include <map>
#include <string>

#include "syndisco/journal/journal.h"
#include "syndisco/record/budget.h"

namespace syndisco::cli {

/// By model: the prices that the last run on the directory was given; none before a run with
/// prices.
std::map<std::string, Price> noted_prices(const Journal& journal);

}  // namespace syndisco::cli
