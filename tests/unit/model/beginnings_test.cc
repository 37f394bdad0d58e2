#include "syndisco/model/llama/beginnings.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

TEST(Beginnings, AreWhatAllPromptsOfAKindHaveInCommon) {
  Beginnings beginnings;
  EXPECT_EQ(beginnings.shared("ann", {1, 2, 3, 4, 5}), std::nullopt);
  EXPECT_EQ(beginnings.shared("ann", {1, 2, 3, 4, 5}), 5U);
  EXPECT_EQ(beginnings.shared("ann", {1, 2, 3, 9}), 3U);
  EXPECT_EQ(beginnings.shared("ann", {1, 2, 3, 4, 5}), 3U);
  EXPECT_EQ(beginnings.shared("ann", {1, 2}), 2U);
  EXPECT_EQ(beginnings.shared("ann", {7}), 0U);
}

TEST(Beginnings, OfOneKindLeaveOthersAlone) {
  Beginnings beginnings;
  beginnings.shared("ann", {1, 2, 3});
  EXPECT_EQ(beginnings.shared("bob", {1, 2, 9}), std::nullopt);
  EXPECT_EQ(beginnings.shared("ann", {1, 2, 3, 4}), 3U);
}

TEST(Beginnings, OfEverNewKindsDoNotPileUp) {
  Beginnings beginnings;
  beginnings.shared("first", {1});
  for (int i = 0; i < 5000; ++i) beginnings.shared(std::to_string(i), {1});
  EXPECT_EQ(beginnings.shared("first", {1}), std::nullopt);
}

}  // namespace
}  // namespace syndisco
