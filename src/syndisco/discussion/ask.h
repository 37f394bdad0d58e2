#pragma once

#include <span>
#include <stop_token>
#include <string>

#include "syndisco/discussion/actor.h"
#include "syndisco/record/job.h"

namespace syndisco {

/// A question to one actor, as Discussion and Annotation put it.
struct Question {
  const PromptStyle& style;
  const ActorSpec& actor;
  std::span<const std::string> history;  ///< formatted comments, oldest first
  std::size_t keep = 0;                  ///< comments at the end that may not be left out
  AnswerConstraint constraint;
  std::uint64_t seed = 0;
  RequestTag tag;
  ReuseHint reuse;
};

/// The model that speaks for `actor`. Throws InputError where there is none of that name.
Model& model_of(const Models& models, const ActorSpec& actor);

/// Asks, leaving out the oldest comments one by one while the prompt is too long for the model.
/// The turn has everything but its step, kind and silence.
Turn ask_actor(const Question& question, Model& model, std::stop_token stop);

}  // namespace syndisco
