#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syndisco/record/sampling.h"
#include "syndisco/text/json.h"

namespace syndisco {

enum class Role { kUser, kFacilitator, kAnnotator };

/// "user", "facilitator", "annotator".
std::string_view role_name(Role role);

/// Who speaks for an actor: a language model, a person, or a corpus of comments, out of which
/// either the best match to what was just said is taken or one is drawn.
enum class SpeakerKind { kModel, kHuman, kRetrieval, kSampler };

/// "model", "human", "retrieval", "sampler".
std::string_view speaker_kind_name(SpeakerKind kind);

/// Comments that somebody has written, for actors that say nothing of their own.
struct CorpusFile {
  std::string path;    ///< as written in the experiment file
  std::string sha256;  ///< of its bytes: other comments would make another study
  bool operator==(const CorpusFile&) const = default;
};

/// Somebody who is asked: who they are and who speaks for them.
struct ActorSpec {
  std::string name;
  Role role = Role::kUser;
  Json persona = JsonObject{};  ///< attributes as the file gives them, in its order; any keys
  std::string context;
  std::string instructions;
  /// A name in Plan::models; where no model speaks, the name that records have in its place:
  /// `speaker_label`.
  std::string model;
  Sampling sampling;
  SpeakerKind speaker = SpeakerKind::kModel;
  CorpusFile corpus;  ///< of kRetrieval and kSampler
  bool operator==(const ActorSpec&) const = default;
};

/// "human", "retrieval:PATH" or "sampler:PATH". Requires another kind than kModel.
std::string speaker_label(SpeakerKind kind, std::string_view corpus = {});

/// Texts with {placeholders}; see docs/experiment-file.md for their names. `{{` and `}}` are
/// braces.
struct PromptTemplate {
  std::string system;     ///< {name} {context} {instructions} {persona} {persona.KEY}
  std::string comment;    ///< one comment of the history: {name} {text}
  std::string separator;  ///< between two comments, as it stands
  std::string user;       ///< asks a user: those of `system`, {history}
  std::string
      user_first;  ///< asks anyone but an annotator when no comments are shown; "" means the others
  std::string facilitator;       ///< asks the facilitator; "" means `user`
  std::string annotator_system;  ///< "" means `system`
  std::string annotator;  ///< asks an annotator: also {comment}, the one to judge, and {earlier},
                          ///< the history before it
  bool operator==(const PromptTemplate&) const = default;
};

/// The wording of prompts: one of the published styles or a template.
struct PromptStyle {
  std::string name = "plain";         ///< "plain", "own", or one that `published_style` knows
  std::optional<PromptTemplate> own;  ///< present for "own" alone
  bool operator==(const PromptStyle&) const = default;
};

/// kOwn: by a turn manager that the program brings, which no record can hold.
enum class TurnTakingKind { kRoundRobin, kQueue, kRandom, kRespond, kOwn };

/// How the next speaker is chosen.
struct TurnTaking {
  TurnTakingKind kind = TurnTakingKind::kRoundRobin;
  double probability = 0.5;           ///< respond: that the second-to-last speaker answers, [0, 1]
  bool random_first_speaker = false;  ///< queue
  bool operator==(const TurnTaking&) const = default;
};

/// A comment given beforehand.
struct OpeningPost {
  std::string name;  ///< who says it; usually a participant
  std::string text;
  bool operator==(const OpeningPost&) const = default;
};

/// A factor and the level that a cell has of it, in the order of the file.
using FactorLevels = std::vector<std::pair<std::string, std::string>>;

/// One discussion, with everything it needs: the same job makes the same draws on any worker.
struct DiscussionJob {
  std::string id;  ///< "<experiment>.<cell>.<number>"
  std::string experiment;
  std::string cell;
  FactorLevels levels;
  std::uint64_t seed = 0;  ///< of the experiment
  std::string scope;  ///< part of every stream of draws; the cell under `pairing: none`, else ""
  std::uint64_t replicate = 1;  ///< number in its cell, from 1

  std::vector<ActorSpec> participants;  ///< in the drawn order
  std::optional<ActorSpec> facilitator;
  std::vector<OpeningPost> opening_posts;
  int turns = 10;   ///< participants asked; facilitator and opening posts are not counted
  int history = 5;  ///< comments shown, at least 0
  TurnTaking turn_taking;
  PromptStyle style;
  std::size_t wrap =
      0;  ///< column at which a comment is filled before it enters the history; 0: left as written
  std::vector<std::string>
      silence;  ///< answers that mean "says nothing" after trimming; blank ones always do
  /// The published versions let a blank opening post or facilitator answer into the history as an
  /// empty line.
  bool blank_lines_enter_history = false;
  /// A participant who says nothing ends the discussion, as in the first generation.
  bool silence_ends = false;
  /// Of every answer, as before 2.0; nothing: each answer has a seed of its own.
  std::optional<std::uint64_t> sampler_seed;
  bool operator==(const DiscussionJob&) const = default;
};

/// One question put to annotators about every comment.
struct AnnotationSet {
  std::string name;
  std::vector<ActorSpec> annotators;
  PromptStyle style;
  std::size_t wrap = 0;
  int history = 2;  ///< comments shown, the annotated one included, at least 0
  bool facilitator_comments = true;
  bool opening_posts = true;
  bool silent_turns =
      false;  ///< the published versions annotate whatever stands in the file, blank texts too
  /// Comments by people whose name contains this are neither judged nor shown; "": everybody's are.
  std::string leave_out;
  AnswerConstraint answer;
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> sampler_seed;  ///< as DiscussionJob::sampler_seed
  bool operator==(const AnnotationSet&) const = default;
};

/// One annotator over one finished discussion.
struct AnnotationJob {
  std::string id;  ///< "<discussion id>/<set>/<annotator>"
  std::string discussion;
  std::shared_ptr<const AnnotationSet> set;
  std::size_t annotator = 0;  ///< position in set->annotators

  const ActorSpec& actor() const { return set->annotators[annotator]; }
};

AnnotationJob make_annotation_job(const std::string& discussion,
                                  std::shared_ptr<const AnnotationSet> set, std::size_t annotator);

// The JSON forms that the journal keeps and compares. `*_from_json` throws InputError on anything
// it did not write.
Json to_json(const Sampling& sampling);
Json to_json(const ActorSpec& actor);
Json to_json(const DiscussionJob& job);
Json to_json(const AnnotationSet& set);
Sampling sampling_from_json(const Json& json);
ActorSpec actor_from_json(const Json& json);
DiscussionJob discussion_job_from_json(const Json& json);
AnnotationSet annotation_set_from_json(const Json& json);

}  // namespace syndisco
