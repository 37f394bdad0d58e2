#include "syndisco/run/runner.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/base/wait.h"
#include "syndisco/discussion/annotation.h"
#include "syndisco/run/attempts.h"
#include "syndisco/run/budgeted_models.h"

namespace syndisco {
namespace {

/// How often the journal is told that the run still goes on. A run that is killed has taken up to
/// this much longer than the journal knows.
constexpr double kSignOfLifeSeconds = 5;

Budget make_budget(const Journal& journal, const RunOptions& options,
                   std::function<double()> elapsed) {
  return Budget(options.limits, options.prices, journal.usage_by_model(), std::move(elapsed));
}

class Run {
 public:
  Run(Journal& journal, const Speakers& speakers, const RunOptions& options,
      const RunObserver& observer, std::stop_token stop)
      : journal_(journal),
        options_(options),
        earlier_(journal.seconds_of_runs()),
        budget_(make_budget(journal, options, [this] { return earlier_ + seconds(); })),
        budgeted_(speakers, budget_,
                  [this](const std::string& model, const Usage& spent) {
                    journal_.count_failed_request(model, spent);
                  }),
        speakers_(budgeted_.speakers()),
        observer_(observer),
        outer_(stop),
        forward_(stop, [this] { stop_.request_stop(); }) {}

  RunSummary to_the_end() {
    journal_.begin_run(options_.command);
    {
      const std::jthread life([this](const std::stop_token& end) { show_life(end); });
      std::vector<std::jthread> workers;
      for (std::size_t i = 0; i < std::max<std::size_t>(options_.parallel, 1); ++i)
        workers.emplace_back([this] { work(); });
    }
    if (error_) {
      tell_error();
      std::rethrow_exception(error_);
    }
    summary_.interrupted = outer_.stop_requested() && interrupted_;
    if (out_of_budget_ && !summary_.interrupted) summary_.limit = budget_.reached();
    journal_.end_run(seconds(), summary_.interrupted ? "interrupted"
                                : summary_.limit     ? "limit"
                                                     : "done");
    return summary_;
  }

 private:
  /// Where the journal is what failed, it keeps what it has.
  void tell_error() {
    try {
      std::rethrow_exception(error_);
    } catch (const std::exception& error) {
      try {
        journal_.end_run(seconds(), std::string("error: ") + error.what());
      } catch (const std::exception&) {
        return;
      }
    }
  }

  double seconds() const { return monotonic_seconds() - started_; }

  void show_life(const std::stop_token& end) {
    while (wait_seconds(kSignOfLifeSeconds, end)) {
      try {
        journal_.keep_run(seconds());
        if (budget_.overdue()) {
          const std::lock_guard held(mutex_);
          out_of_budget_ = true;
          stop_.request_stop();
        }
      } catch (...) {
        give_up();
        return;
      }
    }
  }

  /// Inside a catch clause.
  void give_up() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    stop_.request_stop();
  }

  void work() {
    try {
      while (std::optional<Claim> claim = next()) {
        try {
          work_on(*claim);
        } catch (...) {
          leave();
          throw;
        }
        leave();
      }
    } catch (...) {
      give_up();
    }
  }

  /// Waits while there is nothing to claim but running discussions may still bring annotations.
  std::optional<Claim> next() {
    std::unique_lock lock(mutex_);
    while (!stop_.stop_requested()) {
      if (out_of_budget_) return std::nullopt;
      if (std::optional<Claim> claim = journal_.claim()) {
        ++active_;
        return claim;
      }
      if (active_ == 0) return std::nullopt;
      changed_.wait(lock, stop_.get_token(), [&, seen = ended_] { return ended_ != seen; });
    }
    interrupted_ = true;
    return std::nullopt;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    --active_;
    ++ended_;
    changed_.notify_all();
  }

  void work_on(const Claim& claim) {
    if (observer_.started) observer_.started(claim);
    std::optional<Outcome> outcome;
    try {
      outcome = claim.discussion ? discuss(claim) : annotate(claim);
    } catch (const Cancelled&) {
      leave_for_later(claim);
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
      return;
    } catch (const OutOfBudget&) {
      leave_for_later(claim);
      const std::lock_guard lock(mutex_);
      out_of_budget_ = true;
      return;
    }
    journal_.close(claim.id, outcome);
    {
      const std::lock_guard lock(mutex_);
      ++(outcome->status == Status::kCompleted ? summary_.completed : summary_.failed);
    }
    if (observer_.ended) observer_.ended(claim, *outcome);
  }

  void leave_for_later(const Claim& claim) {
    journal_.close(claim.id, std::nullopt);
    if (observer_.left) observer_.left(claim);
  }

  Outcome discuss(const Claim& claim) {
    return finish<Discussion>(
        claim, [&] { return Discussion(*claim.discussion, speakers_, options_.turn_manager); });
  }

  Outcome annotate(const Claim& claim) {
    return finish<Annotation>(
        claim, [&] { return Annotation(*claim.annotation, claim.comments, speakers_.models); });
  }

  /// Errors of the job itself end it; errors of the surroundings end the run.
  template <typename Conversation, typename Make>
  Outcome finish(const Claim& claim, const Make& make) {
    try {
      Conversation conversation = make();
      conversation.replay(claim.turns);
      while (!conversation.finished()) {
        if (stop_.stop_requested()) throw Cancelled();
        const Turn turn =
            step_with_attempts(conversation, options_.attempts, claim.id, stop_.get_token());
        journal_.append(claim.id, turn);
        if (observer_.turn) observer_.turn(claim.id, turn);
      }
      return {Status::kCompleted, ""};
    } catch (const Cancelled&) {
      throw;
    } catch (const OutOfBudget&) {
      throw;
    } catch (const EnvironmentError&) {
      throw;
    } catch (const std::exception& error) {
      log::error(claim.id, std::string("failed: ") + error.what());
      return {Status::kFailed, error.what()};
    }
  }

  Journal& journal_;
  const RunOptions& options_;
  const double started_ = monotonic_seconds();
  const double earlier_;  // seconds of earlier runs
  Budget budget_;
  const BudgetedModels budgeted_;
  const Speakers& speakers_;
  const RunObserver& observer_;
  std::stop_token outer_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> forward_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t active_ = 0;
  std::size_t ended_ = 0;
  bool interrupted_ = false;
  bool out_of_budget_ = false;
  RunSummary summary_;
  std::exception_ptr error_;
};

}  // namespace

std::optional<LimitReached> limit_reached(const Journal& journal, const RunOptions& options) {
  return make_budget(journal, options, [&] { return journal.seconds_of_runs(); }).reached();
}

RunSummary run_jobs(Journal& journal, const Speakers& speakers, const RunOptions& options,
                    const RunObserver& observer, std::stop_token stop) {
  return Run(journal, speakers, options, observer, std::move(stop)).to_the_end();
}

}  // namespace syndisco
