#include "syndisco/design/people.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "syndisco/design/keys.h"
#include "syndisco/design/models.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// Where a human can be heard.
const std::vector<std::string> kHumans{"terminal"};

/// JSON has no way to write them, and every file and prompt that holds attributes is JSON.
void refuse_not_finite(const Field& field) {
  if (field.json().is_float() && !std::isfinite(field.json().number()))
    field.refuse("a finite number");
  if (field.json().is_array())
    for (const Field& item : field.items()) refuse_not_finite(item);
  if (field.json().is_object())
    for (const Field& member : field.members()) refuse_not_finite(member);
}

class PeopleReader {
 public:
  PeopleReader(std::string_view one, InputFiles& files, const std::vector<ModelSpec>& models)
      : one_(one), files_(files), models_(models) {}

  void read_entry(const Field& field) {
    if (const std::optional<Field> path = path_in(field)) {
      read_file(*path);
    } else {
      read_person(field);
      ++inline_;
    }
  }

  void read_file(const Field& path) {
    const Field list(files_.document(path));
    if (list.json().is_object()) {
      list.fail(fmt::format("a file of {}s must hold a list, but this is a single mapping", one_),
                "put brackets around it: [{...}]");
    }
    if (!list.json().is_array())
      list.fail(fmt::format("a file of {}s must hold a list of mappings, but this is {}", one_,
                            list.json().kind()));
    for (const Field& item : list.items()) read_person(item);
    source_ = path.text();
    ++files_read_;
  }

  std::vector<Person> take() { return std::move(persons_); }

  std::string source(const std::string& key) const {
    return files_read_ == 1 && inline_ == 0 ? source_ : key;
  }

 private:
  void read_person(const Field& field) {
    if (!field.json().is_object()) {
      field.fail(fmt::format("a {} must be a mapping, but this is {}", one_, field.json().kind()),
                 "such as {username: Ada, age: 36}");
    }
    refuse_not_finite(field);
    Person person{.name = "", .attributes = field.json(), .model = std::nullopt, .where = field};
    std::optional<Field> name;
    std::optional<Field> fallback;
    for (const Field& member : field.members()) {
      if (member.label() == "username") name = member;
      if (member.label() == "name") fallback = member;
      if (member.label() == "model") person.model = read_model_name(member, models_);
      if (member.label() == "actor") person.other = read_actor(member, files_, models_);
    }
    if (person.model && person.other)
      person.other->where.fail_at_name(fmt::format("a {} has both actor and model", one_),
                                       "leave model out: it is the actor that speaks");
    if (!name) name = fallback;
    if (!name)
      field.fail(fmt::format("a {} needs the key username (or name)", one_),
                 "it is the name that others see");
    person.name = name->name();
    person.attributes.erase("model");
    person.attributes.erase("actor");
    check_new(person.name, *name);
    persons_.push_back(std::move(person));
  }

  void check_new(const std::string& name, const Field& where) {
    const auto [first, is_new] = names_.emplace(name, where);
    if (!is_new)
      where.fail(
          fmt::format("two {}s are named {}", one_, in_quotes(name)),
          fmt::format("names must differ; the other is at {}", first->second.place().text()));
  }

  std::string_view one_;
  InputFiles& files_;
  const std::vector<ModelSpec>& models_;
  std::vector<Person> persons_;
  std::map<std::string, Field> names_;
  std::string source_;
  int files_read_ = 0;
  int inline_ = 0;
};

}  // namespace

People read_people(const Field& field, std::string_view one, InputFiles& files,
                   const std::vector<ModelSpec>& models) {
  PeopleReader reader(one, files, models);
  if (const std::optional<Field> path = path_in(field)) {
    reader.read_file(*path);
  } else if (field.json().is_array()) {
    for (const Field& item : field.items()) reader.read_entry(item);
  } else {
    field.refuse("a list or the path of a file");
  }
  People people{reader.take(), reader.source(field.label())};
  if (people.persons.empty())
    field.fail(fmt::format("there are no {}s: {} is empty", one, people.source),
               "give at least one, such as {username: Ada}");
  return people;
}

void OtherSpeaker::take_over(ActorSpec& actor) const {
  actor.speaker = kind;
  actor.corpus = corpus;
  actor.model = speaker_label(kind, corpus.path);
}

OtherSpeaker read_actor(const Field& field, InputFiles& files,
                        const std::vector<ModelSpec>& models) {
  constexpr std::string_view kForms = "{human: terminal}, {retrieval: PATH} or {sampler: PATH}";
  if (!field.json().is_object())
    field.refuse(kForms, field.json() == Json("human") ? "write {human: terminal}" : "");
  const Mapping mapping(field, keys::kActor);
  if (mapping.members().size() != 1) field.fail(fmt::format("actor must be one of {}", kForms));
  const Field& said = mapping.members().front();
  OtherSpeaker other{.kind = SpeakerKind::kHuman, .corpus = {}, .where = field};
  if (said.label() == "human") {
    said.one_of(kHumans);
  } else {
    other.kind = said.label() == "retrieval" ? SpeakerKind::kRetrieval : SpeakerKind::kSampler;
    other.corpus = files.corpus(said)->file;
  }
  const std::string label = speaker_label(other.kind, other.corpus.path);
  for (const ModelSpec& model : models)
    if (model.name == label)
      field.fail(fmt::format("a model is named {}, as records call this actor", in_quotes(label)),
                 "give the model another name");
  return other;
}

Json read_attributes(const Field& field, InputFiles& files) {
  const std::optional<Field> path = path_in(field);
  const Field attributes = path ? Field(files.document(*path)) : field;
  if (!attributes.json().is_object()) attributes.refuse("a mapping of attributes");
  refuse_not_finite(attributes);
  return attributes.json();
}

}  // namespace syndisco
