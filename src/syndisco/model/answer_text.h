#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// How a model marks what it thinks before it answers.
struct ThinkingTags {
  std::string start;
  std::string end;
  std::string tail;  ///< taken off the end of the thoughts where present; ""
  bool operator==(const ThinkingTags&) const = default;
};

/// Puts an answer together from the pieces a model generates: takes what it thinks apart, and ends
/// before the first stop string.
class AnswerText {
 public:
  /// `thinking`: the prompt ends inside the model's thoughts already.
  AnswerText(ThinkingTags tags, bool thinking, std::vector<std::string> stop);

  /// True when a stop string is complete; the text ends before it.
  bool add(std::string_view piece);

  /// No more pieces come; an unfinished character at the end is dropped. True when a stop string
  /// was found only now.
  bool finish();

  const std::string& text() const noexcept { return text_; }
  const std::string& thinking() const noexcept { return thinking_; }

 private:
  enum class State { kOpen, kThinking, kBlankAfterThinking, kText };

  bool look_for_stop();
  void leave_thinking(std::size_t end);

  ThinkingTags tags_;
  std::vector<std::string> stop_;
  std::size_t longest_stop_ = 0;
  State state_;
  std::string open_;  ///< might still become thoughts or the text
  std::string thinking_;
  std::string text_;
  std::size_t searched_ = 0;  ///< bytes of the text without a stop string
};

}  // namespace syndisco
