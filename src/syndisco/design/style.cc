#include "syndisco/design/style.h"

#include <string>
#include <vector>

#include "syndisco/design/keys.h"
#include "syndisco/discussion/prompt.h"

namespace syndisco {
namespace {

const std::vector<std::string> kStyles{"plain",        "syndisco-2.2", "syndisco-2.0",
                                       "syndisco-1.0", "sdf",          "g0"};

/// Reads one text of a template into `target` if it is there.
void read_part(const Mapping& mapping, const std::string& key, InputFiles& files,
               std::string& target) {
  const Field* field = mapping.find(key);
  if (field == nullptr) return;
  Text text = read_text(*field, files);
  try {
    check_template(key, text.text);
  } catch (const InputError& error) {
    text.place.line += error.place().line;
    throw InputError(error.what(), text.place, error.hint());
  }
  target = std::move(text.text);
}

PromptTemplate read_template(const Field& field, InputFiles& files) {
  const Mapping mapping(field, keys::kTemplate);
  PromptTemplate own;
  own.comment = "{name}: {text}";
  own.separator = "\n";
  read_part(mapping, "system", files, own.system);
  read_part(mapping, "comment", files, own.comment);
  read_part(mapping, "separator", files, own.separator);
  read_part(mapping, "user", files, own.user);
  read_part(mapping, "user_first", files, own.user_first);
  read_part(mapping, "facilitator", files, own.facilitator);
  read_part(mapping, "annotator_system", files, own.annotator_system);
  read_part(mapping, "annotator", files, own.annotator);
  return own;
}

}  // namespace

PromptStyle read_style(const Field& field, InputFiles& files) {
  if (field.json().is_object()) return {"own", read_template(field, files)};
  if (field.json().is_string()) return {field.one_of(kStyles), std::nullopt};
  field.refuse(one_of_these(kStyles) + ", or a mapping (a template of your own)");
}

}  // namespace syndisco
