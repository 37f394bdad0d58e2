#include <algorithm>

#include "syndisco/api/cast_internal.h"
#include "syndisco/api/llama_model.h"
#include "syndisco/base/clock.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/published.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/legacy/output.h"
#include "syndisco/record/answer_schema.h"
#include "syndisco/record/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco::api {
namespace {

std::string in_marks(const std::string& text) {
  return "\"" + printable_line(text) + "\"";
}

/// Throws where `word` is none of `known`.
void check_known(const std::string& what, const std::string& word,
                 const std::vector<std::string>& known) {
  if (std::ranges::find(known, word) != known.end()) return;
  const std::string near = nearest_word(word, known);
  std::string all;
  for (const std::string& each : known) all += (all.empty() ? "" : ", ") + each;
  throw InputError("unknown " + what + " " + in_marks(word), {},
                   near.empty() ? "known are " + all : "did you mean " + near + "?");
}

ActorType type_of(const Actor& actor) {
  if (actor.role.empty()) return actor.actor_type;
  check_known("role", actor.role, {"chat user", "chat moderator", "expert annotator"});
  return actor.role == "expert annotator" ? ActorType::kAnnotator : ActorType::kUser;
}

std::string name_of(const Actor& actor) {
  if (!actor.name.empty()) return actor.name;
  if (actor.persona) return actor.persona->username();
  throw InputError("an actor has no name", {}, "give it a name, or a persona, which has one");
}

Json persona_of(const Actor& actor, const std::string& name) {
  if (actor.persona && !actor.attributes.empty())
    throw InputError(in_marks(name) + " has a persona and attributes", {}, "give one of them");
  if (actor.persona) return actor.persona->to_dict();
  if (actor.attributes.empty()) return JsonObject{};
  JsonArray texts;
  for (const std::string& text : actor.attributes) texts.emplace_back(text);
  return JsonObject{{"attributes", std::move(texts)}};
}

bool has_stop_strings(const PromptStyle& style) {
  const std::optional<PublishedStyle> published = published_style(style.name);
  return published == PublishedStyle::kG0 || published == PublishedStyle::k1_0;
}

}  // namespace

Cast::Cast(const std::vector<std::shared_ptr<Model>>& models) {
  for (const std::shared_ptr<Model>& model : models) take(model);
}

void Cast::take(const std::shared_ptr<Model>& model) {
  const std::string& name = model->info().name;
  if (name == speaker_label(SpeakerKind::kHuman) ||
      name.starts_with(speaker_label(SpeakerKind::kRetrieval)) ||
      name.starts_with(speaker_label(SpeakerKind::kSampler)))
    throw InputError("a model is named " + in_marks(name), {},
                     "records name those so who are no models; give it another name");
  const auto [known, is_new] = owned_.emplace(name, model);
  if (!is_new && known->second != model)
    throw InputError("two models are named " + in_marks(name), {},
                     "records tell models by their names; give each its own");
  models_[name] = model.get();
}

ActorSpec Cast::add(const Actor& actor, Role role, const PromptStyle& style) {
  ActorSpec spec;
  spec.name = name_of(actor);
  spec.role = role;
  const bool annotates = type_of(actor) == ActorType::kAnnotator;
  if (annotates != (role == Role::kAnnotator))
    throw InputError(
        in_marks(spec.name) + (annotates ? " is an annotator and cannot take part in a discussion"
                                         : " is no annotator and cannot annotate"),
        {}, annotates ? "" : "set its actor_type to ActorType::kAnnotator");
  if (actor.model == nullptr)
    throw InputError(in_marks(spec.name) + " has no model", {},
                     "give the actor a model to speak for it");
  take(actor.model);
  spec.model = actor.model->info().name;
  spec.persona = persona_of(actor, spec.name);
  spec.context = actor.context;
  spec.instructions = actor.instructions;
  spec.sampling = actor.sampling.value_or(actor.model->info().sampling);
  if (spec.sampling.max_tokens < 1)
    throw InputError("max_tokens of " + in_marks(spec.name) + " must be at least 1");
  if (spec.sampling.stop.empty() && has_stop_strings(style))
    spec.sampling.stop = stop_strings_before_2_0();
  return spec;
}

std::vector<ActorSpec> Cast::add(const std::vector<Actor>& actors, Role role,
                                 const PromptStyle& style) {
  std::vector<ActorSpec> specs;
  for (const Actor& actor : actors) specs.push_back(add(actor, role, style));
  return specs;
}

std::vector<ModelSpec> Cast::specs() const {
  std::vector<ModelSpec> specs;
  for (const auto& [name, model] : owned_) {
    if (const auto* llama = dynamic_cast<const LlamaModel*>(model.get())) {
      specs.push_back(llama->spec());
      continue;
    }
    ModelSpec& spec = specs.emplace_back();
    spec.name = name;
    spec.own = model->info().details;
  }
  return specs;
}

std::size_t Cast::parallel() const {
  std::size_t most = 1;
  for (const auto& [name, model] : owned_) most = std::max(most, model->info().parallel);
  return most;
}

PromptStyle style_named(const std::string& name) {
  check_known("prompt_style", name,
              {"plain", "g0", "sdf", "syndisco-1.0", "syndisco-2.0", "syndisco-2.2"});
  return {.name = name, .own = std::nullopt};
}

void set_style(DiscussionJob& job, const std::string& name) {
  job.style = style_named(name);
  job.wrap = default_wrap(job.style);
  const std::optional<PublishedStyle> published = published_style(job.style.name);
  job.blank_lines_enter_history = published.has_value();
  job.silence_ends = published == PublishedStyle::kG0;
  // As in experiment files.
  if (!published) job.silence = {R"("")"};
}

namespace {

void check_answer(const AnswerConstraint& answer) {
  if (const auto* range = std::get_if<IntegerRange>(&answer)) {
    if (range->lowest > range->highest)
      throw InputError("an answer from " + std::to_string(range->lowest) + " to " +
                       std::to_string(range->highest) + " cannot be given");
    if (static_cast<std::uint64_t>(range->highest) - static_cast<std::uint64_t>(range->lowest) >=
        100'000)
      throw InputError("an answer may be one of at most 100,000 numbers");
  } else if (const auto* choice = std::get_if<Choice>(&answer)) {
    std::vector<std::string> sorted = choice->options;
    std::ranges::sort(sorted);
    if (sorted.empty() || sorted.front().empty() ||
        std::ranges::adjacent_find(sorted) != sorted.end())
      throw InputError("a choice needs options that are not empty and all different");
  } else if (const auto* json = std::get_if<JsonAnswer>(&answer)) {
    check_answer_schema(json->schema);
  }
}

}  // namespace

AnnotationSet annotation_set(const std::string& name, const std::vector<Actor>& annotators,
                             int history, bool facilitator_comments, const AnswerConstraint& answer,
                             const std::string& prompt_style, std::uint64_t seed, Cast& cast) {
  check_not_negative("history_ctx_len", history);
  check_answer(answer);
  AnnotationSet set;
  set.name = name;
  set.style = style_named(prompt_style);
  set.wrap = default_wrap(set.style);
  set.annotators = cast.add(annotators, Role::kAnnotator, set.style);
  set.history = history;
  set.facilitator_comments = facilitator_comments;
  // The published versions annotate whatever stands in the file.
  set.silent_turns = published_style(set.style.name).has_value();
  set.answer = answer;
  set.seed = seed;
  return set;
}

namespace {

/// The published format of that name.
struct Format {
  std::string name;
  Json (*discussion)(const DiscussionRecord&);
  Json (*annotation)(const AnnotationRecord&, const DiscussionRecord&);
};

const Format& format_named(const std::string& name, const PromptStyle& style) {
  static const std::vector<Format> formats = {
      {"syndisco-2.0", discussion_2_0, annotation_2_0},
      {"syndisco-2.2", discussion_2_2, annotation_2_2},
      {"syndisco-1.0", discussion_1_0, annotation_1_0},
      {"sdf", discussion_sdf, annotation_sdf},
      {"g0", discussion_g0, annotation_g0},
  };
  std::vector<std::string> names;
  for (const Format& format : formats) names.push_back(format.name);
  const std::string wanted =
      !name.empty() ? name : (published_style(style.name) ? style.name : formats.front().name);
  check_known("format", wanted, names);
  return *std::ranges::find(formats, wanted, &Format::name);
}

}  // namespace

Json discussion_in(const std::string& format, const DiscussionRecord& discussion) {
  return format_named(format, discussion.job.style).discussion(discussion);
}

Json annotation_in(const std::string& format, const AnnotationRecord& annotation,
                   const DiscussionRecord& discussion) {
  return format_named(format, annotation.job.set->style).annotation(annotation, discussion);
}

std::string on_screen(const DiscussionJob& job, const Turn& turn) {
  const bool published = published_style(job.style.name).has_value();
  const PromptStyle style{.name = published ? job.style.name : "syndisco-1.0", .own = std::nullopt};
  const std::string comment = format_comment(style, 70, turn.name, turn.text);
  if (comment.empty()) return "";
  return printable(comment) + (style.name == "g0" ? "\n" : "\n\n");
}

void check_not_negative(const std::string& name, int value) {
  if (value < 0) throw InputError(name + " is " + std::to_string(value), {}, "it is at least 0");
}

std::filesystem::path save_by_time(const std::filesystem::path& folder, const std::string& text) {
  const std::string timestamp = legacy_timestamp_now();
  for (int number = 1;; ++number) {
    std::filesystem::path path = output_path(folder, timestamp, number);
    if (write_new_file(path, text)) return path;
  }
}

}  // namespace syndisco::api
