#include "syndisco/legacy/configs.h"

#include <gtest/gtest.h>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

/// Always the first.
class First final : public Draws {
 public:
  std::size_t below(std::size_t) override { return 0; }
  double uniform() override { return 0; }
  std::vector<std::size_t> sample(std::size_t, std::size_t k) override {
    std::vector<std::size_t> drawn;
    for (std::size_t i = 0; i < k; ++i) drawn.push_back(i);
    return drawn;
  }
};

ConversationParts parts() {
  ConversationParts made;
  for (const char* name : {"ann", "ben"})
    made.personas.push_back(JsonObject{{"username", name}, {"age", 3}});
  made.topics = {"topic\n"};
  made.settings = JsonObject{{"turn_manager_type", "round_robin"}};
  made.users = 2;
  return made;
}

TEST(ConversationConfig, HasNoModeratorUnlessAskedFor) {
  First draws;
  ConversationParts given = parts();
  given.mod_instructions = "Moderate.";
  EXPECT_TRUE(parse_json(conversation_config(given, draws)).find("moderator_name")->is_null());
  given.include_mod = true;
  const Json config = parse_json(conversation_config(given, draws));
  EXPECT_EQ(*config.find("moderator_name"), Json("moderator"));
  EXPECT_EQ(*config.find("moderator_instructions"), Json("Moderate."));
}

TEST(ConversationConfig, KeepsTheFinalNewlineOfATopic) {
  First draws;
  EXPECT_EQ(*parse_json(conversation_config(parts(), draws)).find("seed_opinions"),
            Json(JsonArray{"topic\n"}));
}

TEST(CheckParts, RefusesMoreUsersThanPersonas) {
  ConversationParts given = parts();
  EXPECT_NO_THROW(check_parts(given));
  given.users = 3;
  EXPECT_THROW(check_parts(given), InputError);
}

TEST(FilesOf, NamesTheFolderThatIsNotThere) {
  EXPECT_THROW(files_of("/nowhere/at/all"), InputError);
  EXPECT_THROW(check_output_folder("/nowhere/at/all"), InputError);
}

}  // namespace
}  // namespace syndisco
