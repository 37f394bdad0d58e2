#include "syndisco/model/hub/hub_file.h"

#include <gtest/gtest.h>

#include "unit/model/own_cache.h"

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

TEST(HubName, TellsOwnerRepositoryFileAndRevision) {
  const HubFile file = hub_model("hf:some-one/Big.Model_1/sub dir/m-Q4_K_M.gguf@refs/pr/1");
  EXPECT_EQ(file.owner, "some-one");
  EXPECT_EQ(file.repository, "Big.Model_1");
  EXPECT_EQ(file.path, "sub dir/m-Q4_K_M.gguf");
  EXPECT_EQ(file.revision, "refs/pr/1");
  EXPECT_EQ(hub_model("hf:a/b/c.gguf").revision, "main");
}

TEST(HubName, IsWrittenAsItWasRead) {
  for (const std::string name : {"hf:a/b/c.gguf", "hf:a/b/d/c.gguf@v1.0"})
    EXPECT_EQ(hub_model(name).name(), name);
  EXPECT_EQ(hub_model("hf:a/b/c.gguf@main").name(), "hf:a/b/c.gguf");
  EXPECT_EQ(hub_repository("hf:a/b@x").name(), "hf:a/b@x");
}

TEST(HubName, LeadsNowhereElse) {
  for (const std::string name : {"a/b/c.gguf",
                                 "hf:",
                                 "hf:a",
                                 "hf:a/b",
                                 "hf:a/b/",
                                 "hf:a/b/c.bin",
                                 "hf:/b/c.gguf",
                                 "hf:a//c.gguf",
                                 "hf:a/b/../c.gguf",
                                 "hf:../b/c.gguf",
                                 "hf:a/../c.gguf",
                                 "hf:a/b/./c.gguf",
                                 "hf:a/b//c.gguf",
                                 "hf:a/b/c.gguf@",
                                 "hf:a/b/c.gguf@..",
                                 "hf:a/b/c.gguf@x/../y",
                                 "hf:a b/c/d.gguf",
                                 "hf:a/b/c\n.gguf",
                                 "hf:a/b/c\\d.gguf",
                                 "hf:a/b/c%2F.gguf",
                                 "hf:a?x/b/c.gguf",
                                 "hf:a/b/c.gguf@x y",
                                 "hf:a/b/c.gguf@a@b"})
    EXPECT_THROW(hub_model(name), InputError) << name;
  EXPECT_THROW(hub_repository("hf:a/b/c.gguf"), InputError);
  EXPECT_THROW(file_in(hub_repository("hf:a/b"), "../../etc/passwd"), InputError);
  EXPECT_THROW(file_in(hub_repository("hf:a/b"), "/etc/passwd"), InputError);
  EXPECT_EQ(file_in(hub_repository("hf:a/b@v"), "x/config.json").name(), "hf:a/b/x/config.json@v");
}

TEST(HubName, IsNotOnePartOfAModel) {
  try {
    hub_model("hf:a/b/m-00001-of-00003.gguf");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("several files"), std::string::npos);
  }
}

using HubFilePlace = OwnCache;

TEST_F(HubFilePlace, IsItsOwnInTheCache) {
  for (const std::string name : {"hf:a/b/c.gguf", "hf:a/b/c.gguf@refs/pr/1", "hf:a/b/d/c.gguf"}) {
    const HubFile file = hub_model(name);
    const auto place = hub_file_of(file.cached());
    ASSERT_TRUE(place.has_value()) << name;
    EXPECT_EQ(*place, file);
  }
  EXPECT_NE(hub_model("hf:a/b/d/c.gguf@x").cached(), hub_model("hf:a/b/c.gguf@x/d").cached());
  EXPECT_FALSE(hub_file_of("/somewhere/else.gguf").has_value());
}

}  // namespace
}  // namespace syndisco
