#pragma once

#include <string>

namespace syndisco::cli {

/// Seconds of "90s", "30m", "2h", "1.5d", of a bare number of seconds, or of "never" (infinite).
/// Throws InputError.
double duration_seconds(const std::string& text);

}  // namespace syndisco::cli
