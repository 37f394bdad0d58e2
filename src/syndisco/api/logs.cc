#include "syndisco/api/logs.h"

#include "syndisco/api/cast_internal.h"
#include "syndisco/base/clock.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/published.h"
#include "syndisco/legacy/script_file.h"

namespace syndisco::api {
namespace {

LogEntry read_entry(const ScriptFile& file, const Json& json, const std::string& pointer) {
  if (!json.is_object())
    file.refuse(pointer, "expected a mapping, found " + std::string(json.kind()),
                json.is_array() ? "pairs are of files before 2.2" : "");
  const auto text = [&](const char* key) {
    const Json* value = json.find(key);
    if (value == nullptr) file.refuse(pointer, "\"" + std::string(key) + "\" is missing");
    if (!value->is_string())
      file.refuse(pointer_join(pointer, key),
                  "expected a text, found " + std::string(value->kind()));
    return value->string();
  };
  LogEntry entry;
  entry.name = text("name");
  const Json* said = json.find("text");
  if (said == nullptr) file.refuse(pointer, "\"text\" is missing");
  entry.text = *said;
  entry.model = text("model");
  return entry;
}

}  // namespace

Logs Logs::from_file(const std::filesystem::path& path) {
  const ScriptFile file(path);
  const Json* list = file.json().find("logs");
  if (list == nullptr) file.refuse("", "\"logs\" is missing");
  if (!list->is_array())
    file.refuse("/logs", "expected a list, found " + std::string(list->kind()));
  Logs logs;
  for (const Json& entry : list->array())
    logs.append(read_entry(file, entry, "/logs/" + std::to_string(logs.size())));
  return logs;
}

Json Logs::to_dict() const {
  JsonArray list;
  for (const LogEntry& entry : entries_)
    list.emplace_back(JsonObject{{"name", entry.name},
                                 {"text", entry.text},
                                 {"model", entry.model},
                                 {"prompt", entry.prompt}});
  return JsonObject{{"timestamp", legacy_timestamp_now()}, {"logs", std::move(list)}};
}

void Logs::to_json_file(const std::filesystem::path& path) const {
  write_file_atomically(path, published_text(to_dict()));
}

std::filesystem::path Logs::save(const std::filesystem::path& folder) const {
  return save_by_time(folder, published_text(to_dict()));
}

}  // namespace syndisco::api
