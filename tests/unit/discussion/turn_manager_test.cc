#include "syndisco/discussion/turn_manager.h"

#include <gtest/gtest.h>

#include <set>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

/// Gives the numbers it was made with.
class FixedDraws final : public Draws {
 public:
  FixedDraws(std::vector<std::size_t> below, double uniform)
      : below_(std::move(below)), uniform_(uniform) {}
  std::size_t below(std::size_t n) override {
    const std::size_t drawn = below_.at(next_++);
    EXPECT_LT(drawn, n);
    return drawn;
  }
  double uniform() override { return uniform_; }

 private:
  std::vector<std::size_t> below_;
  double uniform_;
  std::size_t next_ = 0;
};

std::vector<std::size_t> speakers(const TurnTaking& turn_taking, std::size_t participants,
                                  std::size_t turns) {
  const auto manager = make_turn_manager(turn_taking);
  std::vector<std::size_t> spoken;
  Random draws(1);
  while (spoken.size() < turns) spoken.push_back(manager->next(participants, spoken, draws));
  return spoken;
}

TEST(RoundRobin, GoesAroundFromTheFirst) {
  EXPECT_EQ(speakers({}, 3, 5), (std::vector<std::size_t>{0, 1, 2, 0, 1}));
}

TEST(Queue, GoesAroundFromADrawnFirstSpeaker) {
  const auto manager =
      make_turn_manager({.kind = TurnTakingKind::kQueue, .random_first_speaker = true});
  FixedDraws draws({2}, 0);
  EXPECT_EQ(manager->next(3, {}, draws), 2u);
  const std::vector<std::size_t> spoken = {2};
  EXPECT_EQ(manager->next(3, spoken, draws), 0u);
}

TEST(Queue, StartsWithTheFirstUnlessAskedOtherwise) {
  EXPECT_EQ(speakers({.kind = TurnTakingKind::kQueue}, 3, 4),
            (std::vector<std::size_t>{0, 1, 2, 0}));
}

TEST(RandomOrder, NeverRepeatsASpeakerAndReachesEverybody) {
  const auto spoken = speakers({.kind = TurnTakingKind::kRandom}, 4, 200);
  for (std::size_t i = 1; i < spoken.size(); ++i) EXPECT_NE(spoken[i], spoken[i - 1]);
  EXPECT_EQ(std::set<std::size_t>(spoken.begin(), spoken.end()).size(), 4u);
}

TEST(RandomOrder, LetsOneParticipantGoOnTalking) {
  EXPECT_EQ(speakers({.kind = TurnTakingKind::kRandom}, 1, 3), (std::vector<std::size_t>{0, 0, 0}));
}

TEST(Respond, AlternatesForeverWhenTheyAlwaysAnswer) {
  const auto spoken = speakers({.kind = TurnTakingKind::kRespond, .probability = 1}, 5, 9);
  for (std::size_t i = 2; i < spoken.size(); ++i) EXPECT_EQ(spoken[i], spoken[i - 2]);
}

TEST(Respond, DrawsAmongAllOthersWhenNobodyAnswers) {
  const auto manager = make_turn_manager({.kind = TurnTakingKind::kRespond, .probability = 0.4});
  const std::vector<std::size_t> spoken = {0, 2};
  FixedDraws nobody({1}, 0.4);  // 0.4 is not below 0.4
  EXPECT_EQ(manager->next(4, spoken, nobody), 1u);
  FixedDraws nobody_past_the_last({2}, 0.9);
  EXPECT_EQ(manager->next(4, spoken, nobody_past_the_last), 3u);
  FixedDraws answers({}, 0.39);
  EXPECT_EQ(manager->next(4, spoken, answers), 0u);
}

TEST(Respond, RefusesAProbabilityOutsideZeroAndOne) {
  for (const double wrong : {-0.1, 1.5})
    EXPECT_THROW(make_turn_manager({.kind = TurnTakingKind::kRespond, .probability = wrong}),
                 InputError);
}

TEST(Respond, AnswersAboutAsOftenAsItsProbabilitySays) {
  const auto spoken = speakers({.kind = TurnTakingKind::kRespond, .probability = 0.4}, 10, 5000);
  int answered = 0;
  for (std::size_t i = 2; i < spoken.size(); ++i) answered += spoken[i] == spoken[i - 2] ? 1 : 0;
  EXPECT_NEAR(answered / 5000.0, 0.4 + 0.6 / 9, 0.03);
}

TEST(OwnTurnManager, IsKnownToNobodyButItsProgram) {
  EXPECT_THROW(make_turn_manager({.kind = TurnTakingKind::kOwn}), InputError);
}

}  // namespace
}  // namespace syndisco
