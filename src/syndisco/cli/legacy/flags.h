#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "syndisco/legacy/scripts.h"

namespace syndisco::cli {

// The flags of the earlier generations' scripts, with their names and defaults.

struct ModelFlags {
  std::string model_path;
  int max_tokens = 512;
  int ctx_width_tokens = 1024;
  std::int64_t random_seed = 42;
  int inference_threads = 4;
  int gpu_layers = 12;
  std::string model_name;  ///< SDF: as its files show it; "": the model file's name
  std::string type = "llama";
};

struct ConversationFlags {
  std::string input_file;
  std::string output_dir;
  ModelFlags model;
};

struct AnnotationFlags {
  std::string prompt_input_path;
  std::string conv_path;
  std::string output_dir;
  ModelFlags model;
};

struct ConversationConfigFlags {
  std::string output_dir;
  std::string persona_dir;
  std::string topics_dir;
  std::string configs_path;
  std::string user_instruction_path;
  std::string mod_instruction_path;
  int num_generated_files = 20;
  int num_users = 4;
  bool include_mod = false;
};

struct AnnotationConfigFlags {
  std::string output_dir;
  std::string persona_dir;
  std::string instruction_path;
  int history_ctx_len = 4;
  bool include_mod_comments = false;
};

void add_flags(CLI::App& command, Scripts scripts, ConversationFlags& flags);
void add_flags(CLI::App& command, Scripts scripts, AnnotationFlags& flags);
void add_flags(CLI::App& command, ConversationConfigFlags& flags);
void add_flags(CLI::App& command, AnnotationConfigFlags& flags);

/// `arguments` with every flag that is the beginning of just one of the command's written out, as
/// Python's argparse takes them. Throws InputError where it could be several.
std::vector<std::string> with_whole_flags(const CLI::App& command,
                                          std::vector<std::string> arguments);

/// What jobs need to know of the flags.
ScriptSettings settings_of(const ModelFlags& flags);

/// The model that the flags describe: a GGUF file, or "scripted:FILE" with replies instead of a
/// model, to try out what a batch does. Throws InputError where it is of another kind.
ModelSpec model_of(const ModelFlags& flags);

}  // namespace syndisco::cli
