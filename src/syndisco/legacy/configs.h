#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/text/json.h"

namespace syndisco {

// What SDF's generators made of folders of parts: input files for `generate_conversations` and
// `generate_annotations`. Everything throws InputError with the place in the file that is wrong.

/// The files of a folder, hidden ones excepted, by name. Throws InputError where there is no such
/// folder or nothing in it.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder);

/// Throws InputError where the folder is not there: the generators did not make it.
void check_output_folder(const std::filesystem::path& folder);

/// The persona of each file.
std::vector<Json> read_personas(const std::vector<std::filesystem::path>& files);

/// The parts of conversations.
struct ConversationParts {
  std::vector<Json> personas;
  std::vector<std::string> topics;
  Json settings;  ///< turn_manager_type, turn_manager_config, conv_len, history_ctx_len
  std::string user_instructions;
  std::string mod_instructions;
  bool include_mod = false;
  std::size_t users = 4;
};

/// The settings of a file. Throws where one is unknown or of another type.
Json read_conversation_settings(const std::filesystem::path& file);

/// Throws where there are fewer personas than users, or no topics.
void check_parts(const ConversationParts& parts);

/// The text of one input file: users, then the topic, then who says it are drawn. Requires parts
/// that are in order.
std::string conversation_config(const ConversationParts& parts, Draws& draws);

/// The text of the input file of one annotator.
std::string annotation_config(const Json& persona, const std::string& instructions,
                              bool include_mod_comments, int history);

}  // namespace syndisco
