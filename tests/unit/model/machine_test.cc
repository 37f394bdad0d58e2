#include "syndisco/model/llama/machine.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

TEST(UsableCores, AreAtLeastOne) {
  EXPECT_GE(usable_cores(), 1);
}

TEST(FreeMemory, IsPlausible) {
  EXPECT_GT(free_memory(), 1U << 20);
  EXPECT_LT(free_memory(), std::uint64_t{1} << 50);
}

}  // namespace
}  // namespace syndisco
