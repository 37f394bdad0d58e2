#include "syndisco/cli/sample.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "syndisco/discussion/annotation.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/discussion/retrieval.h"
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

/// As well, for somebody who is no model.
class OtherPlaceholder final : public Speaker {
 public:
  Utterance speak(const Occasion& occasion, std::stop_token) override {
    return {.contribution = Contribution::kSaid,
            .text = "<what " + occasion.actor.name + " says>",
            .seed = 0};
  }
};

/// The comments that somebody who is no model reads before speaking.
std::string seen_by(const ActorSpec& actor, std::span<const Turn> turns) {
  if (actor.speaker == SpeakerKind::kSampler) return "";
  std::vector<std::string> comments;
  for (const Turn& turn : turns)
    if (!turn.silent) comments.push_back(turn.name + ": " + turn.text + "\n");
  const std::size_t most =
      actor.speaker == SpeakerKind::kRetrieval ? kQueryComments : comments.size();
  if (comments.empty()) return actor.context;
  std::string seen;
  for (std::size_t i = comments.size() - std::min(most, comments.size()); i < comments.size(); ++i)
    seen += comments[i];
  seen.pop_back();
  return seen;
}

/// Nobody knows what a person or a corpus will say; models that read it need room for it.
std::uint64_t likely_tokens(const Plan& plan, const ActorSpec& actor) {
  constexpr std::uint64_t kOfAPerson = 256;
  if (actor.speaker == SpeakerKind::kHuman) return kOfAPerson;
  std::size_t longest = 0;
  for (const auto& corpus : plan.corpora)
    if (corpus->file == actor.corpus)
      for (const std::string& text : corpus->texts) longest = std::max(longest, text.size());
  return longest / kBytesPerToken + 1;
}

SampledPrompt sampled(const Turn& turn, std::string who, std::string asks, const ActorSpec& actor,
                      const AnswerConstraint& answer) {
  return {.speaker = SpeakerKind::kModel,
          .who = std::move(who),
          .asks = std::move(asks),
          .model = actor.model,
          .system = turn.system,
          .user = turn.prompt,
          .prompt_tokens = (turn.system.size() + turn.prompt.size()) / kBytesPerToken,
          .generated_tokens = answers_to_max_tokens(answer)
                                  ? static_cast<std::uint64_t>(actor.sampling.max_tokens)
                                  : 2U};
}

}  // namespace

Sample sample_discussion(const Plan& plan, const DiscussionJob& job) {
  Placeholder placeholder;
  Models models;
  for (const ModelSpec& spec : plan.models) models[spec.name] = &placeholder;
  Speakers speakers(models);
  std::map<std::string, std::uint64_t> tokens_of_others;
  const auto other = std::make_shared<OtherPlaceholder>();
  const auto know = [&](const ActorSpec& actor) {
    if (actor.speaker == SpeakerKind::kModel || speakers.others.contains(actor.model)) return;
    speakers.others[actor.model] = other;
    tokens_of_others[actor.model] = likely_tokens(plan, actor);
  };
  for (const ActorSpec& actor : job.participants) know(actor);
  if (job.facilitator) know(*job.facilitator);
  Sample sample;
  std::vector<Turn> turns;
  Discussion discussion(job, speakers);
  while (!discussion.finished()) {
    const Turn turn = discussion.step();
    turns.push_back(turn);
    if (turn.kind == TurnKind::kOpening) continue;
    const bool user = turn.kind == TurnKind::kUser;
    const ActorSpec* actor = user ? nullptr : &*job.facilitator;
    for (const ActorSpec& each : job.participants)
      if (actor == nullptr && each.name == turn.name) actor = &each;
    const std::string asks = user ? "user" : "facilitator";
    if (actor->speaker == SpeakerKind::kModel) {
      sample.prompts.push_back(sampled(turn, turn.name, asks, *actor, FreeText{}));
    } else {
      sample.prompts.push_back({.speaker = actor->speaker,
                                .who = turn.name,
                                .asks = asks,
                                .model = actor->model,
                                .system = "",
                                .user = seen_by(*actor, std::span(turns).first(turns.size() - 1)),
                                .prompt_tokens = 0,
                                .generated_tokens = tokens_of_others[actor->model]});
    }
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

bool answers_to_max_tokens(const AnswerConstraint& answer) {
  return std::holds_alternative<FreeText>(answer) || std::holds_alternative<JsonAnswer>(answer);
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
      if (sampled.speaker != SpeakerKind::kModel || sampled.model != model) continue;
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
