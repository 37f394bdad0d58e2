#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/record/job.h"

namespace syndisco {

enum class TurnKind { kOpening, kUser, kFacilitator, kAnnotation };

/// "opening", "user", "facilitator", "annotation".
std::string_view turn_kind_name(TurnKind kind);
TurnKind turn_kind_from(std::string_view name);

/// One answer (or opening post) as it is kept. In a discussion `step` + 1 is the comment's index in
/// every table.
struct Turn {
  std::uint64_t step = 0;  ///< from 0, contiguous in its job
  TurnKind kind = TurnKind::kUser;
  std::string name;        ///< who spoke; of an annotation: whose comment was judged
  std::string text;        ///< as kept: removed strings are out, nothing is trimmed
  bool silent = false;     ///< says nothing; does not enter the history
  std::string model;       ///< name of the model that spoke; "hardcoded" for opening posts, as
                           ///< published; `speaker_label` of who is no model
  std::string system;      ///< system prompt; "" for opening posts
  std::string prompt;      ///< user prompt
  std::string thinking;    ///< what a reasoning model thought aloud; not part of the comment
  std::string finish;      ///< why the answer ended: "end", "stop", "length"; "" for opening posts;
                           ///< of who is no model "end", "pass" or "left"
  std::uint64_t seed = 0;  ///< of the sampler
  int dropped = 0;  ///< history comments left out because the prompt was too long for the model
  int prompt_tokens = 0;  ///< all of the prompt
  int reused_tokens = 0;  ///< of these, not computed again
  int generated_tokens = 0;
  double seconds = 0;        ///< from asking to having the answer
  std::string time;          ///< when it was had, UTC
  std::uint64_t target = 0;  ///< annotation: step of the judged comment
  Json value;                ///< annotation: the typed answer; null for free text
  bool operator==(const Turn&) const = default;
};

enum class Status { kPlanned, kRunning, kCompleted, kFailed };

/// "planned", "running", "completed", "failed".
std::string_view status_name(Status status);
Status status_from(std::string_view name);

/// How a job ended.
struct Outcome {
  Status status = Status::kCompleted;  ///< kCompleted or kFailed
  std::string reason;                  ///< of a failure
};

/// A discussion as far as it has come.
struct DiscussionRecord {
  DiscussionJob job;
  Status status = Status::kPlanned;
  std::string reason;
  std::vector<Turn> turns;
};

/// The annotations of one annotator for one discussion, as far as they have come.
struct AnnotationRecord {
  AnnotationJob job;
  Status status = Status::kPlanned;
  std::string reason;
  std::vector<Turn> turns;
};

}  // namespace syndisco
