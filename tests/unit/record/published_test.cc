#include "syndisco/record/published.h"

#include <gtest/gtest.h>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

using Names = std::vector<std::string>;
using Posts = std::vector<OpeningPost>;

/// Draws the last ones, the last first.
class LastFirst final : public Draws {
 public:
  std::size_t below(std::size_t n) override { return n - 1; }
  double uniform() override { return 0; }
  std::vector<std::size_t> sample(std::size_t n, std::size_t k) override {
    std::vector<std::size_t> drawn;
    for (std::size_t i = 0; i < k; ++i) drawn.push_back(n - 1 - i);
    return drawn;
  }
};

TEST(AttributesBefore20, AreAsPythonWritesValues) {
  const Json persona = JsonObject{{"age", 35},
                                  {"job", Json()},
                                  {"attributes", JsonArray{"as it stands", "too"}},
                                  {"traits", JsonArray{"a", "it's"}}};
  EXPECT_EQ(attributes_before_2_0(persona),
            (Names{"age: 35", "job: None", "as it stands", "too", "traits: ['a', \"it's\"]"}));
}

TEST(Persona10, DropsOtherAttributesAndRefusesWhatLacksOne) {
  Json persona = persona_2_0(JsonObject{}, "ann");
  const Json complete = persona;
  persona.set("colour", "red");
  EXPECT_EQ(persona_1_0(persona, "p.json"), complete);
  persona.erase("age");
  try {
    persona_1_0(persona, "p.json");
    FAIL() << "a persona without an age";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "the persona lacks \"age\"");
    EXPECT_EQ(error.place().file, "p.json");
  }
}

TEST(Persona20, HasNineFieldsAndNoOthers) {
  const Json persona = JsonObject{{"colour", "x"}, {"sex", "male"}, {"age", "forty"}};
  EXPECT_EQ(dump_json(persona_2_0(persona, "ann")),
            R"({"username": "ann", "age": "forty", "sex": "male", "sexual_orientation": "", )"
            R"("demographic_group": "", "current_employment": "", "education_level": "", )"
            R"("special_instructions": "", "personality_characteristics": []})");
}

TEST(Personas20, RefuseAFileThatIsNoList) {
  try {
    personas_2_0(JsonObject{{"username", "x"}}, "personas.json");
    FAIL() << "one object is not a list";
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().file, "personas.json");
    EXPECT_STREQ(error.what(), "expected a list of personas, found a mapping");
  }
  EXPECT_THROW(personas_2_0(JsonArray{"x"}, "personas.json"), InputError);
}

TEST(OpeningPosts20, ABlankOneUsesUpItsName) {
  LastFirst draws;
  EXPECT_EQ(opening_posts_2_0({"one", " \n", "three"}, std::nullopt, {"a", "b", "c"}, draws),
            (Posts{{"c", "one"}, {"a", "three"}}));
}

TEST(OpeningPosts20, NeedANameEach) {
  LastFirst draws;
  EXPECT_THROW(opening_posts_2_0({"1", "2"}, std::nullopt, {"a"}, draws), InputError);
  EXPECT_THROW(opening_posts_2_0({"1", "2"}, Names{"a"}, {"a", "b"}, draws), InputError);
  EXPECT_EQ(opening_posts_2_0({"1"}, Names{"x", "y"}, {"a"}, draws), (Posts{{"x", "1"}}));
}

TEST(OpeningPosts22, KeepBlankOnes) {
  EXPECT_EQ(opening_posts_2_2({"1", ""}, {"x", "y"}), (Posts{{"x", "1"}, {"y", ""}}));
  EXPECT_THROW(opening_posts_2_2({"1", "2"}, {"x"}), InputError);
}

}  // namespace
}  // namespace syndisco
