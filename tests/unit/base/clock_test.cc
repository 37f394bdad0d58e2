#include "syndisco/base/clock.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <optional>
#include <regex>
#include <string>

namespace syndisco {
namespace {

/// Sets the local time zone for one test.
class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* old = ::getenv("TZ"); old != nullptr) old_ = old;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~TimeZone() {
    if (old_) {
      ::setenv("TZ", old_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> old_;
};

TEST(UtcNow, IsIsoWithMilliseconds) {
  EXPECT_TRUE(std::regex_match(utc_now(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
}

TEST(LegacyTimestamp, IsLocalTime) {
  const TimeZone zone("XYZ-2");  // two hours east of Greenwich
  EXPECT_EQ(legacy_timestamp("2026-11-21T22:06:11.123Z"), "26-11-22-00-06");
}

TEST(LegacyTimestamp, FollowsSummerTime) {
  const TimeZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(legacy_timestamp("2026-07-01T12:00:00.000Z"), "26-07-01-14-00");
  EXPECT_EQ(legacy_timestamp("2026-12-01T12:00:00.000Z"), "26-12-01-13-00");
}

TEST(UtcFromLegacyTimestamp, IsTakenBackByLegacyTimestamp) {
  const TimeZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(utc_from_legacy_timestamp("26-07-01-14-00"), "2026-07-01T12:00:00.000Z");
  for (const char* legacy : {"26-07-01-14-00", "26-12-31-23-59", "24-02-29-00-00"})
    EXPECT_EQ(legacy_timestamp(utc_from_legacy_timestamp(legacy)), legacy);
  for (const char* none : {"", "26-07-01", "26-13-01-00-00", "26-07-01-14-00-31"})
    EXPECT_EQ(utc_from_legacy_timestamp(none), "") << none;
}

TEST(LegacyTimestamp, AgreesWithTheClock) {
  // Two readings, because a minute may end between them.
  const std::string before = legacy_timestamp(utc_now());
  const std::string now = legacy_timestamp_now();
  const std::string after = legacy_timestamp(utc_now());
  EXPECT_TRUE(now == before || now == after);
}

TEST(LegacyTimestamp, IsEmptyWhereThereIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2026-11-21", "2026-11-21T22:06:11.123", "2026-11-21 22:06:11.123Z",
        "2026-11-21T22:06:11.123Z ", "    -  -  T  :  :  .   Z"}) {
    EXPECT_EQ(legacy_timestamp(text), "") << text;
  }
}

TEST(LegacyTimestamp, NeedsNoMilliseconds) {
  const TimeZone zone("UTC");
  EXPECT_EQ(legacy_timestamp("2026-11-21T22:06:11Z"), "26-11-21-22-06");
}

TEST(MonotonicSeconds, NeverGoesBack) {
  double last = monotonic_seconds();
  for (int i = 0; i < 1000; ++i) {
    const double now = monotonic_seconds();
    EXPECT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace syndisco
