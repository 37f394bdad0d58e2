#include "syndisco/discussion/annotation.h"

#include <algorithm>
#include <stdexcept>

#include "syndisco/discussion/ask.h"
#include "syndisco/discussion/prompt.h"

namespace syndisco {

Annotation::Annotation(const AnnotationJob& job, std::span<const Turn> comments,
                       const Models& models)
    : job_(job), models_(models) {
  const AnnotationSet& set = *job.set;
  if (set.history < 0) throw InputError("history must be at least 0");
  model_of(models, job.actor());
  for (const Turn& turn : comments) {
    if (turn.silent && !set.silent_turns) continue;
    if (turn.kind == TurnKind::kFacilitator && !set.facilitator_comments) continue;
    if (!set.leave_out.empty() && turn.name.find(set.leave_out) != std::string::npos) continue;
    if (turn.kind == TurnKind::kOpening && !set.opening_posts) continue;
    comments_.push_back(
        {turn.step, turn.name, format_comment(set.style, set.wrap, turn.name, turn.text)});
  }
}

void Annotation::replay(std::span<const Turn> recorded) {
  for (const Turn& turn : recorded) {
    if (finished() || turn.step != position_ || turn.target != comments_[position_].step)
      throw InputError("recorded annotations of " + job_.id + " do not fit its comments");
    ++position_;
  }
}

Turn Annotation::step(std::stop_token stop, std::uint64_t attempt) {
  if (finished()) throw std::logic_error("all comments are annotated");
  const AnnotationSet& set = *job_.set;
  const ActorSpec& actor = job_.actor();
  const auto window = static_cast<std::size_t>(set.history);
  const std::size_t shown = std::min(position_ + 1, window);
  const bool more = position_ + 1 < comments_.size();
  std::vector<std::string> history;
  for (std::size_t i = position_ + 1 - shown; i <= position_; ++i)
    history.push_back(comments_[i].formatted);
  // Who is asked again because the answer was not allowed would else answer the same. Free text is
  // never refused, so there a fault that is got over changes no answer.
  const bool free = std::holds_alternative<FreeText>(set.answer);
  Turn turn =
      ask_actor({.style = set.style,
                 .actor = actor,
                 .history = history,
                 .keep = shown > 0 ? std::size_t{1} : 0,
                 .constraint = set.answer,
                 .seed = set.sampler_seed.value_or(stream_seed({.seed = set.seed,
                                                                .purpose = "annotation",
                                                                .scope = job_.id,
                                                                .replicate = 0,
                                                                .step = position_,
                                                                .actor = actor.name,
                                                                .attempt = free ? 0 : attempt})),
                 .tag = {.job = job_.id,
                         .step = position_,
                         .call = position_,
                         .role_call = position_,
                         .role = actor.role,
                         .actor = actor.name,
                         .attempt = attempt},
                 .reuse = {.again = more ? 1U : 0U, .grows = more && position_ + 1 < window}},
                model_of(models_, actor), stop);
  turn.kind = TurnKind::kAnnotation;
  turn.step = position_;
  turn.name = comments_[position_].name;
  turn.target = comments_[position_].step;
  turn.value = typed_value(set.answer, turn.text);
  ++position_;
  return turn;
}

}  // namespace syndisco
