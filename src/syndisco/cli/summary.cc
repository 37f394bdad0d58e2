#include "syndisco/cli/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

/// What a cell's discussions come to.
struct CellTotals {
  std::size_t discussions = 0, completed = 0;
  std::size_t comments = 0, words = 0, facilitator = 0, silent = 0;
  // By annotation set.
  std::map<std::string, std::vector<double>> numbers;
  std::map<std::string, std::map<std::string, std::size_t>> choices;
  std::map<std::string, std::size_t> texts;
  std::map<std::string, std::size_t> json;
};

std::size_t word_count(const std::string& text) {
  std::istringstream words(text);
  std::size_t count = 0;
  for (std::string word; words >> word;) ++count;
  return count;
}

void add_discussion(CellTotals& totals, const DiscussionRecord& record) {
  ++totals.discussions;
  if (record.status == Status::kCompleted) ++totals.completed;
  for (const Turn& turn : record.turns) {
    if (turn.silent) {
      ++totals.silent;
    } else if (turn.kind == TurnKind::kFacilitator) {
      ++totals.facilitator;
    } else if (turn.kind == TurnKind::kUser) {
      ++totals.comments;
      totals.words += word_count(turn.text);
    }
  }
}

void add_annotation(CellTotals& totals, const AnnotationRecord& record) {
  const std::string& set = record.job.set->name;
  for (const Turn& turn : record.turns) {
    if (std::holds_alternative<JsonAnswer>(record.job.set->answer))
      ++totals.json[set];
    else if (turn.value.is_integer())
      totals.numbers[set].push_back(turn.value.number());
    else if (turn.value.is_string())
      ++totals.choices[set][turn.value.string()];
    else
      ++totals.texts[set];
  }
}

/// Mean of integers, commonest choice with its share, or number of texts or JSON answers.
std::string annotation_cell(const CellTotals& totals, const std::string& set) {
  if (const auto found = totals.numbers.find(set); found != totals.numbers.end()) {
    double sum = 0;
    for (const double value : found->second) sum += value;
    return fmt::format("{:.2f}", sum / static_cast<double>(found->second.size()));
  }
  if (const auto found = totals.choices.find(set); found != totals.choices.end()) {
    std::size_t all = 0;
    auto commonest = found->second.begin();
    for (auto each = found->second.begin(); each != found->second.end(); ++each) {
      all += each->second;
      if (each->second > commonest->second) commonest = each;
    }
    return fmt::format("{} {:.0f}%", commonest->first,
                       100.0 * static_cast<double>(commonest->second) / static_cast<double>(all));
  }
  if (const auto found = totals.texts.find(set); found != totals.texts.end())
    return fmt::format("{} texts", found->second);
  if (const auto found = totals.json.find(set); found != totals.json.end())
    return fmt::format("{} answers", found->second);
  return "-";
}

/// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  const bool plain =
      !text.empty() &&
      text.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:,@") ==
          std::string::npos;
  return plain ? text : "'" + replace_all(text, "'", "'\\''") + "'";
}

std::string cell_table(const Journal& journal) {
  std::map<std::string, CellTotals> by_cell;
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord record = journal.discussion(id);
    CellTotals& totals = by_cell[record.job.cell];
    add_discussion(totals, record);
    for (const AnnotationRecord& annotation : journal.annotations_of(id))
      add_annotation(totals, annotation);
  }
  const auto sets = journal.annotation_sets();
  Table table;
  table.column("condition");
  for (const char* header : {"discussions", "comments", "words/comment", "facilitator", "silent"})
    table.column(header, Table::Align::kRight);
  for (const auto& set : sets)
    table.column(
        std::holds_alternative<IntegerRange>(set->answer) ? "mean " + set->name : set->name,
        Table::Align::kRight);
  for (const std::string& cell : journal.cells()) {
    const CellTotals& totals = by_cell[cell];
    std::vector<std::string> row = {
        cell,
        fmt::format("{}/{}", totals.completed, totals.discussions),
        std::to_string(totals.comments),
        totals.comments == 0 ? "-"
                             : fmt::format("{:.1f}", static_cast<double>(totals.words) /
                                                         static_cast<double>(totals.comments)),
        std::to_string(totals.facilitator),
        std::to_string(totals.silent),
    };
    for (const auto& set : sets) row.push_back(annotation_cell(totals, set->name));
    table.row(std::move(row));
  }
  return table.text();
}

std::string tokens_text(const RunFigures& figures) {
  if (figures.turns == 0 || figures.seconds <= 0) return "";
  std::string text = fmt::format(
      "tokens: {} of prompts computed, {} reused, {} generated; {:.0f} computed a second",
      grouped(figures.computed_tokens), grouped(figures.reused_tokens),
      grouped(figures.generated_tokens),
      static_cast<double>(figures.computed_tokens + figures.generated_tokens) / figures.seconds);
  for (const auto& [name, share] : figures.busy)
    text += fmt::format("; {} busy {:.0f}% of the time",
                        figures.busy.size() == 1 ? "engine" : printable_line(name), 100 * share);
  return text + "\n";
}

void add(JobCounts& all, const std::map<std::string, JobCounts>& counts) {
  for (const auto& [name, each] : counts) {
    all.turns += each.turns;
    all.prompt_tokens += each.prompt_tokens;
    all.reused_tokens += each.reused_tokens;
    all.generated_tokens += each.generated_tokens;
  }
}

}  // namespace

JobCounts total_counts(const Journal& journal) {
  JobCounts all;
  add(all, journal.counts_by_cell());
  add(all, journal.counts_by_annotation_set());
  return all;
}

std::map<std::string, double> busy_seconds(const Models& models) {
  std::map<std::string, double> busy;
  for (const auto& [name, model] : models)
    if (const std::optional<double> seconds = model->busy_seconds()) busy[name] = *seconds;
  return busy;
}

RunFigures run_figures(const JobCounts& before, const JobCounts& after, double seconds,
                       const std::map<std::string, double>& busy_before, const Models& models) {
  RunFigures figures;
  figures.seconds = seconds;
  figures.turns = after.turns - before.turns;
  figures.reused_tokens = after.reused_tokens - before.reused_tokens;
  figures.computed_tokens = after.prompt_tokens - before.prompt_tokens - figures.reused_tokens;
  figures.generated_tokens = after.generated_tokens - before.generated_tokens;
  if (seconds > 0)
    for (const auto& [name, busy] : busy_seconds(models))
      figures.busy[name] = std::min((busy - busy_before.at(name)) / seconds, 1.0);
  return figures;
}

std::string summary_text(const Journal& journal, const std::filesystem::path& directory,
                         const Global& global, const RunFigures& figures,
                         std::size_t recorded_turns) {
  std::string text =
      "\n" + tint(global.terminal.colour, Tint::kBold, printable_line(journal.experiment())) +
      "\n\n";
  text += cell_table(journal) + "\n";
  text += fmt::format("{} new turns in {}, {} in all\n", grouped(figures.turns),
                      duration_text(figures.seconds), grouped(recorded_turns));
  text += tokens_text(figures);
  const auto failures = journal.failures();
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(failures.size(), kShown); ++i)
    text += fmt::format("{} {}: {}\n", tint(global.terminal.colour, Tint::kRed, "failed"),
                        printable_line(failures[i].first), printable_line(failures[i].second));
  if (failures.size() > kShown)
    text += fmt::format("... and {} more: syndisco status DIR\n", failures.size() - kShown);
  const std::string shown = printable_line(directory.string());
  const std::string dir = printable_line(shell_word(directory.string()));
  text += fmt::format(
      "\nThe data is in {}: syndisco.db, discussions/, annotations/, manifest.json\n\nNext:\n",
      shown);
  const std::string program = printable_line(shell_word(global.program));
  std::vector<std::pair<std::string, const char*>> next = {
      {program + " show " + dir, "list the discussions"}};
  if (const auto ids = journal.discussion_ids(); !ids.empty())
    next.emplace_back(program + " show " + dir + " " + shell_word(ids.front()), "read one");
  next.emplace_back(
      program + " export " + dir + " --format csv --out " + slug(journal.experiment()) + ".csv",
      "tables for pandas or R");
  next.emplace_back(program + " analyze " + dir, "measures, tests and effects");
  next.emplace_back(program + " report " + dir, "tables, figures and transcripts as one page");
  if (!failures.empty())
    next.emplace_back(program + " run FILE --retry-failed", "try the failed ones again");
  std::size_t width = 0;
  for (const auto& [command, what] : next) width = std::max(width, display_width(command));
  for (const auto& [command, what] : next)
    text += fmt::format("  {}{}  {}\n", command, std::string(width - display_width(command), ' '),
                        what);
  return text;
}

}  // namespace syndisco::cli
