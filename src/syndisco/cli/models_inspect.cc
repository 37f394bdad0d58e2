#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "syndisco/base/printable.h"
#include "syndisco/cli/models_commands.h"
#include "syndisco/model/llama/inspect.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/memory.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco::cli {
namespace {

constexpr std::array<int, 3> kSequences = {1, 8, 32};
constexpr int kTokens = 1024;

struct Arguments {
  std::string file;
  bool whole_template = false;
  bool json = false;
};

/// The kinds of a model that need care, in words.
std::vector<std::string> peculiarities(const ModelShape& shape) {
  std::vector<std::string> found;
  if (!shape.chats) found.push_back("no text model that answers: cannot be used");
  if (shape.recurrent)
    found.push_back("keeps a running state: of a prompt only the whole beginning can be reused");
  if (shape.sliding_window > 0)
    found.push_back(
        fmt::format("some layers see only the last {} tokens", grouped(shape.sliding_window)));
  return found;
}

std::string template_text(const ModelShape& shape) {
  if (shape.chat_template.empty()) return "none: a plain one is taken (chatml)";
  if (!shape.template_problem.empty())
    return "does not work: " + printable_line(shape.template_problem);
  const std::string& text = shape.chat_template;
  std::size_t shown = std::min<std::size_t>(text.size(), 60);
  while (shown < text.size() && (static_cast<unsigned char>(text[shown]) & 0xC0U) == 0x80) ++shown;
  return fmt::format("{} bytes: {}{}", grouped(text.size()), printable_line(text.substr(0, shown)),
                     shown < text.size() ? "..." : "");
}

std::string system_text(const ModelShape& shape) {
  return shape.system_role ? "yes" : "no: system prompts go into the first message";
}

MemoryNeed need_of(const std::filesystem::path& path, int sequences) {
  return memory_need(path, {.sequences = sequences,
                            .tokens = kTokens,
                            .outputs = sequences,
                            .attention = attentions_to_try(false, -1).front()});
}

std::string as_json(const std::filesystem::path& path, const ModelShape& shape) {
  JsonArray memory, peculiar;
  if (shape.chats)
    for (const int sequences : kSequences) {
      const MemoryNeed need = need_of(path, sequences);
      memory.emplace_back(JsonObject{{"sequences", sequences},
                                     {"tokens", kTokens},
                                     {"weights", need.weights},
                                     {"kv", need.kv},
                                     {"compute", need.compute},
                                     {"total", need.total()},
                                     {"gpu", need.gpu}});
    }
  for (const std::string& each : peculiarities(shape)) peculiar.emplace_back(each);
  return dump_json_indented(JsonObject{{"path", path.string()},
                                       {"name", shape.name},
                                       {"architecture", shape.architecture},
                                       {"encoding", shape.encoding},
                                       {"parameters", shape.parameters},
                                       {"layers", shape.layers},
                                       {"heads", shape.heads},
                                       {"kv_heads", shape.kv_heads},
                                       {"embedding", shape.embedding},
                                       {"vocabulary", shape.vocabulary},
                                       {"trained_context", shape.trained_context},
                                       {"weights_bytes", shape.weights_bytes},
                                       {"kv_bytes_per_token", shape.kv_bytes_per_token},
                                       {"sliding_window", shape.sliding_window},
                                       {"recurrent", shape.recurrent},
                                       {"chats", shape.chats},
                                       {"peculiarities", std::move(peculiar)},
                                       {"system_role", shape.system_role},
                                       {"chat_template", shape.chat_template},
                                       {"template_problem", shape.template_problem},
                                       {"memory", std::move(memory)},
                                       {"free_memory", free_memory()}},
                            2) +
         "\n";
}

std::string as_text(const std::filesystem::path& path, const ModelShape& shape) {
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<17}{}\n", name, printable_line(value));
  };
  line("file", path.string());
  if (!shape.name.empty()) line("name", shape.name);
  line("architecture", shape.architecture);
  line("parameters", grouped(shape.parameters));
  line("encoding", fmt::format("{}, {}", shape.encoding, size_text(shape.weights_bytes)));
  line("layers", fmt::format("{}, with {} heads and {} for keys and values", shape.layers,
                             shape.heads, shape.kv_heads));
  line("embedding", grouped(shape.embedding));
  line("vocabulary", grouped(shape.vocabulary));
  line("trained context", grouped(shape.trained_context) + " tokens");
  for (const std::string& each : peculiarities(shape)) line("note", each);
  if (!shape.chats) return text;
  line("system role", system_text(shape));
  line("chat template", template_text(shape));
  line("memory a token", shape.kv_bytes_per_token == 0
                             ? "none: its state has a fixed size"
                             : grouped(shape.kv_bytes_per_token) + " bytes");

  const std::uint64_t free = free_memory();
  text += fmt::format("\nMemory for sequences of {} tokens ({} are free now):\n", grouped(kTokens),
                      size_text(free));
  Table table;
  table.column("sequences", Table::Align::kRight);
  for (const char* name : {"weights", "tokens", "scratch", "total"})
    table.column(name, Table::Align::kRight);
  table.column("");
  for (const int sequences : kSequences) {
    const MemoryNeed need = need_of(path, sequences);
    table.row({std::to_string(sequences), size_text(need.weights), size_text(need.kv),
               size_text(need.compute), size_text(need.total()),
               (need.total() <= free ? "fits" : "does not fit") +
                   (need.gpu > 0 ? ", and " + size_text(need.gpu) + " on the GPU" : "")});
  }
  return text + table.text();
}

int inspect(const Arguments& arguments) {
  const std::filesystem::path path = find_model_file(arguments.file);
  const ModelShape shape = inspect_model(path);
  std::string text;
  if (arguments.json)
    text = as_json(path, shape);
  else if (arguments.whole_template)
    text = printable(shape.chat_template) + "\n";
  else
    text = as_text(path, shape);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

void add_models_inspect(CLI::App& models, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = models.add_subcommand(
      "inspect", "What a model file is, how it takes messages, and the memory it needs");
  command->add_option("FILE", arguments->file, "a GGUF file, builtin:NAME or hf:NAME")->required();
  command->add_flag("--template", arguments->whole_template, "show the chat template instead");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer("Example:\n  syndisco models inspect builtin:smollm2-135m");
  command->callback([arguments, &action] { action = [arguments] { return inspect(*arguments); }; });
}

}  // namespace syndisco::cli
