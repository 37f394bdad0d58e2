#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/dataset/published.h"
#include "syndisco/dataset/published_internal.h"
#include "syndisco/text/unicode.h"

// The files of the thesis (g0), of SDF and of 1.0. 2.0 and 2.2 are in published.cc.

namespace syndisco {
namespace {

using published::At;
using published::kModelBeforePrompt;

/// Comments that whoever speaks next would see.
std::int64_t shown_at_the_end(const DiscussionRecord& discussion, bool all) {
  std::int64_t entered = 0;
  for (const Turn& turn : discussion.turns)
    if (all || (is_published(discussion.job, turn) && (!turn.silent || is_blank(turn.text))))
      ++entered;
  return std::min<std::int64_t>(entered, discussion.job.history);
}

std::string prompt_g0(const ActorSpec& actor) {
  return std::string(kModelBeforePrompt) + published_system_prompt(PublishedStyle::kG0, actor);
}

Json annotation_with(const AnnotationRecord& annotation, const DiscussionRecord& discussion,
                     const char* who_key, std::string who, std::string prompt) {
  return JsonObject{{"conv_id", discussion.job.id},
                    {"timestamp", legacy_timestamp(last_time(annotation.turns))},
                    {who_key, std::move(who)},
                    {"annotator_prompt", std::move(prompt)},
                    {"ctx_length", annotation.job.set->history},
                    {"logs", published::annotated_pairs(annotation, discussion)}};
}

JsonArray split(const std::string& text, const std::string& separator) {
  JsonArray parts;
  if (text.empty()) return parts;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = text.find(separator, start)) != std::string::npos;
       start = end + separator.size())
    parts.emplace_back(text.substr(start, end - start));
  parts.emplace_back(text.substr(start));
  return parts;
}

/// "username: ann, age: 35, ..." as a persona, where it has all nine fields in their order; else a
/// list of attributes.
Json persona_of_sentence(const std::string& attributes) {
  JsonObject persona;
  std::size_t at = 0;
  const Json fields = persona_2_0(JsonObject{}, "");
  for (std::size_t i = 0; i < fields.object().size(); ++i) {
    const std::string& key = fields.object()[i].first;
    const std::string start = key + ": ";
    if (attributes.compare(at, start.size(), start) != 0)
      return JsonObject{{"attributes", split(attributes, ", ")}};
    at += start.size();
    const std::size_t end = i + 1 < fields.object().size()
                                ? attributes.find(", " + fields.object()[i + 1].first + ": ", at)
                                : attributes.size();
    if (end == std::string::npos) return JsonObject{{"attributes", split(attributes, ", ")}};
    persona.emplace_back(key, attributes.substr(at, end - at));
    at = end + 2;
  }
  return persona;
}

bool take_prefix(std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

/// "You are NAME a ATTRIBUTES chat user. CONTEXT INSTRUCTIONS."
bool read_sentence_g0(std::string sentence, ActorSpec& actor) {
  if (!take_prefix(sentence, "You are " + actor.name + " a ") || !sentence.ends_with('.'))
    return false;
  const std::string role = actor.role == Role::kFacilitator ? " chat moderator. "
                           : actor.role == Role::kAnnotator ? " expert annotator. "
                                                            : " chat user. ";
  const std::size_t end = sentence.find(role);
  if (end == std::string::npos) return false;
  std::string rest = sentence.substr(end + role.size());
  rest.pop_back();
  // Where the context ends and the instructions begin is not written down; usually after the first
  // sentence.
  std::size_t gap = rest.find(". ");
  gap = gap != std::string::npos ? gap + 1 : rest.find(' ');
  if (gap == std::string::npos) return false;
  actor.persona = JsonObject{{"attributes", split(sentence.substr(0, end), ", ")}};
  actor.context = rest.substr(0, gap);
  actor.instructions = rest.substr(gap + 1);
  return true;
}

/// "CONTEXT Your name is NAME. Your traits: ATTRIBUTES Your instructions: INSTRUCTIONS"
bool read_sentence_1_0(const std::string& sentence, ActorSpec& actor) {
  const std::string before = " Your name is " + actor.name + ". Your traits: ";
  const std::string after = " Your instructions: ";
  const std::size_t name = sentence.find(before);
  if (name == std::string::npos) return false;
  const std::size_t traits = name + before.size();
  const std::size_t instructions = sentence.find(after, traits);
  if (instructions == std::string::npos) return false;
  actor.context = sentence.substr(0, name);
  actor.persona = persona_of_sentence(sentence.substr(traits, instructions - traits));
  actor.instructions = sentence.substr(instructions + after.size());
  return true;
}

}  // namespace

ActorSpec published::actor_of_sentence(const std::string& name, Role role,
                                       const std::string& prompt) {
  ActorSpec actor;
  actor.name = name;
  actor.role = role;
  std::string sentence = prompt;
  take_prefix(sentence, kModelBeforePrompt);
  if (!read_sentence_1_0(sentence, actor) && !read_sentence_g0(sentence, actor))
    actor.instructions = prompt;
  return actor;
}

Json discussion_g0(const DiscussionRecord& discussion) {
  constexpr const char* kType = "LLMUser";
  const DiscussionJob& job = discussion.job;
  JsonArray users;
  JsonArray types;
  JsonArray prompts;
  for (const ActorSpec& actor : job.participants) {
    users.emplace_back(actor.name);
    types.emplace_back(kType);
    prompts.emplace_back(prompt_g0(actor));
  }
  JsonArray logs;
  for (const Turn& turn : discussion.turns) logs.emplace_back(JsonArray{turn.name, turn.text});
  const auto& facilitator = job.facilitator;
  return JsonObject{{"id", job.id},
                    {"timestamp", legacy_timestamp(last_time(discussion.turns))},
                    {"users", std::move(users)},
                    {"user_types", std::move(types)},
                    {"moderator", facilitator ? Json(facilitator->name) : Json()},
                    {"moderator_type", facilitator ? Json(kType) : Json()},
                    {"user_prompts", std::move(prompts)},
                    {"moderator_prompt", facilitator ? Json(prompt_g0(*facilitator)) : Json()},
                    {"ctx_length", shown_at_the_end(discussion, true)},
                    {"logs", std::move(logs)}};
}

Json discussion_sdf(const DiscussionRecord& discussion) {
  DiscussionRecord once = discussion;
  std::vector<ActorSpec>& people = once.job.participants;
  for (std::size_t i = 0; i < people.size(); ++i)
    people.erase(std::remove_if(people.begin() + static_cast<std::ptrdiff_t>(i) + 1, people.end(),
                                [&](const ActorSpec& each) { return each.name == people[i].name; }),
                 people.end());
  Json file = published::discussion(once, PublishedStyle::k1_0);
  file.set("ctx_length", shown_at_the_end(discussion, false));
  return file;
}

Json discussion_1_0(const DiscussionRecord& discussion) {
  return published::discussion(discussion, PublishedStyle::k1_0);
}

Json annotation_g0(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  return annotation_with(annotation, discussion, "annotator_type", "LLMAnnotator",
                         prompt_g0(annotation.job.actor()));
}

Json annotation_sdf(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  return annotation_with(annotation, discussion, "annotator_type", "LLMAnnotator",
                         published_system_prompt(PublishedStyle::k1_0, annotation.job.actor()));
}

Json annotation_1_0(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  return annotation_with(annotation, discussion, "annotator_model", annotator_model(annotation),
                         published_system_prompt(PublishedStyle::k1_0, annotation.job.actor()));
}

DiscussionRecord read_discussion_g0(const Json& file, const std::string& name) {
  const At root{name, ""};
  DiscussionRecord record;
  record.job.id = published::text(file, "id", root);
  record.job.style.name = "g0";
  record.status = Status::kCompleted;
  published::read_people(file, root, published::actor_of_sentence, record.job);
  for (const Json& pair : published::list(file, "logs", root)) {
    const At at = root / "logs" / std::to_string(record.turns.size());
    if (!pair.is_array() || pair.array().size() != 2 || !pair.array()[0].is_string() ||
        !pair.array()[1].is_string())
      at.refuse("expected a pair of name and text");
    Turn turn;
    turn.step = record.turns.size();
    turn.name = pair.array()[0].string();
    turn.text = pair.array()[1].string();
    turn.silent = is_blank(turn.text);
    if (record.job.facilitator && turn.name == record.job.facilitator->name)
      turn.kind = TurnKind::kFacilitator;
    record.turns.push_back(std::move(turn));
  }
  published::read_time(file, record.turns);
  return record;
}

DiscussionRecord read_discussion(const Json& file, const std::string& name, const std::string& id) {
  const JsonArray& logs = published::list(file, "logs", At{name, ""});
  if (logs.empty() ? file.find("user_types") != nullptr : logs.front().is_array())
    return read_discussion_g0(file, name);
  return file.find("id") != nullptr ? read_discussion_2_0(file, name)
                                    : read_discussion_2_2(file, name, id);
}

}  // namespace syndisco
