#include "support/conformance.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "conformance/replay.h"

namespace syndisco::testing {

Replay find_replay(const std::string& generation, const std::string& api) {
  static const std::map<std::pair<std::string, std::string>, Replay> replays = {
      {{"g0", ""}, replay_script},
      {{"g1", ""}, replay_script},
      {{"g2", "Discussion"}, replay_discussion_api},
      {{"g2", "Annotation"}, replay_annotation_api},
      {{"g2", "DiscussionExperiment"}, replay_experiment_api},
      {{"g2", "AnnotationExperiment"}, replay_annotation_experiment_api},
      {{"g2", "Prompts"}, replay_prompts_api},
      {{"g2", "TurnManager"}, replay_turn_manager_api},
      {{"v2_0", "Discussion"}, replay_discussion_api},
      {{"v2_0", "Annotation"}, replay_annotation_api},
      {{"v2_0", "DiscussionExperiment"}, replay_experiment_api},
      {{"v2_0", "AnnotationExperiment"}, replay_annotation_experiment_api},
      {{"v2_0", "Prompts"}, replay_prompts_api},
      {{"v2_0", "TurnManager"}, replay_turn_manager_api},
      {{"v2_0", "postprocessing.import_discussions"}, replay_discussion_table},
      {{"v2_0", "postprocessing.import_annotations"}, replay_annotation_table},
      {{"v2_2", "Discussion"}, replay_discussion_api},
      {{"v2_2", "Annotation"}, replay_annotation_api},
      {{"v2_2", "DiscussionExperiment"}, replay_experiment_api},
      {{"v2_2", "AnnotationExperiment"}, replay_annotation_experiment_api},
      {{"v2_2", "Prompts"}, replay_prompts_api},
      {{"v2_2", "Logs.from_file"}, replay_logs_api},
      {{"v2_2", "TurnManager"}, replay_turn_manager_api},
  };
  const auto found = replays.find({generation, api});
  return found != replays.end() ? found->second : nullptr;
}

namespace {

class RecordedCase : public ::testing::Test {
 public:
  explicit RecordedCase(RecordingPlace place) : place_(std::move(place)) {}

  void TestBody() override {
    const Recording recording = read_recording(place_);
    const Json& what = recording.traced("what");
    SCOPED_TRACE(what.is_string() ? what.string() : recording.name);
    const Replay replay = find_replay(recording.generation, recording.api());
    if (replay == nullptr) {
      const std::string api = recording.api().empty() ? "the scripts" : recording.api();
      GTEST_SKIP() << "no replay yet of " << api << " of " << recording.generation;
    }
    replay(recording);
  }

 private:
  RecordingPlace place_;
};

class NoRecordings : public ::testing::Test {
 public:
  void TestBody() override {
    GTEST_SKIP() << "no recordings: SYNDISCO_CONFORMANCE_DIR names no folder that holds any";
  }
};

void register_cases() {
  const auto folder = conformance_dir();
  const auto places = folder ? find_recordings(*folder) : std::vector<RecordingPlace>{};
  for (const RecordingPlace& place : places)
    ::testing::RegisterTest(place.generation.c_str(), place.name.c_str(), nullptr, nullptr,
                            __FILE__, __LINE__,
                            [place]() -> ::testing::Test* { return new RecordedCase(place); });
  if (places.empty())
    ::testing::RegisterTest("Recordings", "AreThere", nullptr, nullptr, __FILE__, __LINE__,
                            []() -> ::testing::Test* { return new NoRecordings; });
}

}  // namespace
}  // namespace syndisco::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  // One test a case, whichever cases there are.
  syndisco::testing::register_cases();
  return RUN_ALL_TESTS();
}
