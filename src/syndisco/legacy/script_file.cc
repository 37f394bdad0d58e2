#include "syndisco/legacy/script_file.h"

#include <algorithm>
#include <limits>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"

namespace syndisco {

ScriptFile::ScriptFile(const std::filesystem::path& path)
    : path_(path.string()), json_(parse_json(read_file(path), path_, &places_)) {
  check_mapping();
}

ScriptFile::ScriptFile(Json json, std::string name)
    : path_(std::move(name)), json_(std::move(json)) {
  check_mapping();
}

void ScriptFile::check_mapping() const {
  if (!json_.is_object())
    refuse("", "expected a mapping, found " + std::string(json_.kind()),
           "the file is one mapping: {\"context\": ..., ...}");
}

void ScriptFile::refuse(std::string_view pointer, const std::string& message,
                        const std::string& hint) const {
  Place place{.file = path_, .line = 0, .column = 0, .pointer = std::string(pointer)};
  if (const auto found = places_.positions.find(pointer); found != places_.positions.end())
    place.line = found->second.line;
  throw InputError(message, place, hint);
}

void ScriptFile::require(std::span<const std::string_view> names) const {
  std::string missing;
  std::vector<std::string> given;
  for (const auto& [name, value] : json_.object()) given.push_back(name);
  std::string near;
  for (const std::string_view name : names) {
    if (json_.find(name) != nullptr) continue;
    missing += (missing.empty() ? "\"" : ", \"") + std::string(name) + "\"";
    if (near.empty()) near = nearest_word(name, given);
  }
  if (missing.empty()) return;
  refuse("", missing + (missing.find(',') == std::string::npos ? " is" : " are") + " missing",
         near.empty() ? "" : "there is \"" + printable_line(near) + "\"; is it misspelt?");
}

void ScriptFile::warn_of_others(std::span<const std::string_view> known) const {
  for (const auto& [name, value] : json_.object())
    if (std::ranges::find(known, name) == known.end())
      log::warning("", printable_line(path_) + ": \"" + printable_line(name) +
                           "\" is not known here and is ignored");
}

bool ScriptFile::has(std::string_view name) const {
  const Json* value = json_.find(name);
  return value != nullptr && !value->is_null();
}

const Json& ScriptFile::member(std::string_view name) const {
  const Json* value = json_.find(name);
  if (value == nullptr) refuse("", "\"" + std::string(name) + "\" is missing");
  return *value;
}

std::string ScriptFile::text(std::string_view name) const {
  const Json& value = member(name);
  if (!value.is_string())
    refuse(pointer_join("", name), "expected a text, found " + std::string(value.kind()));
  return value.string();
}

std::string ScriptFile::text_or_none(std::string_view name) const {
  return has(name) ? text(name) : "None";
}

std::vector<std::string> ScriptFile::texts_of(const Json& list, const std::string& pointer) const {
  if (!list.is_array())
    refuse(pointer, "expected a list of texts, found " + std::string(list.kind()),
           list.is_string() ? "one text is a list of one: [\"...\"]" : "");
  std::vector<std::string> texts;
  for (const Json& item : list.array()) {
    if (!item.is_string())
      refuse(pointer_join(pointer, std::to_string(texts.size())),
             "expected a text, found " + std::string(item.kind()));
    texts.push_back(item.string());
  }
  return texts;
}

std::vector<std::string> ScriptFile::texts(std::string_view name) const {
  return texts_of(member(name), pointer_join("", name));
}

std::vector<std::vector<std::string>> ScriptFile::text_lists(std::string_view name) const {
  const Json& value = member(name);
  const std::string pointer = pointer_join("", name);
  if (!value.is_array())
    refuse(pointer, "expected a list of lists of texts, found " + std::string(value.kind()));
  std::vector<std::vector<std::string>> lists;
  for (const Json& list : value.array())
    lists.push_back(texts_of(list, pointer_join(pointer, std::to_string(lists.size()))));
  return lists;
}

bool ScriptFile::boolean(std::string_view name) const {
  const Json& value = member(name);
  if (!value.is_bool())
    refuse(pointer_join("", name), "expected true or false, found " + std::string(value.kind()));
  return value.boolean();
}

int ScriptFile::count(std::string_view name, int absent) const {
  const Json* value = json_.find(name);
  if (value == nullptr) return absent;
  const std::string pointer = pointer_join("", name);
  if (!value->is_integer())
    refuse(pointer, "expected a whole number, found " + std::string(value->kind()));
  if (value->integer() < 0 || value->integer() > std::numeric_limits<int>::max())
    refuse(pointer, std::to_string(value->integer()) + " is out of range",
           "give a whole number from 0 on");
  return static_cast<int>(value->integer());
}

}  // namespace syndisco
