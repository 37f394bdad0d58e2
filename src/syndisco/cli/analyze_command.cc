#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "syndisco/analysis/tables.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/log.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/study.h"
#include "syndisco/design/document.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

struct Arguments {
  std::string directory;
  StudyOptions study;
  std::vector<std::string> tables;
  std::string format = "text";
  bool json = false;
  std::string out;
  std::vector<std::string> factors;
  std::vector<std::string> measures;
  ComparisonOptions comparison;
  bool ml = false;
  std::string annotator_group;
};

std::string table_names() {
  std::string names;
  for (const TableKind& kind : table_kinds()) names += (names.empty() ? "" : ", ") + kind.name;
  return names;
}

/// Whether something is asked for that needs ROUGE-L.
bool needs_diversity(const Arguments& arguments) {
  if (arguments.tables.empty()) return true;
  const auto counts_only = [](const std::string& name) {
    return name == "discussions" || name == "participation" || name == "balance" ||
           name == "cost" || name.starts_with("interventions") || name.starts_with("annotations") ||
           name.starts_with("agreement") || name == "polarisation";
  };
  return !std::ranges::all_of(arguments.tables, counts_only);
}

AnalysisOptions analysis_options(const Arguments& arguments, const Journal& journal) {
  AnalysisOptions options;
  options.factors = arguments.factors;
  options.measures = arguments.measures;
  options.reml = !arguments.ml;
  set_comparison(arguments.comparison, options);
  options.annotator_group = arguments.annotator_group;
  options.rates = load_rates(journal, arguments.study);
  return options;
}

std::vector<ResultTable> make_tables(const Corpus& corpus, const Arguments& arguments,
                                     const AnalysisOptions& options) {
  std::vector<std::string> names = arguments.tables;
  if (names.empty())
    for (const TableKind& kind : table_kinds())
      if (applies(corpus, kind.name, options)) names.push_back(kind.name);
  std::vector<ResultTable> tables;
  for (const std::string& name : names)
    for (ResultTable& table : make_table(corpus, name, options))
      if (std::ranges::find(tables, table.name, &ResultTable::name) == tables.end())
        tables.push_back(std::move(table));
  return tables;
}

// Rows of a table in a look at all of them.
constexpr std::size_t kOverviewRows = 50;

/// Tables that would fill screens, as far as an overview shows them.
void shorten(std::vector<ResultTable>& tables) {
  for (ResultTable& table : tables) {
    if (table.rows.size() <= kOverviewRows) continue;
    table.notes.push_back(fmt::format("{} more rows: --table {} shows all",
                                      table.rows.size() - kOverviewRows, table.name));
    table.rows.resize(kOverviewRows);
  }
}

void print(const Journal& journal, const Corpus& corpus, const std::vector<ResultTable>& tables,
           RenderFormat format) {
  std::string text;
  if (format == RenderFormat::kJson) {
    JsonArray rendered, warnings;
    for (const ResultTable& table : tables) rendered.push_back(table_json(table));
    for (const std::string& warning : corpus.warnings()) warnings.emplace_back(warning);
    text = dump_json_indented(JsonObject{{"experiment", journal.experiment()},
                                         {"warnings", std::move(warnings)},
                                         {"tables", std::move(rendered)}},
                              2) +
           "\n";
  } else if (format == RenderFormat::kCsv && tables.size() > 1) {
    std::string names;
    for (const ResultTable& table : tables) names += (names.empty() ? "" : ", ") + table.name;
    throw InputError("a CSV file holds one table, and these are several", {},
                     "--out FOLDER writes a file for each; --table takes one of " + names);
  } else {
    for (const ResultTable& table : tables)
      text += (text.empty() ? "" : "\n") + render(table, format);
  }
  std::fputs(text.c_str(), stdout);
}

int write(const Arguments& arguments) {
  const RenderFormat format = render_format_from(arguments.json ? "json" : arguments.format);
  const auto journal = Journal::open_read_only(arguments.directory);
  StudyOptions study = arguments.study;
  study.diversity = needs_diversity(arguments);
  AnalysisOptions options = analysis_options(arguments, *journal);
  const Corpus corpus = load_study(*journal, study);
  for (const std::string& warning : corpus.warnings()) log::warning("", warning);
  const std::optional<Corpus> other = load_other(arguments.comparison);
  options.against = other ? &*other : nullptr;
  // What is wrong with the options is said before any table.
  check_options(corpus, options);
  std::vector<ResultTable> tables = make_tables(corpus, arguments, options);
  if (arguments.out.empty()) {
    if (arguments.tables.empty() && format == RenderFormat::kText) shorten(tables);
    print(*journal, corpus, tables, format);
    return 0;
  }
  for (const ResultTable& table : tables) {
    const std::filesystem::path path =
        std::filesystem::path(arguments.out) / (table.name + std::string(render_ending(format)));
    write_file_atomically(path, render(table, format));
    std::fputs((printable_line(path.string()) + "\n").c_str(), stdout);
  }
  return 0;
}

}  // namespace

void add_analyze(CLI::App& app, const Global&, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("analyze", "The tables of the field, of finished work");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command
      ->add_option("--table", arguments->tables,
                   "one of " + table_names() + "; may be repeated [all that apply]")
      ->allow_extra_args(false);
  command->add_option("--format", arguments->format, "text, csv, json, markdown or latex")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "--format json");
  command->add_option("--out", arguments->out, "folder for a file of each table [to the screen]");
  add_study_options(*command, arguments->study);
  command
      ->add_option("--factor", arguments->factors,
                   "a factor to group by; may be repeated [all with two levels]")
      ->allow_extra_args(false);
  command
      ->add_option("--measure", arguments->measures,
                   "what effects, tests and divergence look at; may be repeated [ratings and "
                   "annotations]")
      ->allow_extra_args(false);
  command->add_flag("--ml,!--reml", arguments->ml, "maximum likelihood instead of REML");
  add_comparison_options(*command, arguments->comparison);
  command->add_option("--annotator-group", arguments->annotator_group,
                      "persona attribute by which annotators are grouped [all that tell some "
                      "apart]");
  command->footer(
      "Example:\n  syndisco analyze runs/pilot --table effects\n"
      "It may be called while a run goes on: it reads one moment of it.");
  command->callback([arguments, &action] { action = [arguments] { return write(*arguments); }; });
}

}  // namespace syndisco::cli
