#pragma once

#include <memory>
#include <string>
#include <vector>

#include "syndisco/discussion/discussion.h"
#include "syndisco/record/job.h"

namespace syndisco::test {

/// An actor of the model "m".
ActorSpec actor(const std::string& name, Role role = Role::kUser);

/// A discussion of the named people, round robin, without silence but blank answers.
DiscussionJob job_of(const std::vector<std::string>& names, int turns,
                     const std::string& id = "e.all.0001");

/// A scripted model under the name "m", from the text of its script.
class Scripted {
 public:
  explicit Scripted(const std::string& script);
  const Models& models() const { return models_; }

 private:
  std::unique_ptr<Model> model_;
  Models models_;
};

/// Steps to the end.
std::vector<Turn> all_turns(Discussion& discussion);

/// Without what differs from run to run: time and duration.
Turn timeless(Turn turn);
std::vector<Turn> timeless(std::vector<Turn> turns);

}  // namespace syndisco::test
