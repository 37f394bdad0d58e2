#include "syndisco/cli/models.h"

#include <algorithm>
#include <set>

#include "syndisco/base/log.h"
#include "syndisco/cli/sample.h"
#include "syndisco/model/endpoint/access.h"
#include "syndisco/model/endpoint/endpoint_model.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/scripted/scripted_model.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {
namespace {

/// Of everybody whom the model speaks for.
std::vector<Sampling> samplings_of(const Plan& plan, const std::string& model) {
  std::vector<Sampling> samplings;
  const auto add = [&](const ActorSpec& actor) {
    if (actor.model == model &&
        std::find(samplings.begin(), samplings.end(), actor.sampling) == samplings.end())
      samplings.push_back(actor.sampling);
  };
  for (const DiscussionJob& job : plan.discussions) {
    for (const ActorSpec& actor : job.participants) add(actor);
    if (job.facilitator) add(*job.facilitator);
  }
  for (const auto& set : plan.annotation_sets)
    for (const ActorSpec& actor : set->annotators) add(actor);
  return samplings;
}

/// By the details of a model.
TunedEarlier tuned_in(const Json& details) {
  const auto word = [&](const char* key) {
    const std::string* value = details.find_string(key);
    return value != nullptr ? *value : std::string();
  };
  return {word("weights"), word("attention")};
}

TunedEarlier tuned_earlier(const ModelSpec& spec, const Json& earlier) {
  const Json* known = earlier.find(spec.name);
  if (known == nullptr || spec.gguf.empty() || spec.effective_weights() != "tuned") return {};
  return tuned_in(*known);
}

/// Whether a loaded model of that definition has these weights.
bool serves(const Model& model, const TunedEarlier& tuned) {
  const TunedEarlier now = tuned_in(model.info().details);
  return (tuned.weights.empty() || now.weights == tuned.weights) &&
         (tuned.attention.empty() || now.attention == tuned.attention);
}

/// Whether all that the plan asks of the model is a word or a number at a time.
bool short_answers(const Plan& plan, const std::string& model) {
  bool asked = false;
  for (const auto& set : plan.annotation_sets)
    for (const ActorSpec& annotator : set->annotators) {
      if (annotator.model != model) continue;
      if (answers_to_max_tokens(set->answer)) return false;
      asked = true;
    }
  return asked && plan.discussions.empty();
}

/// What makes two models one. A server is asked before the run whether it knows the sampling
/// settings.
std::string definition(ModelSpec spec, const Plan& plan) {
  JsonArray samplings;
  const bool short_answered = !spec.gguf.empty() && short_answers(plan, spec.name);
  if (spec.endpoint)
    for (const Sampling& sampling : samplings_of(plan, spec.name))
      samplings.push_back(to_json(sampling));
  spec.name.clear();
  return dump_json_compact(JsonArray{
      spec.identity(), spec.threads, spec.gpu_layers, plan.reproducible,
      spec.endpoint ? spec.endpoint->connection() : Json(), std::move(samplings), short_answered});
}

/// Jobs that can be worked on at once.
std::size_t jobs_of(const Plan& plan) {
  std::size_t annotators = 0;
  for (const auto& set : plan.annotation_sets) annotators += set->annotators.size();
  return plan.discussions.size() * std::max<std::size_t>(annotators, 1);
}

std::unique_ptr<Model> build(const ModelSpec& spec, const Plan& plan, const LoadOptions& options,
                             const TunedEarlier& tuned) {
  if (spec.script) return make_scripted_model(spec.name, *spec.script);
  if (spec.endpoint)
    return connect_endpoint(
        spec, {.give_up_after = options.give_up_after, .samplings = samplings_of(plan, spec.name)});
  return load_llama_model(spec, {.template_date = spec.date,
                                 .parallel = static_cast<int>(options.parallel),
                                 .requests = static_cast<int>(jobs_of(plan)),
                                 .expected = longest_request(plan, spec.name),
                                 .short_answers = short_answers(plan, spec.name),
                                 .reproducible = plan.reproducible,
                                 .tuned_earlier = tuned});
}

}  // namespace

Models ModelRegistry::load(const Plan& plan, const LoadOptions& options) {
  Models models;
  for (const ModelSpec& spec : plan.models) {
    const std::string key = definition(spec, plan);
    const TunedEarlier tuned = tuned_earlier(spec, options.earlier);
    auto found = std::find_if(loaded_.begin(), loaded_.end(), [&](const auto& each) {
      return each.first == key && serves(*each.second, tuned);
    });
    if (found == loaded_.end()) {
      if (!spec.endpoint)
        log::info("", "loading model " + spec.name + (spec.gguf.empty() ? "" : ": " + spec.gguf));
      found = loaded_.insert(found, {key, build(spec, plan, options, tuned)});
    }
    models[spec.name] = found->second.get();
  }
  return models;
}

void ModelRegistry::keep_only(std::span<const Plan* const> plans) {
  std::set<std::string> needed;
  for (const Plan* plan : plans)
    for (const ModelSpec& spec : plan->models) needed.insert(definition(spec, *plan));
  std::erase_if(loaded_, [&](const auto& each) { return !needed.contains(each.first); });
}

std::size_t ModelRegistry::parallel(const Models& models) {
  std::size_t parallel = 1;
  for (const auto& [name, model] : models) parallel = std::max(parallel, model->info().parallel);
  return parallel;
}

void check_keys(const Plan& plan) {
  for (const ModelSpec& spec : plan.models)
    if (spec.endpoint && !spec.endpoint->api_key_env.empty())
      key_of_environment(spec.endpoint->api_key_env);
}

}  // namespace syndisco::cli
