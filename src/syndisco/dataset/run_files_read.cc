#include <memory>
#include <utility>

#include "syndisco/dataset/published.h"
#include "syndisco/dataset/published_internal.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/record/fields.h"
#include "syndisco/text/unicode.h"

// The files of a run directory read back.

namespace syndisco {

using published::At;
using published::list;
using published::member;
using published::text;

namespace {

constexpr int kFormat = 1;
constexpr std::string_view kPosition = "annotator";

void check_format(const Json& format, const At& at) {
  if (format == Json(kFormat)) return;
  if (!format.is_integer() || format.integer() < kFormat) at.refuse("is no format of ours");
  throw InputError("is of a later version of this program",
                   {.file = at.file, .pointer = at.pointer}, "read it with that version");
}

/// Errors of records say where in the record; in a file that is below `at`.
template <typename Read>
auto inside(const At& at, const Read& read) {
  try {
    return read();
  } catch (const InputError& error) {
    throw InputError(error.what(), {.file = at.file, .pointer = at.pointer + error.place().pointer},
                     error.hint());
  }
}

/// What a turn of a discussion and one of an annotation have in common.
void read_answer(Fields& fields, Turn& turn) {
  if (fields.has("thinking")) turn.thinking = fields.text("thinking");
  turn.finish = fields.text("finish");
  turn.seed = fields.unsigned_integer("seed");
  turn.dropped = fields.integer("dropped");
  turn.prompt_tokens = fields.integer("prompt_tokens");
  turn.reused_tokens = fields.integer("reused_tokens");
  turn.generated_tokens = fields.integer("generated_tokens");
  turn.seconds = fields.number("seconds");
}

Turn read_turn(const Json& details, std::uint64_t step, bool& in_logs) {
  Fields fields(details, "");
  Turn turn;
  turn.step = step;
  if (fields.unsigned_integer("comment_index") != step + 1)
    refuse_record("expected " + std::to_string(step + 1), "/comment_index");
  turn.kind = turn_kind_from(fields.text("kind"));
  turn.name = fields.text("name");
  turn.silent = fields.boolean("silent");
  in_logs = fields.boolean("in_logs");
  if (!in_logs) turn.text = fields.text("text");
  turn.time = fields.text("time");
  if (turn.kind == TurnKind::kOpening) {
    turn.model = "hardcoded";
  } else {
    read_answer(fields, turn);
  }
  fields.finish();
  return turn;
}

/// The job, but for what its turns tell.
DiscussionJob read_job(const Json& file, const Json& ours, const At& root) {
  const At at = root / "syndisco";
  const Json& settings = member(ours, "settings", at);
  const At inner = at / "settings";
  // The record's own reader checks the parts, which stand here under other names.
  Json job = to_json(DiscussionJob{});
  job.set("id", text(file, "id", root));
  for (const char* key : {"experiment", "cell", "seed", "replicate", "participants", "facilitator"})
    job.set(key, member(ours, key, at));
  job.set("levels", member(ours, "factors", at));
  for (const char* key : {"turns", "history", "turn_taking", "wrap", "silence"})
    job.set(key, member(settings, key, inner));
  for (const char* key : {"scope", "silence_ends", "sampler_seed"})
    if (const Json* value = settings.find(key)) job.set(key, *value);
  job.set("style", JsonObject{{"name", text(settings, "prompt_style", inner)}, {"own", Json()}});
  return inside(at, [&] { return discussion_job_from_json(job); });
}

void read_turns(const Json& file, const Json& ours, const At& root, DiscussionRecord& record) {
  const JsonArray& logs = list(file, "logs", root);
  const At at = root / "syndisco";
  std::size_t entry = 0;
  for (const Json& details : list(ours, "turns", at)) {
    const std::size_t step = record.turns.size();
    const At place = at / "turns" / std::to_string(step);
    bool in_logs = false;
    Turn turn = inside(place, [&] { return read_turn(details, step, in_logs); });
    if (in_logs) {
      const At log = root / "logs" / std::to_string(entry);
      if (entry == logs.size()) place.refuse("is not in \"logs\"");
      const Json& said = logs[entry++];
      turn.text = text(said, "text", log);
      turn.model = text(said, "model", log);
      turn.system = text(said, "prompt", log);
      if (text(said, "name", log) != turn.name) (log / "name").refuse("is not who spoke");
      if (is_blank(turn.text)) record.job.blank_lines_enter_history = true;
    } else if (const ActorSpec* speaker = speaker_of(record.job, turn)) {
      turn.model = speaker->model;
    }
    if (turn.kind == TurnKind::kOpening) record.job.opening_posts.push_back({turn.name, turn.text});
    record.turns.push_back(std::move(turn));
  }
  if (entry != logs.size())
    (root / "logs" / std::to_string(entry)).refuse("no turn of \"syndisco\" is in it");
}

/// The JSON that a text holds.
Json parsed(const Json& file, std::string_view name, const At& root) {
  const std::string& content = text(file, name, root);
  return inside(root / name, [&] { return parse_json(content, root.file); });
}

AnnotationSet read_set(const Json& file, const At& root) {
  AnnotationSet named;
  named.name = text(file, "syndisco_set", root);
  named.style.name = text(file, "syndisco_prompt_style", root);
  Json set = to_json(named);
  set.set("annotators", JsonArray{parsed(file, "syndisco_actor", root)});
  set.set("history", member(file, "ctx_length", root));
  set.set("answer", text(file, "syndisco_answer", root) == "\"text\""
                        ? Json("text")
                        : parsed(file, "syndisco_answer", root));
  set.set("seed", member(file, "syndisco_seed", root));
  // Files that the first versions wrote lack it.
  if (file.find("syndisco_settings") != nullptr) {
    const Json settings = parsed(file, "syndisco_settings", root);
    if (!settings.is_object()) (root / "syndisco_settings").refuse("expected a mapping");
    for (const auto& [key, value] : settings.object())
      if (key != kPosition) set.set(key, value);
  }
  return inside(root, [&] { return annotation_set_from_json(set); });
}

Turn read_annotation_turn(const Json& details, std::uint64_t step) {
  Fields fields(details, "");
  Turn turn;
  turn.step = step;
  turn.kind = TurnKind::kAnnotation;
  const std::uint64_t index = fields.unsigned_integer("comment_index");
  if (index == 0) refuse_record("comments are counted from 1", "/comment_index");
  turn.target = index - 1;
  turn.name = fields.text("user");
  turn.value = fields.any("value");
  turn.time = fields.text("time");
  read_answer(fields, turn);
  fields.finish();
  return turn;
}

}  // namespace

bool is_run_file(const Json& file) {
  return file.find("syndisco") != nullptr || file.find("syndisco_format") != nullptr;
}

std::size_t annotator_position(const Json& file, const std::string& name) {
  const At root{name, ""};
  if (file.find("syndisco_settings") == nullptr) return 0;
  const Json settings = parsed(file, "syndisco_settings", root);
  const Json* position = settings.find(kPosition);
  return position != nullptr && position->is_integer() && position->integer() > 0
             ? static_cast<std::size_t>(position->integer())
             : 0;
}

DiscussionRecord read_discussion_file(const Json& file, const std::string& name) {
  const At root{name, ""};
  const Json& ours = member(file, "syndisco", root);
  check_format(member(ours, "format", root / "syndisco"), root / "syndisco" / "format");
  DiscussionRecord record;
  record.job = read_job(file, ours, root);
  record.status = Status::kCompleted;
  read_turns(file, ours, root, record);
  return record;
}

AnnotationRecord read_annotation_file(const Json& file, const std::string& name) {
  const At root{name, ""};
  check_format(member(file, "syndisco_format", root), root / "syndisco_format");
  AnnotationRecord record;
  record.job = make_annotation_job(text(file, "conv_id", root),
                                   std::make_shared<const AnnotationSet>(read_set(file, root)), 0);
  record.status = Status::kCompleted;
  const std::string& model = text(file, "annotator_model", root);
  const std::string& system = text(file, "syndisco_prompt", root);
  const JsonArray& logs = list(file, "logs", root);
  const Json details = parsed(file, "syndisco_details", root);
  const At at = root / "syndisco_details";
  if (!details.is_array() || details.array().size() != logs.size())
    at.refuse("expected a list with an entry for each of \"logs\"");
  for (std::size_t i = 0; i < logs.size(); ++i) {
    Turn turn =
        inside(at / std::to_string(i), [&] { return read_annotation_turn(details.array()[i], i); });
    const Json& pair = logs[i];
    if (!pair.is_array() || pair.array().size() != 2 || !pair.array()[1].is_string())
      (root / "logs" / std::to_string(i)).refuse("expected a pair of message and annotation");
    turn.text = pair.array()[1].string();
    turn.model = model;
    turn.system = system;
    turn.silent = is_blank(turn.text);
    record.turns.push_back(std::move(turn));
  }
  return record;
}

}  // namespace syndisco
