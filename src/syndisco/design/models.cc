#include "syndisco/design/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "syndisco/design/endpoints.h"
#include "syndisco/design/keys.h"
#include "syndisco/design/limits.h"
#include "syndisco/model/hub/hub_file.h"
#include "syndisco/record/script.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

std::string read_gguf(const Field& field, const std::filesystem::path& folder) {
  const std::string& path = field.name();
  if (path.starts_with("builtin:")) {
    if (is_blank(std::string_view(path).substr(8)))
      field.fail("builtin: needs the name of an embedded model", "write builtin:smollm2-135m");
    return path;
  }
  if (is_hub_name(path)) {
    try {
      return hub_model(path).name();
    } catch (const InputError& error) {
      field.fail(error.what(), error.hint());
    }
  }
  if (path.starts_with("https://") || path.starts_with("http://"))
    field.fail("gguf must be a path or a name, not an address",
               "write hf:owner/repository/file.gguf, or download the file and give its path");
  if (path.find('\0') != std::string::npos) field.refuse("a path");
  return (folder / path).lexically_normal().string();
}

Json read_script(const Field& field, InputFiles& files) {
  if (!path_in(field) && !field.json().is_object()) field.refuse("a path or a mapping of replies");
  return read_checked(field, files, check_script);
}

/// A day of the Gregorian calendar, YYYY-MM-DD.
std::string read_date(const Field& field) {
  const std::string& date = field.text();
  int year = 0, month = 0, day = 0;
  char rest = 0;
  const bool shaped = date.size() == 10 &&
                      std::sscanf(date.c_str(), "%4d-%2d-%2d%c", &year, &month, &day, &rest) == 3;
  if (!shaped || !std::chrono::year_month_day(std::chrono::year(year),
                                              std::chrono::month(static_cast<unsigned>(month)),
                                              std::chrono::day(static_cast<unsigned>(day)))
                      .ok())
    field.refuse("a day such as 2026-01-31");
  return date;
}

// What only models of one kind have.
const keys::List kEndpointKeys{"model", "api_key_env", "server", "concurrency", "timeouts"};
const keys::List kFileKeys{"threads", "gpu_layers", "chat_template", "date", "weights"};

/// Which of gguf, scripted and endpoint a model has.
const Field& kind_of(const Mapping& mapping, const std::string& name) {
  static const keys::List kKinds{"gguf", "scripted", "endpoint"};
  const Field* found = nullptr;
  for (const std::string& kind : kKinds) {
    const Field* field = mapping.find(kind);
    if (field == nullptr) continue;
    if (found != nullptr)
      field->fail_at_name(fmt::format("model {} is both {} and {}", in_quotes(name), found->label(),
                                      field->label()),
                          "keep one of them");
    found = field;
  }
  if (found == nullptr)
    mapping.field().fail_at_name(
        fmt::format("model {} needs one of the keys {}", in_quotes(name), one_of_these(kKinds)),
        "gguf: a path, builtin:smollm2-135m or hf:owner/repository/file.gguf; endpoint: the "
        "address "
        "of a model server; scripted: replies for tests");
  return *found;
}

void refuse_keys(const Mapping& mapping, const keys::List& names, std::string_view kind) {
  for (const std::string& name : names)
    if (const Field* field = mapping.find(name))
      field->fail_at_name(fmt::format("{} has no meaning for a model that is {}", name, kind));
}

ModelSpec read_model(const Field& field, InputFiles& files, const std::filesystem::path& folder) {
  const Mapping mapping(field, keys::kModel);
  ModelSpec model;
  model.name = field.label();
  const Field& kind = kind_of(mapping, model.name);
  if (kind.label() == "endpoint") {
    refuse_keys(mapping, kFileKeys, "an endpoint");
    model.endpoint = read_endpoint(mapping, kind);
    model.context = 0;
  } else {
    refuse_keys(mapping, kEndpointKeys, "no endpoint");
    if (kind.label() == "gguf") model.gguf = read_gguf(kind, folder);
    if (kind.label() == "scripted") model.script = read_script(kind, files);
  }

  if (const Field* value = mapping.find("context")) model.context = value->whole(0);
  if (const Field* value = mapping.find("threads")) model.threads = value->whole(0, 4096);
  if (const Field* value = mapping.find("gpu_layers")) model.gpu_layers = value->whole(-1);
  if (const Field* value = mapping.find("chat_template"))
    model.chat_template = read_text(*value, files).text;
  if (const Field* value = mapping.find("date")) model.date = read_date(*value);
  if (const Field* value = mapping.find("weights")) model.weights = value->one_of(weights_words());
  if (const Field* value = mapping.find("price")) model.price = read_price(*value);
  return model;
}

}  // namespace

std::vector<ModelSpec> read_models(const Field& field, InputFiles& files,
                                   const std::filesystem::path& folder) {
  std::vector<ModelSpec> models;
  for (const Field& member : field.members()) {
    if (is_blank(member.label())) member.fail_at_name("the name of a model is blank");
    models.push_back(read_model(member, files, folder));
  }
  if (models.empty()) {
    field.fail("models is empty",
               "define one, such as `models: {small: {gguf: builtin:smollm2-135m}}`");
  }
  return models;
}

void require_models(const Mapping& top) {
  top.require("models", "define one, such as `models: {small: {gguf: builtin:smollm2-135m}}`");
}

const std::string& read_model_name(const Field& field, const std::vector<ModelSpec>& models) {
  const std::string& name = field.name();
  std::vector<std::string> known;
  for (const ModelSpec& model : models) {
    if (model.name == name) return name;
    known.push_back(model.name);
  }
  const std::string near = nearest_word(name, known);
  const std::string defined = fmt::format("models are {}", fmt::join(known, ", "));
  field.fail(fmt::format("unknown model {}", in_quotes(name)),
             known.empty()  ? "no models are defined"
             : near.empty() ? "defined " + defined
                            : fmt::format("did you mean {}? Defined {}", near, defined));
}

}  // namespace syndisco
