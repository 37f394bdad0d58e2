#include "syndisco/record/published.h"

#include <array>
#include <stdexcept>

#include "syndisco/base/error.h"
#include "syndisco/base/hash.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// Of personas before 2.2, in the order in which they are written.
constexpr std::array<std::string_view, 9> kPersonaFields = {"username",
                                                            "age",
                                                            "sex",
                                                            "sexual_orientation",
                                                            "demographic_group",
                                                            "current_employment",
                                                            "education_level",
                                                            "special_instructions",
                                                            "personality_characteristics"};

/// str(value) of Python.
std::string python_str(const Json& value) {
  return value.is_string() ? value.string() : python_repr(value);
}

std::string joined_attributes(const ActorSpec& actor) {
  std::string joined;
  bool first = true;
  for (const std::string& attribute : attributes_before_2_0(actor.persona)) {
    if (!first) joined += ", ";
    joined += attribute;
    first = false;
  }
  return joined;
}

std::string system_prompt_g0(const ActorSpec& actor) {
  const char* role = "chat user";
  if (actor.role == Role::kFacilitator) role = "chat moderator";
  if (actor.role == Role::kAnnotator) role = "expert annotator";
  return "You are " + actor.name + " a " + joined_attributes(actor) + " " + role + ". " +
         actor.context + " " + actor.instructions + ".";
}

std::string system_prompt_1_0(const ActorSpec& actor) {
  return actor.context + " Your name is " + actor.name +
         ". Your traits: " + joined_attributes(actor) + " Your instructions: " + actor.instructions;
}

std::string system_prompt_2_0(const ActorSpec& actor) {
  return dump_json(JsonObject{{"context", actor.context},
                              {"instructions", actor.instructions},
                              {"type", actor.role == Role::kAnnotator ? "2" : "1"},
                              {"persona", persona_2_0(actor.persona, actor.name)}});
}

std::string system_prompt_2_2(const ActorSpec& actor) {
  return dump_json(JsonObject{{"context", actor.context},
                              {"instructions", actor.instructions},
                              {"type", actor.role == Role::kAnnotator ? "annotator" : "user"},
                              {"persona", actor.persona}});
}

}  // namespace

std::optional<PublishedStyle> published_style(std::string_view name) {
  if (name == "g0") return PublishedStyle::kG0;
  if (name == "sdf" || name == "syndisco-1.0") return PublishedStyle::k1_0;
  if (name == "syndisco-2.0") return PublishedStyle::k2_0;
  if (name == "syndisco-2.2") return PublishedStyle::k2_2;
  return std::nullopt;
}

std::string published_system_prompt(PublishedStyle style, const ActorSpec& actor) {
  switch (style) {
    case PublishedStyle::kG0:
      return system_prompt_g0(actor);
    case PublishedStyle::k1_0:
      return system_prompt_1_0(actor);
    case PublishedStyle::k2_0:
      return system_prompt_2_0(actor);
    case PublishedStyle::k2_2:
      return system_prompt_2_2(actor);
  }
  throw std::logic_error("unknown published style");
}

std::vector<std::string> stop_strings_before_2_0() {
  return {"###", "\n\n", "User"};
}

std::vector<std::string> attributes_before_2_0(const Json& persona) {
  std::vector<std::string> attributes;
  if (!persona.is_object()) return attributes;
  for (const auto& [key, value] : persona.object()) {
    if (key == "attributes" && value.is_array()) {
      for (const Json& item : value.array()) attributes.push_back(python_str(item));
    } else {
      attributes.push_back(key + ": " + python_str(value));
    }
  }
  return attributes;
}

Json persona_1_0(const Json& persona, const std::string& file) {
  if (!persona.is_object())
    throw InputError("expected a persona, found " + std::string(persona.kind()),
                     {.file = file, .pointer = ""},
                     "a persona is a mapping: {\"username\": ..., \"age\": ..., ...}");
  JsonObject fields;
  std::string missing;
  for (const std::string_view key : kPersonaFields) {
    if (const Json* given = persona.find(key)) {
      fields.emplace_back(key, *given);
    } else {
      missing += (missing.empty() ? "\"" : ", \"") + std::string(key) + "\"";
    }
  }
  if (!missing.empty())
    throw InputError("the persona lacks " + missing, {.file = file, .pointer = ""},
                     "give every key; \"\" says nothing");
  return fields;
}

Json persona_2_0(const Json& persona, std::string_view name) {
  JsonObject fields;
  const auto add = [&](const char* key, Json absent) {
    const Json* given = persona.find(key);
    fields.emplace_back(key, given != nullptr ? *given : std::move(absent));
  };
  add("username", name);
  add("age", -1);
  for (const char* key : {"sex", "sexual_orientation", "demographic_group", "current_employment",
                          "education_level", "special_instructions"})
    add(key, "");
  add("personality_characteristics", JsonArray{});
  return fields;
}

std::vector<Json> personas_2_0(const Json& json, const std::string& file) {
  const auto refuse = [&](const Json& found, const std::string& expected,
                          const std::string& pointer) {
    throw InputError("expected " + expected + ", found " + std::string(found.kind()),
                     {.file = file, .pointer = pointer},
                     "a persona file is a list: [{\"username\": ...}, ...]");
  };
  if (!json.is_array()) refuse(json, "a list of personas", "");
  std::vector<Json> personas;
  for (const Json& persona : json.array()) {
    if (!persona.is_object())
      refuse(persona, "a persona", pointer_join("", std::to_string(personas.size())));
    personas.push_back(persona_2_0(persona, ""));
  }
  return personas;
}

std::vector<OpeningPost> opening_posts_2_0(const std::vector<std::string>& posts,
                                           const std::optional<std::vector<std::string>>& names,
                                           const std::vector<std::string>& users, Draws& draws) {
  std::vector<std::string> speakers;
  if (names) {
    speakers = *names;
  } else if (posts.size() <= users.size()) {
    for (const std::size_t drawn : draws.sample(users.size(), posts.size()))
      speakers.push_back(users[drawn]);
  }
  if (speakers.size() < posts.size())
    throw InputError("there are " + std::to_string(posts.size()) + " opening posts, but only " +
                         std::to_string(names ? names->size() : users.size()) +
                         " names for who says them",
                     {}, "give as many names, or fewer posts");
  std::vector<OpeningPost> said;
  for (std::size_t i = 0; i < posts.size(); ++i)
    if (!is_blank(posts[i])) said.push_back({speakers[i], posts[i]});
  return said;
}

std::vector<OpeningPost> opening_posts_2_2(const std::vector<std::string>& posts,
                                           const std::vector<std::string>& names) {
  if (posts.size() != names.size())
    throw InputError("there are " + std::to_string(posts.size()) + " opening posts, but " +
                         std::to_string(names.size()) + " names for who says them",
                     {}, "give one name for each post");
  std::vector<OpeningPost> said;
  for (std::size_t i = 0; i < posts.size(); ++i) said.push_back({names[i], posts[i]});
  return said;
}

bool is_published(const DiscussionJob& job, const Turn& turn) {
  if (!is_blank(turn.text)) return true;
  return job.blank_lines_enter_history && turn.kind != TurnKind::kUser;
}

std::string message_id(std::string_view discussion, std::string_view message) {
  std::string both(discussion);
  both += '_';
  both += message;
  return md5_hex(both);
}

std::vector<std::int64_t> message_orders(const DiscussionRecord& discussion) {
  std::vector<std::int64_t> orders;
  const std::string* last = nullptr;
  std::int64_t order = 0;
  for (const Turn& turn : discussion.turns) {
    if (is_published(discussion.job, turn)) {
      if (last == nullptr || *last != turn.text) ++order;
      last = &turn.text;
    }
    orders.push_back(order);
  }
  return orders;
}

}  // namespace syndisco
