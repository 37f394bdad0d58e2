#include "syndisco/dataset/csv_2_0.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/published.h"
#include "syndisco/record/published.h"

namespace syndisco {
namespace {

Json python_bool(bool value) {
  return value ? "True" : "False";
}

/// Users of one name: the last one stands for all, as in 2.0. Opening posts may be the
/// facilitator's.
const ActorSpec* actor_2_0(const DiscussionJob& job, const std::string& name) {
  if (job.facilitator && job.facilitator->name == name) return &*job.facilitator;
  const auto found = std::find_if(job.participants.rbegin(), job.participants.rend(),
                                  [&](const ActorSpec& actor) { return actor.name == name; });
  return found != job.participants.rend() ? &*found : nullptr;
}

}  // namespace

std::vector<std::string> comment_columns_2_0() {
  return {"conv_id", "timestamp", "ctx_length",   "user",       "message",      "model",
          "persona", "prompt",    "is_moderator", "message_id", "message_order"};
}

std::vector<std::string> annotation_columns_2_0() {
  return {"conv_id", "timestamp",  "annotator_model", "ctx_length",
          "message", "message_id", "annotation",      "annotator_prompt"};
}

std::vector<Row> comment_rows_2_0(const DiscussionRecord& discussion) {
  const DiscussionJob& job = discussion.job;
  const std::string time = legacy_timestamp(last_time(discussion.turns));
  const std::vector<std::int64_t> orders = message_orders(discussion);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < discussion.turns.size(); ++i) {
    const Turn& turn = discussion.turns[i];
    if (!is_published(job, turn)) continue;
    const ActorSpec* actor = actor_2_0(job, turn.name);
    if (actor == nullptr)
      throw InputError(
          printable_line(turn.name) + ", who says comment " + std::to_string(turn.step + 1) +
              " of " + printable_line(job.id) +
              ", is none of its users, and the table of 2.0 has a persona in every row",
          {}, "--format csv has such comments");
    rows.push_back({job.id, time, job.history, turn.name, turn.text, turn.model,
                    python_repr(persona_2_0(actor->persona, actor->name)), actor->instructions,
                    python_bool(job.facilitator && turn.name == job.facilitator->name),
                    message_id(job.id, turn.text), orders[i]});
  }
  return rows;
}

std::vector<Annotation20> annotations_2_0(const AnnotationRecord& annotation,
                                          const DiscussionRecord& discussion) {
  const std::string time = legacy_timestamp(last_time(annotation.turns));
  std::vector<Annotation20> all;
  for (const Turn& turn : annotation.turns)
    all.push_back({discussion.job.id, time, annotator_model(annotation),
                   annotation.job.set->history, judged_turn(discussion, turn).text, turn.text,
                   annotator_prompt_2_0(annotation)});
  return all;
}

std::vector<Row> annotation_rows_2_0(const std::vector<Annotation20>& annotations) {
  using Key = std::tuple<std::string, std::string, std::string, int, std::string, std::string>;
  std::map<Key, std::pair<JsonArray, JsonArray>> groups;
  for (const Annotation20& one : annotations) {
    auto& [texts, prompts] = groups[{one.discussion, one.timestamp, one.model, one.history,
                                     one.message, message_id(one.discussion, one.message)}];
    texts.emplace_back(one.annotation);
    prompts.emplace_back(one.prompt);
  }
  std::vector<Row> rows;
  for (const auto& [key, lists] : groups) {
    const auto& [discussion, timestamp, model, history, message, id] = key;
    rows.push_back({discussion, timestamp, model, history, message, id, python_repr(lists.first),
                    python_repr(lists.second)});
  }
  return rows;
}

TableCounts write_comments_2_0(const Journal& journal, const Sink& sink) {
  TableWriter writer(TableFormat::kCsv, comment_columns_2_0(), sink);
  TableCounts counts;
  for (const std::string& id : journal.discussion_ids()) {
    const DiscussionRecord discussion = journal.discussion(id);
    if (discussion.status != Status::kCompleted) {
      ++counts.unfinished;
      continue;
    }
    const std::vector<Row> rows = comment_rows_2_0(discussion);
    for (const Row& row : rows) writer.write(row);
    counts.rows += rows.size();
    if (!rows.empty()) ++counts.discussions;
  }
  return counts;
}

TableCounts write_annotations_2_0(const Journal& journal, const Sink& sink) {
  TableWriter writer(TableFormat::kCsv, annotation_columns_2_0(), sink);
  TableCounts counts;
  // The id comes first among what rows are sorted by.
  std::vector<std::string> ids = journal.discussion_ids();
  std::ranges::sort(ids);
  for (const std::string& id : ids) {
    std::vector<Annotation20> all;
    const DiscussionRecord discussion = journal.discussion(id);
    for (const AnnotationRecord& annotation : journal.annotations_of(id)) {
      if (annotation.status != Status::kCompleted) continue;
      const std::vector<Annotation20> more = annotations_2_0(annotation, discussion);
      all.insert(all.end(), more.begin(), more.end());
    }
    const std::vector<Row> rows = annotation_rows_2_0(all);
    for (const Row& row : rows) writer.write(row);
    counts.rows += rows.size();
    if (!rows.empty()) ++counts.discussions;
  }
  return counts;
}

}  // namespace syndisco
