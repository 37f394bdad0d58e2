#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/recording.h"
#include "conformance/setup_api.h"

#include "syndisco/record/turn.h"

namespace syndisco::testing {

/// What a refusal says; nothing where `run` went well. Other errors than refusals go through.
std::optional<std::string> refusal(const std::function<void()>& run);

/// Of `count` calls, ours and the recorded ones are the same.
void compare_calls(const Recording& recording, const std::vector<Call>& calls,
                   const std::vector<Turn>& answers, std::size_t count);

/// All calls, in the same number, and who spoke.
void compare_all_calls(const Recording& recording, const std::vector<Call>& calls,
                       const std::vector<Turn>& answers);

/// The text of the output file, but for what is volatile.
void compare_output(const Recording& recording, const Json& ours);

/// The texts of all output files, in order, but for times and identifiers.
void compare_outputs(const Recording& recording, const std::vector<Json>& ours);

/// The file of a generation of the programming interface.
Json discussion_file_of(const Recording& recording, const DiscussionRecord& record);
Json annotation_file_of(const Recording& recording, const AnnotationRecord& record,
                        const DiscussionRecord& discussion);

/// Every answer, without opening posts.
std::vector<Turn> answers_in(const std::vector<Turn>& turns);

/// The original's random managers died when there was nobody else to choose; ours lets one user go
/// on talking.
bool talks_on_alone(const Recording& recording, const DiscussionJob& job);

}  // namespace syndisco::testing
