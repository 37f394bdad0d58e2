#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/record/job.h"

namespace syndisco {

/// What an actor is sent.
struct Prompt {
  std::string system;
  std::string user;
  bool operator==(const Prompt&) const = default;
};

/// One comment as the history shows it, filled at `wrap` columns (0: as written). Blank text of the
/// published styles gives "", of g0 that nothing was said.
std::string format_comment(const PromptStyle& style, std::size_t wrap, std::string_view name,
                           std::string_view text);

/// The system prompt of an actor; it stays the same for a whole discussion.
std::string system_prompt(const PromptStyle& style, const ActorSpec& actor);

/// What an actor is sent when `history` (formatted comments, oldest first) has been said. For an
/// annotator the last comment is the one to judge.
Prompt make_prompt(const PromptStyle& style, const ActorSpec& actor,
                   std::span<const std::string> history);

/// The column at which a style fills comments: 70 for published ones before 2.2, 900,000 for
/// syndisco-2.2, 0 otherwise.
std::size_t default_wrap(const PromptStyle& style);

/// Throws InputError that names the first unknown {placeholder} or unbalanced brace of a template
/// text. `which` is the PromptTemplate member, such as "comment".
void check_template(std::string_view which, std::string_view text);

}  // namespace syndisco
