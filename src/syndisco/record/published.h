#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/base/random.h"
#include "syndisco/record/turn.h"

namespace syndisco {

// What the published versions make of what they are given. Prompts, files and the earlier
// generations' interfaces all build on it.

/// A published wording of prompts. SDF and 1.0 have the same.
enum class PublishedStyle { kG0, k1_0, k2_0, k2_2 };

/// "g0" (the scripts of the thesis), "sdf", "syndisco-1.0", "syndisco-2.0", "syndisco-2.2"; nothing
/// for other names.
std::optional<PublishedStyle> published_style(std::string_view name);

/// The system prompt, which is also what that version writes into its files.
std::string published_system_prompt(PublishedStyle style, const ActorSpec& actor);

/// Every answer before 2.0 ended at these.
std::vector<std::string> stop_strings_before_2_0();

/// What generations before 2.0 tell of a persona, a text for each attribute: "age: 35", lists as
/// Python writes them, null as "None". The items of a list called `attributes`, which is all that
/// the first two generations knew, stand there as they are.
std::vector<std::string> attributes_before_2_0(const Json& persona);

/// The persona of 1.0 and of SDF's files: its nine fields in its order; other attributes are
/// dropped. Throws InputError with `file` as the place where one is missing.
Json persona_1_0(const Json& persona, const std::string& file);

/// The persona of 2.0: its nine fields in its order, always all of them. Missing ones have its
/// defaults, other attributes are dropped. `name` is the username where the persona has none.
Json persona_2_0(const Json& persona, std::string_view name);

/// The personas of a 2.0 persona file: a list of objects. Throws InputError with `file` as the
/// place.
std::vector<Json> personas_2_0(const Json& json, const std::string& file);

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

/// Whether a comment stands in files of SDF, 1.0 and 2.x.
bool is_published(const DiscussionJob& job, const Turn& turn);

/// How 2.0 numbers the messages of a discussion, from 1: a message equal to the one before keeps
/// its number. Turns that files of 2.x do not hold have the number of the turn before (0 at first).
std::vector<std::int64_t> message_orders(const DiscussionRecord& discussion);

/// How 2.0 identifies a message: MD5 of "<discussion>_<message>", in hex.
std::string message_id(std::string_view discussion, std::string_view message);

}  // namespace syndisco
