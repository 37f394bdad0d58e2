#include "syndisco/cli/legacy/commands.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/random.h"
#include "syndisco/cli/legacy/batch.h"
#include "syndisco/legacy/configs.h"
#include "syndisco/legacy/output.h"

namespace syndisco::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGroup = "Commands of earlier generations (docs/migrating.md)";

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& about,
                      const std::string& example) {
  CLI::App* command = app.add_subcommand(name, about);
  command->group(kGroup);
  command->footer("Example:\n  syndisco " + name + " " + example);
  return command;
}

/// Sets `action` to `run(flags)` once the arguments are read.
template <typename Flags, typename RunFlags>
void on_call(CLI::App* command, Action& action, std::shared_ptr<Flags> flags, RunFlags run) {
  command->callback([flags, run, &action] { action = [flags, run] { return run(*flags); }; });
}

// ---- one file ----

void add_conversation(CLI::App& app, Action& action, Scripts scripts, const std::string& name,
                      const std::string& about) {
  const auto flags = std::make_shared<ConversationFlags>();
  CLI::App* command = add_command(app, name, about,
                                  "--input_file polarized_1.json --output_dir output --model_path "
                                  "llama-2-13b-chat.Q5_K_M.gguf");
  add_flags(*command, scripts, *flags);
  on_call(command, action, flags, [scripts](const ConversationFlags& given) {
    return run_batch({.scripts = scripts,
                      .inputs = {given.input_file},
                      .annotator = std::nullopt,
                      .output_dir = given.output_dir,
                      .model = given.model,
                      .alone = true});
  });
}

void add_annotation(CLI::App& app, Action& action, Scripts scripts, const std::string& name,
                    const std::string& about) {
  const auto flags = std::make_shared<AnnotationFlags>();
  CLI::App* command = add_command(app, name, about,
                                  "--prompt_input_path toxicity.json --conv_path conversation.json "
                                  "--output_dir output --model_path model.gguf");
  add_flags(*command, scripts, *flags);
  on_call(command, action, flags, [scripts](const AnnotationFlags& given) {
    return run_batch({.scripts = scripts,
                      .inputs = {given.conv_path},
                      .annotator = given.prompt_input_path,
                      .output_dir = given.output_dir,
                      .model = given.model,
                      .alone = true});
  });
}

// ---- input files out of parts ----

void write_config(const std::string& folder, const std::string& text) {
  write_file_atomically(fs::path(folder) / (uuid_of(random_bytes()) + ".json"), text);
}

int report_configs(const std::string& folder, int files) {
  std::fputs(("Files exported to " + printable_line(folder) + "\n").c_str(), stdout);
  std::fputs((std::to_string(files) + " files\n").c_str(), stderr);
  return 0;
}

int generate_conversation_configs(const ConversationConfigFlags& flags) {
  check_output_folder(flags.output_dir);
  ConversationParts parts;
  parts.personas = read_personas(files_of(flags.persona_dir));
  for (const fs::path& file : files_of(flags.topics_dir)) parts.topics.push_back(read_file(file));
  parts.settings = read_conversation_settings(flags.configs_path);
  parts.user_instructions = read_file(flags.user_instruction_path);
  parts.mod_instructions = read_file(flags.mod_instruction_path);
  parts.include_mod = flags.include_mod;
  parts.users = static_cast<std::size_t>(flags.num_users);
  check_parts(parts);
  const std::string key = random_bytes();
  Random draws(stream_seed({.seed = 0, .purpose = "configs", .scope = key}));
  for (int i = 0; i < flags.num_generated_files; ++i)
    write_config(flags.output_dir, conversation_config(parts, draws));
  return report_configs(flags.output_dir, flags.num_generated_files);
}

int generate_annotator_configs(const AnnotationConfigFlags& flags) {
  check_output_folder(flags.output_dir);
  const std::vector<Json> personas = read_personas(files_of(flags.persona_dir));
  const std::string instructions = read_file(flags.instruction_path);
  for (const Json& persona : personas)
    write_config(flags.output_dir,
                 annotation_config(persona, instructions, flags.include_mod_comments,
                                   flags.history_ctx_len));
  return report_configs(flags.output_dir, static_cast<int>(personas.size()));
}

void add_generators(CLI::App& app, Action& action) {
  const auto conversations = std::make_shared<ConversationConfigFlags>();
  CLI::App* command = add_command(
      app, "generate_conv_configs", "SDF: draw input files for generate_conversations from parts",
      "--output_dir inputs --persona_dir personas --topics_dir topics --configs_path "
      "settings.json\n    --user_instruction_path user.txt --mod_instruction_path mod.txt "
      "--include_mod");
  add_flags(*command, *conversations);
  on_call(command, action, conversations, generate_conversation_configs);

  const auto annotators = std::make_shared<AnnotationConfigFlags>();
  command = add_command(app, "generate_annotation_configs",
                        "SDF: make an input file for generate_annotations of each persona",
                        "--output_dir annotators --persona_dir personas --instruction_path "
                        "toxicity.txt");
  add_flags(*command, *annotators);
  on_call(command, action, annotators, generate_annotator_configs);
}

// ---- many files ----

struct BatchFlags {
  std::string python_script_path;
  std::string input_dir;
  std::string prompt_path;
  std::string output_dir;
  std::string model_path;
};

/// Which scripts the file name of a script means.
Scripts scripts_of(const std::string& path, const std::string& thesis, const std::string& sdf) {
  const std::string name = fs::path(path).stem().string();
  if (name == thesis) return Scripts::kThesis;
  if (name == sdf) return Scripts::kSdf;
  throw InputError("--python_script_path is " + printable_line(path) + ", which is not known here",
                   {}, "its name is " + thesis + ".py (thesis) or " + sdf + ".py (SDF)");
}

int run_conversation_batch(const BatchFlags& flags) {
  const Scripts scripts =
      scripts_of(flags.python_script_path, "create_synthetic", "generate_conversations");
  ModelFlags model;
  model.model_path = flags.model_path;
  return run_batch({.scripts = scripts,
                    .inputs = files_of(flags.input_dir),
                    .annotator = std::nullopt,
                    .output_dir = flags.output_dir,
                    .model = model,
                    .alone = false});
}

int run_annotation_batch(const BatchFlags& flags) {
  const Scripts scripts =
      scripts_of(flags.python_script_path, "llm_annotation", "generate_annotations");
  ModelFlags model;
  model.model_path = flags.model_path;
  if (scripts == Scripts::kThesis) {
    // The thesis' shell script says so.
    model.ctx_width_tokens = 2048;
    model.gpu_layers = 8;
  }
  return run_batch({.scripts = scripts,
                    .inputs = files_of(flags.input_dir),
                    .annotator = flags.prompt_path,
                    .output_dir = flags.output_dir,
                    .model = model,
                    .alone = false});
}

void add_batch(CLI::App& app, Action& action, const std::string& name, bool annotates) {
  const auto flags = std::make_shared<BatchFlags>();
  CLI::App* command = add_command(
      app, name,
      annotates ? "llm_annotation or generate_annotations for every file of a folder"
                : "create_synthetic or generate_conversations for every file of a folder",
      annotates ? "--python_script_path llm_annotation.py --conv_input_dir output --prompt_path "
                  "toxicity.json\n    --output_dir annotations --model_path model.gguf"
                : "--python_script_path create_synthetic.py --input_dir data --output_dir output "
                  "--model_path model.gguf");
  command
      ->add_option("--python_script_path", flags->python_script_path,
                   "its file name tells which command is meant; the file is not looked at")
      ->required();
  command
      ->add_option(annotates ? "--conv_input_dir" : "--input_dir", flags->input_dir, "input files")
      ->required();
  if (annotates)
    command->add_option("--prompt_path", flags->prompt_path, "the annotator (JSON)")->required();
  command->add_option("--output_dir", flags->output_dir, "folder; /dev/null: print only")
      ->required();
  command->add_option("--model_path", flags->model_path, "model file (GGUF)")->required();
  on_call(command, action, flags, annotates ? run_annotation_batch : run_conversation_batch);
}

bool is_legacy(const CLI::App& app, const std::string& name) {
  const auto all = app.get_subcommands([](const CLI::App*) { return true; });
  return std::ranges::any_of(all, [&](const CLI::App* each) {
    return each->get_name() == name && each->get_group() == kGroup;
  });
}

}  // namespace

void add_legacy(CLI::App& app, Action& action) {
  add_conversation(app, action, Scripts::kThesis, "create_synthetic",
                   "Thesis: hold the conversation of an input file");
  add_annotation(app, action, Scripts::kThesis, "llm_annotation",
                 "Thesis: annotate a conversation");
  add_conversation(app, action, Scripts::kSdf, "generate_conversations",
                   "SDF: hold the conversation of an input file");
  add_annotation(app, action, Scripts::kSdf, "generate_annotations",
                 "SDF: annotate a conversation");
  add_generators(app, action);
  add_batch(app, action, "execute_all", false);
  add_batch(app, action, "conversation_execute_all", false);
  add_batch(app, action, "annotation_execute_all", true);
}

std::vector<std::string> legacy_arguments(const CLI::App& app, std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  const fs::path called = fs::path(arguments.front()).filename();
  const bool wrapped = called.extension() == ".py" || called.extension() == ".sh";
  const std::string name = wrapped ? called.stem().string() : called.string();
  if (is_legacy(app, name)) arguments.insert(arguments.begin() + 1, name);

  const auto command =
      std::find_if(arguments.begin() + 1, arguments.end(),
                   [](const std::string& argument) { return !argument.starts_with("-"); });
  if (command == arguments.end() || !is_legacy(app, *command)) return arguments;
  std::vector<std::string> flags(command + 1, arguments.end());
  flags = with_whole_flags(*app.get_subcommand(*command), std::move(flags));
  arguments.erase(command + 1, arguments.end());
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return arguments;
}

}  // namespace syndisco::cli
