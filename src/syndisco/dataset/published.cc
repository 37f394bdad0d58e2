#include "syndisco/dataset/published.h"

#include <algorithm>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/dataset/published_internal.h"
#include "syndisco/record/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco {

using published::At;
using published::list;
using published::optional_text;
using published::text;

namespace {

constexpr std::string_view kStyle22 = "syndisco-2.2";
constexpr std::string_view kHardcoded = "hardcoded";

/// What 2.2 writes as the prompt: of an opening post that of an actor who is nobody.
std::string prompt_2_2(const DiscussionJob& job, const Turn& turn) {
  if (turn.kind == TurnKind::kOpening && turn.system.empty())
    return published_system_prompt(PublishedStyle::k2_2, ActorSpec{});
  // Two users may share a name there, so what was sent is surer than who has that name.
  if (job.style.name == kStyle22) return turn.system;
  const ActorSpec* speaker = speaker_of(job, turn);
  return speaker != nullptr ? published_system_prompt(PublishedStyle::k2_2, *speaker) : turn.system;
}

std::string annotator_prompt_2_2(const AnnotationRecord& annotation) {
  if (annotation.job.set->style.name == kStyle22 && !annotation.turns.empty())
    return annotation.turns.front().system;
  return published_system_prompt(PublishedStyle::k2_2, annotation.job.actor());
}

std::vector<Turn> read_logs(const Json& file, const std::optional<std::string>& facilitator,
                            bool needs_model, const At& root) {
  std::vector<Turn> turns;
  for (const Json& entry : list(file, "logs", root)) {
    const At at = root / "logs" / std::to_string(turns.size());
    Turn turn;
    turn.step = turns.size();
    turn.name = text(entry, "name", at);
    turn.text = text(entry, "text", at);
    turn.model =
        needs_model ? text(entry, "model", at) : optional_text(entry, "model", at).value_or("");
    if (turn.model == kHardcoded) {
      turn.kind = TurnKind::kOpening;
    } else if (facilitator && turn.name == *facilitator) {
      turn.kind = TurnKind::kFacilitator;
    }
    if (const std::optional<std::string> prompt = optional_text(entry, "prompt", at))
      turn.system = *prompt;
    turn.silent = is_blank(turn.text);
    turns.push_back(std::move(turn));
  }
  return turns;
}

/// The users of 2.2: nobody but who speaks, each once, as the first prompt describes them.
std::vector<ActorSpec> speakers_of(const std::vector<Turn>& turns) {
  std::vector<ActorSpec> people;
  for (const Turn& turn : turns) {
    const bool known = std::ranges::any_of(
        people, [&](const ActorSpec& actor) { return actor.name == turn.name; });
    if (known || turn.kind == TurnKind::kOpening) continue;
    people.push_back(published::read_actor(turn.name, Role::kUser, turn.system));
    people.back().model = turn.model;
  }
  return people;
}

}  // namespace

ActorSpec published::read_actor(const std::string& name, Role role, const std::string& prompt) {
  Json parsed;
  try {
    parsed = parse_json(prompt);
  } catch (const InputError&) {
    return published::actor_of_sentence(name, role, prompt);
  }
  ActorSpec actor;
  actor.name = name;
  actor.role = role;
  const auto take = [&](const char* key, std::string& into) {
    if (const std::string* value = parsed.find_string(key)) into = *value;
  };
  if (const Json* type = parsed.find("type");
      type != nullptr && (*type == Json("2") || *type == Json("annotator")))
    actor.role = Role::kAnnotator;
  take("context", actor.context);
  take("instructions", actor.instructions);
  if (const Json* persona = parsed.find("persona"); persona != nullptr && persona->is_object())
    actor.persona = *persona;
  return actor;
}

std::string published_text(const Json& file) {
  return dump_json_indented(file);
}

const ActorSpec* speaker_of(const DiscussionJob& job, const Turn& turn) {
  if (turn.kind == TurnKind::kFacilitator) return job.facilitator ? &*job.facilitator : nullptr;
  for (const ActorSpec& actor : job.participants)
    if (actor.name == turn.name) return &actor;
  return nullptr;
}

const Turn& judged_turn(const DiscussionRecord& discussion, const Turn& annotation) {
  const std::uint64_t step = annotation.target;
  if (step < discussion.turns.size() && discussion.turns[step].step == step)
    return discussion.turns[step];
  for (const Turn& turn : discussion.turns)
    if (turn.step == step) return turn;
  throw InputError("an annotation of " + discussion.job.id + " judges comment " +
                   std::to_string(step + 1) + ", which is not there");
}

std::string last_time(const std::vector<Turn>& turns) {
  return turns.empty() ? "" : turns.back().time;
}

std::string annotator_prompt_2_0(const AnnotationRecord& annotation) {
  return published_system_prompt(PublishedStyle::k2_0, annotation.job.actor());
}

std::string annotator_model(const AnnotationRecord& annotation) {
  return annotation.turns.empty() ? annotation.job.actor().model : annotation.turns.front().model;
}

Json discussion_2_0(const DiscussionRecord& discussion) {
  return published::discussion(discussion, PublishedStyle::k2_0);
}

Json discussion_2_2(const DiscussionRecord& discussion) {
  JsonArray logs;
  for (const Turn& turn : discussion.turns)
    if (is_published(discussion.job, turn))
      logs.emplace_back(JsonObject{{"name", turn.name},
                                   {"text", turn.text},
                                   {"model", turn.model},
                                   {"prompt", prompt_2_2(discussion.job, turn)}});
  return JsonObject{{"timestamp", legacy_timestamp(last_time(discussion.turns))},
                    {"logs", std::move(logs)}};
}

Json annotation_2_0(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  return JsonObject{{"conv_id", discussion.job.id},
                    {"timestamp", legacy_timestamp(last_time(annotation.turns))},
                    {"annotator_model", annotator_model(annotation)},
                    {"annotator_prompt", annotator_prompt_2_0(annotation)},
                    {"ctx_length", annotation.job.set->history},
                    {"logs", published::annotated_pairs(annotation, discussion)}};
}

Json annotation_2_2(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  JsonArray logs;
  for (const Turn& turn : annotation.turns)
    logs.emplace_back(JsonObject{{"name", judged_turn(discussion, turn).name},
                                 {"text", turn.text},
                                 {"model", turn.model},
                                 {"prompt", annotator_prompt_2_2(annotation)}});
  return JsonObject{{"timestamp", legacy_timestamp(last_time(annotation.turns))},
                    {"logs", std::move(logs)}};
}

namespace published {

Json discussion(const DiscussionRecord& discussion, PublishedStyle style) {
  const DiscussionJob& job = discussion.job;
  JsonArray users;
  JsonArray prompts;
  for (const ActorSpec& actor : job.participants) {
    users.emplace_back(actor.name);
    prompts.emplace_back(published_system_prompt(style, actor));
  }
  JsonArray logs;
  for (const Turn& turn : discussion.turns)
    if (is_published(job, turn))
      logs.emplace_back(
          JsonObject{{"name", turn.name}, {"text", turn.text}, {"model", turn.model}});
  const auto& facilitator = job.facilitator;
  return JsonObject{{"id", job.id},
                    {"timestamp", legacy_timestamp(last_time(discussion.turns))},
                    {"users", std::move(users)},
                    {"moderator", facilitator ? Json(facilitator->name) : Json()},
                    {"user_prompts", std::move(prompts)},
                    {"moderator_prompt",
                     facilitator ? Json(published_system_prompt(style, *facilitator)) : Json()},
                    {"ctx_length", job.history},
                    {"logs", std::move(logs)}};
}

Json annotated_pairs(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  JsonArray logs;
  for (const Turn& turn : annotation.turns)
    logs.emplace_back(JsonArray{judged_turn(discussion, turn).text, turn.text});
  return logs;
}

const Json& member(const Json& object, std::string_view name, const At& at) {
  if (!object.is_object()) at.refuse("expected a mapping, found " + std::string(object.kind()));
  const Json* value = object.find(name);
  if (value == nullptr) at.refuse("\"" + std::string(name) + "\" is missing");
  return *value;
}

const std::string& text(const Json& object, std::string_view name, const At& at) {
  const Json& value = member(object, name, at);
  if (!value.is_string()) (at / name).refuse("expected a text, found " + std::string(value.kind()));
  return value.string();
}

const JsonArray& list(const Json& object, std::string_view name, const At& at) {
  const Json& value = member(object, name, at);
  if (!value.is_array()) (at / name).refuse("expected a list, found " + std::string(value.kind()));
  return value.array();
}

std::optional<std::string> optional_text(const Json& object, std::string_view name, const At& at) {
  const Json* value = object.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return text(object, name, at);
}

void read_time(const Json& file, std::vector<Turn>& turns) {
  const std::string* timestamp = file.find_string("timestamp");
  if (timestamp == nullptr) return;
  const std::string time = utc_from_legacy_timestamp(*timestamp);
  for (Turn& turn : turns) turn.time = time;
}

void read_people(const Json& file, const At& root, ReadActor read_actor, DiscussionJob& job) {
  if (file.find("users") != nullptr) {
    const JsonArray& users = list(file, "users", root);
    const JsonArray none;
    const JsonArray& prompts =
        file.find("user_prompts") != nullptr ? list(file, "user_prompts", root) : none;
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (!users[i].is_string()) (root / "users" / std::to_string(i)).refuse("expected a text");
      const bool has_prompt = i < prompts.size() && prompts[i].is_string();
      job.participants.push_back(read_actor(users[i].string(), Role::kUser,
                                            has_prompt ? prompts[i].string() : std::string()));
    }
  }
  if (const std::optional<std::string> facilitator = optional_text(file, "moderator", root))
    job.facilitator = read_actor(*facilitator, Role::kFacilitator,
                                 optional_text(file, "moderator_prompt", root).value_or(""));
  if (const Json* history = file.find("ctx_length"); history != nullptr && history->is_integer()) {
    if (history->integer() < 0 || history->integer() > 1'000'000'000)
      (root / "ctx_length").refuse("expected a whole number from 0 to 1,000,000,000");
    job.history = static_cast<int>(history->integer());
  }
}

}  // namespace published

DiscussionRecord read_discussion_2_0(const Json& file, const std::string& name) {
  const At root{name, ""};
  DiscussionRecord record;
  record.job.id = text(file, "id", root);
  const std::optional<std::string> facilitator = optional_text(file, "moderator", root);
  record.turns = read_logs(file, facilitator, false, root);
  record.status = Status::kCompleted;
  record.job.style.name = "syndisco-2.0";

  published::read_time(file, record.turns);
  // What stands in a file was shown, blank or not.
  record.job.blank_lines_enter_history = true;
  published::read_people(file, root, published::read_actor, record.job);
  if (const Json* prompts = file.find("user_prompts"); prompts != nullptr && prompts->is_array())
    for (const Json& prompt : prompts->array())
      if (prompt.is_string() && !prompt.string().starts_with('{'))
        record.job.style.name = "syndisco-1.0";
  return record;
}

DiscussionRecord read_discussion_2_2(const Json& file, const std::string& name,
                                     const std::string& id) {
  const At root{name, ""};
  DiscussionRecord record;
  record.job.id = id;
  record.turns = read_logs(file, std::nullopt, true, root);
  published::read_time(file, record.turns);
  record.job.blank_lines_enter_history = true;
  record.status = Status::kCompleted;
  record.job.style.name = kStyle22;
  record.job.participants = speakers_of(record.turns);
  return record;
}

}  // namespace syndisco
