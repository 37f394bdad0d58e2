#pragma once

#include <stop_token>

namespace syndisco {

/// Waits for so many seconds; true where they have passed, false at once when `stop` comes first.
bool wait_seconds(double seconds, const std::stop_token& stop);

}  // namespace syndisco
