#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "syndisco/api/discussion.h"
#include "syndisco/legacy/script_file.h"

namespace syndisco::api {

/// The input of one conversation as the scripts of the thesis and of SDF read it: context,
/// user_names, user_attributes, user_instructions, moderator_name, conv_len, ... A value.
///
///     LLMConvData data = LLMConvData::from_json_file("data/polarized_1.json");
///     LLMConvGenerator generator(data, user_model, moderator_model);
///     Discussion conversation = generator.produce_conversation();
class LLMConvData {
 public:
  /// Throws InputError, with file, line and JSON pointer, for what the scripts refused.
  static LLMConvData from_json_file(const std::filesystem::path& path);

  /// The same of a mapping.
  static LLMConvData from_dict(Json data);

  const Json& to_dict() const { return file_.json(); }

 private:
  friend class LLMConvGenerator;
  LLMConvData(ScriptFile file, std::string scope);

  ScriptFile file_;
  std::string scope_;
};

/// Makes the conversations that LLMConvData describes, with the prompts, the rounds and the end at
/// silence of its generation: the thesis's, or SDF's where there is a turn_manager_type.
class LLMConvGenerator {
 public:
  /// Another model may speak for the moderator; nullptr: the users' does. Answers have at most the
  /// tokens that their model says; other settings are those of llama-cpp-python, as in the
  /// originals. Throws InputError where there is no model, or two different ones have one name.
  LLMConvGenerator(LLMConvData data, std::shared_ptr<Model> user_model,
                   std::shared_ptr<Model> moderator_model = nullptr, std::uint64_t seed = 42);

  /// A new conversation each time, with an identifier of its own.
  Discussion produce_conversation() const;

 private:
  LLMConvData data_;
  std::shared_ptr<Model> user_model_;
  std::shared_ptr<Model> moderator_model_;
  std::uint64_t seed_;
};

}  // namespace syndisco::api
