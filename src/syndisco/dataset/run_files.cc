#include "syndisco/dataset/run_files.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <vector>

#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/dataset/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

/// Of the keys of ours; a reader of a later version tells by it what it has.
constexpr int kFormat = 1;

/// Whether an id can be the beginning of a file's name as it stands. Ours are made of slugs; those
/// of imported files may hold anything, such as "../x".
bool is_plain(const std::string& stem) {
  return !stem.empty() && stem.front() != '.' && std::ranges::none_of(stem, [](char c) {
    return c == '/' || c == '\x7f' || (c >= '\0' && c < ' ');
  });
}

/// `stem` + `ending` as a file name. File systems end names at 255 bytes.
std::string file_name(const std::string& stem, const std::string& ending) {
  constexpr std::size_t kLongest = 255;
  constexpr std::size_t kHashDigits = 16;
  const bool plain = is_plain(stem);
  if (plain && stem.size() + ending.size() <= kLongest) return stem + ending;
  const std::string_view start = std::string_view(stem).substr(0, kLongest / 2);
  const std::string readable = stem.substr(0, complete_utf8_prefix(start));
  return (plain ? readable : slug(readable)) + "-" +
         sha256_hex(stem + ending).substr(0, kHashDigits) + ".json";
}

/// The slug of one of several names, with a number where an earlier one has the same slug.
std::string slug_among(const std::vector<ActorSpec>& actors, std::size_t position) {
  std::set<std::string> taken;
  std::string mine;
  for (std::size_t i = 0; i <= position; ++i) {
    const std::string plain = slug(actors[i].name);
    mine = plain;
    for (int number = 2; taken.contains(mine); ++number)
      mine = plain + "-" + std::to_string(number);
    taken.insert(mine);
  }
  return mine;
}

Json factors_of(const DiscussionJob& job) {
  JsonObject factors;
  for (const auto& [factor, level] : job.levels) factors.emplace_back(factor, level);
  return factors;
}

/// Everything about a turn that 2.0's "logs" has no place for.
Json turn_details(const DiscussionJob& job, const Turn& turn) {
  JsonObject details{{"comment_index", turn.step + 1},
                     {"kind", turn_kind_name(turn.kind)},
                     {"name", turn.name},
                     {"silent", turn.silent},
                     {"in_logs", is_published(job, turn)}};
  // A text that is not in "logs" would be lost.
  if (!is_published(job, turn)) details.emplace_back("text", turn.text);
  details.emplace_back("time", turn.time);
  if (turn.kind == TurnKind::kOpening) return details;
  if (!turn.thinking.empty()) details.emplace_back("thinking", turn.thinking);
  details.insert(details.end(), {{"finish", turn.finish},
                                 {"seed", turn.seed},
                                 {"dropped", turn.dropped},
                                 {"prompt_tokens", turn.prompt_tokens},
                                 {"reused_tokens", turn.reused_tokens},
                                 {"generated_tokens", turn.generated_tokens},
                                 {"seconds", turn.seconds}});
  return details;
}

Json silence_of(const DiscussionJob& job) {
  JsonArray silence;
  for (const std::string& text : job.silence) silence.emplace_back(text);
  return silence;
}

Json discussion_details(const DiscussionRecord& discussion) {
  const DiscussionJob& job = discussion.job;
  const Json whole = to_json(job);
  const auto part = [&](const char* key) {
    const Json* value = whole.find(key);
    return value != nullptr ? *value : Json();
  };
  JsonArray turns;
  for (const Turn& turn : discussion.turns) turns.push_back(turn_details(job, turn));
  JsonObject settings{{"turns", job.turns},
                      {"history", job.history},
                      {"turn_taking", part("turn_taking")},
                      {"prompt_style", job.style.name},
                      {"wrap", job.wrap},
                      {"silence", silence_of(job)}};
  if (!job.scope.empty()) settings.emplace_back("scope", job.scope);
  if (job.silence_ends) settings.emplace_back("silence_ends", true);
  if (job.sampler_seed) settings.emplace_back("sampler_seed", *job.sampler_seed);
  return JsonObject{
      {"format", kFormat},
      {"experiment", job.experiment},
      {"cell", job.cell},
      {"factors", factors_of(job)},
      {"seed", job.seed},
      {"replicate", job.replicate},
      {"status", status_name(discussion.status)},
      {"started", discussion.turns.empty() ? "" : discussion.turns.front().time},
      {"finished", last_time(discussion.turns)},
      {"settings", std::move(settings)},
      {"participants", part("participants")},
      {"facilitator", part("facilitator")},
      {"turns", std::move(turns)},
  };
}

/// Per annotation, what a pair has no place for. As text: lists are not allowed there.
std::string annotation_details(const AnnotationRecord& annotation) {
  JsonArray details;
  for (const Turn& turn : annotation.turns) {
    JsonObject one{{"comment_index", turn.target + 1},
                   {"user", turn.name},
                   {"value", turn.value},
                   {"time", turn.time},
                   {"finish", turn.finish},
                   {"seed", turn.seed},
                   {"dropped", turn.dropped},
                   {"prompt_tokens", turn.prompt_tokens},
                   {"reused_tokens", turn.reused_tokens},
                   {"generated_tokens", turn.generated_tokens},
                   {"seconds", turn.seconds}};
    if (!turn.thinking.empty()) one.emplace_back("thinking", turn.thinking);
    details.emplace_back(std::move(one));
  }
  return dump_json(details);
}

Json answer_of(const AnnotationSet& set) {
  const Json whole = to_json(set);
  const Json* answer = whole.find("answer");
  return answer != nullptr ? *answer : Json("text");
}

/// What else the set says, as text: mappings are not allowed there.
std::string annotation_settings(const AnnotationJob& job) {
  const AnnotationSet& set = *job.set;
  JsonObject settings{{"annotator", job.annotator},
                      {"wrap", set.wrap},
                      {"facilitator_comments", set.facilitator_comments},
                      {"opening_posts", set.opening_posts},
                      {"silent_turns", set.silent_turns},
                      {"leave_out", set.leave_out}};
  if (set.sampler_seed) settings.emplace_back("sampler_seed", *set.sampler_seed);
  return dump_json(settings);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

void remove_leftovers(const fs::path& directory) {
  std::vector<fs::path> leftovers;
  for (const char* folder : {"discussions", "annotations"}) {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(directory / folder, error), end;
         !error && entry != end; entry.increment(error))
      if (is_temporary(entry->path())) leftovers.push_back(entry->path());
  }
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    if (is_temporary(entry->path())) leftovers.push_back(entry->path());
  for (const fs::path& path : leftovers) fs::remove(path, error);
}

bool write(const DiscussionRecord& discussion, const fs::path& directory) {
  if (discussion.status != Status::kCompleted) return false;
  write_file_atomically(directory / discussion_path(discussion.job.id),
                        dump_json_indented(discussion_file(discussion)));
  return true;
}

bool write(const AnnotationRecord& annotation, const DiscussionRecord& discussion,
           const fs::path& directory) {
  if (annotation.status != Status::kCompleted) return false;
  write_file_atomically(directory / annotation_path(annotation.job),
                        dump_json_indented(annotation_file(annotation, discussion)));
  return true;
}

}  // namespace

Json discussion_file(const DiscussionRecord& discussion) {
  Json file = discussion_2_0(discussion);
  // The key of 2.2 beside those of 2.0, with what was really sent.
  JsonArray& logs = file.find("logs")->array();
  std::size_t entry = 0;
  for (const Turn& turn : discussion.turns)
    if (is_published(discussion.job, turn)) logs[entry++].set("prompt", turn.system);
  file.set("syndisco", discussion_details(discussion));
  return file;
}

Json annotation_file(const AnnotationRecord& annotation, const DiscussionRecord& discussion) {
  const AnnotationSet& set = *annotation.job.set;
  const ActorSpec& actor = annotation.job.actor();
  Json file = annotation_2_0(annotation, discussion);
  file.set("syndisco_format", kFormat);
  file.set("syndisco_experiment", discussion.job.experiment);
  file.set("syndisco_cell", discussion.job.cell);
  file.set("syndisco_set", set.name);
  file.set("syndisco_annotator", actor.name);
  file.set("syndisco_answer", dump_json(answer_of(set)));
  file.set("syndisco_seed", set.seed);
  file.set("syndisco_status", status_name(annotation.status));
  file.set("syndisco_finished", last_time(annotation.turns));
  file.set("syndisco_prompt_style", set.style.name);
  file.set("syndisco_settings", annotation_settings(annotation.job));
  file.set("syndisco_actor", dump_json(to_json(actor)));
  file.set("syndisco_prompt", annotation.turns.empty() ? "" : annotation.turns.front().system);
  file.set("syndisco_details", annotation_details(annotation));
  return file;
}

fs::path discussion_path(const std::string& id) {
  return fs::path("discussions") / file_name(id, ".json");
}

fs::path annotation_path(const AnnotationJob& job) {
  return fs::path("annotations") / slug(job.set->name) /
         file_name(job.discussion, "." + slug_among(job.set->annotators, job.annotator) + ".json");
}

bool write_discussion_file(const Journal& journal, const fs::path& directory,
                           const std::string& id) {
  return write(journal.discussion(id), directory);
}

bool write_annotation_file(const Journal& journal, const fs::path& directory,
                           const std::string& id) {
  const AnnotationRecord annotation = journal.annotation(id);
  if (annotation.status != Status::kCompleted) return false;
  return write(annotation, journal.discussion(annotation.job.discussion), directory);
}

bool is_temporary(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with(".syndisco-") && name.ends_with(".tmp");
}

std::size_t write_missing_files(const Journal& journal, const fs::path& directory) {
  remove_leftovers(directory);
  std::size_t written = 0;
  const auto sets = journal.annotation_sets();
  for (const std::string& id : journal.discussion_ids()) {
    // Looking is cheap and reading a record is not: mostly all files are there.
    bool missing = !is_there(directory / discussion_path(id));
    for (const auto& set : sets)
      for (std::size_t i = 0; i < set->annotators.size() && !missing; ++i)
        missing = !is_there(directory / annotation_path(make_annotation_job(id, set, i)));
    if (!missing) continue;

    const DiscussionRecord discussion = journal.discussion(id);
    if (discussion.status != Status::kCompleted) continue;
    if (!is_there(directory / discussion_path(id)) && write(discussion, directory)) ++written;
    for (const AnnotationRecord& annotation : journal.annotations_of(id))
      if (!is_there(directory / annotation_path(annotation.job)) &&
          write(annotation, discussion, directory))
        ++written;
  }
  return written;
}

}  // namespace syndisco
