#include "syndisco/legacy/output.h"

#include <gtest/gtest.h>

namespace syndisco {
namespace {

TEST(OutputPath, HasTheNameOfTheOriginalAndANumberWhereThatIsTaken) {
  EXPECT_EQ(output_path("out", "26-01-02-03-04", 1), "out/26-01-02-03-04.json");
  EXPECT_EQ(output_path("out", "26-01-02-03-04", 2), "out/26-01-02-03-04-2.json");
}

TEST(UuidOf, HasTheFormOfARandomOne) {
  const std::string id = uuid_of("a");
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '4');
  EXPECT_EQ(uuid_of("a"), id);
  EXPECT_NE(uuid_of("b"), id);
}

}  // namespace
}  // namespace syndisco
