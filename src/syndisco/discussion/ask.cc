#include "syndisco/discussion/ask.h"

#include "syndisco/base/clock.h"
#include "syndisco/discussion/prompt.h"
#include "syndisco/text/unicode.h"

namespace syndisco {

Model& model_of(const Models& models, const ActorSpec& actor) {
  const auto found = models.find(actor.model);
  if (found == models.end() || found->second == nullptr)
    throw InputError("no model '" + printable_line(actor.model) + "' for " +
                     printable_line(actor.name));
  return *found->second;
}

Turn ask_actor(const Question& question, Model& model, std::stop_token stop) {
  const ActorSpec& actor = question.actor;
  std::span<const std::string> history = question.history;
  int dropped = 0;
  while (true) {
    Prompt prompt = make_prompt(question.style, actor, history);
    Request request{.messages = {},
                    .sampling = actor.sampling,
                    .constraint = question.constraint,
                    .seed = question.seed,
                    .tag = question.tag,
                    .reuse = question.reuse,
                    .again = {}};
    if (!prompt.system.empty()) request.messages.push_back({Message::From::kSystem, prompt.system});
    request.messages.push_back({Message::From::kUser, prompt.user});
    try {
      Answer answer = model.ask(request, stop);
      Turn turn;
      turn.name = actor.name;
      turn.text = std::move(answer.text);
      turn.model = actor.model;
      turn.system = std::move(prompt.system);
      turn.prompt = std::move(prompt.user);
      turn.thinking = std::move(answer.thinking);
      turn.finish = finish_name(answer.finish);
      turn.seed = question.seed;
      turn.dropped = dropped;
      turn.prompt_tokens = answer.prompt_tokens;
      turn.reused_tokens = answer.reused_tokens;
      turn.generated_tokens = answer.generated_tokens;
      turn.seconds = answer.seconds;
      turn.time = utc_now();
      return turn;
    } catch (const PromptTooLong&) {
      if (history.size() <= question.keep) throw;
      history = history.subspan(1);
      ++dropped;
    }
  }
}

}  // namespace syndisco
