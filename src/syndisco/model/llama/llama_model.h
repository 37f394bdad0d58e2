#pragma once

#include <memory>
#include <string>

#include "syndisco/model/model.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// What `weights: tuned` meant when a run that goes on was begun, as the details of its model say
/// ("weights", "attention"); "": chosen now, attention also on its own. A study keeps its weights
/// where the machine's best ones have become others.
struct TunedEarlier {
  std::string weights;
  std::string attention;
};

struct LlamaOptions {
  /// The day that chat templates take for today, YYYY-MM-DD; "": the day it is (UTC). A run keeps
  /// it in its manifest and gives it again when it goes on, because some templates print it.
  std::string template_date;
  /// Whether templates with the choice let the model think before it answers.
  bool thinking = true;
  /// Requests that are computed together at most, [1, 256]; 0: as many as are worth it and as
  /// memory allows.
  int parallel = 0;
  /// Requests that there can be at the same time; 0: not known. No memory is laid out for more.
  int requests = 0;
  /// Tokens of prompt and answer that most requests need at most; 0: not known. Memory is laid out
  /// for it, and anew where requests turn out longer.
  int expected = 0;
  /// Answers are a few tokens each, so that prompts take the time.
  bool short_answers = false;
  /// The same request has the same answer whatever else is asked at the same time: only settings
  /// and weights are used for which that was found true on this machine.
  bool reproducible = false;
  TunedEarlier tuned_earlier = {};
};

/// A model of the file that `spec` names, run in this process by llama.cpp. Requests asked at the
/// same time are computed together, in the order of asking. The same request has the same answer on
/// the same machine when `reproducible`; else what is computed beside it may change a text.
///
/// Penalties look at the prompt and the answer. A constrained answer has no penalties and, unless
/// it is JSON, is not cut by `max_tokens`.
///
/// Throws InputError where `spec` or `options` are wrong, EnvironmentError where the file or the
/// memory is.
std::unique_ptr<Model> load_llama_model(const ModelSpec& spec, const LlamaOptions& options = {});

/// Version of the llama.cpp that is built in.
std::string llama_version();

}  // namespace syndisco
