#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "conformance/compare.h"
#include "conformance/replay.h"

#include "syndisco/base/file.h"
#include "syndisco/cli/legacy/flags.h"
#include "syndisco/discussion/annotation.h"
#include "syndisco/legacy/configs.h"
#include "syndisco/legacy/scripts.h"
#include "syndisco/text/unicode.h"

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

Scripts scripts_of(const Recording& recording) {
  return recording.generation == "g0" ? Scripts::kThesis : Scripts::kSdf;
}

/// The script that was called: "python SCRIPT.py ...".
std::string script_name(const Recording& recording) {
  std::istringstream entry(recording.traced("entry").string());
  std::string python;
  std::string script;
  entry >> python >> script;
  return fs::path(script).stem().string();
}

/// Reads the recorded arguments as the program does.
void read_arguments(CLI::App& command, const Recording& recording) {
  std::vector<std::string> arguments;
  for (const Json& argument : recording.argument("args").array())
    arguments.push_back(argument.string());
  arguments = cli::with_whole_flags(command, arguments);
  std::ranges::reverse(arguments);
  command.parse(arguments);
}

std::string error_text(const Recording& recording, const char* key) {
  const Json& text = member_or_null(recording.traced("error"), key);
  return text.is_string() ? text.string() : "";
}

/// Faults of the original that ours does not repeat: SDF as it was published cannot write what was
/// said, its annotation script cannot be started, and cannot read what SDF writes.
bool is_repaired(const Recording& recording) {
  return error_text(recording, "message").ends_with("is not JSON serializable") ||
         error_text(recording, "type") == "ImportError" ||
         error_text(recording, "message").starts_with("too many values to unpack");
}

/// One text where a list of texts belongs is refused, not read letter by letter.
bool has_a_text_for_a_list(const Recording& recording, const std::string& input) {
  std::error_code ignored;
  if (!fs::exists(recording.folder / input, ignored)) return false;
  try {
    const Json file = recording.read(input);
    for (const char* key : {"user_names", "moderator_attributes", "seed_opinions",
                            "seed_opinion_usernames", "attributes"})
      if (member_or_null(file, key).is_string()) return true;
    const Json& lists = member_or_null(file, "user_attributes");
    return lists.is_array() && std::ranges::any_of(lists.array(), &Json::is_string);
  } catch (const InputError&) {
    return false;
  }
}

void expect_refused(const Recording& recording, const std::optional<std::string>& refused,
                    const std::vector<Call>& calls) {
  EXPECT_TRUE(refused.has_value()) << "the original: " << dump_json(recording.traced("error"));
  EXPECT_TRUE(calls.empty()) << "asked before it was refused";
}

/// What was said stands on the original's screen as on ours. A NUL was recorded as if it were a
/// scratch path.
void expect_on_screen(const Recording& recording, const std::string& screen) {
  const std::string recorded =
      replace_all(recording.traced("stdout").string(), "<SRC>", std::string_view("\0", 1));
  EXPECT_NE(recorded.find(screen), std::string::npos) << screen;
}

void replay_conversation(const Recording& recording) {
  cli::ConversationFlags flags;
  CLI::App command;
  cli::add_flags(command, scripts_of(recording), flags);
  std::optional<ScriptedModels> models;
  RecordedDraws draws(recording.traced("random"));
  DiscussionRecord record;
  record.status = Status::kCompleted;
  const std::optional<std::string> refused = refusal([&] {
    read_arguments(command, recording);
    const ScriptSettings settings = cli::settings_of(flags.model);
    models.emplace(recording, settings.model_name);
    record.job = conversation_job(scripts_of(recording), recording.folder / flags.input_file,
                                  "recorded", settings);
    // The original's random manager never looked at its probability.
    std::shared_ptr<const TurnManager> manager;
    if (record.job.turn_taking.kind == TurnTakingKind::kRespond)
      manager = with_draws(make_turn_manager({.kind = TurnTakingKind::kRandom}), draws);
    Discussion discussion(record.job, models->models(), manager);
    while (!discussion.finished()) record.turns.push_back(discussion.step());
  });
  const std::vector<Call> none;
  const std::vector<Call>& calls = models ? models->calls() : none;
  const bool goes_on =
      !refused && (talks_on_alone(recording, record.job) || is_repaired(recording));
  if ((recording.failed() && !goes_on) || has_a_text_for_a_list(recording, flags.input_file)) {
    expect_refused(recording, refused, calls);
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  const std::vector<Turn> answers = answers_in(record.turns);
  if (recording.failed()) {
    compare_calls(recording, calls, answers, recording.traced("calls").array().size());
    return;
  }
  EXPECT_TRUE(draws.empty()) << "the original drew more";
  compare_all_calls(recording, calls, answers);
  compare_output(recording, parse_json(conversation_text(scripts_of(recording), record)));
  std::string screen;
  for (const Turn& turn : record.turns)
    screen += conversation_screen(scripts_of(recording), record.job, turn);
  expect_on_screen(recording, screen);
}

void replay_annotation(const Recording& recording) {
  cli::AnnotationFlags flags;
  CLI::App command;
  cli::add_flags(command, scripts_of(recording), flags);
  std::optional<ScriptedModels> models;
  AnnotationTask task;
  AnnotationRecord record;
  record.status = Status::kCompleted;
  const std::optional<std::string> refused = refusal([&] {
    read_arguments(command, recording);
    const ScriptSettings settings = cli::settings_of(flags.model);
    models.emplace(recording, settings.model_name);
    task = annotation_task(scripts_of(recording), recording.folder / flags.prompt_input_path,
                           recording.folder / flags.conv_path, settings);
    record.job = task.job;
    Annotation annotation(record.job, task.discussion.turns, models->models());
    while (!annotation.finished()) record.turns.push_back(annotation.step());
  });
  const std::vector<Call> none;
  const std::vector<Call>& calls = models ? models->calls() : none;
  if ((recording.failed() && !is_repaired(recording)) ||
      has_a_text_for_a_list(recording, flags.prompt_input_path)) {
    expect_refused(recording, refused, calls);
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  if (recording.failed()) {
    EXPECT_FALSE(calls.empty());
    return;
  }
  compare_all_calls(recording, calls, record.turns);
  compare_output(recording,
                 parse_json(annotation_text(scripts_of(recording), record, task.discussion)));
  std::string screen;
  for (const Turn& turn : record.turns)
    screen += annotation_screen(scripts_of(recording), task.discussion, turn);
  expect_on_screen(recording, screen);
}

/// The files of a folder in the order in which the original saw them; ours where that is not known.
std::vector<fs::path> recorded_order(const Recording& recording, const std::string& folder) {
  std::vector<fs::path> files = files_of(recording.folder / folder);
  const Json& seen = recording.traced("listdir");
  if (!seen.is_array()) return files;
  for (const Json& each : seen.array()) {
    if (member_or_null(each, "path").string() != folder) continue;
    std::vector<fs::path> ordered;
    for (const Json& name : member_or_null(each, "names").array())
      ordered.push_back(recording.folder / folder / name.string());
    std::vector<fs::path> sorted = ordered;
    std::ranges::sort(sorted);
    EXPECT_EQ(sorted, files);
    return ordered;
  }
  return files;
}

void compare_texts(const Recording& recording, const std::vector<std::string>& texts) {
  const Json& outputs = recording.traced("outputs");
  const JsonArray none;
  const JsonArray& expected = outputs.is_array() ? outputs.array() : none;
  ASSERT_EQ(texts.size(), expected.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(texts[i], member_or_null(expected[i], "output_text").string()) << "file " << i + 1;
}

/// The folder for the output: there, unless the original missed it.
fs::path output_folder(const Recording& recording, const std::string& folder) {
  return recording.folder /
         (error_text(recording, "message").find("'" + folder + "/") != std::string::npos ? folder
                                                                                         : "input");
}

void replay_conversation_configs(const Recording& recording) {
  cli::ConversationConfigFlags flags;
  CLI::App command;
  cli::add_flags(command, flags);
  RecordedDraws draws(recording.traced("random"));
  std::vector<std::string> texts;
  const std::optional<std::string> refused = refusal([&] {
    read_arguments(command, recording);
    check_output_folder(output_folder(recording, flags.output_dir));
    ConversationParts parts;
    parts.personas = read_personas(recorded_order(recording, flags.persona_dir));
    for (const fs::path& file : recorded_order(recording, flags.topics_dir))
      parts.topics.push_back(read_file(file));
    parts.settings = read_conversation_settings(recording.folder / flags.configs_path);
    parts.user_instructions = read_file(recording.folder / flags.user_instruction_path);
    parts.mod_instructions = read_file(recording.folder / flags.mod_instruction_path);
    parts.include_mod = flags.include_mod;
    parts.users = static_cast<std::size_t>(flags.num_users);
    check_parts(parts);
    for (int i = 0; i < flags.num_generated_files; ++i)
      texts.push_back(conversation_config(parts, draws));
  });
  if (recording.failed()) {
    expect_refused(recording, refused, {});
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  compare_texts(recording, texts);
}

void replay_annotation_configs(const Recording& recording) {
  cli::AnnotationConfigFlags flags;
  CLI::App command;
  cli::add_flags(command, flags);
  std::vector<std::string> texts;
  const std::optional<std::string> refused = refusal([&] {
    read_arguments(command, recording);
    check_output_folder(output_folder(recording, flags.output_dir));
    const std::string instructions = read_file(recording.folder / flags.instruction_path);
    for (const Json& persona : read_personas(recorded_order(recording, flags.persona_dir)))
      texts.push_back(annotation_config(persona, instructions, flags.include_mod_comments,
                                        flags.history_ctx_len));
  });
  if (recording.failed()) {
    expect_refused(recording, refused, {});
    return;
  }
  ASSERT_FALSE(refused.has_value()) << *refused;
  compare_texts(recording, texts);
}

}  // namespace

void replay_script(const Recording& recording) {
  const std::string script = script_name(recording);
  if (script == "create_synthetic" || script == "generate_conversations")
    return replay_conversation(recording);
  // SDF's own script cannot be started; a driver around the same classes was recorded.
  if (script == "llm_annotation" || script == "generate_annotations" || script == "g1_annotate")
    return replay_annotation(recording);
  if (script == "generate_conv_configs") return replay_conversation_configs(recording);
  if (script == "generate_annotation_configs") return replay_annotation_configs(recording);
  GTEST_SKIP() << "no replay yet of " << script;
}

}  // namespace syndisco::testing
