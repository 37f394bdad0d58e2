#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/figures/figure.h"
#include "syndisco/analysis/figures/markup.h"
#include "syndisco/report/page_internal.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// What one annotator said of one comment.
struct Note {
  std::string annotator, answer;
  std::optional<double> number;
};
/// By set, in the order of the sets and annotators.
using NotesOfComment = std::vector<std::pair<std::string, std::vector<Note>>>;
/// By step of the comment.
using Notes = std::map<std::uint64_t, NotesOfComment>;

void add_note(NotesOfComment& sets, const std::string& set, Note note) {
  auto at = std::ranges::find(sets, set, &NotesOfComment::value_type::first);
  if (at == sets.end()) at = sets.insert(sets.end(), {set, {}});
  at->second.push_back(std::move(note));
}

std::optional<double> number_of(const Json& value) {
  return value.is_number() ? std::optional(value.number()) : std::nullopt;
}

Notes notes_of(const std::vector<AnnotationRecord>& annotations) {
  Notes notes;
  for (const AnnotationRecord& record : annotations)
    for (const Turn& turn : record.turns) {
      auto& sets = notes[turn.target];
      const std::string& set = record.job.set->name;
      const std::string& annotator = record.job.actor().name;
      if (!std::holds_alternative<JsonAnswer>(record.job.set->answer)) {
        add_note(sets, set,
                 {annotator, std::string(python_strip(turn.text)), number_of(turn.value)});
      } else if (turn.value.is_object()) {
        // As measures are called.
        for (const auto& [property, value] : turn.value.object())
          add_note(sets, set + "." + property, {annotator, plain_text(value), number_of(value)});
      } else {
        add_note(sets, set, {annotator, dump_json_compact(turn.value), number_of(turn.value)});
      }
    }
  return notes;
}

/// Ratings stand behind the annotations, by nobody.
Notes notes_of(const DiscussionRecord& record, const std::vector<AnnotationRecord>& annotations,
               const std::vector<CommentRatings>& ratings) {
  Notes notes = notes_of(annotations);
  for (const CommentRatings& column : ratings)
    for (std::size_t i = 0; i < std::min(column.values.size(), record.turns.size()); ++i)
      if (const double value = column.values[i]; std::isfinite(value))
        add_note(notes[record.turns[i].step], column.name,
                 {"", fmt::format("{:.6g}", value), value});
  return notes;
}

/// Of the numbers among them; nothing where there is none.
std::optional<double> mean_of(const std::vector<Note>& notes) {
  double sum = 0, count = 0;
  for (const Note& note : notes)
    if (note.number) {
      sum += *note.number;
      ++count;
    }
  return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

std::string notes_html(const Notes& notes, std::uint64_t step) {
  const auto found = notes.find(step);
  if (found == notes.end()) return "";
  std::string html = "<dl class=\"a\">";
  for (const auto& [set, said] : found->second) {
    html += "<dt>" + name_html(set);
    if (const auto mean = mean_of(said); mean && said.size() > 1)
      html += fmt::format(" <i>mean</i> <b>{:.2f}</b>", *mean);
    html += "</dt><dd>";
    for (const Note& note : said)
      html += fmt::format("<span dir=\"auto\">{}{}</span>\n",
                          note.annotator.empty() ? "" : "<i>" + name_html(note.annotator) + "</i> ",
                          markup_text(note.answer));
    html += "</dd>";
  }
  return html + "</dl>";
}

const char* class_of(const Turn& turn) {
  if (says_nothing(turn)) return "c s";
  if (turn.kind == TurnKind::kFacilitator) return "c f";
  return turn.kind == TurnKind::kOpening ? "c o" : "c";
}

std::string comment_html(const DiscussionRecord& record, const Turn& turn, const Notes& notes) {
  const std::string anchor = markup_line(fmt::format("{}:{}", record.job.id, turn.step + 1));
  std::string html = fmt::format(
      "<li class=\"{}\" id=\"{}\"><div><div class=\"who\"><a class=\"no\" href=\"#{}\" "
      "aria-label=\"Comment {}\">{}</a>{}",
      class_of(turn), anchor, anchor, turn.step + 1, turn.step + 1, name_html(turn.name));
  if (turn.kind == TurnKind::kFacilitator) html += " <span class=\"tag\">facilitator</span>";
  if (turn.kind == TurnKind::kOpening) html += " <span class=\"tag\">opening post</span>";
  if (turn.finish == "length" && !says_nothing(turn))
    html += " <span class=\"tag\">cut at the longest answer</span>";
  if (says_nothing(turn)) html += " says nothing";
  html += "</div>";
  if (!turn.silent && !is_blank(turn.text)) html += text_html(python_strip(turn.text));
  if (!turn.thinking.empty())
    html += "<details><summary class=\"faint\">thought aloud</summary>" +
            text_html(python_strip(turn.thinking)) + "</details>";
  return html + "</div>" + notes_html(notes, turn.step) + "</li>\n";
}

/// The ends of what may be answered, where these are numbers, or of the ratings there are.
void set_scale(figures::Timeline& data, const std::vector<AnnotationRecord>& annotations,
               const std::vector<CommentRatings>& ratings) {
  for (const CommentRatings& column : ratings)
    if (column.name == data.value) {
      data.lowest = column.lowest;
      data.highest = column.highest;
    }
  for (const AnnotationRecord& record : annotations)
    if (const auto* range = std::get_if<IntegerRange>(&record.job.set->answer);
        range != nullptr && record.job.set->name == data.value) {
      data.lowest = static_cast<double>(range->lowest);
      data.highest = static_cast<double>(range->highest);
    }
}

/// The first set that has numbers; "" where none has.
std::string rated_set(const Notes& notes) {
  for (const auto& [step, sets] : notes)
    for (const auto& [set, said] : sets)
      if (mean_of(said)) return set;
  return "";
}

/// Position of who has spoken among the speakers, to whom others than participants are added.
std::size_t speaker_of(const Turn& turn, const DiscussionJob& job,
                       std::vector<std::string>& speakers) {
  if (turn.kind == TurnKind::kFacilitator && job.facilitator) return job.participants.size();
  const auto at = std::ranges::find(speakers, turn.name);
  const auto position = static_cast<std::size_t>(at - speakers.begin());
  if (at == speakers.end()) speakers.push_back(turn.name);
  return position;
}

std::string timeline_of(const DiscussionRecord& record,
                        const std::vector<AnnotationRecord>& annotations,
                        const std::vector<CommentRatings>& ratings, const Notes& notes,
                        const figures::Caption& caption) {
  figures::Timeline data;
  for (const ActorSpec& actor : record.job.participants) data.speakers.push_back(actor.name);
  if (record.job.facilitator) data.speakers.push_back(record.job.facilitator->name);
  data.value = rated_set(notes);
  set_scale(data, annotations, ratings);
  for (const Turn& turn : record.turns) {
    figures::TimelineEvent event;
    event.index = turn.step + 1;
    event.speaker = speaker_of(turn, record.job, data.speakers);
    if (turn.kind == TurnKind::kOpening) event.kind = figures::TimelineEvent::Kind::kOpening;
    if (turn.kind == TurnKind::kFacilitator)
      event.kind = figures::TimelineEvent::Kind::kFacilitator;
    event.silent = says_nothing(turn);
    if (const auto found = notes.find(turn.step); found != notes.end())
      for (const auto& [set, said] : found->second)
        if (set == data.value) event.value = mean_of(said);
    data.events.push_back(event);
  }
  return figures::timeline(caption, data);
}

std::string summary_html(const DiscussionRecord& record) {
  std::size_t said = 0, silent = 0;
  for (const Turn& turn : record.turns) {
    if (is_counted(turn)) ++said;
    if (turn.kind == TurnKind::kUser && says_nothing(turn)) ++silent;
  }
  std::string html = fmt::format("<summary><b>{}</b> <span class=\"tag\">{}</span>",
                                 name_html(record.job.id), name_html(record.job.cell));
  if (record.status != Status::kCompleted)
    html += fmt::format(" <span class=\"tag bad\">{}</span>", status_name(record.status));
  html += " <span class=\"faint\">" + counted(said, "comment", "comments");
  if (silent > 0) html += ", " + counted(silent, "silent turn", "silent turns");
  return html + "</span></summary>";
}

std::string people_line(const DiscussionRecord& record) {
  std::string html = "<p class=\"faint\">";
  bool first = true;
  for (const ActorSpec& actor : record.job.participants) {
    html += (first ? "" : ", ") + name_html(actor.name);
    first = false;
  }
  if (record.job.facilitator) html += "; facilitated by " + name_html(record.job.facilitator->name);
  return html + fmt::format(" \u2013 <a href=\"#{0}\">link</a></p>\n", markup_line(record.job.id));
}

}  // namespace

RatingsByDiscussion::RatingsByDiscussion(const Corpus* corpus) : corpus_(corpus) {
  if (corpus == nullptr) return;
  for (const Measure& measure : corpus->measures()) {
    if (measure.unit != MeasureUnit::kComment || measure.source != Measure::Source::kRating)
      continue;
    double lowest = kNothing, highest = kNothing;
    for (const double value : measure.values) {
      lowest = std::fmin(lowest, value);
      highest = std::fmax(highest, value);
    }
    columns_.push_back({measure.name, lowest, highest, {}});
  }
  for (std::size_t i = 0; i < corpus->discussions().size() && !columns_.empty(); ++i)
    position_[corpus->discussions()[i].id] = i;
}

std::vector<CommentRatings> RatingsByDiscussion::of(const std::string& id) const {
  std::vector<CommentRatings> found;
  const auto at = position_.find(id);
  if (at == position_.end()) return found;
  const DiscussionFacts& facts = corpus_->discussions()[at->second];
  for (const CommentRatings& column : columns_) {
    const auto values = std::span(corpus_->measure(column.name).values)
                            .subspan(facts.first_comment, facts.comments);
    if (std::ranges::all_of(values, [](double value) { return std::isnan(value); })) continue;
    found.push_back(column);
    found.back().values.assign(values.begin(), values.end());
  }
  return found;
}

std::string discussion_timeline(const DiscussionRecord& record,
                                const std::vector<AnnotationRecord>& annotations,
                                const std::vector<CommentRatings>& ratings,
                                const std::string& title, const std::string& id) {
  return timeline_of(record, annotations, ratings, notes_of(record, annotations, ratings),
                     {.title = title, .description = "Who speaks when.", .id = id});
}

std::string transcript_html(const DiscussionRecord& record,
                            const std::vector<AnnotationRecord>& annotations, std::size_t number,
                            bool drawn, const std::vector<CommentRatings>& ratings) {
  std::string html =
      fmt::format("<details class=\"d\" id=\"{}\" data-cell=\"{}\" data-state=\"{}\">{}\n<div>\n",
                  markup_line(record.job.id), markup_line(record.job.cell),
                  status_name(record.status), summary_html(record));
  html += people_line(record);
  if (record.status == Status::kFailed)
    html += "<p class=\"warning\">Failed: " + markup_line(record.reason) + "</p>\n";
  else if (record.status != Status::kCompleted)
    html += "<p class=\"warning\">Not finished when this page was written.</p>\n";
  for (const AnnotationRecord& annotation : annotations)
    if (annotation.status == Status::kFailed)
      html += fmt::format("<p class=\"warning\">Annotation {} by {} failed: {}</p>\n",
                          name_html(annotation.job.set->name),
                          name_html(annotation.job.actor().name), markup_line(annotation.reason));
  const Notes notes = notes_of(record, annotations, ratings);
  // Long ones keep their size and are scrolled.
  constexpr std::size_t kFits = 26;
  if (drawn && !record.turns.empty())
    html +=
        fmt::format("<figure{}>{}</figure>\n", record.turns.size() > kFits ? " class=\"wide\"" : "",
                    timeline_of(record, annotations, ratings, notes,
                                {.title = "",
                                 .description = "Who speaks when in " + record.job.id + ".",
                                 .id = fmt::format("timeline-{}", number)}));
  html += "<ol class=\"t\">\n";
  for (const Turn& turn : record.turns) html += comment_html(record, turn, notes);
  return html + "</ol>\n</div></details>\n";
}

}  // namespace syndisco
