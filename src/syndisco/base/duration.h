#pragma once

#include <optional>
#include <string_view>

namespace syndisco {

/// Seconds of "36h", "90m", "45s", "2d", "1.5h", "1h 30m" or, without a unit, of a number of
/// seconds; nothing for anything else.
std::optional<double> parse_duration(std::string_view text);

}  // namespace syndisco
