#pragma once

namespace syndisco {

/// Cores that this process may compute on at full speed: those of its affinity, two hyperthreads
/// counted as one, no more than its control group grants. At least 1.
int usable_cores();

}  // namespace syndisco
