#include "syndisco/cli/sample.h"

#include "syndisco/discussion/annotation.h"
#include "syndisco/discussion/discussion.h"

namespace syndisco::cli {
namespace {

constexpr std::uint64_t kBytesPerToken = 4;

/// Answers every request with a placeholder of about the allowed length's meaning, and remembers
/// it.
class Placeholder final : public Model {
 public:
  const ModelInfo& info() const override { return info_; }

 protected:
  Answer do_ask(const Request& request, std::stop_token) override {
    Answer answer;
    if (const auto* choice = std::get_if<Choice>(&request.constraint))
      answer.text = choice->options.front();
    else if (const auto* range = std::get_if<IntegerRange>(&request.constraint))
      answer.text = std::to_string(range->lowest);
    else
      answer.text = "<what " + request.tag.actor + " answers>";
    return answer;
  }

 private:
  ModelInfo info_;
};

SampledPrompt sampled(const Turn& turn, std::string who, std::string asks, const ActorSpec& actor,
                      bool free_text) {
  return {.who = std::move(who),
          .asks = std::move(asks),
          .model = actor.model,
          .system = turn.system,
          .user = turn.prompt,
          .prompt_tokens = (turn.system.size() + turn.prompt.size()) / kBytesPerToken,
          .generated_tokens =
              free_text ? static_cast<std::uint64_t>(actor.sampling.max_tokens) : std::uint64_t{2}};
}

}  // namespace

Sample sample_discussion(const Plan& plan, const DiscussionJob& job) {
  Placeholder placeholder;
  Models models;
  for (const ModelSpec& spec : plan.models) models[spec.name] = &placeholder;
  Sample sample;
  std::vector<Turn> turns;
  Discussion discussion(job, models);
  while (!discussion.finished()) {
    const Turn turn = discussion.step();
    turns.push_back(turn);
    if (turn.kind == TurnKind::kOpening) continue;
    const bool user = turn.kind == TurnKind::kUser;
    const ActorSpec* actor = user ? nullptr : &*job.facilitator;
    for (const ActorSpec& each : job.participants)
      if (actor == nullptr && each.name == turn.name) actor = &each;
    sample.prompts.push_back(sampled(turn, turn.name, user ? "user" : "facilitator", *actor, true));
  }
  for (const auto& set : plan.annotation_sets)
    for (std::size_t i = 0; i < set->annotators.size(); ++i) {
      const AnnotationJob annotation_job = make_annotation_job(job.id, set, i);
      Annotation annotation(annotation_job, turns, models);
      while (!annotation.finished())
        sample.prompts.push_back(sampled(annotation.step(), set->annotators[i].name, set->name,
                                         set->annotators[i],
                                         std::holds_alternative<FreeText>(set->answer)));
    }
  return sample;
}

}  // namespace syndisco::cli
