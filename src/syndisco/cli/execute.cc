#include "syndisco/cli/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <system_error>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/cli/estimate.h"
#include "syndisco/cli/fetch.h"
#include "syndisco/cli/human.h"
#include "syndisco/cli/progress.h"
#include "syndisco/cli/rates.h"
#include "syndisco/cli/run_directory.h"
#include "syndisco/cli/speakers.h"
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
        if (record.status == Status::kFailed) continue;
        const std::int64_t annotations = expected_annotations(record.job, *set);
        total_ += annotations;
        annotations_[id] += annotations;
      }
    }
  }

  std::int64_t total() const { return total_; }

  /// How many turns fewer (or more) there will be than was expected, now that a discussion has
  /// ended with `turns`.
  std::int64_t correction(const std::string& id, std::int64_t turns, bool failed) {
    const std::lock_guard lock(mutex_);
    const std::int64_t difference = turns - std::exchange(by_job_[id], turns);
    return failed ? difference - std::exchange(annotations_[id], 0) : difference;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::int64_t> by_job_;
  std::map<std::string, std::int64_t> annotations_;  // by discussion
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

/// `human` may be null.
RunObserver make_observer(Prepared& prepared, Progress& progress, Expectation& expectation,
                          HumanAtTerminal* human) {
  const Journal& journal = *prepared.journal;
  RunObserver observer;
  observer.started = [human](const Claim& claim) {
    if (human != nullptr) human->started(claim);
    log::debug(claim.id, claim.turns.empty()
                             ? "started"
                             : fmt::format("goes on after {} recorded turns", claim.turns.size()));
  };
  observer.turn = [&, human](const std::string& job, const Turn& turn) {
    progress.add(turn);
    if (human != nullptr) human->heard(job, turn);
    if (log::wanted(log::Level::kDebug)) log_turn(job, turn);
    if (turn.dropped > 0)
      log::info(
          job, fmt::format(
                   "turn {}: the oldest {} of the comments shown left out, the prompt was too long",
                   turn.step, turn.dropped));
  };
  observer.left = [human](const Claim& claim) {
    if (human != nullptr) human->ended(claim.id);
  };
  observer.ended = [&, human](const Claim& claim, const Outcome& outcome) {
    if (human != nullptr) human->ended(claim.id);
    if (claim.discussion) {
      const auto turns = static_cast<std::int64_t>(journal.discussion(claim.id).turns.size());
      progress.expect(expectation.correction(claim.id, turns, outcome.status == Status::kFailed));
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

/// Removes the journal of a new directory in which nothing was asked: no trace is left of the file,
/// which may be corrected freely.
void forget_if_new(const Prepared& prepared) {
  if (!prepared.created || total_counts(*prepared.journal).turns > 0) return;
  std::error_code ignored;
  for (const char* name : {"syndisco.db", "syndisco.db-wal", "syndisco.db-shm"})
    std::filesystem::remove(prepared.directory / name, ignored);
}

/// Loads the models, downloaded before where they come from a hub.
Models load_models(const Prepared& prepared, ModelRegistry& registry, const ExecuteOptions& options,
                   const Terminal& terminal, StopOnSignals& signals) {
  try {
    fetch_models(prepared.plan, terminal, options.quiet, signals.token());
    return signals.ending_at_once(
        [&] { forget_if_new(prepared); },
        [&] {
          return registry.load(prepared.plan,
                               {.parallel = options.parallel,
                                .give_up_after = options.give_up_after,
                                .earlier = models_of_runs(*prepared.journal, prepared.work)});
        });
  } catch (...) {
    forget_if_new(prepared);
    throw;
  }
}

/// Which limit stopped the run, and how to go on.
void tell_limit(const LimitReached& reached, const Prepared& prepared) {
  const auto amount = [&](double value) {
    if (reached.limit == "cost") return money_text(value);
    if (reached.limit == "wall_time") return duration_text(value);
    return grouped(static_cast<std::uint64_t>(value));
  };
  const std::string next =
      reached.next > 0 ? fmt::format(", and the next request may take {}", amount(reached.next))
                       : "";
  const bool passed = reached.spent > reached.most;
  log::warning(
      "", fmt::format("{} limits.{} ({}){}: {} spent{}", passed ? "stopped:" : "stopped before",
                      reached.limit, amount(reached.most), passed ? " is passed" : " is passed",
                      amount(reached.spent), passed ? "" : next));
  log::warning("",
               fmt::format("raise limits.{} in {} and run the same command again; every "
                           "recorded answer in {} is kept",
                           reached.limit, prepared.plan.source_name, prepared.directory.string()));
}

RunOptions run_options(const Prepared& prepared) {
  RunOptions options;
  options.limits = prepared.plan.limits;
  options.prices = prices_of(prepared.plan);
  options.command = prepared.work == Work::kRun ? "run" : "annotate";
  return options;
}

/// What a directory has from now on, whatever becomes of the run.
void write_beginning(Prepared& prepared, const Models& models, std::size_t parallel) {
  Journal& journal = *prepared.journal;
  for (const auto& [name, model] : models)
    for (const char* identity : {"sha256", "served"})
      if (const Json* known = model->info().details.find(identity))
        journal.settle_model(name, known->string());
  write_experiment_copy(journal, prepared.directory, prepared.plan, prepared.work);
  if (prepared.work == Work::kRun) journal.note("budget", budget_note(prepared.plan));
  add_to_manifest(journal, prepared.directory, prepared.plan, models, prepared.work, parallel);
  write_missing_files(journal, prepared.directory);
}

/// The person at the terminal, where somebody has to be there.
std::shared_ptr<HumanAtTerminal> find_human(const Prepared& prepared, const Terminal& terminal) {
  const std::vector<DiscussionJob>& planned = prepared.plan.discussions;
  // Whole records are read to find out, so only where it is needed.
  if (prepared.work != Work::kRun || !std::any_of(planned.begin(), planned.end(), has_human))
    return nullptr;
  const std::vector<std::string> discussions = discussions_with_people(*prepared.journal);
  if (discussions.empty()) return nullptr;
  return std::make_shared<HumanAtTerminal>(discussions, terminal);
}

/// Works on the jobs with a progress line, which makes room for a person who types.
RunSummary work(Prepared& prepared, const Models& models, const RunOptions& run_options,
                const ExecuteOptions& options, const Global& global, StopOnSignals& signals) {
  const std::uint64_t recorded = total_counts(*prepared.journal).turns;
  Expectation expectation(*prepared.journal);
  const std::shared_ptr<HumanAtTerminal> human = find_human(prepared, global.terminal);
  if (human) configure_log(global, prepared.directory, true);
  RunOptions run = run_options;
  // Those who wait for the terminal must not keep the others from going on.
  if (human) run.parallel += human->discussions() - 1;
  const Speakers speakers = make_speakers(prepared.plan, models, human);
  Progress progress(global.terminal, options.quiet || human, prepared.plan.experiment,
                    static_cast<std::uint64_t>(expectation.total()), recorded);
  log::info("", fmt::format("{} turns recorded, about {} in all, {} at once", recorded,
                            expectation.total(), run_options.parallel));
  const RunSummary summary =
      run_jobs(*prepared.journal, speakers, run,
               make_observer(prepared, progress, expectation, human.get()), signals.token());
  if (human) configure_log(global, prepared.directory, options.quiet);
  return summary;
}

/// Says why a run ended, where it is not done; returns the exit code.
int tell_end(const RunSummary& summary, const Prepared& prepared, const StopOnSignals& signals) {
  if (summary.interrupted) {
    log::warning(
        "", fmt::format("stopped; the same command goes on: every recorded answer in {} is kept",
                        prepared.directory.string()));
    return signals.exit_code();
  }
  if (summary.limit) {
    tell_limit(*summary.limit, prepared);
    return static_cast<int>(ExitCode::kBudget);
  }
  return static_cast<int>(any_failed(prepared) ? ExitCode::kJobsFailed : ExitCode::kOk);
}

}  // namespace

int execute(Prepared& prepared, ModelRegistry& registry, const ExecuteOptions& options,
            const Global& global, StopOnSignals& signals) {
  configure_log(global, prepared.directory, options.quiet);
  Journal& journal = *prepared.journal;
  RunOptions run = run_options(prepared);
  RunSummary summary;
  const bool work_left = journal.has_work();
  if (work_left) summary.limit = limit_reached(journal, run);
  const bool asks = work_left && !summary.limit;  // else no model need be loaded
  Models models;
  try {
    if (asks) models = load_models(prepared, registry, options, global.terminal, signals);
  } catch (const Cancelled&) {
    return signals.exit_code();
  }
  run.parallel = options.parallel > 0 ? options.parallel : ModelRegistry::parallel(models);
  write_beginning(prepared, models, run.parallel);

  const double started = monotonic_seconds();
  const JobCounts before = total_counts(journal);
  const std::map<std::string, double> busy_before = busy_seconds(models);
  if (asks) summary = work(prepared, models, run, options, global, signals);
  if (!work_left) log::info("", fmt::format("{} turns recorded, nothing left to do", before.turns));
  const double seconds = monotonic_seconds() - started;
  const JobCounts after = total_counts(journal);
  // What people take to think says nothing of the next run.
  const bool people =
      std::any_of(prepared.plan.discussions.begin(), prepared.plan.discussions.end(), has_human);
  if (asks && !people)
    remember_rate(prepared.plan, seconds, after.prompt_tokens - before.prompt_tokens,
                  after.generated_tokens - before.generated_tokens);
  const RunFigures figures = run_figures(before, after, seconds, busy_before, models);
  finish_in_manifest(journal, prepared.directory, figures);
  const std::string table = summary_text(journal, prepared.directory, global, figures, after.turns);
  std::fputs(table.c_str(), stdout);
  std::fflush(stdout);
  return tell_end(summary, prepared, signals);
}

}  // namespace syndisco::cli
