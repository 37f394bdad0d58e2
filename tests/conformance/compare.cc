#include "conformance/compare.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <CLI/Error.hpp>

#include "syndisco/base/error.h"
#include "syndisco/dataset/published.h"
#include "syndisco/record/fields.h"

namespace syndisco::testing {
namespace {

std::string role_in_recordings(Role role) {
  return role == Role::kFacilitator ? "moderator" : std::string(role_name(role));
}

}  // namespace

std::optional<std::string> refusal(const std::function<void()>& run) {
  try {
    run();
    return std::nullopt;
  } catch (const InputError& error) {
    return error.what();
  } catch (const CLI::ParseError& error) {
    return error.what();
  } catch (const ModelError& error) {
    return error.what();
  } catch (const std::logic_error& error) {
    return error.what();
  }
}

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
    if (const Json& seed = member_or_null(expected, "seed"); seed.is_integer()) {
      EXPECT_EQ(request.seed, static_cast<std::uint64_t>(seed.integer()));
    }
    if (i < answers.size()) {
      EXPECT_EQ(answers[i].text, expected.find("kept")->string());
    }
  }
}

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

std::vector<Turn> answers_in(const std::vector<Turn>& turns) {
  std::vector<Turn> answers;
  for (const Turn& turn : turns)
    if (turn.kind != TurnKind::kOpening) answers.push_back(turn);
  return answers;
}

bool talks_on_alone(const Recording& recording, const DiscussionJob& job) {
  return job.participants.size() == 1 && recording.failed() &&
         recording.traced("error").find("type")->string() == "IndexError";
}

Json discussion_file_of(const Recording& recording, const DiscussionRecord& record) {
  if (recording.generation == "g2") return discussion_1_0(record);
  return recording.generation == "v2_2" ? discussion_2_2(record) : discussion_2_0(record);
}

Json annotation_file_of(const Recording& recording, const AnnotationRecord& record,
                        const DiscussionRecord& discussion) {
  if (recording.generation == "g2") return annotation_1_0(record, discussion);
  return recording.generation == "v2_2" ? annotation_2_2(record, discussion)
                                        : annotation_2_0(record, discussion);
}

void compare_outputs(const Recording& recording, const std::vector<Json>& ours) {
  const Json& outputs = recording.traced("outputs");
  const JsonArray none;
  const JsonArray& recorded = outputs.is_array() ? outputs.array() : none;
  ASSERT_EQ(ours.size(), recorded.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    Json file = ours[i];
    const Json& expected = member_or_null(recorded[i], "output");
    for (const char* key : {"id", "timestamp"})
      if (const Json* value = expected.find(key); value != nullptr && file.find(key) != nullptr)
        file.set(key, *value);
    EXPECT_EQ(published_text(file), member_or_null(recorded[i], "output_text").string())
        << "file " << i + 1;
  }
}

}  // namespace syndisco::testing
