#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "syndisco/discussion/discussion.h"
#include "syndisco/journal/journal.h"
#include "syndisco/record/budget.h"
#include "syndisco/run/budget.h"

namespace syndisco {

/// What a run tells while it goes on. Called from worker threads, several at once; any may be
/// empty. An EnvironmentError thrown by one of them ends the run.
struct RunObserver {
  /// A job is worked on; `claim.turns` are those of earlier runs.
  std::function<void(const Claim& claim)> started;
  /// A turn is recorded.
  std::function<void(const std::string& job, const Turn& turn)> turn;
  /// A job is completed or failed, and recorded so. Not called for interrupted ones.
  std::function<void(const Claim& claim, const Outcome& outcome)> ended;
  /// A job is left for the next run: interrupted, or a limit is reached.
  std::function<void(const Claim& claim)> left;
};

struct RunOptions {
  std::size_t parallel = 1;  ///< jobs in flight at once, at least 1
  std::uint64_t attempts =
      3;               ///< of one step when the model fails in a way that may pass, at least 1
  Limits limits = {};  ///< of all runs on the directory together
  std::map<std::string, Price> prices = {};  ///< by model; without one a model costs nothing
  std::string command = "run";               ///< how the journal calls this run
  /// In place of the jobs' own; the one of a program's own where jobs say TurnTakingKind::kOwn.
  std::shared_ptr<const TurnManager> turn_manager = nullptr;
};

struct RunSummary {
  std::size_t completed = 0;  ///< jobs ended by this run
  std::size_t failed = 0;
  bool interrupted = false;           ///< `stop` was asked for before all was done
  std::optional<LimitReached> limit;  ///< why some jobs are left
};

/// The limit that leaves no room for even the smallest request, known before a model is loaded.
std::optional<LimitReached> limit_reached(const Journal& journal, const RunOptions& options);

/// Works on every planned job of the journal, `parallel` at once: each goes on after its recorded
/// turns, and every answer is durable before the next is asked for. A failing job is marked failed
/// with its reason and the others go on. Where a request would pass a limit it is not asked, those
/// in flight are recorded, and the run ends with `limit`. After `stop`, returns as soon as every
/// model has let go; what was being answered is asked again by the next run. Throws
/// EnvironmentError where the journal fails (disk full); what was recorded stays.
RunSummary run_jobs(Journal& journal, const Speakers& speakers, const RunOptions& options,
                    const RunObserver& observer, std::stop_token stop = {});

}  // namespace syndisco
