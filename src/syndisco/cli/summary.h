#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "syndisco/cli/terminal.h"
#include "syndisco/journal/journal.h"

namespace syndisco::cli {

/// What `run` prints at its end: a table per cell, failures, where the data is, what to try next.
/// `seconds` is the time this run took; `turns_before` were recorded before it.
std::string summary_text(const Journal& journal, const std::filesystem::path& directory,
                         const Terminal& terminal, double seconds, std::uint64_t turns_before);

}  // namespace syndisco::cli
