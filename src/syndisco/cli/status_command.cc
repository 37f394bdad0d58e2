#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "syndisco/base/printable.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/prices.h"
#include "syndisco/journal/journal.h"
#include "syndisco/text/json.h"
#include "syndisco/text/unicode.h"

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

/// What the last `run` was given to spend, what its plan was expected to come to, and what has been
/// spent so far.
struct Spending {
  Limits limits;
  std::map<std::string, Price> prices;
  Json estimate;  ///< null in directories that no run has noted one in
  std::map<std::string, Usage> by_model;
  std::map<std::string, Usage> failed;
  Usage all;
  double cost = 0;
  double seconds = 0;

  double cost_of_model(const std::string& model) const {
    const auto price = prices.find(model);
    return price == prices.end() ? 0 : cost_of(by_model.at(model), price->second);
  }
};

Spending spending_of(const Journal& journal) {
  Spending spending;
  if (const std::optional<Json> note = journal.noted("budget")) {
    if (const Json* limits = note->find("limits")) spending.limits = limits_from_json(*limits);
    if (const Json* estimate = note->find("estimate")) spending.estimate = *estimate;
  }
  spending.prices = noted_prices(journal);
  spending.by_model = journal.usage_by_model();
  spending.failed = journal.failed_requests();
  spending.seconds = journal.seconds_of_runs();
  for (const auto& [model, usage] : spending.by_model) {
    spending.all += usage;
    spending.cost += spending.cost_of_model(model);
  }
  return spending;
}

Json spending_json(const Spending& spending) {
  JsonObject models;
  for (const auto& [model, usage] : spending.by_model) {
    Json one = to_json(usage);
    const auto failed = spending.failed.find(model);
    one.set("failed_requests", failed == spending.failed.end() ? 0 : failed->second.requests);
    one.set("cost", spending.cost_of_model(model));
    models.emplace_back(model, std::move(one));
  }
  Json spent = to_json(spending.all);
  spent.set("tokens", spending.all.tokens());
  spent.set("cost", spending.cost);
  spent.set("wall_time", spending.seconds);
  spent.set("models", std::move(models));
  return JsonObject{{"spent", std::move(spent)},
                    {"estimate", spending.estimate},
                    {"limits", to_json(spending.limits)}};
}

Json run_json(const Journal& journal) {
  const std::optional<std::string> writer = journal.writer();
  JsonArray runs;
  for (const RunRecord& run : journal.runs())
    runs.emplace_back(JsonObject{{"command", run.command},
                                 {"process", run.process},
                                 {"started", run.started},
                                 {"seen", run.seen},
                                 {"seconds", run.seconds},
                                 {"ended", run.ended.empty() ? Json() : Json(run.ended)}});
  return JsonObject{{"running", writer.has_value()},
                    {"by", writer ? Json(*writer) : Json()},
                    {"runs", std::move(runs)}};
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
                                       {"failures", std::move(failures)},
                                       {"run", run_json(journal)},
                                       {"budget", spending_json(spending_of(journal))}},
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

/// Who works on the directory, or how the last run ended.
std::string run_text(const Journal& journal) {
  if (const std::optional<std::string> writer = journal.writer())
    return "running: " + printable_line(*writer) + "\n";
  const std::vector<RunRecord> runs = journal.runs();
  if (runs.empty()) return "not running\n";
  const RunRecord& last = runs.back();
  std::string how = "ended without a word (killed, or the machine failed), last seen";
  if (last.ended == "done")
    how = last.command == "import" ? "imported all of it" : "came to its end";
  if (last.ended == "interrupted") how = "was interrupted";
  if (last.ended == "limit") how = "stopped at a limit";
  if (last.ended.starts_with("error: ")) how = "ended (" + printable_line(last.ended) + ")";
  return fmt::format("not running: the last run ({}) {} {}\n", printable_line(last.process), how,
                     last.seen);
}

std::string estimated(const Spending& spending, const char* name,
                      const std::function<std::string(double)>& shown) {
  const Json* value = spending.estimate.find(name);
  return value != nullptr && value->is_number() ? shown(value->number()) : "-";
}

std::string spending_text(const Spending& spending) {
  const auto count = [](double value) { return grouped(static_cast<std::uint64_t>(value)); };
  Table table;
  table.column("budget");
  for (const char* header : {"spent", "estimate", "limit"})
    table.column(header, Table::Align::kRight);
  const Limits& limits = spending.limits;
  table.row({"requests", grouped(spending.all.requests), estimated(spending, "requests", count),
             limits.requests ? grouped(*limits.requests) : "-"});
  const Json* prompt = spending.estimate.find("prompt_tokens");
  const Json* generated = spending.estimate.find("generated_tokens");
  table.row({"tokens", grouped(spending.all.tokens()),
             prompt && generated ? count(prompt->number() + generated->number()) : "-",
             limits.tokens ? grouped(*limits.tokens) : "-"});
  if (!spending.prices.empty() || limits.cost)
    table.row({"cost", money_text(spending.cost), estimated(spending, "cost", money_text),
               limits.cost ? money_text(*limits.cost) : "-"});
  table.row({"wall time", duration_text(spending.seconds),
             estimated(spending, "seconds", duration_text),
             limits.wall_time ? duration_text(*limits.wall_time) : "-"});
  std::string text = "\n" + table.text();

  Table models;
  models.column("model");
  for (const char* header :
       {"requests", "of these failed", "prompt tokens", "reused", "generated", "cost"})
    models.column(header, Table::Align::kRight);
  for (const auto& [model, usage] : spending.by_model) {
    const auto failed = spending.failed.find(model);
    models.row({model, grouped(usage.requests),
                grouped(failed == spending.failed.end() ? 0 : failed->second.requests),
                grouped(usage.prompt_tokens), grouped(usage.reused_tokens),
                grouped(usage.generated_tokens),
                spending.prices.contains(model) ? money_text(spending.cost_of_model(model)) : "-"});
  }
  if (!spending.by_model.empty()) text += "\n" + models.text();
  return text;
}

std::string as_text(const Journal& journal, const Terminal& terminal) {
  std::string text =
      fmt::format("{} (seed {})\n{}\n",
                  tint(terminal.colour, Tint::kBold, printable_line(journal.experiment())),
                  journal.seed(), run_text(journal));
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
  text += spending_text(spending_of(journal));
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
      app.add_subcommand("status", "How far a run is: jobs, failures, what was spent");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_flag("--json", arguments->json, "for programs");
  command->footer("Example:\n  syndisco status runs/pilot");
  command->callback([arguments, &global, &action] {
    action = [arguments, &global] {
      const auto journal = Journal::open_read_only(arguments->directory);
      std::string text;
      journal->in_snapshot(
          [&] { text = arguments->json ? as_json(*journal) : as_text(*journal, global.terminal); });
      std::fputs(text.c_str(), stdout);
      return 0;
    };
  });
}

}  // namespace syndisco::cli
