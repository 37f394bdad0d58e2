#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "syndisco/model/model.h"
#include "syndisco/record/corpus.h"
#include "syndisco/record/job.h"
#include "syndisco/record/turn.h"

namespace syndisco {

/// The models of a run by the name that jobs use. The models outlive whoever holds this.
using Models = std::map<std::string, Model*>;

/// What somebody who is no model makes of their turn: `Turn::finish` of it.
enum class Contribution {
  kSaid,    ///< "end": `text` is a comment
  kPassed,  ///< "pass": says nothing this time
  kLeft,    ///< "left": says nothing any more; a discussion does not ask again
};

std::string_view contribution_name(Contribution contribution);

/// One thing that was said, as actors see it who read no prompt.
struct Comment {
  TurnKind kind = TurnKind::kUser;
  std::string name;     ///< who said it
  std::string text;     ///< as kept
  std::string speaker;  ///< Turn::model: the model, "human", "sampler:PATH", ...
  std::string finish;   ///< Turn::finish
  bool silent = false;  ///< was asked and said nothing
};

/// It is somebody's turn.
struct Occasion {
  const DiscussionJob& job;
  const ActorSpec& actor;         ///< whose turn it is
  std::span<const Comment> said;  ///< everything so far, oldest first, silent turns included
};

/// What a speaker answered.
struct Utterance {
  Contribution contribution = Contribution::kSaid;
  std::string text;        ///< "" unless kSaid
  std::uint64_t seed = 0;  ///< of its draws, where there were any
};

/// Speaks for actors that are no language models: sees the conversation, not a prompt. Called from
/// many threads.
class Speaker {
 public:
  virtual ~Speaker() = default;

  /// Depends on nothing but the occasion, unless a person speaks: a discussion that goes on after
  /// its recorded turns gives the same. Blocks. Throws Cancelled after `stop`, EnvironmentError
  /// where nobody can be heard any more.
  virtual Utterance speak(const Occasion& occasion, std::stop_token stop) = 0;
};

/// Everybody who speaks in a run. Cheap to copy; models outlive whoever holds it.
struct Speakers {
  Speakers() = default;
  // Not explicit: models alone are speakers, too.
  Speakers(Models all) : models(std::move(all)) {}

  Models models;
  /// Those who are no models, by `speaker_label`.
  std::map<std::string, std::shared_ptr<Speaker>> others;
};

/// The speaker of an actor that is no model. Throws InputError where there is none.
Speaker& speaker_of(const Speakers& speakers, const ActorSpec& actor);

/// Throws InputError where nobody can speak for `actor`.
void check_speaker(const Speakers& speakers, const ActorSpec& actor);

/// Whether `name` has left the discussion.
bool has_left(std::span<const Comment> said, std::string_view name);

/// The turn of an actor that is no model, without its step, kind and silence; who has left is not
/// asked. Nothing was computed, so there are no prompts and no tokens.
Turn speak_for(const Speakers& speakers, const Occasion& occasion, std::stop_token stop);

/// Draws comments from a corpus without putting any back: all samplers of a discussion share the
/// order in which its comments come, and when all have been said, begin again in another order.
/// The order is drawn from the stream "corpus" of the discussion. `corpus` has comments.
std::shared_ptr<Speaker> make_sampler(std::shared_ptr<const CommentCorpus> corpus);

/// Answers with the comment that matches what was last said best, see CorpusIndex. Takes none whose
/// text has been said in the discussion before; when all have been, those count as new that have
/// been said least often, but what was just said is repeated only where there is nothing else.
/// Building its index takes a moment.
std::shared_ptr<Speaker> make_retrieval(std::shared_ptr<const CommentCorpus> corpus);

}  // namespace syndisco
