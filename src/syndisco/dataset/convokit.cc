#include "syndisco/dataset/convokit.h"

#include <ctime>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "syndisco/base/file.h"
#include "syndisco/dataset/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// Of "2026-11-21T22:06:11.123Z"; null for what is no such time.
Json seconds_since_1970(const std::string& utc) {
  std::tm parts{};
  if (::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return nullptr;
  return std::int64_t{::timegm(&parts)};
}

std::string_view role_of(const Turn& turn) {
  return turn.kind == TurnKind::kFacilitator ? "facilitator" : "user";
}

/// The kinds of values that Python's loader finds under each key of metadata.
class MetaIndex {
 public:
  void add(const JsonObject& meta) {
    for (const auto& [key, value] : meta) {
      const char* type = python_type(value);
      if (type != nullptr) types_[key].insert(type);
    }
  }

  Json json() const {
    JsonObject index;
    for (const auto& [key, types] : types_) {
      JsonArray list;
      for (const std::string& type : types) list.emplace_back(type);
      index.emplace_back(key, std::move(list));
    }
    return index;
  }

 private:
  static const char* python_type(const Json& value) {
    if (value.is_null()) return nullptr;
    if (value.is_bool()) return "<class 'bool'>";
    if (value.is_float()) return "<class 'float'>";
    if (value.is_number()) return "<class 'int'>";
    if (value.is_string()) return "<class 'str'>";
    return value.is_array() ? "<class 'list'>" : "<class 'dict'>";
  }

  std::map<std::string, std::set<std::string>> types_;
};

/// ConvoKit's form of a thing with metadata.
Json with_meta(JsonObject meta) {
  return JsonObject{{"meta", std::move(meta)}, {"vectors", JsonArray{}}};
}

class Speakers {
 public:
  /// The id of who speaks.
  const std::string& id_of(const DiscussionJob& job, const Turn& turn) {
    const ActorSpec* actor = speaker_of(job, turn);
    const Json persona = actor != nullptr ? actor->persona : Json(JsonObject{});
    const std::string role(role_of(turn));
    std::string& id = ids_[{turn.name, role, dump_json(persona)}];
    if (!id.empty()) return id;
    id = turn.name.empty() ? "(nameless)" : turn.name;
    for (int number = 2; !taken_.insert(id).second; ++number)
      id = turn.name + " (" + std::to_string(number) + ")";
    JsonObject meta{{"name", turn.name}, {"role", role}, {"persona", persona}};
    index.add(meta);
    speakers.emplace_back(id, with_meta(std::move(meta)));
    return id;
  }

  JsonObject speakers;
  MetaIndex index;

 private:
  std::map<std::tuple<std::string, std::string, std::string>, std::string> ids_;
  std::set<std::string> taken_;
};

/// Annotations of each comment, by its step.
std::map<std::uint64_t, JsonArray> annotations_by_step(
    const std::vector<AnnotationRecord>& annotations) {
  std::map<std::uint64_t, JsonArray> by_step;
  for (const AnnotationRecord& record : annotations)
    for (const Turn& turn : record.turns)
      by_step[turn.target].emplace_back(JsonObject{{"set", record.job.set->name},
                                                   {"annotator", record.job.actor().name},
                                                   {"text", turn.text},
                                                   {"value", turn.value},
                                                   {"model", turn.model}});
  return by_step;
}

class CorpusWriter {
 public:
  explicit CorpusWriter(const std::filesystem::path& folder)
      : folder_(folder), utterances_(folder / "utterances.jsonl") {}

  void add(const DiscussionRecord& discussion, const std::vector<AnnotationRecord>& annotations) {
    const DiscussionJob& job = discussion.job;
    auto rated = annotations_by_step(annotations);
    Json before;
    Json first;
    for (const Turn& turn : discussion.turns) {
      if (is_blank(turn.text)) continue;
      const std::string id = job.id + "." + std::to_string(turn.step + 1);
      if (first.is_null()) first = id;
      JsonObject meta{{"kind", turn_kind_name(turn.kind)},
                      {"silent", turn.silent},
                      {"model", turn.model},
                      {"comment_index", turn.step + 1},
                      {"annotations", std::move(rated[turn.step])}};
      index_.add(meta);
      const Json utterance = JsonObject{{"id", id},
                                        {"conversation_id", job.id},
                                        {"text", turn.text},
                                        {"speaker", speakers_.id_of(job, turn)},
                                        {"meta", std::move(meta)},
                                        {"reply-to", before},
                                        {"timestamp", seconds_since_1970(turn.time)},
                                        {"vectors", JsonArray{}}};
      // Escapes alone, so that it is read whatever encoding Python takes for the usual one.
      utterances_.write(dump_json(utterance) + "\n");
      before = id;
      ++counts_.rows;
    }
    if (first.is_null()) return;
    add_conversation(discussion);
  }

  TableCounts finish(const Journal& journal) {
    utterances_.commit();
    JsonObject meta{{"experiment", journal.experiment()}, {"seed", journal.seed()}};
    MetaIndex overall;
    overall.add(meta);
    write("speakers.json", std::move(speakers_.speakers));
    write("conversations.json", std::move(conversations_));
    write("corpus.json", std::move(meta));
    write("index.json", JsonObject{{"utterances-index", index_.json()},
                                   {"speakers-index", speakers_.index.json()},
                                   {"conversations-index", conversation_index_.json()},
                                   {"overall-index", overall.json()},
                                   {"version", 1},
                                   {"vectors", JsonArray{}}});
    return counts_;
  }

 private:
  void add_conversation(const DiscussionRecord& discussion) {
    const DiscussionJob& job = discussion.job;
    JsonObject factors;
    for (const auto& [factor, level] : job.levels) factors.emplace_back(factor, level);
    JsonArray participants;
    for (const ActorSpec& actor : job.participants) participants.emplace_back(actor.name);
    JsonObject meta{{"experiment", job.experiment},
                    {"cell", job.cell},
                    {"factors", std::move(factors)},
                    {"replicate", job.replicate},
                    {"status", status_name(discussion.status)},
                    {"participants", std::move(participants)},
                    {"facilitator", job.facilitator ? Json(job.facilitator->name) : Json()}};
    conversation_index_.add(meta);
    conversations_.emplace_back(job.id, with_meta(std::move(meta)));
    ++counts_.discussions;
  }

  void write(const char* name, JsonObject content) {
    write_file_atomically(folder_ / name, dump_json(content));
  }

  std::filesystem::path folder_;
  AtomicFile utterances_;
  Speakers speakers_;
  JsonObject conversations_;
  MetaIndex index_;
  MetaIndex conversation_index_;
  TableCounts counts_;
};

}  // namespace

TableCounts write_convokit(const Journal& journal, const std::filesystem::path& folder) {
  CorpusWriter corpus(folder);
  for (const std::string& id : journal.discussion_ids())
    corpus.add(journal.discussion(id), journal.annotations_of(id));
  return corpus.finish(journal);
}

}  // namespace syndisco
