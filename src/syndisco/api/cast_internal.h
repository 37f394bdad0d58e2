#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "syndisco/api/actor.h"
#include "syndisco/discussion/discussion.h"
#include "syndisco/record/plan.h"

namespace syndisco::api {

/// The actors of one undertaking as jobs describe them, and the models that speak for them.
class Cast {
 public:
  Cast() = default;
  explicit Cast(const std::vector<std::shared_ptr<Model>>& models);

  /// Throws InputError where the actor lacks something, cannot have that part, or has another model
  /// of a known name.
  ActorSpec add(const Actor& actor, Role role, const PromptStyle& style);
  std::vector<ActorSpec> add(const std::vector<Actor>& actors, Role role, const PromptStyle& style);

  const Models& models() const { return models_; }

  /// What journals keep of the models.
  std::vector<ModelSpec> specs() const;

  /// Requests worth having in flight over all of them.
  std::size_t parallel() const;

 private:
  void take(const std::shared_ptr<Model>& model);

  std::map<std::string, std::shared_ptr<Model>> owned_;
  Models models_;
};

/// The style of that name: "plain" or a published one. Throws InputError with a "did you mean".
PromptStyle style_named(const std::string& name);

/// Gives the job the prompts of that name, and what goes with them: what counts as silence, and
/// what becomes of it. Throws as style_named.
void set_style(DiscussionJob& job, const std::string& name);

/// A set of annotators who are asked the same. Throws InputError where something cannot be meant.
AnnotationSet annotation_set(const std::string& name, const std::vector<Actor>& annotators,
                             int history, bool facilitator_comments, const AnswerConstraint& answer,
                             const std::string& prompt_style, std::uint64_t seed, Cast& cast);

/// The file of a conversation, and of an annotation, in the format of that name; "": that of the
/// prompts where it is a published one, else 2.0's. Throws InputError with a "did you mean".
Json discussion_in(const std::string& format, const DiscussionRecord& discussion);
Json annotation_in(const std::string& format, const AnnotationRecord& annotation,
                   const DiscussionRecord& discussion);

/// A comment as the screen shows it, with the lines behind it.
std::string on_screen(const DiscussionJob& job, const Turn& turn);

/// Throws InputError where one of them is negative.
void check_not_negative(const std::string& name, int value);

/// Writes the text to the first name of today's minute that is free in the folder.
std::filesystem::path save_by_time(const std::filesystem::path& folder, const std::string& text);

}  // namespace syndisco::api
