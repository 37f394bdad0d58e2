#include "syndisco/legacy/configs.h"

#include <algorithm>
#include <array>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/legacy/script_file.h"
#include "syndisco/record/published.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr const char* kContext = "You are a human participating in an online chatroom.";
constexpr std::array<const char*, 3> kModeratorAttributes = {"just", "strict", "understanding"};
constexpr std::array<const char*, 1> kFirstSpeakers = {"FirstUser"};

JsonArray texts_to_json(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

std::vector<fs::path> files_of(const fs::path& folder) {
  const std::string name = printable_line(folder.string());
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw InputError("no such folder: " + name, {}, "give a folder of files, one for each");
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.'))
      files.push_back(entry.path());
  if (error) throw EnvironmentError("cannot read " + name + ": " + error.message());
  if (files.empty()) throw InputError("no files in " + name, {}, "one file for each is expected");
  std::ranges::sort(files);
  return files;
}

void check_output_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw InputError("no such folder: " + printable_line(folder.string()), {}, "make it first");
}

std::vector<Json> read_personas(const std::vector<fs::path>& files) {
  std::vector<Json> personas;
  for (const fs::path& file : files)
    personas.push_back(persona_1_0(ScriptFile(file).json(), file.string()));
  return personas;
}

Json read_conversation_settings(const fs::path& file) {
  constexpr std::array<std::string_view, 4> kKnown = {"turn_manager_type", "turn_manager_config",
                                                      "conv_len", "history_ctx_len"};
  const ScriptFile input(file);
  input.require(std::array<std::string_view, 1>{"turn_manager_type"});
  for (const auto& [key, value] : input.json().object())
    if (std::ranges::find(kKnown, key) == kKnown.end())
      input.refuse(pointer_join("", key), "\"" + printable_line(key) + "\" is not known here",
                   "known are turn_manager_type, turn_manager_config, conv_len, history_ctx_len");
  const Json* config = input.json().find("turn_manager_config");
  if (config != nullptr && !config->is_object())
    input.refuse("/turn_manager_config",
                 "expected a mapping, found " + std::string(config->kind()));
  return JsonObject{{"turn_manager_type", input.text("turn_manager_type")},
                    {"turn_manager_config", config != nullptr ? *config : Json(JsonObject{})},
                    {"conv_len", input.count("conv_len", 4)},
                    {"history_ctx_len", input.count("history_ctx_len", 4)}};
}

void check_parts(const ConversationParts& parts) {
  if (parts.users > parts.personas.size())
    throw InputError("--num_users is " + std::to_string(parts.users) + ", but there are only " +
                         std::to_string(parts.personas.size()) + " personas",
                     {}, "add personas or lower --num_users");
  if (parts.topics.empty()) throw InputError("there are no topics");
}

std::string conversation_config(const ConversationParts& parts, Draws& draws) {
  JsonArray names;
  JsonArray attributes;
  for (const std::size_t drawn : draws.sample(parts.personas.size(), parts.users)) {
    const Json& persona = parts.personas[drawn];
    names.push_back(*persona.find("username"));
    attributes.emplace_back(texts_to_json(attributes_before_2_0(persona)));
  }
  const std::string& topic = parts.topics[draws.below(parts.topics.size())];
  const char* first = kFirstSpeakers[draws.below(kFirstSpeakers.size())];
  JsonObject file = {{"context", kContext},
                     {"user_names", std::move(names)},
                     {"user_attributes", std::move(attributes)},
                     {"user_instructions", parts.user_instructions}};
  for (const auto& member : parts.settings.object()) file.push_back(member);
  const bool mod = parts.include_mod;
  file.emplace_back("moderator_name", mod ? Json("moderator") : Json());
  file.emplace_back(
      "moderator_attributes",
      mod ? Json(JsonArray(kModeratorAttributes.begin(), kModeratorAttributes.end())) : Json());
  file.emplace_back("moderator_instructions", mod ? Json(parts.mod_instructions) : Json());
  file.emplace_back("seed_opinions", JsonArray{topic});
  file.emplace_back("seed_opinion_usernames", JsonArray{first});
  return dump_json_indented(file);
}

std::string annotation_config(const Json& persona, const std::string& instructions,
                              bool include_mod_comments, int history) {
  return dump_json_indented(
      JsonObject{{"attributes", texts_to_json(attributes_before_2_0(persona))},
                 {"instructions", instructions},
                 {"include_moderator_comments", include_mod_comments},
                 {"history_ctx_len", history}});
}

}  // namespace syndisco
