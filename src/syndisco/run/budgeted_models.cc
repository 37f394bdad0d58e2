#include "syndisco/run/budgeted_models.h"

#include <algorithm>
#include <utility>

namespace syndisco {
namespace {

/// Tokens that the answer has at most. Choices and numbers are as long as they have to be,
/// whatever max_tokens says; no tokenizer makes more tokens than bytes.
std::uint64_t longest_answer(const Request& request) {
  if (const auto* choice = std::get_if<Choice>(&request.constraint)) {
    std::size_t longest = 0;
    for (const std::string& option : choice->options) longest = std::max(longest, option.size());
    return longest + 1;
  }
  if (const auto* range = std::get_if<IntegerRange>(&request.constraint)) {
    return std::max(std::to_string(range->lowest).size(), std::to_string(range->highest).size()) +
           1;
  }
  return static_cast<std::uint64_t>(request.sampling.max_tokens);
}

std::size_t bytes_of(const Request& request) {
  std::size_t bytes = 0;
  for (const Message& message : request.messages) bytes += message.text.size();
  return bytes;
}

class BudgetedModel final : public Model {
 public:
  BudgetedModel(std::string name, Model& model, Budget& budget, BudgetedModels::Failed failed)
      : name_(std::move(name)), model_(model), budget_(budget), failed_(std::move(failed)) {}

  const ModelInfo& info() const override { return model_.info(); }
  std::optional<double> busy_seconds() const override { return model_.busy_seconds(); }

  Answer ask(const Request& request, std::stop_token stop) override {
    const Budget::Ticket ticket =
        budget_.reserve(name_, bytes_of(request), longest_answer(request), stop);
    try {
      Answer answer = model_.ask(request, stop);
      Usage spent = spent_on(answer);
      spent += answer.thrown_away;
      budget_.settle(ticket, spent, true);
      if (answer.thrown_away.requests > 0 && failed_) failed_(name_, answer.thrown_away);
      return answer;
    } catch (const ModelError& error) {
      Usage spent = error.spent();
      spent.requests = std::max<std::uint64_t>(spent.requests, 1);
      budget_.settle(ticket, spent, false);
      if (failed_) failed_(name_, spent);
      throw;
    } catch (...) {
      budget_.release(ticket);
      throw;
    }
  }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    return ask(request, std::move(stop));
  }

 private:
  std::string name_;
  Model& model_;
  Budget& budget_;
  BudgetedModels::Failed failed_;
};

}  // namespace

BudgetedModels::BudgetedModels(const Models& models, Budget& budget, const Failed& failed) {
  for (const auto& [name, model] : models) {
    if (model == nullptr) continue;
    models_[name] =
        fronts_.emplace_back(std::make_unique<BudgetedModel>(name, *model, budget, failed)).get();
  }
}

BudgetedModels::~BudgetedModels() = default;

}  // namespace syndisco
