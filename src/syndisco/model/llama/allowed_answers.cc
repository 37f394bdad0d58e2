#include "syndisco/model/llama/allowed_answers.h"

#include <algorithm>

namespace syndisco {
namespace {

int byte_at(const std::string& text, std::size_t position) {
  return static_cast<unsigned char>(text[position]);
}

}  // namespace

AllowedAnswers::AllowedAnswers(const AnswerConstraint& constraint) {
  if (const auto* choice = std::get_if<Choice>(&constraint)) answers_ = choice->options;
  if (const auto* range = std::get_if<IntegerRange>(&constraint)) {
    answers_.reserve(static_cast<std::size_t>(range->highest - range->lowest) + 1);
    for (std::int64_t value = range->lowest;; ++value) {
      answers_.push_back(std::to_string(value));
      if (value >= range->highest) break;
    }
  }
  std::sort(answers_.begin(), answers_.end());
  for (const std::string& answer : answers_) longest_ = std::max(longest_, answer.size());
}

AnswerPath::AnswerPath(const AllowedAnswers& allowed)
    : answers_(allowed.answers_), range_{0, allowed.answers_.size()} {}

// A text sorts before all that it is the beginning of, so the answer itself comes first in its
// range.
bool AnswerPath::complete() const {
  return range_.low < range_.high && answers_[range_.low].size() == text_.size();
}

bool AnswerPath::finished() const {
  return complete() && range_.high - range_.low == 1;
}

std::vector<Token> AnswerPath::next(const SortedPieces& pieces) const {
  std::vector<Token> found;
  collect(pieces, {0, pieces.size()}, 0, range_, 0, found);
  if (text_.empty()) {
    const auto blank = [](const auto& piece) { return byte_at(piece.first, 0); };
    const auto low = std::ranges::lower_bound(pieces, static_cast<int>(' '), {}, blank);
    const auto high = std::ranges::upper_bound(pieces, static_cast<int>(' '), {}, blank);
    const Range range{static_cast<std::size_t>(low - pieces.begin()),
                      static_cast<std::size_t>(high - pieces.begin())};
    collect(pieces, range, 0, range_, 1, found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  return found;
}

// Walks down the pieces and the answers together. All pieces of the range have the same first
// `blanks + depth` bytes, and all answers have these (but the blanks) after the text.
void AnswerPath::collect(const SortedPieces& pieces, Range piece, std::size_t depth, Range answer,
                         std::size_t blanks, std::vector<Token>& found) const {
  const std::size_t position = blanks + depth;
  while (piece.low < piece.high && pieces[piece.low].first.size() == position) {
    if (depth > 0) found.push_back(pieces[piece.low].second);
    ++piece.low;
  }
  const std::size_t reached = text_.size() + depth;
  while (answer.low < answer.high && answers_[answer.low].size() == reached) ++answer.low;
  while (piece.low < piece.high && answer.low < answer.high) {
    const int wanted = byte_at(answers_[answer.low], reached);
    const auto answers_end = std::upper_bound(
        answers_.begin() + static_cast<std::ptrdiff_t>(answer.low),
        answers_.begin() + static_cast<std::ptrdiff_t>(answer.high), wanted,
        [&](int byte, const std::string& text) { return byte < byte_at(text, reached); });
    const auto first = pieces.begin() + static_cast<std::ptrdiff_t>(piece.low);
    const auto last = pieces.begin() + static_cast<std::ptrdiff_t>(piece.high);
    const auto low = std::lower_bound(first, last, wanted, [&](const auto& entry, int byte) {
      return byte_at(entry.first, position) < byte;
    });
    const auto high = std::upper_bound(low, last, wanted, [&](int byte, const auto& entry) {
      return byte < byte_at(entry.first, position);
    });
    const auto answers_high = static_cast<std::size_t>(answers_end - answers_.begin());
    if (low != high)
      collect(pieces,
              {static_cast<std::size_t>(low - pieces.begin()),
               static_cast<std::size_t>(high - pieces.begin())},
              depth + 1, {answer.low, answers_high}, blanks, found);
    answer.low = answers_high;
  }
}

void AnswerPath::add(std::string_view piece) {
  if (text_.empty() && piece.starts_with(' ')) {
    // Both "yes" and " yes" may be allowed.
    const auto begins = [&](std::string_view start) {
      const auto at = std::lower_bound(answers_.begin(), answers_.end(), start);
      return at != answers_.end() && at->starts_with(start);
    };
    if (!begins(piece)) piece.remove_prefix(1);
  }
  text_ += piece;
  const auto low = std::lower_bound(answers_.begin(), answers_.end(), text_);
  auto high = low;
  if (low != answers_.end()) {
    high = std::partition_point(low, answers_.end(), [&](const std::string& answer) {
      return answer.compare(0, text_.size(), text_) == 0;
    });
  }
  range_ = {static_cast<std::size_t>(low - answers_.begin()),
            static_cast<std::size_t>(high - answers_.begin())};
}

}  // namespace syndisco
