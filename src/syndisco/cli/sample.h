#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// One request as a run would make it; of somebody who is no model, what they would see (`user`).
struct SampledPrompt {
  SpeakerKind speaker = SpeakerKind::kModel;
  std::string who;
  std::string asks;  ///< "user", "facilitator", or the name of an annotation set
  std::string model;
  std::string system;
  std::string user;
  std::uint64_t prompt_tokens = 0;     ///< estimated: a token for every four bytes
  std::uint64_t generated_tokens = 0;  ///< at most; of somebody who is no model, guessed
};

struct Sample {
  std::vector<SampledPrompt> prompts;
};

/// Goes through a discussion and its annotations as a run would, with placeholders for answers. No
/// model is touched.
Sample sample_discussion(const Plan& plan, const DiscussionJob& job);

/// Whether answers may be as long as `max_tokens` says; others are a word or a number.
bool answers_to_max_tokens(const AnswerConstraint& answer);

/// Tokens of prompt and answer that the plan's requests to a model need at most, on the safe side
/// of what can be known before the model is loaded.
int longest_request(const Plan& plan, const std::string& model);

}  // namespace syndisco::cli
