#pragma once

#include <string>

#include "syndisco/record/published.h"  // is_published
#include "syndisco/record/turn.h"

namespace syndisco {

// The files of the published versions, byte for byte. What a format has no place for is left out;
// ours, which keep everything, are in dataset/run_files.h.

/// The text of such a file: json.dump(value, indent=4) of Python.
std::string published_text(const Json& file);

// All but g0, which holds everything, hold every comment but silent ones with a blank text. Times
// are local, in the versions' own pattern, and those of the last turn, so that a file written again
// is the same. g0 and SDF give the number of comments that the next speaker would have seen for the
// length of the history, the others its limit. SDF has one user of a name.
Json discussion_g0(const DiscussionRecord& discussion);
Json discussion_sdf(const DiscussionRecord& discussion);
Json discussion_1_0(const DiscussionRecord& discussion);
Json discussion_2_0(const DiscussionRecord& discussion);
Json discussion_2_2(const DiscussionRecord& discussion);

// `discussion` is the annotated one. All up to 2.0 keep pairs of message and annotation, 2.2 the
// name of who wrote the message with the annotation as the text.
Json annotation_g0(const AnnotationRecord& annotation, const DiscussionRecord& discussion);
Json annotation_sdf(const AnnotationRecord& annotation, const DiscussionRecord& discussion);
Json annotation_1_0(const AnnotationRecord& annotation, const DiscussionRecord& discussion);
Json annotation_2_0(const AnnotationRecord& annotation, const DiscussionRecord& discussion);
Json annotation_2_2(const AnnotationRecord& annotation, const DiscussionRecord& discussion);

// Reading. `name` is the file's, for messages. Throws InputError where something is missing or of
// another type. Comments of the facilitator are told by its name (all but 2.2), opening posts by
// the model "hardcoded" (all but g0); 2.2 files have no id and no facilitator, so the caller gives
// an id. read_discussion_2_0 reads the files of SDF and 1.0 as well, whose prompts are sentences.
DiscussionRecord read_discussion_g0(const Json& file, const std::string& name);
DiscussionRecord read_discussion_2_0(const Json& file, const std::string& name);
DiscussionRecord read_discussion_2_2(const Json& file, const std::string& name,
                                     const std::string& id);

/// A discussion of any generation, with the time of the file as that of every turn, found out by
/// what is in it. `id` is for those that have none.
DiscussionRecord read_discussion(const Json& file, const std::string& name, const std::string& id);

/// Who said the comment, as far as the job knows: nullptr for an opening post by somebody else.
const ActorSpec* speaker_of(const DiscussionJob& job, const Turn& turn);

/// The turn of `discussion` that an annotation judges. Throws InputError where there is none.
const Turn& judged_turn(const DiscussionRecord& discussion, const Turn& annotation);

/// UTC time of the last turn, "" where there is none.
std::string last_time(const std::vector<Turn>& turns);

/// The system prompt that an annotator would have in 2.0.
std::string annotator_prompt_2_0(const AnnotationRecord& annotation);

/// The model as transcripts show it: of the first turn, else the job's name for it.
std::string annotator_model(const AnnotationRecord& annotation);

}  // namespace syndisco
