#include "syndisco/record/job.h"

#include <array>
#include <limits>

#include "syndisco/base/error.h"
#include "syndisco/record/answer_schema.h"
#include "syndisco/record/fields.h"

namespace syndisco {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 3> kRoles = {{
    {Role::kUser, "user"},
    {Role::kFacilitator, "facilitator"},
    {Role::kAnnotator, "annotator"},
}};

constexpr std::array<std::pair<SpeakerKind, std::string_view>, 4> kSpeakers = {{
    {SpeakerKind::kModel, "model"},
    {SpeakerKind::kHuman, "human"},
    {SpeakerKind::kRetrieval, "retrieval"},
    {SpeakerKind::kSampler, "sampler"},
}};

constexpr std::array<std::pair<TurnTakingKind, std::string_view>, 5> kTurnTakings = {{
    {TurnTakingKind::kRoundRobin, "round_robin"},
    {TurnTakingKind::kQueue, "queue"},
    {TurnTakingKind::kRandom, "random"},
    {TurnTakingKind::kRespond, "respond"},
    {TurnTakingKind::kOwn, "own"},
}};

template <typename Table>
auto value_in(const Table& table, const std::string& name, const std::string& pointer) {
  for (const auto& [value, known] : table) {
    if (known == name) return value;
  }
  refuse_record("\"" + name + "\" is not known here", pointer);
}

// Every field of PromptTemplate, once, for both directions.
constexpr std::array<std::pair<std::string_view, std::string PromptTemplate::*>, 8> kTemplateTexts =
    {{
        {"system", &PromptTemplate::system},
        {"comment", &PromptTemplate::comment},
        {"separator", &PromptTemplate::separator},
        {"user", &PromptTemplate::user},
        {"user_first", &PromptTemplate::user_first},
        {"facilitator", &PromptTemplate::facilitator},
        {"annotator_system", &PromptTemplate::annotator_system},
        {"annotator", &PromptTemplate::annotator},
    }};

Json post_to_json(const OpeningPost& post) {
  return Json(JsonObject{{"name", post.name}, {"text", post.text}});
}

template <typename Element, typename Convert>
Json json_list(const std::vector<Element>& elements, Convert convert) {
  JsonArray array;
  array.reserve(elements.size());
  for (const Element& element : elements) array.push_back(convert(element));
  return Json(std::move(array));
}

Json actors_to_json(const std::vector<ActorSpec>& actors) {
  return json_list(actors, [](const ActorSpec& actor) { return to_json(actor); });
}

Json style_to_json(const PromptStyle& style) {
  Json own;
  if (style.own) {
    JsonObject texts;
    for (const auto& [name, text] : kTemplateTexts) texts.emplace_back(name, (*style.own).*text);
    own = Json(std::move(texts));
  }
  return Json(JsonObject{{"name", style.name}, {"own", std::move(own)}});
}

PromptStyle style_from_json(const Json& json, const std::string& pointer) {
  Fields fields(json, pointer);
  PromptStyle style;
  style.name = fields.text("name");
  if (const Json& own = fields.any("own"); !own.is_null()) {
    Fields texts(own, fields.pointer("own"));
    style.own.emplace();
    for (const auto& [name, text] : kTemplateTexts) (*style.own).*text = texts.text(name);
    texts.finish();
  }
  fields.finish();
  return style;
}

Json turn_taking_to_json(const TurnTaking& taking) {
  return Json(JsonObject{
      {"kind", name_in(kTurnTakings, taking.kind)},
      {"probability", taking.probability},
      {"random_first_speaker", taking.random_first_speaker},
  });
}

TurnTaking turn_taking_from_json(const Json& json, const std::string& pointer) {
  Fields fields(json, pointer);
  TurnTaking taking;
  taking.kind = value_in(kTurnTakings, fields.text("kind"), fields.pointer("kind"));
  taking.probability = fields.number("probability");
  taking.random_first_speaker = fields.boolean("random_first_speaker");
  fields.finish();
  return taking;
}

// As the experiment file writes it, so a difference is shown in the user's own words.
Json answer_to_json(const AnswerConstraint& answer) {
  if (const auto* choice = std::get_if<Choice>(&answer)) {
    return Json(JsonObject{{"choice", json_texts(choice->options)}});
  }
  if (const auto* range = std::get_if<IntegerRange>(&answer)) {
    return Json(JsonObject{{"integer", JsonArray{Json(range->lowest), Json(range->highest)}}});
  }
  if (const auto* json = std::get_if<JsonAnswer>(&answer))
    return Json(JsonObject{{"json", json->schema}});
  return Json("text");
}

AnswerConstraint answer_from_json(const Json& json, const std::string& pointer) {
  if (json.is_string()) {
    if (json.string() == "text") return FreeText{};
    refuse_record("\"" + json.string() + "\" is not known here", pointer);
  }
  if (const Json* options = json.find("choice"); options && json.object().size() == 1) {
    return Choice{texts_from(*options, pointer_join(pointer, "choice"))};
  }
  if (const Json* bounds = json.find("integer"); bounds && json.object().size() == 1) {
    const std::string at = pointer_join(pointer, "integer");
    if (!bounds->is_array() || bounds->array().size() != 2) {
      refuse_record("expected the lowest and the highest number", at);
    }
    return IntegerRange{integer_from(bounds->array()[0], pointer_join(at, "0")),
                        integer_from(bounds->array()[1], pointer_join(at, "1"))};
  }
  if (const Json* schema = json.find("json"); schema && json.object().size() == 1) {
    Place place;
    place.pointer = pointer_join(pointer, "json");
    check_answer_schema(*schema, place);
    return JsonAnswer{*schema};
  }
  refuse_record("expected \"text\", a choice, a range of integers or a schema", pointer);
}

Json levels_to_json(const FactorLevels& levels) {
  JsonObject object;
  for (const auto& [factor, level] : levels) object.emplace_back(factor, level);
  return Json(std::move(object));
}

FactorLevels levels_from_json(const Json& json, const std::string& pointer) {
  if (!json.is_object()) {
    refuse_record("expected a mapping, found " + std::string(json.kind()), pointer);
  }
  FactorLevels levels;
  for (const auto& [factor, level] : json.object()) {
    levels.emplace_back(factor, text_from(level, pointer_join(pointer, factor)));
  }
  return levels;
}

OpeningPost opening_post_from_json(const Json& json, const std::string& pointer) {
  Fields fields(json, pointer);
  OpeningPost post;
  post.name = fields.text("name");
  post.text = fields.text("text");
  fields.finish();
  return post;
}

Sampling sampling_from_json(const Json& json, const std::string& pointer) {
  Fields fields(json, pointer);
  Sampling sampling;
  sampling.temperature = fields.number("temperature");
  sampling.top_p = fields.number("top_p");
  sampling.top_k = fields.integer("top_k");
  sampling.min_p = fields.number("min_p");
  sampling.repeat_penalty = fields.number("repeat_penalty");
  sampling.repeat_last_n = fields.integer("repeat_last_n");
  Fields dry(fields.any("dry"), fields.pointer("dry"));
  sampling.dry.multiplier = dry.number("multiplier");
  sampling.dry.base = dry.number("base");
  sampling.dry.allowed_length = dry.integer("allowed_length");
  sampling.dry.last_n = dry.integer("last_n");
  dry.finish();
  sampling.max_tokens = fields.integer("max_tokens");
  sampling.stop = fields.texts("stop");
  sampling.remove = fields.texts("remove");
  fields.finish();
  return sampling;
}

// As the experiment file writes it: {human: terminal} or {KIND: PATH}, and the hash beside it.
Json speaker_to_json(const ActorSpec& actor) {
  const std::string kind(speaker_kind_name(actor.speaker));
  if (actor.speaker == SpeakerKind::kHuman) return Json(JsonObject{{kind, "terminal"}});
  return Json(JsonObject{{kind, actor.corpus.path}, {"sha256", actor.corpus.sha256}});
}

void read_speaker(ActorSpec& actor, const Json& json, const std::string& pointer) {
  Fields fields(json, pointer);
  for (const auto& [kind, name] : kSpeakers)
    if (kind != SpeakerKind::kModel && fields.has(name)) actor.speaker = kind;
  if (actor.speaker == SpeakerKind::kModel)
    refuse_record("expected human, retrieval or sampler", pointer);
  const std::string said = fields.text(speaker_kind_name(actor.speaker));
  if (actor.speaker != SpeakerKind::kHuman)
    actor.corpus = {.path = said, .sha256 = fields.text("sha256")};
  fields.finish();
}

ActorSpec actor_from_json(const Json& json, const std::string& pointer) {
  Fields fields(json, pointer);
  ActorSpec actor;
  actor.name = fields.text("name");
  actor.role = value_in(kRoles, fields.text("role"), fields.pointer("role"));
  actor.persona = fields.any("persona");
  actor.context = fields.text("context");
  actor.instructions = fields.text("instructions");
  actor.model = fields.text("model");
  actor.sampling = sampling_from_json(fields.any("sampling"), fields.pointer("sampling"));
  if (fields.has("actor")) read_speaker(actor, fields.any("actor"), fields.pointer("actor"));
  fields.finish();
  return actor;
}

std::vector<ActorSpec> actors_from(Fields& fields, std::string_view name) {
  std::vector<ActorSpec> actors;
  for (const Json& actor : fields.array(name)) {
    actors.push_back(
        actor_from_json(actor, pointer_join(fields.pointer(name), std::to_string(actors.size()))));
  }
  return actors;
}

/// Members that later versions added stand only where they say something: what was recorded before
/// stays the same.
void add_seed(Json& json, const std::optional<std::uint64_t>& seed) {
  if (seed) json.set("sampler_seed", json_unsigned(*seed));
}

std::optional<std::uint64_t> seed_from(Fields& fields) {
  if (!fields.has("sampler_seed")) return std::nullopt;
  return fields.unsigned_integer("sampler_seed");
}

std::size_t size_from(Fields& fields, std::string_view name) {
  const std::uint64_t value = fields.unsigned_integer(name);
  if (value > std::numeric_limits<std::size_t>::max()) {
    refuse_record("this number is out of range", fields.pointer(name));
  }
  return static_cast<std::size_t>(value);
}

}  // namespace

std::string_view role_name(Role role) {
  return name_in(kRoles, role);
}

std::string_view speaker_kind_name(SpeakerKind kind) {
  return name_in(kSpeakers, kind);
}

std::string speaker_label(SpeakerKind kind, std::string_view corpus) {
  std::string label(speaker_kind_name(kind));
  if (kind != SpeakerKind::kHuman) label.append(":").append(corpus);
  return label;
}

AnnotationJob make_annotation_job(const std::string& discussion,
                                  std::shared_ptr<const AnnotationSet> set, std::size_t annotator) {
  AnnotationJob job;
  job.id = discussion + "/" + set->name + "/" + set->annotators.at(annotator).name;
  job.discussion = discussion;
  job.set = std::move(set);
  job.annotator = annotator;
  return job;
}

Json to_json(const Sampling& sampling) {
  return Json(JsonObject{
      {"temperature", sampling.temperature},
      {"top_p", sampling.top_p},
      {"top_k", sampling.top_k},
      {"min_p", sampling.min_p},
      {"repeat_penalty", sampling.repeat_penalty},
      {"repeat_last_n", sampling.repeat_last_n},
      {"dry", JsonObject{{"multiplier", sampling.dry.multiplier},
                         {"base", sampling.dry.base},
                         {"allowed_length", sampling.dry.allowed_length},
                         {"last_n", sampling.dry.last_n}}},
      {"max_tokens", sampling.max_tokens},
      {"stop", json_texts(sampling.stop)},
      {"remove", json_texts(sampling.remove)},
  });
}

Json to_json(const ActorSpec& actor) {
  Json json(JsonObject{
      {"name", actor.name},
      {"role", role_name(actor.role)},
      {"persona", actor.persona},
      {"context", actor.context},
      {"instructions", actor.instructions},
      {"model", actor.model},
      {"sampling", to_json(actor.sampling)},
  });
  if (actor.speaker != SpeakerKind::kModel) json.set("actor", speaker_to_json(actor));
  return json;
}

Json to_json(const DiscussionJob& job) {
  Json json(JsonObject{
      {"id", job.id},
      {"experiment", job.experiment},
      {"cell", job.cell},
      {"levels", levels_to_json(job.levels)},
      {"seed", json_unsigned(job.seed)},
      {"scope", job.scope},
      {"replicate", json_unsigned(job.replicate)},
      {"participants", actors_to_json(job.participants)},
      {"facilitator", job.facilitator ? to_json(*job.facilitator) : Json()},
      {"opening_posts", json_list(job.opening_posts, post_to_json)},
      {"turns", job.turns},
      {"history", job.history},
      {"turn_taking", turn_taking_to_json(job.turn_taking)},
      {"style", style_to_json(job.style)},
      {"wrap", job.wrap},
      {"silence", json_texts(job.silence)},
      {"blank_lines_enter_history", job.blank_lines_enter_history},
  });
  if (job.silence_ends) json.set("silence_ends", true);
  add_seed(json, job.sampler_seed);
  return json;
}

Json to_json(const AnnotationSet& set) {
  Json json(JsonObject{
      {"name", set.name},
      {"annotators", actors_to_json(set.annotators)},
      {"style", style_to_json(set.style)},
      {"wrap", set.wrap},
      {"history", set.history},
      {"facilitator_comments", set.facilitator_comments},
      {"opening_posts", set.opening_posts},
      {"answer", answer_to_json(set.answer)},
      {"seed", json_unsigned(set.seed)},
  });
  if (set.silent_turns) json.set("silent_turns", true);
  if (!set.leave_out.empty()) json.set("leave_out", set.leave_out);
  add_seed(json, set.sampler_seed);
  return json;
}

Sampling sampling_from_json(const Json& json) {
  return sampling_from_json(json, "");
}

ActorSpec actor_from_json(const Json& json) {
  return actor_from_json(json, "");
}

DiscussionJob discussion_job_from_json(const Json& json) {
  Fields fields(json, "");
  DiscussionJob job;
  job.id = fields.text("id");
  job.experiment = fields.text("experiment");
  job.cell = fields.text("cell");
  job.levels = levels_from_json(fields.any("levels"), fields.pointer("levels"));
  job.seed = fields.unsigned_integer("seed");
  job.scope = fields.text("scope");
  job.replicate = fields.unsigned_integer("replicate");
  job.participants = actors_from(fields, "participants");
  if (const Json& facilitator = fields.any("facilitator"); !facilitator.is_null()) {
    job.facilitator = actor_from_json(facilitator, fields.pointer("facilitator"));
  }
  for (const Json& post : fields.array("opening_posts")) {
    job.opening_posts.push_back(opening_post_from_json(
        post,
        pointer_join(fields.pointer("opening_posts"), std::to_string(job.opening_posts.size()))));
  }
  job.turns = fields.integer("turns");
  job.history = fields.integer("history");
  job.turn_taking = turn_taking_from_json(fields.any("turn_taking"), fields.pointer("turn_taking"));
  job.style = style_from_json(fields.any("style"), fields.pointer("style"));
  job.wrap = size_from(fields, "wrap");
  job.silence = fields.texts("silence");
  job.blank_lines_enter_history = fields.boolean("blank_lines_enter_history");
  if (fields.has("silence_ends")) job.silence_ends = fields.boolean("silence_ends");
  job.sampler_seed = seed_from(fields);
  fields.finish();
  return job;
}

AnnotationSet annotation_set_from_json(const Json& json) {
  Fields fields(json, "");
  AnnotationSet set;
  set.name = fields.text("name");
  set.annotators = actors_from(fields, "annotators");
  set.style = style_from_json(fields.any("style"), fields.pointer("style"));
  set.wrap = size_from(fields, "wrap");
  set.history = fields.integer("history");
  set.facilitator_comments = fields.boolean("facilitator_comments");
  set.opening_posts = fields.boolean("opening_posts");
  set.answer = answer_from_json(fields.any("answer"), fields.pointer("answer"));
  set.seed = fields.unsigned_integer("seed");
  if (fields.has("silent_turns")) set.silent_turns = fields.boolean("silent_turns");
  if (fields.has("leave_out")) set.leave_out = fields.text("leave_out");
  set.sampler_seed = seed_from(fields);
  fields.finish();
  return set;
}

}  // namespace syndisco
