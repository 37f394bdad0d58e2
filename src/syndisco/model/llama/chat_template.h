#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "syndisco/model/answer_text.h"
#include "syndisco/model/model.h"

namespace syndisco {

/// A stretch of a rendered prompt.
struct PromptPart {
  std::string text;
  bool written =
      false;  ///< by a person or a model; false: by the template, which may use control tokens
  bool operator==(const PromptPart&) const = default;
};

/// What a template says or does with these messages is wrong; `what()` tells where.
class TemplateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ChatTemplateOptions {
  std::string bos;  ///< text of the model's token, "" where it has none
  std::string eos;
  std::string date;  ///< that templates take for today, YYYY-MM-DD
};

/// A model's Jinja chat template. Thread-safe.
class ChatTemplate {
 public:
  /// Parses and tries the template. Throws TemplateError.
  ChatTemplate(const std::string& source, const ChatTemplateOptions& options);
  ~ChatTemplate();
  ChatTemplate(const ChatTemplate&) = delete;
  ChatTemplate& operator=(const ChatTemplate&) = delete;

  /// The prompt up to where the model's answer begins. Neighbouring parts differ in `written`; a
  /// template that trims, joins or changes what people wrote keeps it apart all the same. A system
  /// message of a template that rejects or drops such messages stands before the first user
  /// message, a blank line between them. Throws TemplateError where the template refuses the
  /// messages.
  std::vector<PromptPart> render(std::span<const Message> messages, bool thinking) const;

  /// False: system messages are merged into the first user message.
  bool has_system_role() const noexcept { return has_system_role_; }

  const ThinkingTags& thinking_tags() const noexcept { return thinking_tags_; }

 private:
  struct Program;

  std::vector<PromptPart> render_as_is(std::span<const Message> messages, bool thinking) const;
  std::vector<PromptPart> run(std::span<const Message> messages, bool thinking) const;

  std::unique_ptr<Program> program_;
  ChatTemplateOptions options_;
  ThinkingTags thinking_tags_;
  bool has_system_role_ = true;
};

/// The plain chat format for models that bring no template.
std::string default_chat_template();

/// All of the parts' text.
std::string joined(std::span<const PromptPart> parts);

}  // namespace syndisco
