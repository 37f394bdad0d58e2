#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "syndisco/model/llama/chat_template.h"
#include "syndisco/model/llama/handles.h"
#include "syndisco/model/llama/vocabulary.h"
#include "syndisco/model/llama/weights.h"
#include "syndisco/record/plan.h"

struct llama_model;

namespace syndisco {

/// A model's weights, tokens and chat template: everything that does not change while it answers.
/// Thread-safe.
class LoadedModel {
 public:
  /// `date` is YYYY-MM-DD. Throws EnvironmentError where the file cannot be loaded, InputError
  /// where the experiment's chat template is wrong.
  LoadedModel(const ModelSpec& spec, const Weights& weights, const std::string& date);
  ~LoadedModel();
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;

  llama_model* get() const noexcept { return model_.get(); }
  const Vocabulary& vocabulary() const noexcept { return *vocabulary_; }
  const ChatTemplate& chat_template() const noexcept { return *template_; }

  bool on_gpu() const noexcept { return on_gpu_; }

  int trained_context() const;
  std::uint64_t parameters() const;

  std::string description() const;  ///< such as "llama 134.52M Q8_0"

 private:
  void read_template(const ModelSpec& spec, const std::string& date);

  bool on_gpu_;
  LlamaModelHandle model_;
  std::unique_ptr<Vocabulary> vocabulary_;
  std::unique_ptr<ChatTemplate> template_;
};

}  // namespace syndisco
