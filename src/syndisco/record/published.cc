#include "syndisco/record/published.h"

#include "syndisco/base/error.h"
#include "syndisco/text/unicode.h"

namespace syndisco {

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

}  // namespace syndisco
