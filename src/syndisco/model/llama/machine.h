#pragma once

#include <cstdint>

namespace syndisco {

/// Cores that this process may compute on at full speed: those of its affinity, two hyperthreads
/// counted as one, no more than its control group grants. At least 1.
int usable_cores();

/// Bytes of memory that this process may still take before something has to give: what the machine
/// has free, no more than its control group grants.
std::uint64_t free_memory();

}  // namespace syndisco
