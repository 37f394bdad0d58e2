#pragma once

namespace syndisco {

/// To be called first thing in main(); `argv` is main's. The engine's threads meet hundreds of
/// times for each token, and wait for the last of them in a loop. GNU OpenMP's loop goes on for
/// milliseconds, which on a busy machine keeps the very thread from running that is waited for: we
/// measured a twentieth of the speed. How long it is can only be said in the environment before the
/// program starts, so this starts it again with GOMP_SPINCOUNT set, in the same process. Does
/// nothing where the user set it, or OMP_WAIT_POLICY, or where the program cannot be started again.
void ensure_short_waits(char** argv);

}  // namespace syndisco
