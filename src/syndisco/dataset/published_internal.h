#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/record/published.h"
#include "syndisco/record/turn.h"
#include "syndisco/text/json.h"

namespace syndisco::published {

// What the codecs of the published formats share.

/// The file of 1.0 and 2.0, with the prompts of `style`.
Json discussion(const DiscussionRecord& discussion, PublishedStyle style);

/// Pairs of message and annotation.
Json annotated_pairs(const AnnotationRecord& annotation, const DiscussionRecord& discussion);

/// One place in a file that is read, for messages.
struct At {
  const std::string& file;
  std::string pointer;

  At operator/(std::string_view name) const { return {file, pointer_join(pointer, name)}; }
  [[noreturn]] void refuse(const std::string& message) const {
    throw InputError(message, {.file = file, .pointer = pointer});
  }
};

// Members of a mapping. They throw InputError where one is missing or of another type.
const Json& member(const Json& object, std::string_view name, const At& at);
const std::string& text(const Json& object, std::string_view name, const At& at);
const JsonArray& list(const Json& object, std::string_view name, const At& at);

/// The text where the member is one; nothing where it is null or missing.
std::optional<std::string> optional_text(const Json& object, std::string_view name, const At& at);

/// What g0 writes before every prompt. Whatever the model, its class was this one.
inline constexpr std::string_view kModelBeforePrompt = "Model: LlamaModel. Prompt: ";

/// Gives all turns the time of the file: it has no other.
void read_time(const Json& file, std::vector<Turn>& turns);

/// Users, moderator and history of a file before 2.2, with `read_actor` for each prompt.
using ReadActor = ActorSpec (*)(const std::string& name, Role role, const std::string& prompt);
void read_people(const Json& file, const At& root, ReadActor read_actor, DiscussionJob& job);

/// The actor of a prompt of 2.x, else of one that is a sentence. Annotators are told by the prompt.
ActorSpec read_actor(const std::string& name, Role role, const std::string& prompt);

/// The actor of a prompt that is a sentence: of G0, SDF or 1.0. Written again it is the same
/// sentence. Where it has none of these forms it is all taken for instructions.
ActorSpec actor_of_sentence(const std::string& name, Role role, const std::string& prompt);

}  // namespace syndisco::published
