#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/api/persona.h"
#include "syndisco/model/model.h"

namespace syndisco::api {

enum class ActorType { kUser, kAnnotator };

/// Somebody who takes part: a persona, and the model that speaks for it. A value; copies share the
/// model.
///
///     Actor emma{.model = llm, .persona = persona, .context = "An online discussion.",
///                .instructions = "Act like a human would."};
///     Actor judge{.model = llm, .name = "Judge", .actor_type = ActorType::kAnnotator};
///
/// What is wrong with one is told, as InputError, by what it takes part in.
struct Actor {
  std::shared_ptr<Model> model = nullptr;
  std::string name = {};  ///< "": the persona's
  /// Who they are: the persona with all it says, or texts, such as Persona::to_attribute_list.
  std::optional<Persona> persona = std::nullopt;
  std::vector<std::string> attributes = {};
  std::string context = {};
  std::string instructions = {};
  ActorType actor_type = ActorType::kUser;
  /// The thesis's word for the type: "chat user", "chat moderator" or "expert annotator".
  std::string role = {};
  std::optional<Sampling> sampling = std::nullopt;  ///< nothing: as the model says
};

/// Its name in the tutorials.
using LLMActor = Actor;
using LlmActor = Actor;  ///< of the thesis

}  // namespace syndisco::api
