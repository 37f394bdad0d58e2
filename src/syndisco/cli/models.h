#pragma once

#include <memory>
#include <span>
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
  /// Loads what the plan needs and is not loaded yet, ready to serve `parallel` requests at once
  /// (0: as many as are worth it). Throws EnvironmentError where a model cannot be loaded.
  Models load(const Plan& plan, std::size_t parallel);

  /// Frees the models that none of these plans needs.
  void keep_only(std::span<const Plan* const> plans);

  /// Requests worth having in flight at once over `models`, at least 1.
  static std::size_t parallel(const Models& models);

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Model>>> loaded_;  // by definition
};

}  // namespace syndisco::cli
