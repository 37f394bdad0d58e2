#include <fmt/format.h>

#include <cstdio>

#include "syndisco/base/printable.h"
#include "syndisco/cli/command.h"
#include "syndisco/journal/journal.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {
namespace {

struct Arguments {
  std::string directory;
  bool json = false;
};

Json counts_json(const JobCounts& counts) {
  return JsonObject{
      {"planned", counts.planned},
      {"running", counts.running},
      {"completed", counts.completed},
      {"failed", counts.failed},
      {"turns", counts.turns},
      {"prompt_tokens", counts.prompt_tokens},
      {"reused_tokens", counts.reused_tokens},
      {"generated_tokens", counts.generated_tokens},
      {"seconds", counts.seconds},
  };
}

std::string as_json(const Journal& journal) {
  JsonObject cells, sets;
  const auto by_cell = journal.counts_by_cell();
  for (const std::string& cell : journal.cells())
    if (const auto found = by_cell.find(cell); found != by_cell.end())
      cells.emplace_back(cell, counts_json(found->second));
  for (const auto& [name, counts] : journal.counts_by_annotation_set())
    sets.emplace_back(name, counts_json(counts));
  JsonArray failures;
  for (const auto& [id, reason] : journal.failures())
    failures.emplace_back(JsonObject{{"id", id}, {"reason", reason}});
  return dump_json_indented(JsonObject{{"experiment", journal.experiment()},
                                       {"seed", journal.seed()},
                                       {"cells", std::move(cells)},
                                       {"annotations", std::move(sets)},
                                       {"failures", std::move(failures)}},
                            2) +
         "\n";
}

void add_row(Table& table, const std::string& name, const JobCounts& counts) {
  table.row({name, grouped(counts.planned), grouped(counts.running), grouped(counts.completed),
             grouped(counts.failed), grouped(counts.turns), grouped(counts.prompt_tokens),
             grouped(counts.reused_tokens), grouped(counts.generated_tokens),
             duration_text(counts.seconds)});
}

Table job_table(const std::string& what) {
  Table table;
  table.column(what);
  for (const char* header : {"planned", "running", "completed", "failed", "turns", "prompt tokens",
                             "reused", "generated", "model time"})
    table.column(header, Table::Align::kRight);
  return table;
}

std::string as_text(const Journal& journal, const Terminal& terminal) {
  std::string text = fmt::format(
      "{} (seed {})\n\n", tint(terminal.colour, Tint::kBold, printable_line(journal.experiment())),
      journal.seed());
  Table discussions = job_table("discussions");
  const auto by_cell = journal.counts_by_cell();
  for (const std::string& cell : journal.cells())
    if (const auto found = by_cell.find(cell); found != by_cell.end())
      add_row(discussions, cell, found->second);
  text += discussions.text();
  const auto by_set = journal.counts_by_annotation_set();
  if (!by_set.empty()) {
    Table annotations = job_table("annotations");
    for (const auto& [name, counts] : by_set) add_row(annotations, name, counts);
    text += "\n" + annotations.text();
  }
  const auto failures = journal.failures();
  if (!failures.empty()) {
    Table failed;
    failed.column("failed");
    failed.column("reason");
    for (const auto& [id, reason] : failures) failed.row({id, reason});
    text += "\n" + failed.text();
  }
  return text;
}

}  // namespace

void add_status(CLI::App& app, const Global& global, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("status", "How far a run is: jobs, failures, tokens, time");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_flag("--json", arguments->json, "for programs");
  command->footer("Example:\n  syndisco status runs/pilot");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] {
      const auto journal = Journal::open_read_only(arguments->directory);
      const std::string text =
          arguments->json ? as_json(*journal) : as_text(*journal, global.terminal);
      std::fputs(text.c_str(), stdout);
      return 0;
    };
  });
}

}  // namespace syndisco::cli
