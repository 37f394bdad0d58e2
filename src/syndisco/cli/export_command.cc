#include <fmt/format.h>

#include <cstdio>

#include "syndisco/base/log.h"
#include "syndisco/cli/command.h"
#include "syndisco/dataset/export.h"
#include "syndisco/journal/journal.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

struct Arguments {
  std::string directory;
  std::string format = "csv";
  std::string out;
  bool guard_formulas = false;
};

/// "csv, jsonl, ...".
std::string format_names() {
  std::string names;
  for (const ExportFormat& format : export_formats())
    names += (names.empty() ? "" : ", ") + format.name + " (" + format.about + ")";
  return names;
}

int write(const Arguments& arguments) {
  const ExportFormat& format = export_format(arguments.format);
  if (arguments.out == "-")
    throw InputError("--out takes a path", {}, "/dev/stdout writes the comments to the output");
  const auto journal = Journal::open_read_only(arguments.directory);
  const std::string out =
      arguments.out.empty()
          ? slug(journal->experiment()) + (format.is_folder ? "-" + format.name : format.ending)
          : arguments.out;
  const ExportSummary summary =
      export_dataset(*journal, format.name, out, {.guard_formulas = arguments.guard_formulas});
  for (const auto& path : summary.paths)
    std::fputs((printable_line(path.string()) + "\n").c_str(), stdout);
  if (summary.left_out > 0)
    log::warning(
        "", fmt::format("{} discussions are not completed and were left out", summary.left_out));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, const Global&, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("export", "Write the dataset in a format of your choice");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_option("--format", arguments->format, format_names())->capture_default_str();
  command->add_option("--out", arguments->out,
                      "a table (csv, jsonl) or a folder [EXPERIMENT.csv ...]");
  command->add_flag("--guard-formulas", arguments->guard_formulas,
                    "csv for spreadsheets: \"'\" before texts that they would compute");
  command->footer(
      "Example:\n  syndisco export runs/pilot --format csv --out pilot.csv\n"
      "writes pilot.csv (comments) and pilot.annotations.csv.");
  command->callback([arguments, &action] { action = [arguments] { return write(*arguments); }; });
}

}  // namespace syndisco::cli
