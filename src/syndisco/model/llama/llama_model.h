#pragma once

#include <memory>
#include <string>

#include "syndisco/model/model.h"
#include "syndisco/record/plan.h"

namespace syndisco {

struct LlamaOptions {
  /// The day that chat templates take for today, YYYY-MM-DD; "": the day it is (UTC). A run keeps
  /// it in its manifest and gives it again when it goes on, because some templates print it.
  std::string template_date;
  /// Whether templates with the choice let the model think before it answers.
  bool thinking = true;
  /// The same texts whatever is computed beside them: takes only weights that pass the test of
  /// `independent_of_batch`, and needs flash attention off.
  bool reproducible = false;
};

/// A model of the file that `spec` names, run in this process by llama.cpp. It answers one request
/// after the other, in the order of asking. The same request has the same answer on the same
/// machine.
///
/// Penalties look at the prompt and the answer. A constrained answer has no penalties and is not
/// cut by `max_tokens`.
///
/// Throws InputError where `spec` is wrong, EnvironmentError where the file or the memory is.
std::unique_ptr<Model> load_llama_model(const ModelSpec& spec, const LlamaOptions& options = {});

/// Version of the llama.cpp that is built in.
std::string llama_version();

}  // namespace syndisco
