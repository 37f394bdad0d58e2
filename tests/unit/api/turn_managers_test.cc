#include "syndisco/api/turn_managers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/talkers.h"

namespace syndisco::api::testing {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> draw(NamedTurnManager& manager, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(manager.next_turn_username());
  return names;
}

TEST(NamedTurnManager, GoesRoundByItself) {
  RoundRobbin manager;
  manager.initialize_names({"a", "b", "c"});
  EXPECT_THAT(draw(manager, 4), ElementsAre("a", "b", "c", "a"));
}

TEST(NamedTurnManager, BeginsAnewWithNewNames) {
  RoundRobin manager({"a", "b"});
  draw(manager, 1);
  manager.initialize_names({"c", "d"});
  EXPECT_THAT(draw(manager, 2), ElementsAre("c", "d"));
}

TEST(NamedTurnManager, NeedsNamesToNameSomebody) {
  RandomTurnManager manager;
  EXPECT_THROW(manager.next_turn_username(), InputError);
  EXPECT_THROW(manager.initialize_names({}), InputError);
}

TEST(NamedTurnManager, DrawsTheSameFromTheSameSeed) {
  RandomTurnManager one({"a", "b", "c"}, 7);
  RandomTurnManager same({"a", "b", "c"}, 7);
  RandomTurnManager other({"a", "b", "c"}, 8);
  const std::vector<std::string> drawn = draw(one, 40);
  EXPECT_EQ(drawn, draw(same, 40));
  EXPECT_NE(drawn, draw(other, 40));
}

TEST(RandomTurnManager, NeverLetsOneSpeakTwiceInARow) {
  RandomTurnManager manager({"a", "b", "c"});
  const std::vector<std::string> drawn = draw(manager, 100);
  EXPECT_EQ(std::adjacent_find(drawn.begin(), drawn.end()), drawn.end());
}

TEST(RespondTurnManager, OfProbabilityOneLetsTwoAlternate) {
  RandomWeighted manager(1.0, {"a", "b", "c"});
  const std::vector<std::string> drawn = draw(manager, 20);
  for (std::size_t i = 2; i < drawn.size(); ++i) EXPECT_EQ(drawn[i], drawn[i - 2]);
}

TEST(RespondTurnManager, RefusesWhatIsNoProbability) {
  EXPECT_THROW(RespondTurnManager(1.5), InputError);
}

TEST(QueueTurnManager, KeepsTheOrderWhoeverIsFirst) {
  QueueTurnManager manager(true, {"a", "b", "c"}, 3);
  const std::vector<std::string> drawn = draw(manager, 6);
  EXPECT_EQ(drawn[0], drawn[3]);
  EXPECT_EQ(static_cast<char>(drawn[0][0] == 'c' ? 'a' : drawn[0][0] + 1), drawn[1][0]);
}

}  // namespace
}  // namespace syndisco::api::testing
