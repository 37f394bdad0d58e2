#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/figures/study.h"
#include "syndisco/analysis/tables.h"
#include "syndisco/base/file.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/command.h"
#include "syndisco/cli/study.h"
#include "syndisco/journal/journal.h"
#include "syndisco/report/report.h"

namespace syndisco::cli {
namespace {

struct Arguments {
  std::string directory;
  std::string out;
  std::string transcripts = "1000";
  std::string figures;
  StudyOptions study;
  std::vector<std::string> factors;
  std::vector<std::string> measures;
  ComparisonOptions comparison;
};

/// "all", "none" or a number.
std::optional<std::size_t> transcripts_from(const std::string& text) {
  if (text == "all") return std::nullopt;
  if (text == "none") return 0;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size())
    throw InputError("--transcripts takes all, none or a number, not " + printable_line(text), {},
                     "all writes every discussion into the page");
  return count;
}

AnalysisOptions analysis_options(const Arguments& arguments, const Journal& journal) {
  AnalysisOptions options;
  options.factors = arguments.factors;
  options.measures = arguments.measures;
  set_comparison(arguments.comparison, options);
  options.rates = load_rates(journal, arguments.study);
  return options;
}

/// All tables that the study has something for. What cannot be computed becomes a warning, and the
/// others still come.
void make_tables(const Corpus& corpus, const AnalysisOptions& options, ReportContents& contents) {
  for (const TableKind& kind : table_kinds()) {
    if (!applies(corpus, kind.name, options)) continue;
    try {
      auto& list = kind.name.starts_with("cost") ? contents.costs : contents.tables;
      for (ResultTable& table : make_table(corpus, kind.name, options))
        list.push_back(std::move(table));
    } catch (const InputError& error) {
      contents.warnings.push_back(
          fmt::format("The table {} is missing: {}{}.", kind.name, error.what(),
                      error.hint().empty() ? "" : " (" + error.hint() + ")"));
    }
  }
}

/// The first completed discussion, as a picture for a paper.
std::optional<StudyFigure> first_timeline(const Journal& journal, const Corpus& corpus) {
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord record = journal.discussion(id);
    if (record.status != Status::kCompleted) continue;
    const std::string title = "Timeline of " + id;
    return StudyFigure{
        "timeline", title,
        discussion_timeline(record, journal.annotations_of(id), RatingsByDiscussion(&corpus).of(id),
                            title, "fig-timeline"),
        "fig-timeline"};
  }
  return std::nullopt;
}

/// FOLDER/<name>.svg of each.
void write_figures(const std::filesystem::path& folder, const std::vector<StudyFigure>& figures) {
  for (const StudyFigure& figure : figures) {
    const std::filesystem::path path = folder / (figure.name + ".svg");
    write_file_atomically(path, figure.svg);
    std::fputs((printable_line(path.string()) + "\n").c_str(), stdout);
  }
}

int write(const Arguments& arguments) {
  const std::optional<std::size_t> transcripts = transcripts_from(arguments.transcripts);
  if (arguments.out == "-")
    throw InputError("--out takes a path", {}, "/dev/stdout writes the page to the output");
  const auto journal = Journal::open_read_only(arguments.directory);
  const std::filesystem::path out = arguments.out.empty()
                                        ? std::filesystem::path(arguments.directory) / "report.html"
                                        : std::filesystem::path(arguments.out);
  ReportContents contents;
  ReportSummary summary;
  // Tables, figures and transcripts speak of one moment, also while a run goes on.
  journal->in_snapshot([&] {
    AnalysisOptions options = analysis_options(arguments, *journal);
    const std::optional<Corpus> other = load_other(arguments.comparison);
    options.against = other ? &*other : nullptr;
    const Corpus corpus = load_study(*journal, arguments.study);
    check_options(corpus, options);
    contents.corpus = &corpus;
    contents.warnings = corpus.warnings();
    make_tables(corpus, options, contents);
    for (const std::string& warning : contents.warnings) log::warning("", warning);
    contents.figures =
        study_figures(corpus, {.by = options.factors.empty() ? "" : options.factors.front(),
                               .measures = options.measures,
                               .confidence = options.confidence,
                               .observations = options.observations});
    for (const ResultTable& table : contents.tables)
      if (table.name.starts_with("effects."))
        if (auto effects = effects_figure(table, contents.figures.size(), options.confidence))
          contents.figures.push_back(*std::move(effects));
    if (auto timeline = first_timeline(*journal, corpus)) contents.figures.push_back(*timeline);
    summary = write_report(*journal, out, contents,
                           {.transcripts = transcripts, .directory = arguments.directory});
  });
  // A device or a pipe may be the output itself.
  if (std::filesystem::is_regular_file(out))
    std::fputs((printable_line(out.string()) + "\n").c_str(), stdout);
  if (!arguments.figures.empty()) write_figures(arguments.figures, contents.figures);
  if (summary.transcripts < summary.discussions && arguments.transcripts != "none")
    log::warning("",
                 fmt::format("{} of {} discussions are in the page; --transcripts all writes all",
                             summary.transcripts, summary.discussions));
  return 0;
}

}  // namespace

void add_report(CLI::App& app, const Global&, Action& action) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "report", "Write a study as one HTML page: design, tables, figures, transcripts");
  command->add_option("DIR", arguments->directory, "run directory")->required();
  command->add_option("--out", arguments->out, "file [DIR/report.html]");
  command
      ->add_option("--transcripts", arguments->transcripts,
                   "discussions that can be read in the page: all, none or how many")
      ->capture_default_str();
  command->add_option("--figures", arguments->figures, "also write each figure to FOLDER as SVG");
  add_study_options(*command, arguments->study);
  command
      ->add_option("--factor", arguments->factors,
                   "a factor of tables, the first also of figures; may be repeated [all, cells]")
      ->allow_extra_args(false);
  command
      ->add_option("--measure", arguments->measures,
                   "what figures, effects and tests look at; may be repeated [chosen by the "
                   "data]")
      ->allow_extra_args(false);
  add_comparison_options(*command, arguments->comparison);
  command->footer(
      "Example:\n  syndisco report runs/pilot\n"
      "writes runs/pilot/report.html, which any browser opens and prints.");
  command->callback([arguments, &action] { action = [arguments] { return write(*arguments); }; });
}

}  // namespace syndisco::cli
