#include "syndisco/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/figures/markup.h"
#include "syndisco/base/clock.h"
#include "syndisco/base/file.h"
#include "syndisco/base/version.h"
#include "syndisco/report/page_internal.h"

namespace syndisco {
namespace {

/// Of more transcripts each would make the page heavier than a figure of it is worth.
constexpr std::size_t kMostTimelines = 200;
constexpr std::size_t kMostFailures = 50;
/// Letters of wider figures, in pixels, would be too small in half of the page.
constexpr double kHalfPage = 600;

struct Totals {
  std::size_t discussions = 0, completed = 0, failed = 0, running = 0;
  std::size_t comments = 0, facilitator = 0;
  std::size_t users = 0, silent = 0;  ///< turns of participants, and of these silent ones
};

void add_to(Totals& totals, const DiscussionRecord& record) {
  ++totals.discussions;
  if (record.status == Status::kCompleted) ++totals.completed;
  if (record.status == Status::kFailed) ++totals.failed;
  if (record.status == Status::kRunning) ++totals.running;
  for (const Turn& turn : record.turns) {
    if (is_counted(turn)) ++totals.comments;
    if (is_counted(turn) && turn.kind == TurnKind::kFacilitator) ++totals.facilitator;
    if (turn.kind != TurnKind::kUser) continue;
    ++totals.users;
    if (says_nothing(turn)) ++totals.silent;
  }
}

std::string tile(std::string_view what, const std::string& value, const std::string& more = "") {
  return fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", markup_line(what), markup_line(value),
                     more.empty() ? "" : "<small>" + markup_line(more) + "</small>");
}

std::size_t annotation_count(const Journal& journal) {
  std::size_t count = 0;
  for (const auto& [set, counts] : journal.counts_by_annotation_set()) count += counts.turns;
  return count;
}

bool was_imported(const Journal& journal) {
  const auto manifest = journal.noted("manifest");
  return manifest && manifest->find("imported") != nullptr;
}

std::string summary_section(const Journal& journal, const Totals& totals,
                            const ReportContents& contents) {
  std::string html = section_begin("summary", "Summary");
  if (const auto writer = journal.writer())
    html += fmt::format(
        "<p class=\"warning\">A run is going on ({}). This page shows what was recorded at one "
        "moment; write it again for more.</p>\n",
        markup_line(*writer));
  for (const std::string& warning : contents.warnings)
    html += "<p class=\"warning\">" + markup_line(warning) + "</p>\n";
  if (was_imported(journal))
    html += "<p>These discussions were imported: they were not made by a run in this folder.</p>\n";
  Usage usage;
  const auto by_model = journal.usage_by_model();
  for (const auto& [model, each] : by_model) usage += each;
  std::string ended = totals.completed == totals.discussions
                          ? "all completed"
                          : grouped_number(totals.completed) + " completed";
  if (totals.failed > 0) ended += fmt::format(", {} failed", grouped_number(totals.failed));
  if (totals.running > 0) ended += fmt::format(", {} running", grouped_number(totals.running));
  html += "<dl class=\"tiles\">\n";
  html += tile("discussions", grouped_number(totals.discussions), ended);
  html += tile("conditions", grouped_number(journal.cells().size()));
  html += tile("comments", grouped_number(totals.comments),
               totals.facilitator > 0
                   ? fmt::format("{} by facilitators", grouped_number(totals.facilitator))
                   : "");
  html += tile("silent turns", grouped_number(totals.silent),
               fmt::format("of {} by participants", grouped_number(totals.users)));
  if (!journal.annotation_sets().empty())
    html += tile("annotations", grouped_number(annotation_count(journal)),
                 counted(journal.annotation_sets().size(), "set", "sets"));
  // Where discussions were made elsewhere, nothing is known of these.
  if (usage.tokens() > 0 || !was_imported(journal)) {
    html += tile("tokens", grouped_number(usage.tokens()),
                 fmt::format("{} generated", grouped_number(usage.generated_tokens)));
    html += tile("time of runs", seconds_text(journal.seconds_of_runs()));
    html += tile("models", grouped_number(by_model.size()));
  }
  html += "</dl>\n";

  const auto failures = journal.failures();
  if (!failures.empty()) {
    PlainTable table;
    table.headings = {"failed", "why"};
    for (std::size_t i = 0; i < std::min(failures.size(), kMostFailures); ++i)
      table.rows.push_back({failures[i].first, failures[i].second});
    html += plain_table_html(table, "Failures");
    if (failures.size() > kMostFailures)
      html += fmt::format("<p class=\"notes\">These are the first {} of {}.</p>\n", kMostFailures,
                          grouped_number(failures.size()));
  }
  return html + "</section>\n";
}

std::string tables_section(const ReportContents& contents) {
  std::string html = section_begin("tables", "Tables");
  for (const ResultTable& table : contents.tables) html += table_html(table);
  if (contents.tables.empty()) html += "<p>There are no tables.</p>\n";
  return html + "</section>\n";
}

/// Of what the root element says; 0 where it says nothing.
double svg_width(std::string_view svg) {
  constexpr std::string_view kBefore = " width=\"";
  const std::size_t at = svg.find(kBefore);
  return at == std::string_view::npos
             ? 0
             : std::atof(std::string(svg.substr(at + kBefore.size(), 16)).c_str());
}

std::string figures_section(const ReportContents& contents) {
  std::string html = section_begin("figures", "Figures");
  html += "<div class=\"figures\">\n";
  for (const StudyFigure& figure : contents.figures)
    html += fmt::format("<figure{}>{}</figure>\n",
                        svg_width(figure.svg) > kHalfPage ? " class=\"wide\"" : "", figure.svg);
  html += "</div>\n";
  if (contents.figures.empty()) html += "<p>There are no figures.</p>\n";
  return html + "</section>\n";
}

std::string cost_section(const Journal& journal, const ReportContents& contents) {
  std::string html = section_begin("cost", "Tokens and cost") + usage_html(journal);
  for (const ResultTable& table : contents.costs) html += table_html(table);
  return html + "</section>\n";
}

std::string option_html(std::string_view value) {
  return fmt::format("<option value=\"{0}\">{0}</option>", markup_line(value));
}

std::string controls_html(const Journal& journal) {
  std::string html =
      "<div class=\"controls\" id=\"-controls\" hidden>\n<label>Condition <select id=\"-cell\">"
      "<option value=\"\">all</option>";
  for (const std::string& cell : journal.cells()) html += option_html(cell);
  html += "</select></label>\n<label>State <select id=\"-state\"><option value=\"\">all</option>";
  for (const Status status :
       {Status::kCompleted, Status::kFailed, Status::kRunning, Status::kPlanned})
    html += option_html(status_name(status));
  return html +
         "</select></label>\n<label>Text, name or id <input type=\"search\" "
         "id=\"-search\"></label>\n"
         "<button type=\"button\" id=\"-open\">Open all shown</button>\n"
         "<button type=\"button\" id=\"-close\">Close all</button>\n"
         "<span class=\"faint\" id=\"-count\" role=\"status\"></span>\n</div>\n";
}

void transcripts_section(const Journal& journal, const std::vector<std::string>& ids,
                         std::size_t count, const Corpus* rated, const PageSink& write) {
  const RatingsByDiscussion ratings(rated);
  write(section_begin("transcripts", "Transcripts"));
  if (count < ids.size())
    write(fmt::format(
        "<p class=\"notes\">{} of {} discussions are in this page, the first ones in "
        "the order of the plan; <code>--transcripts all</code> writes all of them.</p>\n",
        count == 0 ? "None" : grouped_number(count), grouped_number(ids.size())));
  if (count > 0) {
    write(controls_html(journal));
    write("<p class=\"notes only-print\">Transcripts that were open are printed.</p>\n");
  }
  for (std::size_t i = 0; i < count; ++i)
    write(transcript_html(journal.discussion(ids[i]), journal.annotations_of(ids[i]), i + 1,
                          count <= kMostTimelines, ratings.of(ids[i])));
  write("</section>\n");
}

/// "2026-11-21 22:06 UTC".
std::string minute_text(const std::string& utc) {
  return utc.substr(0, 10) + " " + utc.substr(11, 5) + " UTC";
}

std::string header_html(const Journal& journal, const ReportOptions& options) {
  std::string html = fmt::format(
      "<header class=\"top\">\n<h1>{}</h1>\n<p class=\"sub\">{}seed {} \u00b7 written {}</p>\n"
      "</header>\n<nav aria-label=\"Sections\"><div>",
      name_html(journal.experiment()),
      options.directory.empty() ? "" : name_html(options.directory) + " \u00b7 ", journal.seed(),
      minute_text(utc_now()));
  for (const auto& [id, words] : {std::pair{"summary", "Summary"},
                                  {"design", "Design"},
                                  {"tables", "Tables"},
                                  {"figures", "Figures"},
                                  {"cost", "Cost"},
                                  {"transcripts", "Transcripts"},
                                  {"manifest", "Manifest"}})
    html += fmt::format("<a href=\"#-{}\">{}</a>", id, words);
  return html + "</div></nav>\n<main>\n";
}

}  // namespace

ReportSummary write_report(const Journal& journal, const std::filesystem::path& path,
                           const ReportContents& contents, const ReportOptions& options) {
  ReportSummary summary;
  AtomicFile file(path);
  const PageSink write = [&](std::string_view piece) { file.write(piece); };
  journal.in_snapshot([&] {
    const std::vector<std::string> ids = journal.discussion_ids();
    summary.discussions = ids.size();
    summary.transcripts = std::min(ids.size(), options.transcripts.value_or(ids.size()));
    DesignPart design(journal);
    Totals totals;
    journal.for_each_discussion(
        [&](const DiscussionRecord& record, const std::vector<AnnotationRecord>&) {
          design.see(record);
          add_to(totals, record);
        });
    write(page_begin(journal.experiment() + " \u2013 report"));
    write(header_html(journal, options));
    write(summary_section(journal, totals, contents));
    write(section_begin("design", "Design") + design.html() + "</section>\n");
    write(tables_section(contents));
    write(figures_section(contents));
    write(cost_section(journal, contents));
    transcripts_section(journal, ids, summary.transcripts, contents.corpus, write);
    write(section_begin("manifest", "Manifest") + manifest_html(journal) + "</section>\n");
    write(page_end());
  });
  file.commit();
  return summary;
}

}  // namespace syndisco
