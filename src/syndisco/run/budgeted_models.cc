#include "syndisco/run/budgeted_models.h"

#include <optional>
#include <utility>

namespace syndisco {
namespace {

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

  std::uint64_t most_tokens(const Request& request) const override {
    return model_.most_tokens(request);
  }

  Answer ask(const Request& request, std::stop_token stop) override {
    std::optional<Budget::Ticket> ticket = reserve(request, stop);  // none: settled
    const auto settle = [&](const Usage& spent, bool answered) {
      const Budget::Ticket mine = *ticket;
      ticket.reset();
      budget_.settle(mine, spent, answered);
      if (!answered && failed_) failed_(name_, spent);
    };
    Request again = request;
    again.again = [&](const Usage& spent) {
      settle(spent, false);
      ticket = reserve(request, stop);
    };
    try {
      Answer answer = model_.ask(again, stop);
      settle(spent_on(answer), true);
      return answer;
    } catch (const ModelError& error) {
      Usage spent = error.spent();
      spent.requests = 1;
      if (ticket) settle(spent, false);
      throw;
    } catch (...) {
      if (ticket) budget_.release(*ticket);
      throw;
    }
  }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    return ask(request, std::move(stop));
  }

 private:
  Budget::Ticket reserve(const Request& request, const std::stop_token& stop) {
    return budget_.reserve(name_, bytes_of(request), most_tokens(request), stop);
  }

  std::string name_;
  Model& model_;
  Budget& budget_;
  BudgetedModels::Failed failed_;
};

}  // namespace

BudgetedModels::BudgetedModels(const Speakers& speakers, Budget& budget, const Failed& failed) {
  speakers_.others = speakers.others;
  for (const auto& [name, model] : speakers.models) {
    if (model == nullptr) continue;
    speakers_.models[name] =
        fronts_.emplace_back(std::make_unique<BudgetedModel>(name, *model, budget, failed)).get();
  }
}

BudgetedModels::~BudgetedModels() = default;

}  // namespace syndisco
