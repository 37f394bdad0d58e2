#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conformance/recording.h"

#include "syndisco/discussion/discussion.h"
#include "syndisco/model/model.h"

namespace syndisco::testing {

// What a program on 1.0, 2.0 or 2.2 does before it starts: its objects, made into our jobs.
// Arguments that cannot be meant throw InputError, as they do in our own commands.

/// One question that reached a model.
struct Call {
  Request request;
  std::string text(Message::From from) const;
};

/// The scripted replies of a recording behind the models that its actors have.
class ScriptedModels {
 public:
  explicit ScriptedModels(const Recording& recording);
  /// One model of that name.
  ScriptedModels(const Recording& recording, const std::string& name);
  ~ScriptedModels();

  const Models& models() const { return models_; }
  const std::vector<Call>& calls() const { return calls_; }

 private:
  void add(const Json& model, const Json& script);
  std::vector<std::unique_ptr<Model>> owned_;
  Models models_;
  std::vector<Call> calls_;
};

/// The user, moderator or annotator as the case describes it.
ActorSpec actor_of(const Recording& recording, const Json& description, Role role);

/// All users of the case.
std::vector<ActorSpec> users_of(const Recording& recording);

/// The discussion of a case; what its set-up draws is taken from `draws`.
DiscussionJob discussion_job_of(const Recording& recording, Draws& draws);

/// The turn manager of the case, which draws from `draws`. Where the original's draws cannot be
/// ours it goes by `speakers`, as they were recorded.
std::shared_ptr<const TurnManager> turn_manager_of(const Recording& recording, Draws& draws,
                                                   const std::vector<std::string>& names,
                                                   const Json& speakers);

/// Whether the draws of the original are those of our turn manager, one by one.
bool has_recorded_draws(const Recording& recording);

/// The original takes one text for a list of letters, and 2.0 drops posts that have no name; ours
/// refuse both.
bool is_refused_on_purpose(const Recording& recording);

/// What is annotated, who annotates, and the comments that the annotator sees.
struct AnnotationSetup {
  DiscussionRecord discussion;
  AnnotationJob job;
  std::vector<Turn> comments;
};
AnnotationSetup annotation_of(const Recording& recording);
/// With another annotator and discussion than a case of a single annotation has.
AnnotationSetup annotation_of(const Recording& recording, const Json& annotator,
                              const std::string& path, int default_history);

/// The discussions of an experiment; people and opening posts are taken from `draws`.
std::vector<DiscussionJob> experiment_of(const Recording& recording, Draws& draws);

/// Those who speak, by their positions.
std::shared_ptr<const TurnManager> with_speakers(std::vector<std::size_t> speakers);

/// `inner` with `draws` in place of the discussion's.
std::shared_ptr<const TurnManager> with_draws(std::unique_ptr<TurnManager> inner, Draws& draws);

/// The style that the generation's prompts have.
PromptStyle style_of(const Recording& recording);

}  // namespace syndisco::testing
