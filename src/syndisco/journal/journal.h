#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "syndisco/record/budget.h"
#include "syndisco/record/plan.h"
#include "syndisco/record/turn.h"

namespace syndisco {

/// What happened to a plan that met the records of an earlier one.
struct Growth {
  bool created = false;  ///< there was nothing before
  std::size_t added_discussions = 0;
  std::size_t added_annotation_sets = 0;
};

/// Of one cell, or of one annotation set: how many jobs are in which state, and what they cost.
/// Running are those that a living process works on; of a killed one they are planned again.
struct JobCounts {
  std::size_t planned = 0, running = 0, completed = 0, failed = 0;
  std::size_t turns = 0;
  std::uint64_t prompt_tokens = 0, reused_tokens = 0, generated_tokens = 0;
  double seconds = 0;
};

/// One run on the directory, as it told of itself.
struct RunRecord {
  std::string command;  ///< "run" or "annotate"
  std::string process;  ///< "process N on HOST"
  std::string started;  ///< UTC
  std::string seen;     ///< UTC: when it last told that it goes on, or ended
  double seconds = 0;   ///< that it took until then
  std::string ended;  ///< "done", "interrupted", "limit", "error: " and why; "": it goes on or was
                      ///< killed
};

/// A job that is taken to be worked on, and what it has so far.
struct Claim {
  std::string id;
  std::optional<DiscussionJob> discussion;  ///< one of these two
  std::optional<AnnotationJob> annotation;
  std::vector<Turn> comments;  ///< of the annotated discussion
  std::vector<Turn> turns;     ///< recorded by earlier runs
};

/// What is under a run directory. A file system that machines share has no write-ahead log; it is
/// slower.
enum class FileSystem { kDetect, kLocal, kNetwork };

/// The records of one run directory: DIR/syndisco.db (SQLite), one writing process at a time.
///
/// Thread-safe. Every method throws EnvironmentError where the database cannot be read or written
/// (disk full, damaged, locked), and what was recorded before stays.
class Journal {
 public:
  /// Opens for writing: makes the directory if missing and takes its lock, which ends with the
  /// process. Throws EnvironmentError "is in use by process N on HOST" where another run has it,
  /// InputError where `directory` is a file.
  static std::unique_ptr<Journal> open(const std::filesystem::path& directory,
                                       FileSystem file_system = FileSystem::kDetect);

  /// Opens for reading, beside a running writer too; sees what is committed. InputError where there
  /// is no journal. Its writing methods throw std::logic_error.
  static std::unique_ptr<Journal> open_read_only(const std::filesystem::path& directory);

  ~Journal();

  /// Takes up a plan: records its jobs, models and sets, or, where an earlier plan is recorded,
  /// adds what is new. Throws InputError, with the first difference as "POINTER: was X, is Y",
  /// where the plan would change a recorded job or set, or a model that has answered, or lacks a
  /// job or a set (those of `take_up_annotations` may be lacking); nothing is changed then. Jobs
  /// that were running are planned again.
  Growth take_up(const Plan& plan);

  /// `take_up`, undone again: only to see that it throws nothing.
  void try_out(const Plan& plan);

  /// Adds annotation sets (and the models they need) alone, for discussions that exist already.
  /// Sets recorded earlier may be lacking; those that the plan names must be equal. The
  /// experiment's name and seed may be others.
  Growth take_up_annotations(const Plan& plan);

  /// Records what was said elsewhere, all of it in one transaction: the plan and the turns of its
  /// discussions, which are completed, and of annotations by the plan's sets; other annotators have
  /// no job for a discussion that they did not annotate. Nobody asked a model for it here, so it
  /// counts nowhere as spent. Throws InputError where anything is recorded already, two records are
  /// of one job or an annotation's discussion is not among them; nothing is changed then.
  void load(const Plan& plan, std::span<const DiscussionRecord> discussions,
            std::span<const AnnotationRecord> annotations);

  /// Records what was said elsewhere in discussions of the plan that was taken up, by their ids:
  /// completed as by `load`, in one transaction. Those completed already stay as they are. Throws
  /// InputError where one is not planned or was begun here; nothing is changed then.
  void load_turns(const std::map<std::string, const std::vector<Turn>*>& turns_by_discussion);

  /// Remembers what a model turned out to be once it was loaded: the hash of its file, or the name
  /// of what its server serves. Throws InputError where an earlier run, of which there are answers,
  /// had another one under that name.
  void settle_model(const std::string& name, const std::string& identity);

  /// Failed jobs, of those that `claim` looks at, become planned again, their turns kept. Returns
  /// how many.
  std::size_t retry_failed();

  /// The next planned job in the order of the plan, discussions before annotations; an annotation
  /// only when its discussion is completed. Of the plan that this object took up last (of
  /// `take_up_annotations`: its sets alone), or of all there is. Empty when nothing can be claimed
  /// now.
  std::optional<Claim> claim();

  /// Whether `claim` would find something.
  bool has_work() const;

  /// Durable when it returns. Calls from many threads share commits. A (job, step) can be recorded
  /// once: a second time is an EnvironmentError.
  void append(const std::string& job, const Turn& turn);

  /// Ends a claimed job. An empty outcome gives it back (interrupted): planned again.
  void close(const std::string& job, const std::optional<Outcome>& outcome);

  /// A request failed at a model, so that no turn tells of it; this much of it is known.
  void count_failed_request(const std::string& model, const Usage& spent);

  // A run tells that it begins, that it has gone on for so many seconds, and how it ended; see
  // RunRecord. One at a time.
  void begin_run(const std::string& command);
  void keep_run(double seconds);
  void end_run(double seconds, const std::string& how);

  /// Keeps a value beside the records under that name, instead of an earlier one.
  void note(const std::string& name, const Json& value);

  // Reading. Every call sees one moment.

  /// Calls `read`, in which all reading of this object, by this thread, sees one and the same
  /// moment. Other threads' reads wait meanwhile.
  void in_snapshot(const std::function<void()>& read) const;

  std::string experiment() const;
  std::uint64_t seed() const;
  std::vector<std::string> factors() const;
  std::vector<std::string> cells() const;
  std::vector<std::string> discussion_ids() const;  ///< in the order of the plan
  std::vector<std::string> annotation_ids()
      const;  ///< those of all sets and discussions, in that order
  std::vector<std::shared_ptr<const AnnotationSet>> annotation_sets() const;
  DiscussionRecord discussion(
      const std::string& id) const;  ///< InputError with a "did you mean" if unknown
  AnnotationRecord annotation(const std::string& id) const;
  std::vector<AnnotationRecord> annotations_of(const std::string& discussion) const;
  /// Every discussion in the order of the plan, with its annotations, all of one moment; one in
  /// memory at a time. For what looks at many: turns come without system prompt, prompt and
  /// thinking, which are most of what is kept.
  void for_each_discussion(
      const std::function<void(const DiscussionRecord&, const std::vector<AnnotationRecord>&)>&
          look) const;
  /// Jobs that came through `load` or `load_turns`.
  std::set<std::string> loaded_jobs() const;
  std::map<std::string, JobCounts> counts_by_cell() const;
  std::map<std::string, JobCounts> counts_by_annotation_set() const;
  /// Failed jobs and why, in the order of the plan.
  std::vector<std::pair<std::string, std::string>> failures() const;
  std::optional<Json> model_identity(const std::string& name) const;

  /// "process N on HOST since T", who writes the records now; empty where nobody does.
  std::optional<std::string> writer() const;
  /// What every model has been asked: recorded turns but for loaded ones, and the requests that
  /// failed.
  std::map<std::string, Usage> usage_by_model() const;
  /// Of these, the requests that failed.
  std::map<std::string, Usage> failed_requests() const;
  std::vector<RunRecord> runs() const;  ///< the oldest first
  double seconds_of_runs() const;       ///< their sum
  std::optional<Json> noted(const std::string& name) const;

 private:
  Journal();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syndisco
