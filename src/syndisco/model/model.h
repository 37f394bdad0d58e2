#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/record/budget.h"
#include "syndisco/record/job.h"
#include "syndisco/record/sampling.h"

namespace syndisco {

/// One message of a chat.
struct Message {
  enum class From { kSystem, kUser, kAssistant };
  From from = From::kUser;
  std::string text;
};

/// Whose question a request is: for logs, scripted replies and failures on demand. Never part of a
/// prompt.
struct RequestTag {
  std::string job;
  std::uint64_t step = 0;       ///< of the turn that the answer becomes
  std::uint64_t call = 0;       ///< requests asked before in this job
  std::uint64_t role_call = 0;  ///< of these, by the same role
  Role role = Role::kUser;
  std::string actor;
  std::uint64_t attempt = 0;
};

/// What a model may prepare for.
struct ReuseHint {
  /// Requests of this job until one begins with the same system message again; 0: none will, or
  /// that is not known. A guess that is wrong costs time, nothing else.
  std::uint64_t again = 0;
  /// That one begins with nearly all that this one says: no comment will have left the history.
  bool grows = false;
};

/// A question to a model.
struct Request {
  std::vector<Message> messages;  ///< at least one; a system message only first
  Sampling sampling;
  AnswerConstraint constraint;
  std::uint64_t seed = 0;
  RequestTag tag;
  ReuseHint reuse;
  /// The text of the only message is the prompt as it stands, without a chat template, to be
  /// continued. Model servers refuse it.
  bool raw = false;
  /// Called before the model asks again by itself, with what the answer came to that it refused.
  /// What it throws ends the request. May be empty.
  std::function<void(const Usage& spent)> again;
};

/// Why an answer ended.
enum class Finish {
  kEnd,     ///< the model ended it, or a constraint was complete
  kStop,    ///< before a stop string
  kLength,  ///< max_tokens
};
std::string finish_name(Finish finish);  ///< "end", "stop", "length"

struct Answer {
  std::string text;      ///< well-formed UTF-8, without the stop string, removed strings taken out
  std::string thinking;  ///< of a reasoning model
  Finish finish = Finish::kEnd;
  int prompt_tokens = 0;
  int reused_tokens = 0;  ///< of the prompt, not computed again
  int generated_tokens = 0;
  double seconds = 0;  ///< set by Model::ask
};

/// What an answer came to: one request.
Usage spent_on(const Answer& answer);

/// The prompt and `max_tokens` do not fit into the model's context together.
class PromptTooLong : public std::runtime_error {
 public:
  PromptTooLong(int tokens, int limit);
  int tokens() const noexcept { return tokens_; }  ///< of the prompt
  int limit() const noexcept { return limit_; }    ///< that the prompt may have

 private:
  int tokens_;
  int limit_;
};

/// The model could not answer.
class ModelError : public std::runtime_error {
 public:
  ModelError(const std::string& message, bool retryable, Usage spent = {})
      : std::runtime_error(message), retryable_(retryable), spent_(spent) {}
  /// Asking again later may work.
  bool retryable() const noexcept { return retryable_; }
  /// What was spent all the same, as far as that is known.
  const Usage& spent() const noexcept { return spent_; }

 private:
  bool retryable_;
  Usage spent_;
};

/// What is wrong with an answer that the constraint does not allow, for people.
std::string refused_answer(const std::string& model, const Request& request, const Answer& answer);

/// What a model can do.
struct ModelInfo {
  std::string name;          ///< as transcripts show it
  int context = 0;           ///< tokens of prompt and answer together; 0: not known
  std::size_t parallel = 1;  ///< requests that are worth having in flight at once
  Json details =
      JsonObject{};        ///< for the manifest: file hash, weights, template date, versions ...
  Sampling sampling = {};  ///< of programs' actors that bring none of their own
};

/// A language model, or anything that answers like one.
class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelInfo& info() const = 0;

  /// Seconds spent computing so far; nothing where that is not known. Thread-safe.
  virtual std::optional<double> busy_seconds() const { return std::nullopt; }

  /// Tokens that an answer has at most, for whoever must know beforehand.
  virtual std::uint64_t most_tokens(const Request& request) const;

  /// Blocks until the answer is complete. Safe to call from many threads at once.
  /// The same request has the same answer where the implementation says so (scripted: always).
  /// Throws PromptTooLong, ModelError, and Cancelled within a second of `stop`.
  /// Only what hands requests on to another model overrides it.
  virtual Answer ask(const Request& request, std::stop_token stop = {});

 protected:
  /// As `ask`, but removed strings, UTF-8 repair, the check of the constraint and the time are
  /// `ask`'s work.
  virtual Answer do_ask(const Request& request, std::stop_token stop) = 0;
};

}  // namespace syndisco
