#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "conformance/replay.h"
#include "conformance/setup_api.h"

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

Json discussion_file_of(const Recording& recording, const DiscussionRecord& record) {
  if (recording.generation == "g2") return discussion_1_0(record);
  return is_2_2(recording) ? discussion_2_2(record) : discussion_2_0(record);
}

Json annotation_file_of(const Recording& recording, const AnnotationRecord& record,
                        const DiscussionRecord& discussion) {
  if (recording.generation == "g2") return annotation_1_0(record, discussion);
  return is_2_2(recording) ? annotation_2_2(record, discussion)
                           : annotation_2_0(record, discussion);
}

/// What a refusal says; nothing where `run` went well. Other errors than refusals go through.
std::optional<std::string> refusal(const std::function<void()>& run) {
  try {
    run();
    return std::nullopt;
  } catch (const InputError& error) {
    return error.what();
  } catch (const ModelError& error) {
    return error.what();
  } catch (const std::logic_error& error) {
    return error.what();
  }
}

std::string role_in_recordings(Role role) {
  return role == Role::kFacilitator ? "moderator" : std::string(role_name(role));
}

/// Of `count` calls, ours and the recorded ones are the same.
void compare_calls(const Recording& recording, const std::vector<Call>& calls,
                   const std::vector<Turn>& answers, std::size_t count) {
  const JsonArray& recorded = recording.traced("calls").array();
  ASSERT_LE(count, recorded.size());
  ASSERT_LE(count, calls.size());
  for (std::size_t i = 0; i < count; ++i) {
    SCOPED_TRACE("call " + std::to_string(i + 1));
    const Json& expected = recorded[i];
    const Request& request = calls[i].request;
    EXPECT_EQ(calls[i].text(Message::From::kSystem), expected.find("system")->string());
    EXPECT_EQ(calls[i].text(Message::From::kUser), expected.find("user")->string());
    EXPECT_EQ(request.tag.actor, expected.find("speaker")->string());
    EXPECT_EQ(role_in_recordings(request.tag.role), expected.find("role")->string());
    EXPECT_EQ(request.sampling.max_tokens, expected.find("max_tokens")->integer());
    const Json& stop = member_or_null(expected, "stop");
    EXPECT_EQ(dump_json(json_texts(request.sampling.stop)),
              stop.is_array() ? dump_json(stop) : "[]");
    if (i < answers.size()) {
      EXPECT_EQ(answers[i].text, expected.find("kept")->string());
    }
  }
}

/// All calls, in the same number, and who spoke.
void compare_all_calls(const Recording& recording, const std::vector<Call>& calls,
                       const std::vector<Turn>& answers) {
  const std::size_t recorded = recording.traced("calls").array().size();
  EXPECT_EQ(calls.size(), recorded);
  EXPECT_EQ(answers.size(), recorded);
  compare_calls(recording, calls, answers, std::min(recorded, calls.size()));
  JsonArray speakers;
  for (const Call& call : calls)
    if (call.request.tag.role == Role::kUser) speakers.emplace_back(call.request.tag.actor);
  // An annotator who takes part speaks too.
  if (recording.traced("speakers").array().size() == speakers.size()) {
    EXPECT_EQ(dump_json(speakers), dump_json(recording.traced("speakers")));
  }
}

void compare_output(const Recording& recording, const Json& ours) {
  const Json& text = recording.traced("output_text");
  ASSERT_TRUE(text.is_string());
  EXPECT_EQ(published_text(with_volatile(ours, recording)), text.string());
}

/// Every answer, without opening posts.
std::vector<Turn> answers_in(const std::vector<Turn>& turns) {
  std::vector<Turn> answers;
  for (const Turn& turn : turns)
    if (turn.kind != TurnKind::kOpening) answers.push_back(turn);
  return answers;
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

/// The original's random managers died when there was nobody else to choose; ours lets one user go
/// on talking.
bool talks_on_alone(const Recording& recording, const DiscussionJob& job) {
  return job.participants.size() == 1 && job.turn_taking.kind == TurnTakingKind::kRandom &&
         recording.traced("error").find("type")->string() == "IndexError";
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

}  // namespace syndisco::testing
