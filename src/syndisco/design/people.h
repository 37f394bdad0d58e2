#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/design/files.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// Who speaks for somebody, if no model does, and where that is said.
struct OtherSpeaker {
  SpeakerKind kind = SpeakerKind::kHuman;
  CorpusFile corpus;
  Field where;

  /// Makes it speak for `actor`.
  void take_over(ActorSpec& actor) const;
};

/// `actor`: {human: terminal}, {retrieval: PATH} or {sampler: PATH}. The file is read.
OtherSpeaker read_actor(const Field& field, InputFiles& files,
                        const std::vector<ModelSpec>& models);

/// A persona as it was read.
struct Person {
  std::string name;
  Json attributes;                   ///< without the keys that are ours
  std::optional<std::string> model;  ///< of their own
  std::optional<OtherSpeaker> other = std::nullopt;
  Field where;
};

/// The personas of one list.
struct People {
  std::vector<Person> persons;
  std::string source;  ///< for messages: the file they are in, or the key
};

/// Reads `personas` or `annotators`: a list, a path, or a list of both. At least one, names all
/// different. `one`: what one of them is called in messages, such as "persona".
People read_people(const Field& field, std::string_view one, InputFiles& files,
                   const std::vector<ModelSpec>& models);

/// A mapping of attributes, inline or as a path; `model` and `actor` mean nothing special in it.
Json read_attributes(const Field& field, InputFiles& files);

}  // namespace syndisco
