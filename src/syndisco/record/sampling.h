#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "syndisco/text/json.h"

namespace syndisco {

/// "Don't repeat yourself": tokens that would continue a sequence already said are made less likely
/// by multiplier * base^(length - allowed_length).
struct Dry {
  double multiplier = 0.0;  ///< 0: off; 0.8 is usual
  double base = 1.75;       ///< above 1
  int allowed_length = 2;   ///< tokens that may repeat freely, at least 1
  int last_n = -1;          ///< tokens looked back; -1: the whole context, 0: off
  bool operator==(const Dry&) const = default;
};

/// How an answer is drawn from a model and cut. Defaults are those of a request that says nothing.
struct Sampling {
  double temperature = 0.8;     ///< at least 0; 0: always the likeliest token
  double top_p = 0.95;          ///< (0, 1]; 1: off
  int top_k = 40;               ///< at least 0; 0: off
  double min_p = 0.05;          ///< [0, 1]; 0: off
  double repeat_penalty = 1.0;  ///< above 0; 1: off
  int repeat_last_n = 64;       ///< tokens the penalty looks back; -1: the whole context, 0: off
  Dry dry;
  int max_tokens = 256;           ///< at least 1
  std::vector<std::string> stop;  ///< the answer ends before the first of these; none of them empty
  std::vector<std::string> remove;  ///< taken out of the finished answer, one pass each, in order
  bool operator==(const Sampling&) const = default;
};

// What an answer may be. Whatever the model, a constrained answer is valid or the request fails.
struct FreeText {
  bool operator==(const FreeText&) const = default;
};
struct Choice {
  std::vector<std::string> options;  ///< at least one, none empty, all different
  bool operator==(const Choice&) const = default;
};
struct IntegerRange {
  std::int64_t lowest = 0;
  std::int64_t highest = 0;  ///< at least `lowest`; at most 100,000 values
  bool operator==(const IntegerRange&) const = default;
};
/// JSON text of a value that fits a schema, with blanks where JSON may have them.
struct JsonAnswer {
  Json schema;  ///< as record/answer_schema.h says
  bool operator==(const JsonAnswer&) const = default;
};
using AnswerConstraint = std::variant<FreeText, Choice, IntegerRange, JsonAnswer>;

/// Whether `text` is an answer that the constraint allows, exactly as written.
bool satisfies(const AnswerConstraint& constraint, std::string_view text);

/// The typed value of a valid answer: an integer, the chosen text, the JSON value; null for free
/// text.
Json typed_value(const AnswerConstraint& constraint, std::string_view text);

}  // namespace syndisco
