#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "syndisco/discussion/discussion.h"
#include "syndisco/record/plan.h"

namespace syndisco::cli {

/// Builds the models that plans name; those with equal definitions are loaded once, whatever they
/// are called.
class ModelRegistry {
 public:
  /// Loads what is not loaded yet. Throws EnvironmentError where a model cannot be.
  Models load(const std::vector<ModelSpec>& specs);

  /// Frees the models that none of these defines.
  void keep_only(const std::vector<ModelSpec>& specs);

  /// Requests worth having in flight at once over `models`, at least 1.
  static std::size_t parallel(const Models& models);

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Model>>> loaded_;  // by definition
};

}  // namespace syndisco::cli
