#include <fmt/format.h>

#include <cstdio>

#include "syndisco/cli/command.h"
#include "syndisco/model/llama/weights.h"
#include "syndisco/text/json.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

std::string size_text(std::uint64_t bytes) {
  return bytes == 0 ? "-" : fmt::format("{:.0f} MB", static_cast<double>(bytes) / 1e6);
}

int list(bool json) {
  const std::vector<StoredModel> models = list_models();
  if (json) {
    JsonArray entries;
    for (const StoredModel& model : models)
      entries.emplace_back(JsonObject{{"name", model.name},
                                      {"path", model.path.string()},
                                      {"weights", model.weights},
                                      {"bytes", model.bytes},
                                      {"present", model.present}});
    std::fputs((dump_json_indented(entries, 2) + "\n").c_str(), stdout);
    return 0;
  }
  Table table;
  table.column("name");
  table.column("weights");
  table.column("size", Table::Align::kRight);
  table.column("file");
  for (const StoredModel& model : models)
    table.row({model.name, model.weights, size_text(model.bytes),
               model.present ? model.path.string() : "missing: ./dev setup fetches it"});
  std::fputs(table.text().c_str(), stdout);
  return 0;
}

}  // namespace

void add_models(CLI::App& app, const Global&, Action& action) {
  CLI::App* command = app.add_subcommand("models", "Model files");
  command->require_subcommand(1);
  command->footer("Example:\n  syndisco models list");
  const auto json = std::make_shared<bool>(false);
  CLI::App* list_command =
      command->add_subcommand("list", "Models that an experiment file can name, and their files");
  list_command->add_flag("--json", *json, "for programs");
  list_command->footer("Example:\n  syndisco models list");
  list_command->callback([json, &action] { action = [json] { return list(*json); }; });
}

}  // namespace syndisco::cli
