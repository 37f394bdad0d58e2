#include "syndisco/design/discussion_keys.h"

#include <utility>

#include "syndisco/design/keys.h"
#include "syndisco/design/models.h"
#include "syndisco/design/style.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

TurnTakingKind turn_taking_kind(const std::string& name) {
  if (name == "queue") return TurnTakingKind::kQueue;
  if (name == "random") return TurnTakingKind::kRandom;
  if (name == "respond") return TurnTakingKind::kRespond;
  return TurnTakingKind::kRoundRobin;
}

/// "round_robin", or {respond: {probability: 0.4}}: a mapping of the one name to its options.
TurnTaking read_turn_taking(const Field& field) {
  TurnTaking turns;
  if (!field.json().is_object()) {
    turns.kind = turn_taking_kind(field.one_of(keys::kTurnTaking));
    return turns;
  }
  const Mapping mapping(field, keys::kTurnTaking);
  if (mapping.members().size() != 1)
    field.fail("turn_taking must name exactly one way", "such as {respond: {probability: 0.4}}");
  const Field& way = mapping.members().front();
  turns.kind = turn_taking_kind(way.label());
  if (way.is_null()) return turns;
  if (turns.kind == TurnTakingKind::kRespond) {
    const Mapping options(way, keys::kRespond);
    if (const Field* value = options.find("probability"))
      turns.probability =
          value->number("between 0 and 1", [](double x) { return x >= 0 && x <= 1; });
  } else if (turns.kind == TurnTakingKind::kQueue) {
    const Mapping options(way, keys::kQueue);
    if (const Field* value = options.find("random_first_speaker"))
      turns.random_first_speaker = value->boolean();
  } else if (!way.members().empty()) {
    way.members().front().fail_at_name(way.label() + " has no options", "write it alone");
  }
  return turns;
}

OpeningEntry read_opening_entry(const Field& field, InputFiles& files) {
  OpeningEntry entry{{}, field};
  const auto add = [&](const Field& item) {
    entry.texts.push_back(read_text(item, files).text);
    if (is_blank(entry.texts.back()))
      item.fail("an opening post is blank", "write its text or take it out");
  };
  if (field.json().is_array()) {
    for (const Field& item : field.items()) add(item);
    if (entry.texts.empty())
      field.fail("an entry of opening posts is an empty list", "take it out or give it a text");
  } else {
    add(field);
  }
  return entry;
}

std::shared_ptr<const std::vector<OpeningEntry>> read_opening_posts(const Field& field,
                                                                    InputFiles& files) {
  if (field.is_null()) return nullptr;
  const std::optional<Field> path = path_in(field);
  const Field list = path ? Field(files.document(*path)) : field;
  if (!list.json().is_array())
    list.refuse(path ? "a list of texts, or of lists of texts"
                     : "a list of texts, or of lists of texts, or the path of a file");
  auto entries = std::make_shared<std::vector<OpeningEntry>>();
  for (const Field& item : list.items()) entries->push_back(read_opening_entry(item, files));
  if (entries->empty())
    field.fail("opening_posts is an empty list",
               "give at least one text, or leave the key out to begin without a post");
  return entries;
}

std::optional<FacilitatorKeys> read_facilitator(const Field& field, InputFiles& files,
                                                const std::vector<ModelSpec>& models) {
  if (field.is_null()) return std::nullopt;
  if (!field.json().is_object()) field.refuse("null (nobody) or a mapping");
  const Mapping mapping(field, keys::kFacilitator);
  FacilitatorKeys keys;
  keys.name_place = field.name_place();
  if (const Field* value = mapping.find("name")) {
    keys.name = value->name();
    keys.name_place = value->place();
  }
  if (const Field* value = mapping.find("actor")) {
    keys.other = read_actor(*value, files, models);
    if (mapping.find("model") != nullptr)
      value->fail_at_name("the facilitator has both actor and model",
                          "leave model out: it is the actor that speaks");
  }
  // Who reads no prompt need not be told anything.
  if (!keys.other || mapping.find("instructions") != nullptr)
    keys.instructions = read_text(mapping.require("instructions"), files).text;
  if (const Field* value = mapping.find("persona"); value != nullptr && !value->is_null())
    keys.attributes = read_attributes(*value, files);
  if (const Field* value = mapping.find("context")) keys.context = read_text(*value, files).text;
  if (const Field* value = mapping.find("model")) keys.model = read_model_name(*value, models);
  if (const Field* value = mapping.find("sampling")) keys.sampling = read_sampling(*value, files);
  return keys;
}

template <class T>
void take(std::optional<T>& mine, const std::optional<T>& later) {
  if (later) mine.emplace(*later);
}

}  // namespace

DiscussionKeys read_discussion_keys(const Field& field, InputFiles& files,
                                    const std::vector<ModelSpec>& models) {
  const Mapping mapping(field, keys::kDiscussions);
  DiscussionKeys said;
  const auto read = [&mapping](const char* key, auto& target, auto reader) {
    const Field* value = mapping.find(key);
    if (value != nullptr) target.emplace(reader(*value), *value);
  };
  const auto text = [&](const Field& value) { return read_text(value, files).text; };
  read("per_cell", said.per_cell, [](const Field& value) { return value.whole(1); });
  read("model", said.model, [&](const Field& value) { return read_model_name(value, models); });
  read("prompt_style", said.style, [&](const Field& value) { return read_style(value, files); });
  read("context", said.context, text);
  read("personas", said.personas, [&](const Field& value) {
    return std::make_shared<const People>(read_people(value, "persona", files, models));
  });
  read("instructions", said.instructions, text);
  read("participants", said.participants, [](const Field& value) { return value.whole(1); });
  read("turns", said.turns, [](const Field& value) { return value.whole(1); });
  read("history", said.history, [](const Field& value) { return value.whole(0); });
  read("turn_taking", said.turn_taking, read_turn_taking);
  read("opening_posts", said.opening_posts,
       [&](const Field& value) { return read_opening_posts(value, files); });
  read("silence", said.silence, [&](const Field& value) { return read_texts(value, files, true); });
  read("facilitator", said.facilitator,
       [&](const Field& value) { return read_facilitator(value, files, models); });
  read("wrap", said.wrap, [](const Field& value) { return value.whole(0); });
  if (const Field* value = mapping.find("sampling")) said.sampling = read_sampling(*value, files);
  return said;
}

void DiscussionKeys::override_with(const DiscussionKeys& later) {
  take(per_cell, later.per_cell);
  take(model, later.model);
  take(style, later.style);
  take(context, later.context);
  take(personas, later.personas);
  take(instructions, later.instructions);
  take(participants, later.participants);
  take(turns, later.turns);
  take(history, later.history);
  take(turn_taking, later.turn_taking);
  take(opening_posts, later.opening_posts);
  take(silence, later.silence);
  take(facilitator, later.facilitator);
  take(wrap, later.wrap);
  sampling.override_with(later.sampling);
}

}  // namespace syndisco
