#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "syndisco/analysis/figures/markup.h"
#include "syndisco/report/page_internal.h"

namespace syndisco {
namespace {

constexpr std::size_t kMostPeople = 200;
constexpr std::size_t kMostTold = 100;

/// Of models that are not known the name is empty.
void add_once(std::vector<std::string>& list, const std::string& value) {
  if (!value.empty() && std::ranges::find(list, value) == list.end()) list.push_back(value);
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& each : list) text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "\u2013" : text;
}

std::string turn_taking_text(const TurnTaking& turn_taking) {
  switch (turn_taking.kind) {
    case TurnTakingKind::kRoundRobin:
      return "round robin";
    case TurnTakingKind::kQueue:
      return turn_taking.random_first_speaker ? "queue, first speaker drawn" : "queue";
    case TurnTakingKind::kRandom:
      return "random";
    case TurnTakingKind::kRespond:
      return fmt::format("respond ({:g})", turn_taking.probability);
    case TurnTakingKind::kOwn:
      return "by the program that ran it";
  }
  return "";
}

std::string answer_text(const AnswerConstraint& answer) {
  if (const auto* range = std::get_if<IntegerRange>(&answer))
    return fmt::format("a whole number from {} to {}", range->lowest, range->highest);
  if (const auto* choice = std::get_if<Choice>(&answer))
    return "one of: " + joined(choice->options);
  return std::holds_alternative<JsonAnswer>(answer) ? "JSON by a schema" : "free text";
}

std::string persona_html(const Json& persona, std::string_view name) {
  std::string html;
  if (!persona.is_object()) return html;
  for (const auto& [key, value] : persona.object()) {
    if (value == Json(std::string(name))) continue;  // the name stands before already
    html += fmt::format("{}<span class=\"faint\">{}:</span> {}", html.empty() ? "" : "; ",
                        name_html(key), name_html(plain_text(value)));
  }
  return html;
}

}  // namespace

DesignPart::Cell& DesignPart::cell_of(const DiscussionJob& job) {
  const auto found = std::ranges::find(cells_, job.cell, &Cell::name);
  if (found != cells_.end()) return *found;
  cells_.push_back({});
  cells_.back().name = job.cell;
  cells_.back().levels = job.levels;
  return cells_.back();
}

void DesignPart::tell(const std::string& who, const std::string& text, const std::string& cell) {
  if (text.empty()) return;
  for (Told& told : told_)
    if (told.who == who && told.text == text) return add_once(told.cells, cell);
  if (told_.size() < kMostTold) told_.push_back({who, text, {cell}});
}

void DesignPart::see(const DiscussionRecord& record) {
  const DiscussionJob& job = record.job;
  Cell& cell = cell_of(job);
  add_once(cell.participants, std::to_string(job.participants.size()));
  add_once(cell.turns, std::to_string(job.turns));
  add_once(cell.history, std::to_string(job.history));
  add_once(cell.turn_taking, turn_taking_text(job.turn_taking));
  add_once(cell.style, job.style.name);
  if (job.facilitator) add_once(cell.facilitator, job.facilitator->name);
  for (const ActorSpec& actor : job.participants) {
    add_once(cell.models, actor.model);
    tell("Context of participants", actor.context, job.cell);
    tell("Instructions of participants", actor.instructions, job.cell);
    const std::string key = actor.name + "\n" + dump_json_compact(actor.persona);
    const auto [at, is_new] = person_at_.try_emplace(key, people_.size());
    if (is_new) people_.push_back({actor.name, actor.persona, 0});
    ++people_[at->second].discussions;
  }
  if (job.facilitator) {
    add_once(cell.models, job.facilitator->model);
    tell("Instructions of the facilitator", job.facilitator->instructions, job.cell);
  }
}

std::string DesignPart::cells_html() const {
  PlainTable table;
  table.headings = {"condition"};
  const std::vector<std::string> factors = journal_.factors();
  for (const std::string& factor : factors) table.headings.push_back(factor);
  for (const char* heading : {"facilitator", "model", "turn taking", "prompts"})
    table.headings.emplace_back(heading);
  table.numbers.assign(table.headings.size(), false);
  for (const char* heading : {"participants", "turns", "history"}) {
    table.headings.emplace_back(heading);
    table.numbers.push_back(true);
  }
  for (const Cell& cell : cells_) {
    std::vector<std::string> row = {cell.name};
    for (const std::string& factor : factors) {
      const auto level =
          std::ranges::find(cell.levels, factor, [](const auto& each) { return each.first; });
      row.push_back(level == cell.levels.end() ? "\u2013" : level->second);
    }
    for (const auto* values : {&cell.facilitator, &cell.models, &cell.turn_taking, &cell.style,
                               &cell.participants, &cell.turns, &cell.history})
      row.push_back(joined(*values));
    table.rows.push_back(std::move(row));
  }
  return plain_table_html(table, "Conditions");
}

std::string DesignPart::progress_html() const {
  const auto counts = journal_.counts_by_cell();
  PlainTable table;
  table.headings = {"condition", "planned", "running", "completed", "failed", "turns"};
  table.numbers = {false, true, true, true, true, true};
  for (const Cell& cell : cells_) {
    const auto found = counts.find(cell.name);
    const JobCounts count = found == counts.end() ? JobCounts{} : found->second;
    std::vector<std::string> row = {cell.name};
    for (const std::size_t number :
         {count.planned, count.running, count.completed, count.failed, count.turns})
      row.push_back(grouped_number(number));
    table.rows.push_back(std::move(row));
  }
  return plain_table_html(table, "Discussions by state");
}

std::string DesignPart::told_html() const {
  std::string html;
  for (const Told& told : told_) {
    const bool everywhere = told.cells.size() == cells_.size();
    html += fmt::format(
        "<details{}><summary>{}{}</summary><div class=\"told\">{}</div></details>\n",
        told.text.size() < 400 ? " open" : "", markup_line(told.who),
        everywhere ? "" : " <span class=\"faint\">(" + name_html(joined(told.cells)) + ")</span>",
        text_html(told.text));
  }
  if (told_.size() == kMostTold)
    html +=
        fmt::format("<p class=\"notes\">These are the first {} different texts.</p>\n", kMostTold);
  return html.empty() ? html : "<h3>What actors are told</h3>\n" + html;
}

std::string DesignPart::people_html() const {
  if (people_.empty()) return "";
  std::string html = fmt::format(
      "<details><summary>{} people</summary>\n<div class=\"scroll\"><table>\n<thead><tr><th "
      "scope=\"col\">name</th><th scope=\"col\">persona</th><th scope=\"col\" "
      "class=\"n\">discussions</th></tr></thead>\n<tbody>\n",
      grouped_number(people_.size()));
  for (std::size_t i = 0; i < std::min(people_.size(), kMostPeople); ++i)
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n", name_html(people_[i].name),
        persona_html(people_[i].persona, people_[i].name), grouped_number(people_[i].discussions));
  html += "</tbody></table></div>\n";
  if (people_.size() > kMostPeople)
    html += fmt::format("<p class=\"notes\">These are the first {}.</p>\n", kMostPeople);
  return "<h3>Participants</h3>\n" + html + "</details>\n";
}

std::string DesignPart::annotations_html() const {
  std::string html;
  for (const auto& set : journal_.annotation_sets()) {
    std::vector<std::string> models;
    std::vector<std::string> instructions;
    std::string people;
    for (const ActorSpec& annotator : set->annotators) {
      add_once(models, annotator.model);
      add_once(instructions, annotator.instructions);
      people += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", name_html(annotator.name),
                            persona_html(annotator.persona, annotator.name));
    }
    html += fmt::format(
        "<details open><summary><b>{}</b> \u2013 {}; {}; model {}; {} comments shown</summary>\n",
        name_html(set->name), name_html(answer_text(set->answer)),
        counted(set->annotators.size(), "annotator", "annotators"), name_html(joined(models)),
        set->history);
    for (const std::string& text : instructions)
      if (!text.empty()) html += "<div class=\"told\">" + text_html(text) + "</div>\n";
    html +=
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">annotator</th><th "
        "scope=\"col\">persona</th></tr></thead>\n<tbody>\n" +
        people + "</tbody></table></div></details>\n";
  }
  return html.empty() ? html : "<h3>Annotations</h3>\n" + html;
}

std::string DesignPart::html() const {
  return cells_html() + progress_html() + told_html() + people_html() + annotations_html();
}

}  // namespace syndisco
