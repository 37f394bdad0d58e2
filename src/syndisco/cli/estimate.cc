#include "syndisco/cli/estimate.h"

#include "syndisco/cli/rates.h"
#include "syndisco/cli/sample.h"

namespace syndisco::cli {

Estimate estimate(const Plan& plan) {
  std::map<std::string, std::uint64_t> per_cell;
  std::map<std::string, const DiscussionJob*> first;
  for (const DiscussionJob& job : plan.discussions) {
    ++per_cell[job.cell];
    first.emplace(job.cell, &job);
  }
  Estimate estimate;
  for (const auto& [cell, count] : per_cell) {
    for (const SampledPrompt& prompt : sample_discussion(plan, *first[cell]).prompts) {
      if (prompt.speaker != SpeakerKind::kModel) continue;
      estimate.by_model[prompt.model] += {.requests = count,
                                          .prompt_tokens = count * prompt.prompt_tokens,
                                          .generated_tokens = count * prompt.generated_tokens};
    }
  }
  const std::map<std::string, Price> prices = prices_of(plan);
  for (const auto& [model, usage] : estimate.by_model) {
    estimate.all += usage;
    if (const auto price = prices.find(model); price != prices.end())
      estimate.cost += cost_of(usage, price->second);
  }
  estimate.seconds =
      estimated_seconds(plan, estimate.all.prompt_tokens, estimate.all.generated_tokens);
  return estimate;
}

Json to_json(const Estimate& estimate) {
  JsonObject models;
  for (const auto& [model, usage] : estimate.by_model) models.emplace_back(model, to_json(usage));
  Json json = to_json(estimate.all);
  json.erase("reused_tokens");  // not foretold
  json.set("cost", estimate.cost);
  json.set("seconds", estimate.seconds ? Json(*estimate.seconds) : Json());
  json.set("models", std::move(models));
  return json;
}

std::map<std::string, Price> prices_of(const Plan& plan) {
  std::map<std::string, Price> prices;
  for (const ModelSpec& model : plan.models)
    if (model.price) prices[model.name] = *model.price;
  return prices;
}

Json budget_note(const Plan& plan) {
  JsonObject prices;
  for (const auto& [model, price] : prices_of(plan)) prices.emplace_back(model, to_json(price));
  return JsonObject{{"limits", to_json(plan.limits)},
                    {"prices", std::move(prices)},
                    {"estimate", to_json(estimate(plan))}};
}

}  // namespace syndisco::cli
