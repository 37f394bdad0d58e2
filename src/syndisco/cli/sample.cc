#include "syndisco/cli/sample.h"

#include <algorithm>
#include <set>

#include "syndisco/discussion/annotation.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/record/answer_schema.h"

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
    else if (const auto* json = std::get_if<JsonAnswer>(&request.constraint))
      answer.text = dump_json_compact(schema_example(json->schema));
    else
      answer.text = "<what " + request.tag.actor + " answers>";
    return answer;
  }

 private:
  ModelInfo info_;
};

SampledPrompt sampled(const Turn& turn, std::string who, std::string asks, const ActorSpec& actor,
                      const AnswerConstraint& answer) {
  // Other answers are a word or a number.
  const bool to_max_tokens =
      std::holds_alternative<FreeText>(answer) || std::holds_alternative<JsonAnswer>(answer);
  return {.who = std::move(who),
          .asks = std::move(asks),
          .model = actor.model,
          .system = turn.system,
          .user = turn.prompt,
          .prompt_tokens = (turn.system.size() + turn.prompt.size()) / kBytesPerToken,
          .generated_tokens =
              to_max_tokens ? static_cast<std::uint64_t>(actor.sampling.max_tokens) : 2U};
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
    sample.prompts.push_back(
        sampled(turn, turn.name, user ? "user" : "facilitator", *actor, FreeText{}));
  }
  for (const auto& set : plan.annotation_sets)
    for (std::size_t i = 0; i < set->annotators.size(); ++i) {
      const AnnotationJob annotation_job = make_annotation_job(job.id, set, i);
      Annotation annotation(annotation_job, turns, models);
      while (!annotation.finished())
        sample.prompts.push_back(sampled(annotation.step(), set->annotators[i].name, set->name,
                                         set->annotators[i], set->answer));
    }
  return sample;
}

int longest_request(const Plan& plan, const std::string& model) {
  // English has four to five bytes a token.
  constexpr std::uint64_t kBytesAtLeast = 3;
  std::uint64_t history = 0, comment = 0, prompt = 0, answer = 0;
  std::set<std::string> seen;
  for (const DiscussionJob& job : plan.discussions) {
    history = std::max(history, static_cast<std::uint64_t>(job.history));
    for (const OpeningPost& post : job.opening_posts)
      comment = std::max<std::uint64_t>(comment, post.text.size() / kBytesAtLeast);
    if (!seen.insert(job.cell).second) continue;
    for (const SampledPrompt& sampled : sample_discussion(plan, job).prompts) {
      // Whoever speaks by another model is read by this one.
      comment = std::max(comment, sampled.generated_tokens);
      if (sampled.model != model) continue;
      prompt = std::max<std::uint64_t>(
          prompt, (sampled.system.size() + sampled.user.size()) / kBytesAtLeast);
      answer = std::max(answer, sampled.generated_tokens);
    }
  }
  for (const auto& set : plan.annotation_sets)
    history = std::max(history, static_cast<std::uint64_t>(set->history));
  constexpr std::uint64_t kMost = 1 << 20;
  return static_cast<int>(std::min(prompt + history * comment + answer, kMost));
}

}  // namespace syndisco::cli
