#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/record/sampling.h"

namespace syndisco {

// Typed values out of what annotators wrote. Nothing is guessed: an answer that could mean two
// things means nothing here.

/// One number or name that answers of a set hold: the answer itself, or a property of a JSON
/// object.
struct AnswerPart {
  std::string property;  ///< "" for the answer itself
  /// An IntegerRange, a Choice, or a JsonAnswer whose schema is that of a number; FreeText where
  /// answers are texts, which have no value.
  AnswerConstraint kind;
  std::vector<std::string> categories;  ///< of a choice
};

/// What answers under the constraint hold, at least one part.
std::vector<AnswerPart> answer_parts(const AnswerConstraint& constraint);

/// The value of an answer: a number, or the position of the category. `typed`: as recorded, null
/// where it was not read yet; then the text is:
///
/// - an integer in a range: the only number of the range that stands in the text, however often.
///   Parts of words ("gpt4") are no numbers. Unreadable with a second number of the range
///   ("4 of 5"), with a decimal one within the range, even "3.0", and with digits that a comma or a
///   slash joins ("3,7", "4/10", "1,000").
/// - a choice: the only option that stands in the text as words of their own, in any case; within
///   one another the longest counts ("not toxic" is not "toxic"). Unreadable where "not", "no",
///   "never", "non", "cannot" or "n't" stands before it in the same sentence.
/// - JSON: the text is to be JSON.
std::optional<double> read_answer(const AnswerPart& part, const Json& typed, std::string_view text);

/// "integer:1-5", "choice:a,b,c": how `--read` names a constraint. Throws InputError.
AnswerConstraint constraint_from(std::string_view text);

}  // namespace syndisco
