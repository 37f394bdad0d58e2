#include "syndisco/design/experiment.h"

#include <memory>
#include <utility>

#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/design/annotations.h"
#include "syndisco/design/expand.h"
#include "syndisco/design/factors.h"
#include "syndisco/design/files.h"
#include "syndisco/design/keys.h"
#include "syndisco/design/limits.h"
#include "syndisco/design/models.h"
#include "syndisco/design/style.h"

namespace syndisco {
namespace {

const std::vector<std::string> kPairings{"replicate", "none"};

class PlanReader {
 public:
  PlanReader(const Document& document, const std::filesystem::path& file, InputFiles& files)
      : top_(whole_file(document)), file_(file), files_(files) {}

  Plan read(const PlanOverrides& overrides, FileUse use) {
    plan_.experiment = top_.require("experiment", "a name for the study").name();
    if (const Field* value = top_.find("seed")) plan_.seed = value->unsigned64();
    if (overrides.seed) plan_.seed = *overrides.seed;
    if (const Field* value = top_.find("pairing"))
      pair_replicates_ = value->one_of(kPairings) == "replicate";
    if (const Field* value = top_.find("reproducible")) plan_.reproducible = value->boolean();
    // A study of people and corpora alone has none.
    if (const Field* value = top_.find("models")) {
      plan_.models = read_models(*value, files_, file_.parent_path());
    } else if (top_.find("discussions") == nullptr || use == FileUse::kAnnotate) {
      require_models(top_);
    }
    refuse_reproducible_endpoints();
    if (const Field* value = top_.find("limits"); value != nullptr && !value->is_null())
      plan_.limits = read_limits(*value, plan_.models);
    if (const Field* value = top_.find("sampling")) sampling_ = read_sampling(*value, files_);
    if (use == FileUse::kRun) {
      read_discussions();
    } else {
      read_annotation_defaults();
    }
    read_sets(use);
    return std::move(plan_);
  }

 private:
  static Mapping whole_file(const Document& document) {
    const Field field(document);
    if (!field.json().is_object())
      field.fail("an experiment file must be a mapping of keys, but this is " +
                     std::string(field.json().kind()),
                 "begin with `experiment: NAME`");
    return {field, keys::kExperiment};
  }

  void refuse_reproducible_endpoints() const {
    if (!plan_.reproducible) return;
    for (const ModelSpec& model : plan_.models)
      if (model.endpoint)
        top_.find("reproducible")
            ->fail("an experiment with the endpoint " + in_quotes(model.name) +
                       " cannot be reproducible: what a server answers depends on what else it "
                       "computes",
                   "leave `reproducible` out, or run the model in this program with `gguf`");
  }

  void read_discussions() {
    const Field& field = top_.require("discussions", "what is discussed, by whom and how often");
    const DiscussionKeys base = read_discussion_keys(field, files_, plan_.models);
    std::vector<DesignFactor> factors;
    if (const Field* value = top_.find("factors"))
      factors = read_factors(*value, files_, plan_.models);
    for (const DesignFactor& factor : factors) plan_.factors.push_back(factor.name);
    const std::vector<Cell> cells = cross(factors, base);
    for (const Cell& cell : cells) plan_.cells.push_back(cell.name);
    plan_.discussions = expand(
        {plan_.experiment, plan_.seed, pair_replicates_, plan_.models, sampling_, top_, field},
        cells);
    plan_.corpora = files_.corpora();
    if (base.style) style_ = base.style->value;
    if (base.wrap) wrap_ = base.wrap->value;
  }

  /// The same prompts of annotators whether they are asked by `run` or by `annotate`.
  void read_annotation_defaults() {
    const Field* field = top_.find("discussions");
    if (field == nullptr || !field->json().is_object()) return;
    for (const Field& member : field->members()) {
      if (member.label() == "prompt_style") style_ = read_style(member, files_);
      if (member.label() == "wrap") wrap_ = member.whole(0);
    }
  }

  void read_sets(FileUse use) {
    const Field* field = top_.find("annotations");
    if (use == FileUse::kAnnotate)
      field = &top_.require("annotations", "a list of what annotators are asked");
    if (field == nullptr || field->is_null()) return;
    require_models(top_);
    plan_.annotation_sets =
        read_annotations(*field, files_, {plan_.models, sampling_, style_, wrap_, plan_.seed});
    if (use == FileUse::kAnnotate && plan_.annotation_sets.empty())
      field->fail("annotations is empty", "give at least one set");
  }

  Mapping top_;
  const std::filesystem::path& file_;
  InputFiles& files_;
  bool pair_replicates_ = true;
  SamplingKeys sampling_;
  PromptStyle style_;
  std::optional<int> wrap_;
  Plan plan_;
};

}  // namespace

Plan load_plan(const std::filesystem::path& file, const PlanOverrides& overrides, FileUse use) {
  std::string text = read_file(file);
  InputFiles files(file.parent_path());
  files.add_used({file.filename().string(), sha256_hex(text)});
  const Document document(file.string(), text, syntax_of(file));
  Plan plan = PlanReader(document, file, files).read(overrides, use);
  plan.source_name = file.string();
  plan.source_text = std::move(text);
  plan.inputs = files.used();
  return plan;
}

}  // namespace syndisco
