#include "syndisco/cli/models.h"

#include <algorithm>
#include <set>

#include "syndisco/base/log.h"
#include "syndisco/cli/sample.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/scripted/scripted_model.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {
namespace {

std::string definition(ModelSpec spec, bool reproducible) {
  spec.name.clear();
  return dump_json_compact(JsonArray{spec.identity(), spec.threads, spec.gpu_layers, reproducible});
}

/// Jobs that can be worked on at once.
std::size_t jobs_of(const Plan& plan) {
  std::size_t annotators = 0;
  for (const auto& set : plan.annotation_sets) annotators += set->annotators.size();
  return plan.discussions.size() * std::max<std::size_t>(annotators, 1);
}

std::unique_ptr<Model> build(const ModelSpec& spec, const Plan& plan, std::size_t parallel) {
  if (spec.script) return make_scripted_model(spec.name, *spec.script);
  return load_llama_model(spec, {.template_date = spec.date,
                                 .parallel = static_cast<int>(parallel),
                                 .requests = static_cast<int>(jobs_of(plan)),
                                 .expected = longest_request(plan, spec.name),
                                 .reproducible = plan.reproducible});
}

}  // namespace

Models ModelRegistry::load(const Plan& plan, std::size_t parallel) {
  Models models;
  for (const ModelSpec& spec : plan.models) {
    const std::string key = definition(spec, plan.reproducible);
    auto found = std::find_if(loaded_.begin(), loaded_.end(),
                              [&](const auto& each) { return each.first == key; });
    if (found == loaded_.end()) {
      log::info("", "loading model " + spec.name + (spec.gguf.empty() ? "" : ": " + spec.gguf));
      found = loaded_.insert(found, {key, build(spec, plan, parallel)});
    }
    models[spec.name] = found->second.get();
  }
  return models;
}

void ModelRegistry::keep_only(std::span<const Plan* const> plans) {
  std::set<std::string> needed;
  for (const Plan* plan : plans)
    for (const ModelSpec& spec : plan->models) needed.insert(definition(spec, plan->reproducible));
  std::erase_if(loaded_, [&](const auto& each) { return !needed.contains(each.first); });
}

std::size_t ModelRegistry::parallel(const Models& models) {
  std::size_t parallel = 1;
  for (const auto& [name, model] : models) parallel = std::max(parallel, model->info().parallel);
  return parallel;
}

}  // namespace syndisco::cli
