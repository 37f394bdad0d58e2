#include "syndisco/cli/models.h"

#include <algorithm>

#include "syndisco/base/log.h"
#include "syndisco/model/llama/llama_model.h"
#include "syndisco/model/scripted/scripted_model.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {
namespace {

std::string definition(ModelSpec spec) {
  spec.name.clear();
  return dump_json_compact(JsonArray{spec.identity(), spec.threads, spec.gpu_layers});
}

std::unique_ptr<Model> build(const ModelSpec& spec) {
  if (spec.script) return make_scripted_model(spec.name, *spec.script);
  return load_llama_model(spec, {.template_date = spec.date});
}

}  // namespace

Models ModelRegistry::load(const std::vector<ModelSpec>& specs) {
  Models models;
  for (const ModelSpec& spec : specs) {
    const std::string key = definition(spec);
    auto found = std::find_if(loaded_.begin(), loaded_.end(),
                              [&](const auto& each) { return each.first == key; });
    if (found == loaded_.end()) {
      log::info("", "loading model " + spec.name + (spec.gguf.empty() ? "" : ": " + spec.gguf));
      found = loaded_.insert(found, {key, build(spec)});
    }
    models[spec.name] = found->second.get();
  }
  return models;
}

void ModelRegistry::keep_only(const std::vector<ModelSpec>& specs) {
  std::erase_if(loaded_, [&](const auto& each) {
    return std::none_of(specs.begin(), specs.end(),
                        [&](const ModelSpec& spec) { return definition(spec) == each.first; });
  });
}

std::size_t ModelRegistry::parallel(const Models& models) {
  std::size_t parallel = 1;
  for (const auto& [name, model] : models) parallel = std::max(parallel, model->info().parallel);
  return parallel;
}

}  // namespace syndisco::cli
