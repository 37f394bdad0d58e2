#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "syndisco/discussion/discussion.h"
#include "syndisco/record/plan.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {

struct LoadOptions {
  std::size_t parallel = 0;  ///< requests at once that models are made ready for; 0: as many as are
                             ///< worth it
  double give_up_after =
      1800;      ///< seconds that servers are waited for; 0: not at all, infinite: ever
  Json earlier;  ///< what models were in earlier runs of the directory, see `models_of_runs`
};

/// Builds the models that plans name; those with equal definitions are loaded once, whatever they
/// are called.
class ModelRegistry {
 public:
  /// Loads what the plan needs and is not loaded yet. Throws EnvironmentError where a model cannot
  /// be loaded, InputError where its server cannot do what the plan asks for, Cancelled.
  Models load(const Plan& plan, const LoadOptions& options);

  /// Frees the models that none of these plans needs.
  void keep_only(std::span<const Plan* const> plans);

  /// Requests worth having in flight at once over `models`, at least 1.
  static std::size_t parallel(const Models& models);

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Model>>> loaded_;  // by definition
};

/// Throws EnvironmentError where a key that one of the plan's endpoints needs is not in the
/// environment.
void check_keys(const Plan& plan);

}  // namespace syndisco::cli
