#include "syndisco/model/llama/llama_model.h"

#include <llama.h>

#include <algorithm>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/printable.h"
#include "syndisco/model/llama/beginnings.h"
#include "syndisco/model/llama/capacity.h"
#include "syndisco/model/llama/engine.h"
#include "syndisco/model/llama/loaded_model.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/recent.h"
#include "syndisco/model/llama/weights.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

WeightsOptions weights_options(const LlamaOptions& options, int threads) {
  return {.threads = threads,
          .reproducible = options.reproducible,
          .short_answers = options.short_answers,
          .earlier = options.tuned_earlier};
}

class LlamaModel final : public Model {
 public:
  LlamaModel(const ModelSpec& spec, const LlamaOptions& options)
      : threads_(spec.threads > 0 ? spec.threads : usable_cores()),
        options_(options),
        weights_(find_weights(spec, weights_options(options, threads_))),
        date_(options.template_date.empty() ? utc_now().substr(0, 10) : options.template_date),
        engine_options_(choose_engine(spec, options, weights_, threads_)),
        model_(spec, weights_, date_),
        engine_(model_, engine_options_) {
    info_.name = spec.name;
    info_.context = engine_options_.context;
    info_.parallel = static_cast<std::size_t>(engine_options_.sequences);
    Json& details = info_.details;
    details.set("gguf", spec.gguf);
    details.set("sha256", weights_.sha256);
    details.set("weights", weights_.encoding);
    details.set("model", model_.description());
    details.set("parameters", static_cast<std::size_t>(model_.parameters()));
    details.set("trained_context", model_.trained_context());
    details.set("context", info_.context);
    details.set("system_role", model_.chat_template().has_system_role());
    details.set("template_date", date_);
    details.set("threads", threads_);
    details.set("parallel", engine_options_.sequences);
    details.set("attention", std::string(attention_name(engine_options_.attention)));
    details.set("reproducible", options.reproducible);
    details.set("llama.cpp", llama_version());
  }

  const ModelInfo& info() const override { return info_; }

  std::optional<double> busy_seconds() const override { return engine_.busy_seconds(); }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    if (stop.stop_requested()) throw Cancelled();
    Generation generation;
    generation.sampling = request.sampling;
    generation.seed = request.seed;
    generation.allowed = allowed_by(request.constraint);
    generation.grammar = grammars_.get(request.constraint);
    generation.job = request.tag.job;
    generation.again = request.reuse.again;
    generation.grows = request.reuse.grows;
    std::vector<PromptPart> parts = prompt_of(request);
    generation.thinking = !request.raw && thoughts_are_open(parts);
    if (generation.thinking && generation.constrained()) {
      // There is no room for thoughts in an answer that is given.
      parts.push_back({model_.chat_template().thinking_tags().end + "\n\n", false});
      generation.thinking = false;
    }
    generation.prompt = model_.vocabulary().tokenize_prompt(parts);
    check_length(request, generation);
    generation.lasting = lasting_tokens(request, generation.prompt);
    return engine_.answer(std::move(generation), stop);
  }

 private:
  /// Null where the constraint is not a list of answers. Kept, because a range may have a hundred
  /// thousand values.
  std::shared_ptr<const AllowedAnswers> allowed_by(const AnswerConstraint& constraint) {
    if (std::holds_alternative<FreeText>(constraint) ||
        std::holds_alternative<JsonAnswer>(constraint))
      return nullptr;
    return allowed_.get(constraint,
                        [&] { return std::make_shared<const AllowedAnswers>(constraint); });
  }

  /// How many tokens at the beginning of the prompt other prompts will begin with, too: those that
  /// all prompts with this system message have had in common. Of the first one, what comes from
  /// that message alone. Thread-safe.
  std::size_t lasting_tokens(const Request& request, const std::vector<Token>& prompt) {
    const Message& first = request.messages.front();
    if (first.from != Message::From::kSystem || request.messages.size() < 2) return 0;
    const bool free = std::holds_alternative<FreeText>(request.constraint);
    if (const auto shared = beginnings_.shared((free ? "f" : "c") + first.text, prompt))
      return *shared;
    const auto tokens = [&](const std::string& user) {
      return model_.vocabulary().tokenize_prompt(
          render(request, {first, {Message::From::kUser, user}}));
    };
    return common_beginning(tokens("a"), tokens("0"));
  }

  std::vector<PromptPart> prompt_of(const Request& request) const {
    if (!request.raw) return render(request, request.messages);
    if (request.messages.size() != 1)
      throw ModelError("a prompt without a chat template is one message", false);
    return {{repair_utf8(request.messages.front().text), true}};
  }

  std::vector<PromptPart> render(const Request& request, std::vector<Message> messages) const {
    // Tokenisers assume well-formed text.
    for (Message& message : messages) message.text = repair_utf8(message.text);
    const bool free = std::holds_alternative<FreeText>(request.constraint);
    try {
      return model_.chat_template().render(messages, options_.thinking && free);
    } catch (const TemplateError& error) {
      throw ModelError("the chat template of the model " + info_.name +
                           " does not take these messages: " + printable_line(error.what()),
                       false);
    }
  }

  bool thoughts_are_open(const std::vector<PromptPart>& parts) const {
    if (parts.empty() || parts.back().written) return false;
    return python_strip(parts.back().text).ends_with(model_.chat_template().thinking_tags().start);
  }

  void check_length(const Request& request, const Generation& generation) const {
    const int tokens = static_cast<int>(generation.prompt.size());
    if (tokens == 0) throw ModelError("the prompt is empty", false);
    // A token of an allowed answer is at least one byte of it.
    const int answer = generation.allowed != nullptr
                           ? static_cast<int>(generation.allowed->longest())
                           : request.sampling.max_tokens;
    const int limit = info_.context - std::min(answer, info_.context);
    if (limit < 1)
      throw ModelError("max_tokens is " + std::to_string(answer) +
                           ", but the context of the model " + info_.name + " is " +
                           std::to_string(info_.context) + " tokens",
                       false);
    if (tokens > limit) throw PromptTooLong(tokens, limit);
  }

  int threads_;
  LlamaOptions options_;
  Weights weights_;
  std::string date_;
  EngineOptions engine_options_;
  LoadedModel model_;
  Recent<AnswerConstraint, std::shared_ptr<const AllowedAnswers>> allowed_;
  AnswerGrammars grammars_{model_.vocabulary()};
  Beginnings beginnings_;  ///< by system message
  ModelInfo info_;
  Engine engine_;  ///< last: its thread looks at what stands before
};

}  // namespace

std::unique_ptr<Model> load_llama_model(const ModelSpec& spec, const LlamaOptions& options) {
  return std::make_unique<LlamaModel>(spec, options);
}

std::string llama_version() {
  std::string version = ::llama_version();
#ifdef SYNDISCO_LLAMA_BUILD
  version += std::string(version.empty() ? "" : " ") + "(" SYNDISCO_LLAMA_BUILD ")";
#endif
  return version;
}

}  // namespace syndisco
