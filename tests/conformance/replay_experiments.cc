#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "conformance/compare.h"
#include "conformance/replay.h"

#include "syndisco/base/error.h"
#include "syndisco/dataset/published.h"
#include "syndisco/discussion/annotation.h"

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

/// The recorded speakers from number `first` on, as positions among the participants. One alone
/// speaks every time, although the original ended then.
std::vector<std::size_t> speakers_of(const Recording& recording, const DiscussionJob& job,
                                     std::size_t first) {
  const JsonArray& speakers = recording.traced("speakers").array();
  std::vector<std::size_t> positions(static_cast<std::size_t>(job.turns), 0);
  if (job.participants.size() == 1) return positions;
  for (std::size_t i = 0; i < positions.size() && first + i < speakers.size(); ++i) {
    const auto found =
        std::ranges::find(job.participants, speakers[first + i].string(), &ActorSpec::name);
    if (found == job.participants.end())
      throw OtherDraw("recorded speaker " + speakers[first + i].string() + " is no user");
    positions[i] = static_cast<std::size_t>(found - job.participants.begin());
  }
  return positions;
}

/// The original took a text in the list of opening posts for a list of letters; ours is one post.
bool has_posts_as_texts(const Recording& recording) {
  const Json& posts = member_or_null(recording.argument("discussion"), "seed_opinions");
  return recording.generation == "v2_0" && posts.is_array() &&
         std::ranges::any_of(posts.array(), &Json::is_string);
}

/// The files of the folder that is annotated, as the original saw them: those of one annotator.
std::vector<std::string> discussions_of(const Recording& recording) {
  const Json& seen = recording.traced("iterdir");
  std::vector<std::string> paths;
  if (seen.is_array() && !seen.array().empty()) {
    const Json& first = seen.array().front();
    for (const Json& name : member_or_null(first, "names").array())
      paths.push_back(member_or_null(first, "path").string() + "/" + name.string());
    return paths;
  }
  if (fs::exists(recording.folder / "input/conversation.json")) return {"input/conversation.json"};
  throw InputError("no folder of discussions");
}

}  // namespace

void replay_experiment_api(const Recording& recording) {
  ScriptedModels models(recording);
  RecordedDraws draws(recording.traced("random"));
  std::vector<DiscussionRecord> records;
  bool alone = false;
  const bool as_texts = has_posts_as_texts(recording);
  const std::optional<std::string> refused = refusal([&] {
    std::size_t first = 0;
    Random own(1);
    for (DiscussionJob& job :
         as_texts ? experiment_of(recording, own) : experiment_of(recording, draws)) {
      alone = alone || job.participants.size() == 1;
      DiscussionRecord record;
      record.job = std::move(job);
      record.status = Status::kCompleted;
      const auto speakers =
          as_texts ? std::vector<std::size_t>(static_cast<std::size_t>(record.job.turns))
                   : speakers_of(recording, record.job, first);
      Discussion discussion(record.job, models.models(), with_speakers(speakers));
      while (!discussion.finished()) record.turns.push_back(discussion.step());
      first += static_cast<std::size_t>(record.job.turns);
      records.push_back(std::move(record));
    }
  });
  // The original logged what went wrong inside a discussion and ended well, without a file.
  const Json& outputs = recording.traced("outputs");
  const bool swallowed = !recording.failed() && (!outputs.is_array() || outputs.array().empty());
  if (recording.failed() || (swallowed && !alone)) {
    EXPECT_TRUE(refused.has_value()) << "should be refused";
    EXPECT_TRUE(models.calls().empty()) << "asked before it was refused";
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  if (as_texts) {
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(records[0].job.opening_posts.size(), 1U);
    return;
  }
  // Ours lets one user go on talking.
  if (swallowed) return;
  std::vector<Turn> answers;
  std::vector<Json> files;
  for (const DiscussionRecord& record : records) {
    for (const Turn& turn : answers_in(record.turns)) answers.push_back(turn);
    files.push_back(discussion_file_of(recording, record));
  }
  compare_all_calls(recording, models.calls(), answers);
  compare_outputs(recording, files);
}

void replay_annotation_experiment_api(const Recording& recording) {
  ScriptedModels models(recording);
  std::vector<Turn> answers;
  std::vector<Json> files;
  const std::optional<std::string> refused = refusal([&] {
    // Everything is read before anybody is asked.
    std::vector<AnnotationSetup> setups;
    for (const Json& annotator : recording.argument("annotators").array())
      for (const std::string& path : discussions_of(recording))
        setups.push_back(annotation_of(recording, annotator, path, 3));
    for (const AnnotationSetup& setup : setups) {
      AnnotationRecord record;
      record.job = setup.job;
      record.status = Status::kCompleted;
      Annotation annotation(record.job, setup.comments, models.models());
      while (!annotation.finished()) record.turns.push_back(annotation.step());
      answers.insert(answers.end(), record.turns.begin(), record.turns.end());
      files.push_back(annotation_file_of(recording, record, setup.discussion));
    }
  });
  if (recording.failed()) {
    EXPECT_TRUE(refused.has_value()) << "should be refused";
    EXPECT_TRUE(models.calls().empty()) << "asked before it was refused";
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  compare_all_calls(recording, models.calls(), answers);
  compare_outputs(recording, files);
}

}  // namespace syndisco::testing
