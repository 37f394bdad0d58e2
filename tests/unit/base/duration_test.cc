#include "syndisco/base/duration.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

TEST(Duration, HasUnitsOrIsOfSeconds) {
  EXPECT_EQ(parse_duration("36h"), 129600);
  EXPECT_EQ(parse_duration("90m"), 5400);
  EXPECT_EQ(parse_duration("2d"), 172800);
  EXPECT_EQ(parse_duration("1.5h"), 5400);
  EXPECT_EQ(parse_duration("1h 30m"), 5400);
  EXPECT_EQ(parse_duration("1h30m10s"), 5410);
  EXPECT_EQ(parse_duration(" 45 "), 45);
  EXPECT_EQ(parse_duration("0"), 0);
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", " ", "h", "1x", "-1h", "1h 30", "30m 1h", "1h1h", "inf", "nan",
                           "1e3", "1,5h", "h1", "1 h m"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace syndisco
