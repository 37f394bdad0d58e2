#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/record/job.h"

namespace syndisco {

// What the published versions 2.0 and 2.2 make of what they are given. Prompts, files and the
// earlier generations' interfaces all build on it.

/// The persona of 2.0: its nine fields in its order, always all of them. Missing ones have its
/// defaults, other attributes are dropped. `name` is the username where the persona has none.
Json persona_2_0(const Json& persona, std::string_view name);

/// The personas of a 2.0 persona file: a list of objects. Throws InputError with `file` as the
/// place.
std::vector<Json> personas_2_0(const Json& json, const std::string& file);

/// The system prompts, which are also what the versions write into their files.
std::string system_prompt_2_0(const ActorSpec& actor);
std::string system_prompt_2_2(const ActorSpec& actor);

/// Who says which opening post in 2.0. Without `names` they are drawn from the users without
/// replacement. A blank post is left out but uses up its name. Throws InputError where there are
/// fewer names than posts.
std::vector<OpeningPost> opening_posts_2_0(const std::vector<std::string>& posts,
                                           const std::optional<std::vector<std::string>>& names,
                                           const std::vector<std::string>& users, Draws& draws);

/// The same in 2.2: one name for each post, blank posts stay. Throws InputError where the numbers
/// differ.
std::vector<OpeningPost> opening_posts_2_2(const std::vector<std::string>& posts,
                                           const std::vector<std::string>& names);

}  // namespace syndisco
