#pragma once

#include <string>

namespace syndisco {

/// Now, UTC, ISO 8601 with milliseconds: "2026-11-21T22:06:11.123Z".
std::string utc_now();

/// Now in local time as 2.x wrote it: "26-11-21-22-06" (%y-%m-%d-%H-%M).
std::string legacy_timestamp_now();

/// The legacy form of a time in the form of `utc_now`, in local time. "" and anything else
/// gives "".
std::string legacy_timestamp(const std::string& utc);

/// The other way round: the beginning of that minute, which `legacy_timestamp` gives back (but for
/// minutes that daylight saving leaves out). "" for what is no such time.
std::string utc_from_legacy_timestamp(const std::string& legacy);

/// Seconds since some fixed moment; never goes back.
double monotonic_seconds();

/// Seconds of processor time that all threads of this process have had so far.
double processor_seconds();

}  // namespace syndisco
