#include "syndisco/design/annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "syndisco/design/keys.h"
#include "syndisco/design/models.h"
#include "syndisco/design/people.h"
#include "syndisco/design/style.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/record/answer_schema.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::string_view kAnswers =
    "text, {integer: [LOWEST, HIGHEST]}, {choice: [TEXT, TEXT, ...]} or {json: SCHEMA}";

IntegerRange read_range(const Field& field) {
  if (!field.json().is_array() || field.json().array().size() != 2)
    field.refuse("a list of the lowest and the highest number", "such as [1, 5]");
  const std::vector<Field> ends = field.items();
  const IntegerRange range{ends[0].whole64(), ends[1].whole64()};
  if (range.lowest > range.highest)
    field.fail(fmt::format("integer begins at {} but ends at {}", range.lowest, range.highest),
               "give the lowest number first");
  // Unsigned, because the distance may not fit the signed type.
  constexpr std::uint64_t kMost = 100'000;
  if (static_cast<std::uint64_t>(range.highest) - static_cast<std::uint64_t>(range.lowest) >= kMost)
    field.fail("integer holds more than 100,000 numbers", "choose a smaller range");
  return range;
}

Choice read_choice(const Field& field) {
  Choice choice;
  std::map<std::string, Field> seen;
  for (const Field& item : field.items()) {
    const std::string& option = item.name();
    const auto [first, is_new] = seen.emplace(option, item);
    if (!is_new) item.fail(fmt::format("{} is twice among the choices", in_quotes(option)));
    choice.options.push_back(option);
  }
  if (choice.options.empty()) field.fail("choice is empty", "give at least one text");
  return choice;
}

AnswerConstraint read_answer(const Field& field, InputFiles& files) {
  if (field.json().is_string() && field.json().string() == "text") return FreeText{};
  if (!field.json().is_object()) field.refuse(kAnswers);
  const Mapping mapping(field, keys::kAnswer);
  if (mapping.members().size() != 1) field.fail(fmt::format("answer must be {}", kAnswers));
  const Field& kind = mapping.members().front();
  if (kind.label() == "integer") return read_range(kind);
  if (kind.label() == "choice") return read_choice(kind);
  if (kind.label() == "json") return JsonAnswer{read_checked(kind, files, check_answer_schema)};
  if (!kind.is_null() && kind.json() != Json(JsonObject{}))
    kind.fail("answer: text has no options", "write `answer: text`");
  return FreeText{};
}

/// Names of files are made of these slugs, so two that are equal would write over each other.
void check_slugs(const People& people) {
  std::map<std::string, const Person*> slugs;
  for (const Person& person : people.persons) {
    const auto [first, is_new] = slugs.emplace(slug(person.name), &person);
    if (!is_new)
      person.where.fail(
          fmt::format("annotators {} and {} would both write files called {}",
                      in_quotes(first->second->name), in_quotes(person.name), first->first),
          "choose names that differ in letters or digits");
  }
}

PromptStyle read_annotation_style(const Mapping& mapping, InputFiles& files,
                                  const AnnotationDefaults& defaults) {
  const Field* field = mapping.find("prompt_style");
  PromptStyle style = field != nullptr ? read_style(*field, files) : defaults.style;
  if (style.own && is_blank(style.own->annotator)) {
    const Field& where = field != nullptr ? *field : mapping.field();
    where.fail_at_name(
        "a prompt style of your own needs the key annotator to be used by annotators",
        "add it, or give the annotations a prompt_style such as plain");
  }
  return style;
}

std::vector<ActorSpec> read_annotators(const Mapping& mapping, InputFiles& files,
                                       const AnnotationDefaults& defaults) {
  const People people =
      read_people(mapping.require("annotators"), "annotator", files, defaults.models);
  check_slugs(people);

  ActorSpec common;
  common.role = Role::kAnnotator;
  common.instructions = read_text(mapping.require("instructions"), files).text;
  if (const Field* value = mapping.find("context")) common.context = read_text(*value, files).text;
  SamplingKeys sampling = defaults.sampling;
  if (const Field* value = mapping.find("sampling"))
    sampling.override_with(read_sampling(*value, files));
  sampling.apply_to(common.sampling);
  if (const Field* value = mapping.find("model")) {
    common.model = read_model_name(*value, defaults.models);
  } else if (defaults.models.size() == 1) {
    common.model = defaults.models.front().name;
  }

  std::vector<ActorSpec> annotators;
  for (const Person& person : people.persons) {
    ActorSpec& actor = annotators.emplace_back(common);
    actor.name = person.name;
    actor.persona = person.attributes;
    if (person.other)
      person.other->where.fail_at_name(
          "an annotator cannot have an actor: annotators are language models",
          "leave actor out; ratings by people can be compared with theirs later");
    if (person.model) actor.model = *person.model;
    if (actor.model.empty())
      mapping.require("model", "several models are defined; name the one that judges");
  }
  return annotators;
}

std::shared_ptr<const AnnotationSet> read_set(const Field& field, InputFiles& files,
                                              const AnnotationDefaults& defaults) {
  const Mapping mapping(field, keys::kAnnotation);
  auto set = std::make_shared<AnnotationSet>();
  set->name = mapping.require("name").name();
  set->annotators = read_annotators(mapping, files, defaults);
  set->style = read_annotation_style(mapping, files, defaults);
  const bool own_style = mapping.find("prompt_style") != nullptr;
  set->wrap = !own_style && defaults.wrap ? static_cast<std::size_t>(*defaults.wrap)
                                          : default_wrap(set->style);
  if (const Field* value = mapping.find("wrap"))
    set->wrap = static_cast<std::size_t>(value->whole(0));
  if (const Field* value = mapping.find("history")) set->history = value->whole(1);
  if (const Field* value = mapping.find("facilitator_comments"))
    set->facilitator_comments = value->boolean();
  if (const Field* value = mapping.find("opening_posts")) set->opening_posts = value->boolean();
  if (const Field* value = mapping.find("answer")) set->answer = read_answer(*value, files);
  set->seed = defaults.seed;
  return set;
}

}  // namespace

std::vector<std::shared_ptr<const AnnotationSet>> read_annotations(
    const Field& field, InputFiles& files, const AnnotationDefaults& defaults) {
  std::vector<std::shared_ptr<const AnnotationSet>> sets;
  if (field.is_null()) return sets;
  std::map<std::string, Field> slugs;
  for (const Field& item : field.items()) {
    sets.push_back(read_set(item, files, defaults));
    const std::string& name = sets.back()->name;
    const auto [first, is_new] = slugs.emplace(slug(name), item);
    if (is_new) continue;
    const Mapping mapping(item, keys::kAnnotation);
    mapping.require("name").fail(
        fmt::format("two annotation sets are named {}", in_quotes(first->first)),
        "names must differ in letters or digits, because files are called by them; the other is "
        "at " +
            first->second.place().text());
  }
  return sets;
}

}  // namespace syndisco
