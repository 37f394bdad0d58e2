#include <algorithm>
#include <string>
#include <vector>

#include "syndisco/dataset/published.h"
#include "syndisco/dataset/published_internal.h"
#include "syndisco/text/unicode.h"

// Reading the annotation files of all generations, and the logs of 2.2.

namespace syndisco {

using published::At;
using published::list;
using published::member;
using published::text;

namespace {

bool is_annotator_prompt_2_2(const Json& entry) {
  const std::string* prompt = entry.find_string("prompt");
  return prompt != nullptr &&
         published::read_actor("", Role::kUser, *prompt).role == Role::kAnnotator;
}

std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return "";
  const std::size_t end = text.find(after, start + before.size());
  if (end == std::string::npos) return "";
  return text.substr(start + before.size(), end - start - before.size());
}

/// What the prompt calls the annotator: 2.x in the persona, the sentences before in their midst.
std::string annotator_name(const std::string& prompt) {
  const ActorSpec read = published::read_actor("", Role::kAnnotator, prompt);
  if (const std::string* name = read.persona.find_string("username")) return *name;
  if (prompt.starts_with('{')) return "";
  const std::string in_1_0 = between(prompt, " Your name is ", ". Your traits: ");
  return in_1_0.empty() ? between(prompt, "You are ", " a ") : in_1_0;
}

ActorSpec annotator_of(const std::string& prompt, const std::string& model) {
  ActorSpec actor = published::read_actor(annotator_name(prompt), Role::kAnnotator, prompt);
  actor.role = Role::kAnnotator;
  actor.model = model;
  return actor;
}

JudgedMessage read_pair(const Json& pair, const std::string& model, const At& at) {
  if (!pair.is_array() || pair.array().size() != 2 || !pair.array()[0].is_string() ||
      !pair.array()[1].is_string())
    at.refuse("expected a pair of message and annotation");
  return {"", pair.array()[0].string(), pair.array()[1].string(), model};
}

PublishedAnnotation read_before_2_2(const Json& file, const At& root) {
  PublishedAnnotation read;
  read.discussion = text(file, "conv_id", root);
  read.timestamp = text(file, "timestamp", root);
  read.prompt = text(file, "annotator_prompt", root);
  const Json& history = member(file, "ctx_length", root);
  if (!history.is_integer() || history.integer() < 0 || history.integer() > 1'000'000'000)
    (root / "ctx_length").refuse("expected a whole number of at least 0");
  read.history = static_cast<int>(history.integer());
  std::string model;
  if (file.find("annotator_type") != nullptr) {
    text(file, "annotator_type", root);
    read.style = read.prompt.starts_with(published::kModelBeforePrompt) ? "g0" : "sdf";
  } else {
    model = text(file, "annotator_model", root);
    read.style = read.prompt.starts_with('{') ? "syndisco-2.0" : "syndisco-1.0";
  }
  read.annotator = annotator_of(read.prompt, model);
  for (const Json& pair : list(file, "logs", root))
    read.messages.push_back(
        read_pair(pair, model, root / "logs" / std::to_string(read.messages.size())));
  return read;
}

PublishedAnnotation read_2_2(const Json& file, const At& root) {
  PublishedAnnotation read;
  read.style = "syndisco-2.2";
  read.timestamp = published::optional_text(file, "timestamp", root).value_or("");
  for (const Json& entry : list(file, "logs", root)) {
    const At at = root / "logs" / std::to_string(read.messages.size());
    const std::string& prompt = text(entry, "prompt", at);
    if (read.messages.empty()) {
      read.prompt = prompt;
    } else if (prompt != read.prompt) {
      (at / "prompt").refuse("another annotator's than that of the entry before");
    }
    read.messages.push_back(
        {text(entry, "name", at), "", text(entry, "text", at), text(entry, "model", at)});
  }
  if (!read.messages.empty())
    read.annotator = annotator_of(read.prompt, read.messages.front().model);
  return read;
}

bool fits(const JudgedMessage& message, const Turn& turn) {
  return message.user.empty() ? message.text == turn.text : message.user == turn.name;
}

/// Every turn that `counts` in order, where these are just the messages.
template <typename Counts>
std::optional<std::vector<std::uint64_t>> all_of(const std::vector<JudgedMessage>& messages,
                                                 const DiscussionRecord& discussion,
                                                 const Counts& counts) {
  std::vector<std::uint64_t> steps;
  for (const Turn& turn : discussion.turns) {
    if (!counts(turn)) continue;
    if (steps.size() == messages.size() || !fits(messages[steps.size()], turn)) return std::nullopt;
    steps.push_back(turn.step);
  }
  if (steps.size() != messages.size()) return std::nullopt;
  return steps;
}

}  // namespace

bool is_annotation(const Json& file) {
  if (file.find("conv_id") != nullptr) return true;
  if (file.find("id") != nullptr) return false;
  const Json* logs = file.find("logs");
  return logs != nullptr && logs->is_array() && !logs->array().empty() &&
         std::ranges::all_of(logs->array(), is_annotator_prompt_2_2);
}

PublishedAnnotation read_annotation(const Json& file, const std::string& name) {
  const At root{name, ""};
  return file.find("conv_id") != nullptr ? read_before_2_2(file, root) : read_2_2(file, root);
}

std::optional<std::vector<std::uint64_t>> judged_steps(const std::vector<JudgedMessage>& messages,
                                                       const DiscussionRecord& discussion) {
  const auto published = [&](const Turn& turn) { return is_published(discussion.job, turn); };
  if (auto steps = all_of(messages, discussion, published)) return steps;
  if (auto steps = all_of(messages, discussion, [&](const Turn& turn) {
        return published(turn) && turn.kind != TurnKind::kFacilitator;
      }))
    return steps;
  // Whoever left comments out for reasons of their own left the order.
  std::vector<std::uint64_t> steps;
  for (const Turn& turn : discussion.turns)
    if (steps.size() < messages.size() && fits(messages[steps.size()], turn))
      steps.push_back(turn.step);
  if (steps.size() != messages.size()) return std::nullopt;
  return steps;
}

std::vector<LogEntry22> read_logs_2_2(const Json& file, const std::string& name) {
  const At root{name, ""};
  std::vector<LogEntry22> entries;
  for (const Json& entry : list(file, "logs", root)) {
    const At at = root / "logs" / std::to_string(entries.size());
    entries.push_back(
        {member(entry, "name", at), member(entry, "text", at), member(entry, "model", at)});
  }
  return entries;
}

Json logs_2_2(const std::string& timestamp, const std::vector<LogEntry22>& entries) {
  JsonArray logs;
  for (const LogEntry22& entry : entries)
    logs.emplace_back(JsonObject{
        {"name", entry.name}, {"text", entry.text}, {"model", entry.model}, {"prompt", ""}});
  return JsonObject{{"timestamp", timestamp}, {"logs", std::move(logs)}};
}

}  // namespace syndisco
