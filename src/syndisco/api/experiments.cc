#include "syndisco/api/experiments.h"

#include <algorithm>
#include <cstdio>
#include <mutex>

#include "syndisco/api/annotation.h"
#include "syndisco/api/cast_internal.h"
#include "syndisco/base/printable.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/design/draw.h"
#include "syndisco/journal/journal.h"
#include "syndisco/run/run_directory.h"
#include "syndisco/run/runner.h"
#include "syndisco/text/unicode.h"

namespace syndisco::api {
namespace {

namespace fs = std::filesystem;

/// The only cell of a program's experiment.
constexpr const char* kCell = "all";

void check_at_least(const std::string& name, int value, int least) {
  if (value < least)
    throw InputError(name + " is " + std::to_string(value), {},
                     "it is at least " + std::to_string(least));
}

std::string id_of(const std::string& experiment, std::uint64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%04llu", static_cast<unsigned long long>(number));
  return slug(experiment) + "." + kCell + "." + digits;
}

/// What a model turned out to be is compared with what it was in earlier runs.
void settle(Journal& journal, const Models& models) {
  for (const auto& [name, model] : models)
    if (const Json* sha256 = model->info().details.find("sha256"))
      journal.settle_model(name, sha256->string());
}

/// Works on what the journal has planned, a file for each that is completed.
ExperimentResult work(Journal& journal, const fs::path& directory, const Cast& cast,
                      const ExperimentOptions& options, const char* command,
                      std::shared_ptr<const TurnManager> turn_manager,
                      const std::stop_token& stop) {
  settle(journal, cast.models());
  write_missing_files(journal, directory);
  ExperimentResult result;
  result.directory = directory;
  std::mutex mutex;
  RunObserver observer;
  observer.turn = options.on_turn;
  observer.ended = [&](const Claim& claim, const Outcome& outcome) {
    if (outcome.status != Status::kCompleted) {
      const std::lock_guard lock(mutex);
      result.failures.emplace_back(claim.id, outcome.reason);
      return;
    }
    claim.discussion ? write_discussion_file(journal, directory, claim.id)
                     : write_annotation_file(journal, directory, claim.id);
  };
  const RunSummary summary =
      run_jobs(journal, cast.models(),
               {.parallel = options.parallel > 0 ? options.parallel : cast.parallel(),
                .command = command,
                .turn_manager = std::move(turn_manager)},
               observer, stop);
  result.completed = summary.completed;
  result.failed = summary.failed;
  result.interrupted = summary.interrupted;
  std::ranges::sort(result.failures);
  return result;
}

}  // namespace

// ---- discussions -------------------------------------------------------------------------------

struct DiscussionExperiment::State {
  Cast cast;
  Plan plan;
  std::shared_ptr<const TurnManager> turn_manager;
  ExperimentOptions run;
};

DiscussionExperiment::DiscussionExperiment(const DiscussionExperimentOptions& options)
    : state_(std::make_unique<State>()) {
  check_not_negative("num_turns", options.num_turns);
  check_not_negative("history_ctx_len", options.history_ctx_len);
  check_at_least("num_active_users", options.num_active_users, 1);
  check_at_least("num_discussions", options.num_discussions, 1);
  const auto active = static_cast<std::size_t>(options.num_active_users);
  if (active > options.users.size())
    throw InputError("num_active_users is " + std::to_string(active) + ", but there are only " +
                         std::to_string(options.users.size()) + " users",
                     {}, "add users or lower num_active_users");
  for (const std::vector<std::string>& posts : options.seed_opinions)
    if (posts.size() > active)
      throw InputError("an entry of seed_opinions has " + std::to_string(posts.size()) +
                           " texts, but a discussion has only " + std::to_string(active) + " users",
                       {},
                       "each text is said by another user: shorten it or raise num_active_users");

  DiscussionJob pattern;
  pattern.experiment = options.name;
  pattern.cell = kCell;
  pattern.seed = options.seed;
  pattern.turns = options.num_turns;
  pattern.history = options.history_ctx_len;
  set_style(pattern, options.prompt_style);
  if (const auto* named = dynamic_cast<const NamedTurnManager*>(options.next_turn_manager.get())) {
    if (!named->names().empty())
      throw InputError("the turn manager of an experiment has names", {},
                       "leave them out: every discussion draws its own users");
    pattern.turn_taking = named->turn_taking();
  } else if (options.next_turn_manager) {
    pattern.turn_taking.kind = TurnTakingKind::kOwn;
    state_->turn_manager = options.next_turn_manager;
  }
  const std::vector<ActorSpec> users = state_->cast.add(options.users, Role::kUser, pattern.style);
  if (options.moderator)
    pattern.facilitator = state_->cast.add(*options.moderator, Role::kFacilitator, pattern.style);

  Plan& plan = state_->plan;
  plan.experiment = options.name;
  plan.seed = options.seed;
  plan.cells = {kCell};
  plan.models = state_->cast.specs();
  for (int i = 1; i <= options.num_discussions; ++i) {
    DiscussionJob job = pattern;
    job.replicate = static_cast<std::uint64_t>(i);
    job.id = id_of(options.name, job.replicate);
    draw_participants(job, users, active);
    if (!options.seed_opinions.empty()) draw_opening_posts(job, options.seed_opinions);
    plan.discussions.push_back(std::move(job));
  }
  state_->run = options.run;
}

DiscussionExperiment::~DiscussionExperiment() = default;
DiscussionExperiment::DiscussionExperiment(DiscussionExperiment&&) noexcept = default;
DiscussionExperiment& DiscussionExperiment::operator=(DiscussionExperiment&&) noexcept = default;

const std::vector<DiscussionJob>& DiscussionExperiment::discussions() const {
  return state_->plan.discussions;
}

ExperimentResult DiscussionExperiment::begin(const fs::path& directory,
                                             std::stop_token stop) const {
  check_run_directory(directory);
  const std::unique_ptr<Journal> journal = Journal::open(directory);
  journal->take_up(state_->plan);
  journal->retry_failed();
  return work(*journal, directory, state_->cast, state_->run, "run", state_->turn_manager, stop);
}

// ---- annotations -------------------------------------------------------------------------------

struct AnnotationExperiment::State {
  Cast cast;
  Plan plan;  ///< without discussions
  ExperimentOptions run;
};

AnnotationExperiment::AnnotationExperiment(const AnnotationExperimentOptions& options)
    : state_(std::make_unique<State>()) {
  if (options.annotators.empty()) throw InputError("there are no annotators");
  if (is_blank(options.name)) throw InputError("an annotation experiment needs a name");
  state_->plan.experiment = options.name;
  state_->plan.seed = options.seed;
  state_->plan.annotation_sets = {std::make_shared<const AnnotationSet>(annotation_set(
      options.name, options.annotators, options.history_ctx_len, options.include_mod_comments,
      options.answer, options.prompt_style, options.seed, state_->cast))};
  const std::vector<ActorSpec>& annotators = state_->plan.annotation_sets.front()->annotators;
  for (auto each = annotators.begin(); each != annotators.end(); ++each)
    if (std::find_if(annotators.begin(), each,
                     [&](const ActorSpec& earlier) { return earlier.name == each->name; }) != each)
      throw InputError("two annotators are named \"" + printable_line(each->name) + "\"", {},
                       "their files are told apart by their names");
  state_->plan.models = state_->cast.specs();
  state_->run = options.run;
}

AnnotationExperiment::~AnnotationExperiment() = default;
AnnotationExperiment::AnnotationExperiment(AnnotationExperiment&&) noexcept = default;
AnnotationExperiment& AnnotationExperiment::operator=(AnnotationExperiment&&) noexcept = default;

ExperimentResult AnnotationExperiment::begin(const fs::path& directory,
                                             std::stop_token stop) const {
  // Where there are no records there is nothing to judge.
  Journal::open_read_only(directory);
  const std::unique_ptr<Journal> journal = Journal::open(directory);
  journal->take_up_annotations(state_->plan);
  journal->retry_failed();
  return work(*journal, directory, state_->cast, state_->run, "annotate", nullptr, stop);
}

namespace {

/// The discussions of a folder, by name of file.
std::vector<DiscussionRecord> discussions_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && entry.path().extension() == ".json")
      files.push_back(entry.path());
  if (error)
    throw InputError("cannot read the folder " + printable_line(folder.string()) + ": " +
                     error.message());
  if (files.empty())
    throw InputError("there are no discussions in " + printable_line(folder.string()), {},
                     "they are files that end in .json");
  std::ranges::sort(files);
  std::vector<DiscussionRecord> records;
  std::map<std::string, fs::path> by_id;
  for (const fs::path& file : files) {
    records.push_back(read_discussion_file(file));
    const auto [first, is_new] = by_id.emplace(records.back().job.id, file);
    if (!is_new)
      throw InputError("has the same id as " + printable_line(first->second.string()),
                       {.file = file.string(), .line = 0, .column = 0, .pointer = "/id"});
  }
  return records;
}

}  // namespace

ExperimentResult AnnotationExperiment::begin(const fs::path& discussions, const fs::path& directory,
                                             std::stop_token stop) const {
  const std::vector<DiscussionRecord> records = discussions_in(discussions);
  check_run_directory(directory);
  Plan plan = state_->plan;
  plan.cells = {kCell};
  std::map<std::string, const std::vector<Turn>*> turns;
  for (const DiscussionRecord& record : records) {
    DiscussionJob job = record.job;
    job.experiment = plan.experiment;
    job.cell = kCell;
    plan.discussions.push_back(std::move(job));
    turns[record.job.id] = &record.turns;
  }
  const std::unique_ptr<Journal> journal = Journal::open(directory);
  journal->take_up(plan);
  journal->load_turns(turns);
  journal->retry_failed();
  return work(*journal, directory, state_->cast, state_->run, "annotate", nullptr, stop);
}

}  // namespace syndisco::api
