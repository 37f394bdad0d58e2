#include "syndisco/model/model.h"

#include <algorithm>
#include <chrono>

#include "syndisco/base/printable.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

// Enough of a bad answer to see what went wrong.
constexpr std::size_t kQuotedBytes = 80;

std::string quoted(std::string_view text) {
  if (text.size() <= kQuotedBytes) return "'" + printable_line(text) + "'";
  const std::string_view start = text.substr(0, complete_utf8_prefix(text.substr(0, kQuotedBytes)));
  return "'" + printable_line(start) + "...'";
}

}  // namespace

Usage spent_on(const Answer& answer) {
  return {.requests = 1,
          .prompt_tokens = static_cast<std::uint64_t>(answer.prompt_tokens),
          .reused_tokens = static_cast<std::uint64_t>(answer.reused_tokens),
          .generated_tokens = static_cast<std::uint64_t>(answer.generated_tokens)};
}

std::string finish_name(Finish finish) {
  switch (finish) {
    case Finish::kEnd:
      return "end";
    case Finish::kStop:
      return "stop";
    case Finish::kLength:
      return "length";
  }
  return "end";
}

PromptTooLong::PromptTooLong(int tokens, int limit)
    : std::runtime_error("the prompt has " + std::to_string(tokens) +
                         " tokens, but the model has room for " + std::to_string(limit) +
                         " beside the answer"),
      tokens_(tokens),
      limit_(limit) {}

std::string refused_answer(const std::string& model, const Request& request, const Answer& answer) {
  // JSON alone is cut; other constrained answers are as long as they have to be.
  const bool cut = answer.finish == Finish::kLength;
  return "the model " + model + " answered " + quoted(answer.text) +
         (cut ? ", which is not complete: max_tokens (" +
                    std::to_string(request.sampling.max_tokens) + ") may be too low"
              : ", which is not allowed");
}

// Choices and numbers are as long as they have to be, whatever max_tokens says; no tokenizer makes
// more tokens than bytes.
std::uint64_t Model::most_tokens(const Request& request) const {
  if (const auto* choice = std::get_if<Choice>(&request.constraint)) {
    std::size_t longest = 0;
    for (const std::string& option : choice->options) longest = std::max(longest, option.size());
    return longest + 1;
  }
  if (const auto* range = std::get_if<IntegerRange>(&request.constraint)) {
    return std::max(std::to_string(range->lowest).size(), std::to_string(range->highest).size()) +
           1;
  }
  return static_cast<std::uint64_t>(request.sampling.max_tokens);
}

Answer Model::ask(const Request& request, std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  Answer answer = do_ask(request, std::move(stop));

  answer.text = repair_utf8(answer.text);
  answer.thinking = repair_utf8(answer.thinking);
  for (const std::string& unwanted : request.sampling.remove)
    answer.text = replace_all(answer.text, unwanted, "");
  if (!satisfies(request.constraint, answer.text))
    throw ModelError(refused_answer(info().name, request, answer), true, spent_on(answer));

  answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return answer;
}

}  // namespace syndisco
