#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/cli/command.h"
#include "syndisco/cli/run_directory.h"
#include "syndisco/dataset/check_files.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/journal/check.h"
#include "syndisco/journal/damaged.h"
#include "syndisco/journal/journal.h"
#include "syndisco/journal/salvage.h"
#include "syndisco/run/check_jobs.h"
#include "syndisco/text/json.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string directory;
  bool repair = false;
  bool json = false;
};

struct Report {
  std::vector<Finding> findings;
  std::size_t discussions = 0, annotations = 0, turns = 0;
  // Of a repair:
  std::optional<Salvage> salvage;
  std::size_t files_written = 0;
};

void add(std::vector<Finding>& all, std::vector<Finding> more) {
  all.insert(all.end(), more.begin(), more.end());
}

void count(const std::map<std::string, JobCounts>& counts, std::size_t& jobs, std::size_t& turns) {
  for (const auto& [name, each] : counts) {
    jobs += each.planned + each.running + each.completed + each.failed;
    turns += each.turns;
  }
}

/// What cannot be read with a damaged database is not looked at.
Report look(const fs::path& directory) {
  Report report;
  report.findings = check_database(directory);
  if (!report.findings.empty()) return report;
  const auto journal = Journal::open_read_only(directory);
  count(journal->counts_by_cell(), report.discussions, report.turns);
  count(journal->counts_by_annotation_set(), report.annotations, report.turns);
  add(report.findings, check_jobs(*journal));
  add(report.findings, check_files(*journal, directory));
  add(report.findings, check_run_directory_files(*journal, directory));
  return report;
}

/// What the database lost may still stand in the file of its discussion or annotation, which the
/// next run would write anew: it is kept beside, named as the old database.
void keep_files_of_lost_turns(const Journal& journal, const fs::path& directory, Salvage& salvage) {
  const std::string ending = salvage.old.extension().string();  // .damaged-TIME
  const auto keep = [&](const fs::path& path) {
    std::error_code error;
    fs::rename(directory / path, (directory / path).string() + ending, error);
    if (!error)
      salvage.lost.push_back(printable_line(path.string()) + ending + " still holds what it had");
  };
  for (const std::string& id : journal.discussion_ids())
    if (journal.discussion(id).status != Status::kCompleted) keep(discussion_path(id));
  for (const std::string& id : journal.annotation_ids())
    if (const AnnotationRecord record = journal.annotation(id); record.status != Status::kCompleted)
      keep(annotation_path(record.job));
}

/// The database first, because all else is written from it. One that cannot be read for another
/// reason than damage (locked, of another version) is left as it is.
Report repair(const fs::path& directory) {
  Report done;
  bool damaged = false;
  try {
    for (const Finding& finding : check_database(directory)) damaged |= finding.mendable;
  } catch (const DamagedError&) {
    damaged = true;
  }
  if (damaged) done.salvage = salvage_database(directory);
  {
    const auto journal = Journal::open(directory);  // nobody else writes meanwhile
    if (done.salvage) keep_files_of_lost_turns(*journal, directory, *done.salvage);
    done.files_written =
        repair_files(*journal, directory) + repair_run_directory_files(*journal, directory);
  }
  Report after = look(directory);
  after.salvage = std::move(done.salvage);
  after.files_written = done.files_written;
  return after;
}

std::string as_json(const Report& report, const Arguments& arguments) {
  JsonArray findings;
  for (const Finding& finding : report.findings)
    findings.emplace_back(JsonObject{{"place", finding.place},
                                     {"what", finding.what},
                                     {"hint", finding.hint},
                                     {"mendable", finding.mendable}});
  JsonObject json{{"directory", arguments.directory},
                  {"discussions", report.discussions},
                  {"annotations", report.annotations},
                  {"turns", report.turns},
                  {"findings", std::move(findings)}};
  if (arguments.repair) {
    json.emplace_back("files_written", report.files_written);
    Json salvage;
    if (report.salvage) {
      JsonArray lost;
      for (const std::string& each : report.salvage->lost) lost.emplace_back(each);
      salvage = JsonObject{{"old", report.salvage->old.string()},
                           {"jobs", report.salvage->jobs},
                           {"turns", report.salvage->turns},
                           {"lost", std::move(lost)}};
    }
    json.emplace_back("salvage", std::move(salvage));
  }
  return dump_json_indented(json, 2) + "\n";
}

std::string as_text(const Report& report, const Arguments& arguments) {
  std::string text;
  if (report.salvage) {
    text += fmt::format(
        "the database was damaged: {} jobs and {} turns were saved; the old one is {}\n",
        grouped(report.salvage->jobs), grouped(report.salvage->turns),
        printable_line(report.salvage->old.string()));
    for (const std::string& lost : report.salvage->lost) text += "lost: " + lost + "\n";
    if (report.salvage->lost.empty()) text += "nothing was lost\n";
  }
  if (report.files_written > 0)
    text += fmt::format("{} files written again\n", grouped(report.files_written));
  std::size_t mendable = 0;
  for (const Finding& finding : report.findings) {
    mendable += finding.mendable ? 1 : 0;
    text += fmt::format("{}: {}\n", printable_line(finding.place), printable_line(finding.what));
    if (!finding.hint.empty()) text += "  hint: " + printable_line(finding.hint) + "\n";
  }
  if (report.findings.empty())
    return text + fmt::format("all is well: {} discussions, {} annotations, {} turns\n",
                              grouped(report.discussions), grouped(report.annotations),
                              grouped(report.turns));
  text += fmt::format("{} findings", grouped(report.findings.size()));
  if (mendable > 0)
    text += fmt::format("; syndisco check {} --repair puts {} of them right",
                        printable_line(arguments.directory), grouped(mendable));
  return text + "\n";
}

int check(const Arguments& arguments) {
  const Report report = arguments.repair ? repair(arguments.directory) : look(arguments.directory);
  const std::string text = arguments.json ? as_json(report, arguments) : as_text(report, arguments);
  std::fputs(text.c_str(), stdout);
  return static_cast<int>(report.findings.empty() ? ExitCode::kOk : ExitCode::kJobsFailed);
}

}  // namespace

void add_check(CLI::App& app, const Global&, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("check", "Verify a run directory");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_flag("--repair", arguments->repair,
                    "write its files again from the database, and save what can be read of a "
                    "damaged database");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "Example:\n  syndisco check runs/pilot\n"
      "Exit codes: 0 all is well, 1 there are findings, 3 it cannot be read.");
  command->callback([arguments, &action] { action = [arguments] { return check(*arguments); }; });
}

}  // namespace syndisco::cli
