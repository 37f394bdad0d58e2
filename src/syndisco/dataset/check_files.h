#pragma once

#include <filesystem>
#include <vector>

#include "syndisco/journal/check.h"
#include "syndisco/journal/journal.h"

namespace syndisco {

/// What the files of a run directory should be, and are not: every completed job has its file with
/// exactly the bytes that the journal gives, and there are no others below discussions/ and
/// annotations/. A file that a running writer is about to write is no finding.
std::vector<Finding> check_files(const Journal& journal, const std::filesystem::path& directory);

/// Writes every file that is missing or differs, and removes what was left half written. Returns
/// how many were written.
std::size_t repair_files(const Journal& journal, const std::filesystem::path& directory);

}  // namespace syndisco
