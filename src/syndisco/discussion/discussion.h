#pragma once

#include <deque>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "syndisco/discussion/actor.h"
#include "syndisco/discussion/turn_manager.h"
#include "syndisco/record/job.h"
#include "syndisco/record/turn.h"

namespace syndisco {

/// One conversation, a step at a time. Does no I/O but asking models and people. Not thread-safe.
class Discussion {
 public:
  /// `job` must outlive the discussion. `turn_manager` replaces the job's own.
  /// Throws InputError where nobody speaks for somebody in the job, or there are turns but no
  /// participants.
  Discussion(const DiscussionJob& job, Speakers speakers,
             std::shared_ptr<const TurnManager> turn_manager = nullptr);

  /// Continues where an earlier run stopped. `recorded` holds steps 0, 1, ... of this job. Call
  /// once, before `step`.
  void replay(std::span<const Turn> recorded);

  bool finished() const;

  /// The next turn: an opening post, an answer of a participant or of the facilitator (possibly
  /// silence). Requires !finished(). Throws what Model::ask throws; the step can then be taken
  /// again. PromptTooLong only when no history is left to leave out.
  /// `attempt` goes into the request's tag and changes nothing else.
  Turn step(std::stop_token stop = {}, std::uint64_t attempt = 0);

 private:
  const DiscussionJob& job_;
  const Speakers speakers_;
  std::shared_ptr<const TurnManager> turn_manager_;
  std::vector<std::size_t> spoken_;
  std::deque<std::string> history_;
  std::vector<Comment> said_;  // where somebody is there who reads it
  std::uint64_t steps_ = 0;
  std::uint64_t facilitator_calls_ = 0;
  bool facilitator_next_ = false;
  bool ended_by_silence_ = false;

  struct Next {
    TurnKind kind;
    std::size_t who;  // position among opening posts or participants
  };
  Next choose() const;
  const std::string& name_of(const Next& next) const;
  std::uint64_t asked_again_after(const Next& next) const;
  bool keeps_comments() const;
  Turn ask(const Next& next, const std::stop_token& stop, std::uint64_t attempt) const;
  void take(const Turn& turn, const Next& next);
};

/// Whether an answer says nothing: blank, or after trimming one of `silence`.
bool is_silent(std::string_view text, std::span<const std::string> silence);

}  // namespace syndisco
