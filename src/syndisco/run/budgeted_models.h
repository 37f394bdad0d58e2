#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "syndisco/discussion/discussion.h"
#include "syndisco/run/budget.h"

namespace syndisco {

/// Those who speak in a run, with a budget in front of each model: a request is asked when the
/// budget lets it pass, else OutOfBudget is thrown. Who is no model spends nothing.
class BudgetedModels {
 public:
  /// Is told of every request that failed at a model, of every answer that was refused, and of what
  /// is known to have been spent on it (`requests` is 1), because no turn tells of it. Called from
  /// many threads; may throw EnvironmentError.
  using Failed = std::function<void(const std::string& model, const Usage& spent)>;

  /// The models and `budget` outlive it.
  BudgetedModels(const Speakers& speakers, Budget& budget, const Failed& failed);
  ~BudgetedModels();

  const Speakers& speakers() const { return speakers_; }

 private:
  std::vector<std::unique_ptr<Model>> fronts_;
  Speakers speakers_;
};

}  // namespace syndisco
