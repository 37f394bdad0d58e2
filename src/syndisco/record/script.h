#pragma once

#include "syndisco/base/error.h"
#include "syndisco/text/json.h"

namespace syndisco {

/// Checks the script of a scripted model, so that a mistake is found before anything is run.
///
///     {"replies": ["text", ...]}            in call order of a job, used cyclically
///     {"by_role": {"user": ["text", ...],   or by role, in call order of that role;
///                  "facilitator": [...],    "moderator" is another word for it
///                  "annotator": [...]}}
///
/// and, beside either:
///
///     "name"       as transcripts show the model, instead of the experiment file's name for it
///     "delay_ms"   a number, or [lowest, highest] to draw from for each call
///     "fail_rate"  chance that a call fails, in [0, 1]; asked again, it may not fail
///     "fail_at"    numbers (from 1) of calls of a job that fail, however often they are tried
///     "context"    words that a prompt may have, at least 1
///
/// `place` is where the script stands; errors point inside it. Throws InputError.
void check_script(const Json& script, const Place& place = {});

}  // namespace syndisco
