#include <cstdio>

#include "syndisco/cli/models_commands.h"
#include "syndisco/model/llama/weights.h"

namespace syndisco::cli {
namespace {

int list(bool json) {
  const std::vector<StoredModel> models = list_models();
  if (json) {
    JsonArray entries;
    for (const StoredModel& model : models)
      entries.emplace_back(JsonObject{{"name", model.name},
                                      {"path", model.path.string()},
                                      {"weights", model.weights},
                                      {"bytes", model.bytes},
                                      {"present", model.present},
                                      {"tuned", model.tuned}});
    std::fputs((dump_json_indented(entries, 2) + "\n").c_str(), stdout);
    return 0;
  }
  Table table;
  table.column("name");
  table.column("weights");
  table.column("size", Table::Align::kRight);
  table.column("file");
  for (const StoredModel& model : models)
    table.row({model.name, model.weights + (model.tuned ? " (tuned)" : ""), size_text(model.bytes),
               model.present ? model.path.string() : "missing: ./dev setup fetches it"});
  std::fputs(table.text().c_str(), stdout);
  return 0;
}

}  // namespace

void add_models_list(CLI::App& models, Action& action) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command =
      models.add_subcommand("list", "Models that an experiment file can name, and their files");
  command->add_flag("--json", *json, "for programs");
  command->footer("Example:\n  syndisco models list");
  command->callback([json, &action] { action = [json] { return list(*json); }; });
}

}  // namespace syndisco::cli
