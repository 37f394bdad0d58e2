#include "syndisco/model/answer_text.h"

#include <algorithm>
#include <utility>

#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

}  // namespace

AnswerText::AnswerText(ThinkingTags tags, bool thinking, std::vector<std::string> stop)
    : tags_(std::move(tags)),
      stop_(std::move(stop)),
      state_(thinking ? State::kThinking : State::kOpen) {
  for (const std::string& word : stop_) longest_stop_ = std::max(longest_stop_, word.size());
}

bool AnswerText::add(std::string_view piece) {
  if (state_ == State::kOpen) {
    open_ += piece;
    const std::string_view start = without_blanks_before(open_);
    if (start.starts_with(tags_.end)) {
      text_ = start.substr(tags_.end.size());
      state_ = State::kBlankAfterThinking;
      piece = {};
    } else if (start.starts_with(tags_.start)) {
      piece = start.substr(tags_.start.size());
      state_ = State::kThinking;
    } else if (!tags_.start.starts_with(start) && !tags_.end.starts_with(start)) {
      piece = open_;
      state_ = State::kText;
    } else {
      return false;
    }
  }
  if (state_ == State::kThinking) {
    const std::size_t from = thinking_.size() - std::min(thinking_.size(), tags_.end.size() - 1);
    thinking_ += piece;
    const std::size_t end = thinking_.find(tags_.end, from);
    if (end == std::string::npos) return false;
    leave_thinking(end);
    piece = {};
  }
  text_ += piece;
  if (state_ == State::kBlankAfterThinking) {
    text_ = without_blanks_before(text_);
    if (text_.empty()) return false;
    state_ = State::kText;
  }
  return look_for_stop();
}

bool AnswerText::finish() {
  if (state_ == State::kOpen) text_ = std::move(open_);
  state_ = State::kText;
  const bool stopped = look_for_stop();
  text_.resize(complete_utf8_prefix(text_));
  thinking_ = python_strip(thinking_.substr(0, complete_utf8_prefix(thinking_)));
  return stopped;
}

void AnswerText::leave_thinking(std::size_t end) {
  text_ = thinking_.substr(end + tags_.end.size());
  thinking_.resize(end);
  if (!tags_.tail.empty() && thinking_.ends_with(tags_.tail))
    thinking_.resize(thinking_.size() - tags_.tail.size());
  state_ = State::kBlankAfterThinking;
}

bool AnswerText::look_for_stop() {
  if (stop_.empty()) return false;
  const std::size_t from = searched_ - std::min(searched_, longest_stop_ - 1);
  std::size_t first = std::string::npos;
  for (const std::string& word : stop_) first = std::min(first, text_.find(word, from));
  searched_ = text_.size();
  if (first == std::string::npos) return false;
  text_.resize(first);
  return true;
}

}  // namespace syndisco
