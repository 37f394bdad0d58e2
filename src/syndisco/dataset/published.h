#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
// an id, and their users are whoever speaks. read_discussion_2_0 reads the files of SDF and 1.0 as
// well, whose prompts are sentences; nothing else tells these two apart.
DiscussionRecord read_discussion_g0(const Json& file, const std::string& name);
DiscussionRecord read_discussion_2_0(const Json& file, const std::string& name);
DiscussionRecord read_discussion_2_2(const Json& file, const std::string& name,
                                     const std::string& id);

/// A discussion of any generation, with the time of the file as that of every turn, found out by
/// what is in it. `id` is for those that have none.
DiscussionRecord read_discussion(const Json& file, const std::string& name, const std::string& id);

/// One judged message of an annotation file.
struct JudgedMessage {
  std::string user;  ///< who wrote it; "" where the file does not say (all but 2.2)
  std::string text;  ///< the message; "" in 2.2, which does not keep it
  std::string annotation;
  std::string model;  ///< "" before 1.0
  bool operator==(const JudgedMessage&) const = default;
};

/// An annotation file as it stands, not yet joined to its discussion.
struct PublishedAnnotation {
  std::string style;       ///< "g0", "sdf", "syndisco-1.0", "syndisco-2.0" or "syndisco-2.2"
  std::string discussion;  ///< conv_id; "" in 2.2, which does not say
  std::string timestamp;   ///< as written
  ActorSpec annotator;
  std::string prompt;  ///< of the annotator, as written
  int history = 0;     ///< comments shown; 0 in 2.2, which does not say
  std::vector<JudgedMessage> messages;
};

/// Whether the file is one of annotations, of any generation, and not of a discussion. One of 2.2
/// without an entry cannot be told from a discussion without a comment.
bool is_annotation(const Json& file);
PublishedAnnotation read_annotation(const Json& file, const std::string& name);

/// Which comments of the discussion the messages are, as steps in ascending order: all of them, all
/// but the facilitator's, or else the first that fit. Nothing where they do not fit.
std::optional<std::vector<std::uint64_t>> judged_steps(const std::vector<JudgedMessage>& messages,
                                                       const DiscussionRecord& discussion);

/// An entry of a log of 2.2 as its own reader keeps it: whatever value stands there. What else an
/// entry has, its prompt included, is dropped.
struct LogEntry22 {
  Json name, text, model;
};
/// Throws InputError where there is no list "logs" or an entry lacks one of the three.
std::vector<LogEntry22> read_logs_2_2(const Json& file, const std::string& name);
/// The file that 2.2 saves of such entries, prompts being "".
Json logs_2_2(const std::string& timestamp, const std::vector<LogEntry22>& entries);

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
