// How a directory meets a plan: what is new is added, what would change is refused.

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/version.h"
#include "syndisco/journal/difference.h"
#include "syndisco/journal/journal_internal.h"

namespace syndisco {
namespace {

constexpr const char* kHint =
    "a recorded study may grow, but what is recorded stays as it is: undo the change, or give "
    "another directory with --out";

[[noreturn]] void refuse(const Plan& plan, const std::string& message, const char* hint = kHint) {
  Place place;
  place.file = plan.source_name;
  throw InputError(message, std::move(place), hint);
}

std::string quoted(const std::string& text) {
  return printable_line(text);
}

void write_meta(Connection& connection, const std::string& key, const std::string& value) {
  if (read_meta(connection, key) == value) return;
  Query(connection, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)", key, value).run();
}

std::string texts_as_json(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) array.emplace_back(text);
  return dump_json_compact(Json(std::move(array)));
}

struct RecordedSet {
  std::int64_t number = 0;
  std::int64_t ordinal = 0;
  bool apart = false;
  std::string spec;
};

struct RecordedSpec {
  std::int64_t number = 0;
  std::int64_t ordinal = 0;
  std::string spec;
};

struct Discussion {
  std::int64_t number = 0;
  std::string id;
  std::int64_t ordinal = 0;
  std::string cell;
  bool completed = false;
};

class Growing {
 public:
  Growing(JournalWriter& writer, const Plan& plan, const std::string& name)
      : writer_(writer), connection_(writer.connection), plan_(plan), name_(name) {}

  /// Without `annotation_jobs` the sets are recorded, but nothing is to be annotated yet.
  Growth plan(bool annotation_jobs) {
    Growth growth;
    const std::optional<std::string> experiment = read_meta(connection_, "experiment");
    growth.created = !experiment;
    if (experiment) check_experiment(*experiment);
    release_running();
    for (const ModelSpec& model : plan_.models) add_model(model);
    add_discussions(growth);
    add_sets(growth, /*apart=*/false);
    if (annotation_jobs) add_annotation_jobs();
    write_meta(connection_, "experiment", plan_.experiment);
    write_meta(connection_, "seed", std::to_string(plan_.seed));
    write_meta(connection_, "factors", texts_as_json(plan_.factors));
    write_meta(connection_, "cells", texts_as_json(plan_.cells));
    if (growth.created) {
      write_meta(connection_, "created", utc_now());
      write_meta(connection_, "created_by", std::string(version()));
    }
    claim_only(/*discussions=*/true);
    return growth;
  }

  Growth sets() {
    if (!read_meta(connection_, "experiment")) {
      throw InputError(name_ + " holds no discussions to annotate", {},
                       "give the directory of an earlier `syndisco run`");
    }
    Growth growth;
    release_running();
    std::set<std::string> needed;
    for (const auto& set : plan_.annotation_sets) {
      for (const ActorSpec& annotator : set->annotators) needed.insert(annotator.model);
    }
    for (const ModelSpec& model : plan_.models) {
      if (needed.contains(model.name)) add_model(model);
    }
    add_sets(growth, /*apart=*/true);
    add_annotation_jobs();
    claim_only(/*discussions=*/false);
    return growth;
  }

 private:
  void check_experiment(const std::string& experiment) {
    if (experiment != plan_.experiment) {
      refuse(plan_,
             name_ + " holds the experiment \"" + quoted(experiment) + "\", not \"" +
                 quoted(plan_.experiment) + "\"",
             "give another directory with --out");
    }
    const std::string seed = read_meta(connection_, "seed").value_or("");
    if (seed != std::to_string(plan_.seed)) {
      refuse(plan_, name_ + " was begun with another seed: /seed: was " + seed + ", is " +
                        std::to_string(plan_.seed));
    }
  }

  // The process that ran them is gone: this one has the lock.
  void release_running() {
    Query(connection_, "UPDATE jobs SET status = 'planned' WHERE status = 'running'").run();
  }

  void refuse_if_changed(const std::string& what, const std::string& was, const Json& is) {
    const auto difference = first_difference(parse_json(was, name_), is);
    if (difference) refuse(plan_, name_ + " holds another " + what + ": " + *difference);
  }

  void add_model(const ModelSpec& model) {
    const Json identity = model.identity();
    const std::string text = dump_json_compact(identity);
    std::optional<std::string> recorded;
    {
      Query query(connection_, "SELECT identity FROM models WHERE name = ?1", model.name);
      if (query.next()) recorded = query.text(0);
    }
    if (recorded == text) return;
    // One that never answered may be corrected: its path, say, if the file was not found.
    if (recorded && has_answered(model.name)) {
      refuse_if_changed("model \"" + quoted(model.name) + "\"", *recorded, identity);
    }
    Query(connection_, "INSERT OR REPLACE INTO models(name, identity) VALUES(?1, ?2)", model.name,
          text)
        .run();
  }

  // Slow, and only asked when a model has changed.
  bool has_answered(const std::string& model) {
    const auto speaks = [&](const ActorSpec& actor) { return actor.model == model; };
    Query query(
        connection_,
        "SELECT s.spec, j.annotation_set, j.annotator FROM jobs j"
        " LEFT JOIN specs s ON s.job = j.number"
        " WHERE EXISTS (SELECT 1 FROM turns t WHERE t.job = j.number AND t.kind <> 'opening')");
    while (query.next()) {
      if (query.null(1)) {
        const DiscussionJob job = discussion_job_from_json(parse_json(query.text(0), name_));
        if (std::any_of(job.participants.begin(), job.participants.end(), speaks)) return true;
        if (job.facilitator && speaks(*job.facilitator)) return true;
      } else {
        const auto set = writer_.sets.get(connection_, query.integer(1));
        if (speaks(set->annotators.at(static_cast<std::size_t>(query.integer(2))))) return true;
      }
    }
    return false;
  }

  std::unordered_map<std::string, RecordedSpec> recorded_discussions() {
    std::unordered_map<std::string, RecordedSpec> recorded;
    Query query(connection_,
                "SELECT j.id, j.number, j.ordinal, s.spec FROM jobs j"
                " JOIN specs s ON s.job = j.number WHERE j.annotation_set IS NULL");
    while (query.next()) {
      recorded.emplace(query.text(0),
                       RecordedSpec{query.integer(1), query.integer(2), query.text(3)});
    }
    return recorded;
  }

  void add_discussions(Growth& growth) {
    auto recorded = recorded_discussions();
    std::unordered_set<std::string> planned;
    for (const DiscussionJob& job : plan_.discussions) {
      if (!planned.insert(job.id).second)
        refuse(plan_, "two discussions have the id " + quoted(job.id), "");
    }
    if (!recorded.empty()) refuse_missing(planned);
    std::int64_t ordinal = 0;
    for (const DiscussionJob& job : plan_.discussions) {
      const Json json = to_json(job);
      const std::string spec = dump_json_compact(json);
      const auto found = recorded.find(job.id);
      if (found == recorded.end()) {
        insert_discussion(job, ordinal, spec);
        ++growth.added_discussions;
      } else {
        if (found->second.spec != spec) {
          refuse_if_changed("discussion " + quoted(job.id), found->second.spec, json);
        }
        if (found->second.ordinal != ordinal) move_discussion(found->second.number, ordinal);
      }
      ++ordinal;
    }
  }

  void refuse_missing(const std::unordered_set<std::string>& planned) {
    Query query(connection_, "SELECT id FROM jobs WHERE annotation_set IS NULL ORDER BY ordinal");
    while (query.next()) {
      const std::string id = query.text(0);
      if (!planned.contains(id)) {
        refuse(plan_, name_ + " holds discussion " + quoted(id) + " that the file no longer plans");
      }
    }
  }

  void insert_discussion(const DiscussionJob& job, std::int64_t ordinal, const std::string& spec) {
    Query(connection_, "INSERT INTO jobs(id, ordinal, cell, ready) VALUES(?1, ?2, ?3, 1)", job.id,
          ordinal, job.cell)
        .run();
    Query(connection_, "INSERT INTO specs(job, spec) VALUES(?1, ?2)", connection_.last_row(), spec)
        .run();
  }

  void move_discussion(std::int64_t number, std::int64_t ordinal) {
    Query(connection_, "UPDATE jobs SET ordinal = ?2 WHERE number = ?1", number, ordinal).run();
    Query(connection_, "UPDATE jobs SET ordinal = ?2 WHERE discussion = ?1", number, ordinal).run();
  }

  std::map<std::string, RecordedSet> recorded_sets() {
    std::map<std::string, RecordedSet> recorded;
    Query query(connection_, "SELECT name, number, ordinal, apart, spec FROM annotation_sets");
    while (query.next()) {
      recorded.emplace(query.text(0), RecordedSet{query.integer(1), query.integer(2),
                                                  query.integer(3) != 0, query.text(4)});
    }
    return recorded;
  }

  // Fills active_ as well. Sets of the plan come first, in its order; then those of other files.
  void add_sets(Growth& growth, bool apart) {
    const auto recorded = recorded_sets();
    std::int64_t ordinal = apart ? static_cast<std::int64_t>(recorded.size()) : 0;
    std::set<std::string> planned;
    for (const auto& set : plan_.annotation_sets) {
      if (!planned.insert(set->name).second) {
        refuse(plan_, "two annotation sets have the name " + quoted(set->name), "");
      }
      const Json json = to_json(*set);
      const std::string spec = dump_json_compact(json);
      const auto found = recorded.find(set->name);
      if (found == recorded.end()) {
        Query(connection_,
              "INSERT INTO annotation_sets(name, ordinal, apart, spec) VALUES(?1, ?2, ?3, ?4)",
              set->name, ordinal, apart, spec)
            .run();
        active_.emplace_back(connection_.last_row(), set);
        ++growth.added_annotation_sets;
        ++ordinal;
        continue;
      }
      const RecordedSet& old = found->second;
      if (old.spec != spec) {
        refuse_if_changed("annotation set \"" + quoted(set->name) + "\"", old.spec, json);
      }
      active_.emplace_back(old.number, set);
      if (!apart) place_set(old, ordinal++, /*apart=*/false);
    }
    if (apart) return;
    for (const auto& [name, old] : recorded) {
      if (planned.contains(name)) continue;
      if (!old.apart) {
        refuse(plan_, name_ + " holds annotation set \"" + quoted(name) +
                          "\" that the file no longer plans");
      }
      place_set(old, static_cast<std::int64_t>(plan_.annotation_sets.size()) + old.ordinal, true);
    }
  }

  void place_set(const RecordedSet& set, std::int64_t ordinal, bool apart) {
    if (set.ordinal == ordinal && set.apart == apart) return;
    Query(connection_, "UPDATE annotation_sets SET ordinal = ?2, apart = ?3 WHERE number = ?1",
          set.number, ordinal, apart)
        .run();
  }

  // A run has the models of its own plan; jobs of other files' sets are not its work.
  void claim_only(bool discussions) {
    writer_.claims_discussions = discussions;
    writer_.claims_sets.emplace();
    for (const auto& [number, set] : active_) writer_.claims_sets->push_back(number);
  }

  // Of every set of the plan with every discussion there is, whichever of the two is new.
  void add_annotation_jobs() {
    std::int64_t discussions = 0;
    {
      Query query(connection_, "SELECT count(*) FROM jobs WHERE annotation_set IS NULL");
      if (query.next()) discussions = query.integer(0);
    }
    for (const auto& [number, set] : active_) {
      std::int64_t present = 0;
      {
        Query query(connection_, "SELECT count(*) FROM jobs WHERE annotation_set = ?1", number);
        if (query.next()) present = query.integer(0);
      }
      if (present < discussions * static_cast<std::int64_t>(set->annotators.size())) {
        insert_annotation_jobs(number, set);
      }
    }
  }

  void insert_annotation_jobs(std::int64_t number,
                              const std::shared_ptr<const AnnotationSet>& set) {
    std::set<std::pair<std::int64_t, std::int64_t>> present;
    {
      Query query(connection_, "SELECT discussion, annotator FROM jobs WHERE annotation_set = ?1",
                  number);
      while (query.next()) present.emplace(query.integer(0), query.integer(1));
    }
    for (const Discussion& discussion : all_discussions()) {
      for (std::size_t i = 0; i < set->annotators.size(); ++i) {
        const auto annotator = static_cast<std::int64_t>(i);
        if (present.contains({discussion.number, annotator})) continue;
        const std::string id = make_annotation_job(discussion.id, set, i).id;
        if (has_job(id)) {
          refuse(plan_, "two annotation jobs have the id " + quoted(id),
                 "rename an annotator or an annotation set");
        }
        Query(connection_,
              "INSERT INTO jobs(id, ordinal, cell, annotation_set, discussion, annotator, ready)"
              " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
              id, discussion.ordinal, discussion.cell, number, discussion.number, annotator,
              discussion.completed)
            .run();
      }
    }
  }

  std::vector<Discussion> all_discussions() {
    std::vector<Discussion> discussions;
    Query query(connection_,
                "SELECT number, id, ordinal, cell, status = 'completed' FROM jobs"
                " WHERE annotation_set IS NULL ORDER BY ordinal");
    while (query.next()) {
      discussions.push_back(Discussion{query.integer(0), query.text(1), query.integer(2),
                                       query.text(3), query.integer(4) != 0});
    }
    return discussions;
  }

  bool has_job(const std::string& id) {
    return Query(connection_, "SELECT 1 FROM jobs WHERE id = ?1", id).next();
  }

  JournalWriter& writer_;
  Connection& connection_;
  const Plan& plan_;
  const std::string& name_;
  std::vector<std::pair<std::int64_t, std::shared_ptr<const AnnotationSet>>> active_;
};

}  // namespace

Growth take_up_plan(JournalWriter& writer, const Plan& plan, const std::string& name,
                    bool annotation_jobs) {
  return Growing(writer, plan, name).plan(annotation_jobs);
}

Growth take_up_sets(JournalWriter& writer, const Plan& plan, const std::string& name) {
  return Growing(writer, plan, name).sets();
}

}  // namespace syndisco
