#include "syndisco/cli/legacy/flags.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <thread>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/record/script.h"

namespace syndisco::cli {
namespace {

constexpr std::string_view kScripted = "scripted:";
constexpr int kMost = std::numeric_limits<int>::max();

void add_model_flags(CLI::App& command, Scripts scripts, ModelFlags& flags) {
  command.add_option("--model_path", flags.model_path, "model file (GGUF)")->required();
  command.add_option("--max_tokens", flags.max_tokens, "of an answer")
      ->check(CLI::Range(1, kMost))
      ->capture_default_str();
  command.add_option("--ctx_width_tokens", flags.ctx_width_tokens, "of a prompt and its answer")
      ->check(CLI::Range(1, kMost))
      ->capture_default_str();
  command.add_option("--random_seed", flags.random_seed, "of every answer")->capture_default_str();
  command.add_option("--inference_threads", flags.inference_threads, "at most as many as cores")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--gpu_layers", flags.gpu_layers, "means nothing without a GPU; -1: all")
      ->check(CLI::Range(-1, kMost))
      ->capture_default_str();
  if (scripts == Scripts::kSdf) {
    command.add_option("--model_name", flags.model_name, "as the files show it [the file's name]");
    command.add_option("--type", flags.type, "llama")->capture_default_str();
  }
}

}  // namespace

void add_flags(CLI::App& command, Scripts scripts, ConversationFlags& flags) {
  command.add_option("--input_file", flags.input_file, "what the conversation is like (JSON)")
      ->required();
  command.add_option("--output_dir", flags.output_dir, "folder; /dev/null: print only")->required();
  add_model_flags(command, scripts, flags.model);
}

void add_flags(CLI::App& command, Scripts scripts, AnnotationFlags& flags) {
  command.add_option("--prompt_input_path", flags.prompt_input_path, "the annotator (JSON)")
      ->required();
  command.add_option("--conv_path", flags.conv_path, "what is annotated (JSON)")->required();
  command.add_option("--output_dir", flags.output_dir, "folder; /dev/null: print only")->required();
  add_model_flags(command, scripts, flags.model);
}

void add_flags(CLI::App& command, ConversationConfigFlags& flags) {
  command.add_option("--output_dir", flags.output_dir, "a folder that is there")->required();
  command.add_option("--persona_dir", flags.persona_dir, "a JSON file each")->required();
  command.add_option("--topics_dir", flags.topics_dir, "a text file each")->required();
  command.add_option("--configs_path", flags.configs_path, "turn taking and lengths (JSON)")
      ->required();
  command.add_option("--user_instruction_path", flags.user_instruction_path, "text")->required();
  command.add_option("--mod_instruction_path", flags.mod_instruction_path, "text")->required();
  command.add_option("--num_generated_files", flags.num_generated_files, "conversations")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  command.add_option("--num_users", flags.num_users, "in each")
      ->check(CLI::Range(0, kMost))
      ->capture_default_str();
  command.add_flag("--include_mod,!--no-include_mod", flags.include_mod, "with a moderator");
}

void add_flags(CLI::App& command, AnnotationConfigFlags& flags) {
  command.add_option("--output_dir", flags.output_dir, "a folder that is there")->required();
  command.add_option("--persona_dir", flags.persona_dir, "a JSON file each")->required();
  command.add_option("--instruction_path", flags.instruction_path, "text")->required();
  command.add_option("--history_ctx_len", flags.history_ctx_len, "comments shown")
      ->check(CLI::Range(0, kMost))
      ->capture_default_str();
  command.add_flag("--include_mod_comments,!--no-include_mod_comments", flags.include_mod_comments,
                   "annotate those whose name contains \"moderator\" too");
}

std::vector<std::string> with_whole_flags(const CLI::App& command,
                                          std::vector<std::string> arguments) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (std::string& argument : arguments) {
    if (argument == "--") break;
    if (!argument.starts_with("--")) continue;
    const std::string flag = argument.substr(0, argument.find('='));
    if (std::ranges::find(known, flag) != known.end()) continue;
    std::vector<std::string> meant;
    std::ranges::copy_if(known, std::back_inserter(meant),
                         [&](const std::string& name) { return name.starts_with(flag); });
    if (meant.size() == 1) argument = meant.front() + argument.substr(flag.size());
    if (meant.size() < 2) continue;
    std::string all;
    for (const std::string& name : meant) all += (all.empty() ? "" : ", ") + name;
    throw InputError(flag + " could be " + all, {}, "write the flag out");
  }
  return arguments;
}

ScriptSettings settings_of(const ModelFlags& flags) {
  ScriptSettings settings;
  const std::string stem = std::filesystem::path(flags.model_path).stem().string();
  settings.model_name = flags.model_name.empty() ? stem : flags.model_name;
  settings.max_tokens = flags.max_tokens;
  settings.seed = static_cast<std::uint64_t>(flags.random_seed);
  return settings;
}

ModelSpec model_of(const ModelFlags& flags) {
  if (flags.type != "llama")
    throw InputError("--type is " + flags.type + ", but only llama is run here", {},
                     "convert the model to GGUF with llama.cpp's convert_hf_to_gguf.py");
  ModelSpec spec = script_model(settings_of(flags).model_name, flags.model_path);
  if (flags.model_path.starts_with(kScripted)) {
    const std::string file = flags.model_path.substr(kScripted.size());
    spec.gguf.clear();
    spec.script = parse_json(read_file(file), file);
    check_script(*spec.script, {.file = file, .line = 0, .column = 0, .pointer = ""});
    return spec;
  }
  spec.context = flags.ctx_width_tokens;
  // More threads than cores only wait for each other.
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  spec.threads = std::min(flags.inference_threads, cores);
  spec.gpu_layers = flags.gpu_layers;
  return spec;
}

}  // namespace syndisco::cli
