#include "syndisco/discussion/discussion.h"

#include <algorithm>
#include <stdexcept>

#include "syndisco/base/clock.h"
#include "syndisco/discussion/ask.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/record/published.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// What opening posts have in place of a model, as the published files write it.
constexpr const char* kHardcoded = "hardcoded";

}  // namespace

bool is_silent(std::string_view text, std::span<const std::string> silence) {
  const std::string_view trimmed = python_strip(text);
  if (trimmed.empty()) return true;
  for (const std::string& nothing : silence)
    if (trimmed == python_strip(nothing)) return true;
  return false;
}

Discussion::Discussion(const DiscussionJob& job, Speakers speakers,
                       std::shared_ptr<const TurnManager> turn_manager)
    : job_(job), speakers_(std::move(speakers)), turn_manager_(std::move(turn_manager)) {
  if (!turn_manager_) turn_manager_ = make_turn_manager(job.turn_taking);
  if (job.turns < 0 || job.history < 0) throw InputError("turns and history must be at least 0");
  if (job.turns > 0 && job.participants.empty())
    throw InputError("a discussion with turns needs participants");
  if (job.turns > 0)
    for (const ActorSpec& actor : job.participants) check_speaker(speakers_, actor);
  if (job.facilitator) check_speaker(speakers_, *job.facilitator);
}

bool Discussion::keeps_comments() const {
  const auto reads = [](const ActorSpec& actor) { return actor.speaker != SpeakerKind::kModel; };
  return (job_.facilitator && reads(*job_.facilitator)) ||
         std::any_of(job_.participants.begin(), job_.participants.end(), reads);
}

void Discussion::replay(std::span<const Turn> recorded) {
  for (const Turn& turn : recorded) {
    if (turn.step != steps_ || finished())
      throw InputError("recorded turns of " + job_.id + " are not contiguous");
    const Next next = choose();
    if (turn.kind != next.kind || turn.name != name_of(next))
      throw InputError("recorded turn " + std::to_string(steps_) + " of " + job_.id + " is by " +
                       printable_line(turn.name) + ", but the job has " +
                       printable_line(name_of(next)) + " there");
    take(turn, next);
  }
}

bool Discussion::finished() const {
  if (ended_by_silence_) return true;
  return steps_ >= job_.opening_posts.size() &&
         spoken_.size() >= static_cast<std::size_t>(job_.turns) && !facilitator_next_;
}

Discussion::Next Discussion::choose() const {
  if (steps_ < job_.opening_posts.size()) return {TurnKind::kOpening, steps_};
  if (facilitator_next_) return {TurnKind::kFacilitator, 0};
  // Counted by participants asked, not by steps: with and without a facilitator the same people
  // speak in the same order.
  Random draws(stream_seed({.seed = job_.seed,
                            .purpose = "turn",
                            .scope = job_.scope,
                            .replicate = job_.replicate,
                            .step = spoken_.size()}));
  const std::size_t speaker = turn_manager_->next(job_.participants.size(), spoken_, draws);
  if (speaker >= job_.participants.size())
    throw std::out_of_range("a turn manager chose somebody who is not there");
  return {TurnKind::kUser, speaker};
}

const std::string& Discussion::name_of(const Next& next) const {
  switch (next.kind) {
    case TurnKind::kOpening:
      return job_.opening_posts[next.who].name;
    case TurnKind::kFacilitator:
      return job_.facilitator->name;
    default:
      return job_.participants[next.who].name;
  }
}

/// Requests until the same actor is asked again, as far as that can be foretold.
std::uint64_t Discussion::asked_again_after(const Next& next) const {
  const std::size_t others = job_.facilitator ? 2 : 1;
  if (next.kind == TurnKind::kFacilitator)
    return spoken_.size() < static_cast<std::size_t>(job_.turns) ? others : 0;
  const std::size_t left = static_cast<std::size_t>(job_.turns) - spoken_.size() - 1;
  const bool in_order = job_.turn_taking.kind == TurnTakingKind::kRoundRobin ||
                        job_.turn_taking.kind == TurnTakingKind::kQueue;
  const std::size_t round = job_.participants.size();
  if (in_order && left < round) return 0;
  return std::min(round, left) * others;
}

Turn Discussion::ask(const Next& next, const std::stop_token& stop, std::uint64_t attempt) const {
  const bool user = next.kind == TurnKind::kUser;
  const ActorSpec& actor = user ? job_.participants[next.who] : *job_.facilitator;
  if (actor.speaker != SpeakerKind::kModel)
    return speak_for(speakers_, {.job = job_, .actor = actor, .said = said_}, stop);
  const std::uint64_t nth = user ? spoken_.size() : facilitator_calls_;
  const std::vector<std::string> history(history_.begin(), history_.end());
  const std::uint64_t again = asked_again_after(next);
  const bool grows = again > 0 && history.size() + again <= static_cast<std::size_t>(job_.history);
  return ask_actor({.style = job_.style,
                    .actor = actor,
                    .history = history,
                    .keep = 0,
                    .constraint = FreeText{},
                    .seed = job_.sampler_seed.value_or(stream_seed({.seed = job_.seed,
                                                                    .purpose = "sampling",
                                                                    .scope = job_.scope,
                                                                    .replicate = job_.replicate,
                                                                    .step = nth,
                                                                    .actor = actor.name})),
                    .tag = {.job = job_.id,
                            .step = steps_,
                            .call = spoken_.size() + facilitator_calls_,
                            .role_call = nth,
                            .role = actor.role,
                            .actor = actor.name,
                            .attempt = attempt},
                    .reuse = {.again = again, .grows = grows}},
                   model_of(speakers_.models, actor), stop);
}

Turn Discussion::step(std::stop_token stop, std::uint64_t attempt) {
  if (finished()) throw std::logic_error("the discussion has ended");
  const Next next = choose();
  Turn turn;
  if (next.kind == TurnKind::kOpening) {
    const OpeningPost& post = job_.opening_posts[next.who];
    turn.name = post.name;
    turn.text = post.text;
    turn.model = kHardcoded;
    turn.silent = is_blank(post.text);
    turn.time = utc_now();
  } else {
    turn = ask(next, stop, attempt);
    turn.silent = is_silent(turn.text, job_.silence);
  }
  turn.step = steps_;
  turn.kind = next.kind;
  take(turn, next);
  return turn;
}

void Discussion::take(const Turn& turn, const Next& next) {
  ++steps_;
  if (keeps_comments())
    said_.push_back({.kind = next.kind,
                     .name = turn.name,
                     .text = turn.text,
                     .speaker = turn.model,
                     .finish = turn.finish,
                     .silent = turn.silent});
  if (next.kind == TurnKind::kUser) {
    spoken_.push_back(next.who);
    facilitator_next_ = job_.facilitator.has_value() && !turn.silent;
    ended_by_silence_ = job_.silence_ends && turn.silent;
  } else if (next.kind == TurnKind::kFacilitator) {
    ++facilitator_calls_;
    facilitator_next_ = false;
  }
  if (!turn.silent) {
    history_.push_back(format_comment(job_.style, job_.wrap, turn.name, turn.text));
  } else if (job_.blank_lines_enter_history && next.kind != TurnKind::kUser &&
             is_blank(turn.text)) {
    history_.push_back(published_style(job_.style.name)
                           ? format_comment(job_.style, job_.wrap, turn.name, turn.text)
                           : "");
  }
  while (history_.size() > static_cast<std::size_t>(job_.history)) history_.pop_front();
}

}  // namespace syndisco
