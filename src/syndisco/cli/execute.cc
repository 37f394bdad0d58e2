#include "syndisco/cli/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <system_error>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/cli/fetch.h"
#include "syndisco/cli/progress.h"
#include "syndisco/cli/rates.h"
#include "syndisco/cli/run_directory.h"
#include "syndisco/cli/summary.h"
#include "syndisco/dataset/run_files.h"
#include "syndisco/run/runner.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

/// Turns that a job will have when nobody is silent. `known` holds how many a discussion really
/// had, once it is completed.
std::int64_t expected_turns(const DiscussionJob& job) {
  return static_cast<std::int64_t>(job.opening_posts.size()) +
         job.turns * (job.facilitator ? 2 : 1);
}

std::int64_t expected_annotations(const DiscussionJob& job, const AnnotationSet& set) {
  std::int64_t comments = job.turns;
  if (set.opening_posts) comments += static_cast<std::int64_t>(job.opening_posts.size());
  if (set.facilitator_comments && job.facilitator) comments += job.turns;
  return comments * static_cast<std::int64_t>(set.annotators.size());
}

/// Keeps the number of expected turns true while silent turns and ended jobs become known.
class Expectation {
 public:
  explicit Expectation(const Journal& journal) {
    const auto sets = journal.annotation_sets();
    for (const std::string& id : journal.discussion_ids()) {
      const DiscussionRecord record = journal.discussion(id);
      const bool ended = record.status == Status::kCompleted || record.status == Status::kFailed;
      total_ += by_job_[id] =
          ended ? static_cast<std::int64_t>(record.turns.size()) : expected_turns(record.job);
      for (const auto& set : sets) {
        // A failed discussion is never annotated.
        if (record.status != Status::kFailed) total_ += expected_annotations(record.job, *set);
      }
    }
  }

  std::int64_t total() const { return total_; }

  /// How many turns fewer (or more) there are than was expected, now that a discussion has ended
  /// with `turns`.
  std::int64_t correction(const std::string& id, std::int64_t turns) {
    const std::lock_guard lock(mutex_);
    return turns - std::exchange(by_job_[id], turns);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::int64_t> by_job_;
  std::int64_t total_ = 0;
};

/// What was said, and what had been asked. Nothing of both is logged at other levels.
void log_turn(const std::string& job, const Turn& turn) {
  if (!turn.prompt.empty())
    log::debug(job, fmt::format("{} {} was sent: system: {} user: {}", turn.step, turn.name,
                                turn.system, turn.prompt));
  log::debug(job, fmt::format("{} {} ({} + {} tokens, {:.2f} s): {}", turn.step, turn.name,
                              turn.prompt_tokens, turn.generated_tokens, turn.seconds, turn.text));
}

RunObserver make_observer(Prepared& prepared, Progress& progress, Expectation& expectation) {
  const Journal& journal = *prepared.journal;
  RunObserver observer;
  observer.started = [](const Claim& claim) {
    log::debug(claim.id, claim.turns.empty()
                             ? "started"
                             : fmt::format("goes on after {} recorded turns", claim.turns.size()));
  };
  observer.turn = [&](const std::string& job, const Turn& turn) {
    progress.add(turn);
    if (log::wanted(log::Level::kDebug)) log_turn(job, turn);
    if (turn.dropped > 0)
      log::info(
          job, fmt::format(
                   "turn {}: the oldest {} of the comments shown left out, the prompt was too long",
                   turn.step, turn.dropped));
  };
  observer.ended = [&](const Claim& claim, const Outcome& outcome) {
    if (claim.discussion) {
      const auto turns = static_cast<std::int64_t>(journal.discussion(claim.id).turns.size());
      progress.expect(expectation.correction(claim.id, turns));
    }
    if (outcome.status == Status::kCompleted) {
      claim.discussion ? write_discussion_file(journal, prepared.directory, claim.id)
                       : write_annotation_file(journal, prepared.directory, claim.id);
      log::info(claim.id, "completed");
    }
  };
  return observer;
}

/// Whether a job of this file has failed; those of others in the same directory are not our
/// concern.
bool any_failed(const Prepared& prepared) {
  std::size_t failed = 0;
  if (prepared.work == Work::kRun)
    for (const auto& [cell, counts] : prepared.journal->counts_by_cell()) failed += counts.failed;
  const auto by_set = prepared.journal->counts_by_annotation_set();
  for (const auto& set : prepared.plan.annotation_sets)
    if (const auto found = by_set.find(set->name); found != by_set.end())
      failed += found->second.failed;
  return failed > 0;
}

/// Loads the models, downloaded before where they come from a hub; where that fails and nothing was
/// recorded yet, the new directory keeps no trace of the file, which may be corrected freely.
Models load_models(Prepared& prepared, ModelRegistry& registry, const ExecuteOptions& options,
                   const Terminal& terminal, std::stop_token stop) {
  try {
    fetch_models(prepared.plan, terminal, options.quiet, std::move(stop));
    return registry.load(prepared.plan, options.parallel);
  } catch (...) {
    if (prepared.created && total_counts(*prepared.journal).turns == 0) {
      prepared.journal.reset();
      std::error_code ignored;
      std::filesystem::remove(prepared.directory / "syndisco.db", ignored);
    }
    throw;
  }
}

}  // namespace

int execute(Prepared& prepared, ModelRegistry& registry, const ExecuteOptions& options,
            const Global& global, StopOnSignals& signals) {
  configure_log(global, prepared.directory, options.quiet);
  Models models;
  try {
    models = load_models(prepared, registry, options, global.terminal, signals.token());
  } catch (const Cancelled&) {
    return signals.exit_code();
  }
  Journal& journal = *prepared.journal;
  for (const auto& [name, model] : models)
    if (const Json* sha256 = model->info().details.find("sha256"))
      journal.settle_model(name, sha256->string());
  const std::size_t parallel =
      options.parallel > 0 ? options.parallel : ModelRegistry::parallel(models);
  write_experiment_copy(prepared.directory, prepared.plan, prepared.work);
  add_to_manifest(prepared.directory, prepared.plan, models, prepared.work, parallel);
  write_missing_files(journal, prepared.directory);

  const double started = monotonic_seconds();
  const JobCounts before = total_counts(journal);
  const std::map<std::string, double> busy_before = busy_seconds(models);
  RunSummary summary;
  {
    Expectation expectation(journal);
    Progress progress(global.terminal, options.quiet, prepared.plan.experiment,
                      static_cast<std::uint64_t>(expectation.total()), before.turns);
    log::info("", fmt::format("{} turns recorded, about {} in all, {} at once", before.turns,
                              expectation.total(), parallel));
    summary = run_jobs(journal, models, {.parallel = parallel},
                       make_observer(prepared, progress, expectation), signals.token());
  }
  const double seconds = monotonic_seconds() - started;
  const JobCounts after = total_counts(journal);
  remember_rate(prepared.plan, seconds, after.prompt_tokens - before.prompt_tokens,
                after.generated_tokens - before.generated_tokens);
  const RunFigures figures = run_figures(before, after, seconds, busy_before, models);
  finish_in_manifest(prepared.directory, figures);
  const std::string table = summary_text(journal, prepared.directory, global, figures);
  std::fputs(table.c_str(), stdout);
  std::fflush(stdout);
  if (summary.interrupted) {
    log::warning(
        "", fmt::format("stopped; the same command goes on: every recorded answer in {} is kept",
                        prepared.directory.string()));
    return signals.exit_code();
  }
  const bool failed = any_failed(prepared);
  return static_cast<int>(failed ? ExitCode::kJobsFailed : ExitCode::kOk);
}

}  // namespace syndisco::cli
