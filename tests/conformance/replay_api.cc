#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "conformance/compare.h"
#include "conformance/replay.h"

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/dataset/published.h"
#include "syndisco/discussion/annotation.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/record/fields.h"

namespace syndisco::testing {
namespace {

bool is_2_2(const Recording& recording) {
  return recording.generation == "v2_2";
}

/// What iterating over a discussion of 2.2 gave.
Json yielded_by(const DiscussionRecord& record) {
  JsonArray entries;
  for (const Turn& turn : answers_in(record.turns)) {
    if (is_published(record.job, turn)) {
      DiscussionRecord one{record.job, record.status, "", {turn}};
      entries.push_back(discussion_2_2(one).find("logs")->array().front());
    } else {
      entries.emplace_back(JsonObject{{"name", turn.name}, {"text", ""}, {"model", ""}});
    }
  }
  return entries;
}

int begin_times(const Recording& recording) {
  const Json& times = recording.argument("begin_times");
  return times.is_integer() ? static_cast<int>(times.integer()) : 1;
}

}  // namespace

void replay_discussion_api(const Recording& recording) {
  ScriptedModels models(recording);
  RecordedDraws draws(recording.traced("random"));
  DiscussionRecord record;
  record.status = Status::kCompleted;
  bool ended = false;
  const std::optional<std::string> refused = refusal([&] {
    record.job = discussion_job_of(recording, draws);
    std::vector<std::string> names;
    for (const ActorSpec& actor : record.job.participants) names.push_back(actor.name);
    Discussion discussion(record.job, models.models(),
                          turn_manager_of(recording, draws, names, recording.traced("speakers")));
    while (!discussion.finished()) record.turns.push_back(discussion.step());
    ended = true;
    // 2.2 takes a second start for nothing, earlier ones for a mistake; ours cannot be stepped
    // further.
    if (begin_times(recording) > 1 && !is_2_2(recording)) record.turns.push_back(discussion.step());
  });

  const std::vector<Turn> answers = answers_in(record.turns);
  const bool goes_on = !refused && recording.failed() && talks_on_alone(recording, record.job);
  if ((recording.failed() && !goes_on) || is_refused_on_purpose(recording)) {
    ASSERT_TRUE(refused.has_value())
        << "should be refused; the original: " << dump_json(recording.traced("error"));
    if (ended) {
      compare_all_calls(recording, models.calls(), answers);
    } else {
      EXPECT_TRUE(models.calls().empty()) << "asked before it was refused: " << *refused;
    }
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  if (recording.failed()) {
    EXPECT_EQ(answers.size(), static_cast<std::size_t>(record.job.turns));
    compare_calls(recording, models.calls(), answers, recording.traced("calls").array().size());
    return;
  }
  EXPECT_TRUE(draws.empty() || !has_recorded_draws(recording)) << "the original drew more";
  compare_all_calls(recording, models.calls(), answers);
  compare_output(recording, discussion_file_of(recording, record));
  if (const Json& yielded = recording.traced("yielded"); !yielded.is_null()) {
    EXPECT_EQ(dump_json_indented(yielded_by(record)), dump_json_indented(yielded));
  }
}

void replay_annotation_api(const Recording& recording) {
  ScriptedModels models(recording);
  AnnotationSetup setup;
  AnnotationRecord record;
  record.status = Status::kCompleted;
  const std::optional<std::string> refused = refusal([&] {
    setup = annotation_of(recording);
    record.job = setup.job;
    Annotation annotation(record.job, setup.comments, models.models());
    while (!annotation.finished()) record.turns.push_back(annotation.step());
  });
  if (recording.failed()) {
    EXPECT_TRUE(refused.has_value())
        << "the original refused: " << dump_json(recording.traced("error"));
    EXPECT_TRUE(models.calls().empty()) << "asked before it was refused";
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  compare_all_calls(recording, models.calls(), record.turns);
  compare_output(recording, annotation_file_of(recording, record, setup.discussion));
}

void replay_prompts_api(const Recording& recording) {
  std::vector<std::string> history;
  for (const Json& comment : recording.argument("history").array())
    history.push_back(comment.string());
  const JsonArray& users = recording.argument("users").array();
  const JsonArray& results = recording.traced("result").array();
  ASSERT_EQ(users.size(), results.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    SCOPED_TRACE("user " + std::to_string(i + 1));
    const bool annotates = member_or_null(users[i], "annotator") == Json(true);
    ActorSpec actor = actor_of(recording, users[i], annotates ? Role::kAnnotator : Role::kUser);
    // Here the case's instructions are everybody's.
    if (users[i].find("instructions") == nullptr)
      actor.instructions = recording.argument("instructions").string();
    const Prompt prompt = make_prompt(style_of(recording), actor, history);
    EXPECT_EQ(prompt.system, results[i].find("system")->string());
    EXPECT_EQ(prompt.user, results[i].find("user")->string());
    EXPECT_EQ(make_prompt(style_of(recording), actor, {}).user,
              results[i].find("user_empty")->string());
  }
}

void replay_turn_manager_api(const Recording& recording) {
  std::vector<std::string> names;
  if (const Json& given = recording.argument("names"); given.is_array()) {
    for (const Json& name : given.array()) names.push_back(name.string());
  } else {
    for (const ActorSpec& user : users_of(recording)) names.push_back(user.name);
  }
  RecordedDraws draws(recording.traced("random"));
  const auto count = static_cast<std::size_t>(recording.argument("draws").integer());
  JsonArray drawn;
  const std::optional<std::string> refused = refusal([&] {
    const Json& result = recording.traced("result");
    const auto manager =
        turn_manager_of(recording, draws, names, result.is_array() ? result : Json(JsonArray{}));
    // Who takes part is the discussion's business, so is refusing nobody.
    DiscussionJob job;
    job.turns = static_cast<int>(count);
    job.participants.resize(names.size());
    ScriptedModels models(recording);
    if (names.empty()) const Discussion discussion(job, models.models(), manager);
    std::vector<std::size_t> spoken;
    for (std::size_t i = 0; i < count; ++i) {
      spoken.push_back(manager->next(names.size(), spoken, draws));
      drawn.emplace_back(names[spoken.back()]);
    }
  });
  if (recording.failed()) {
    EXPECT_TRUE(refused.has_value())
        << "the original refused: " << dump_json(recording.traced("error"));
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  EXPECT_EQ(dump_json(drawn), dump_json(recording.traced("result")));
}

void replay_logs_api(const Recording& recording) {
  const std::string path = "input/logs.json";
  std::vector<LogEntry22> read;
  const std::optional<std::string> refused =
      refusal([&] { read = read_logs_2_2(recording.read(path), path); });
  if (recording.failed()) {
    EXPECT_TRUE(refused.has_value())
        << "the original refused: " << dump_json(recording.traced("error"));
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  compare_output(recording, logs_2_2(legacy_timestamp_now(), read));
  const bool texts =
      std::ranges::all_of(read, [](const LogEntry22& entry) { return entry.text.is_string(); });
  const auto as_discussion = [&] { read_discussion_2_2(recording.read(path), path, "recorded"); };
  // A comment is a text; a log may hold anything.
  EXPECT_EQ(refusal(as_discussion).has_value(), !texts);
}

}  // namespace syndisco::testing
