#include "support/jobs.h"

#include "syndisco/model/scripted/scripted_model.h"

namespace syndisco::test {

ActorSpec actor(const std::string& name, Role role) {
  ActorSpec spec;
  spec.name = name;
  spec.role = role;
  spec.persona.set("username", name);
  spec.context = "A forum.";
  spec.instructions = "Be brief.";
  spec.model = "m";
  return spec;
}

DiscussionJob job_of(const std::vector<std::string>& names, int turns, const std::string& id) {
  DiscussionJob job;
  job.id = id;
  job.experiment = "e";
  job.cell = "all";
  job.seed = 7;
  job.turns = turns;
  job.history = 3;
  for (const std::string& name : names) job.participants.push_back(actor(name));
  return job;
}

Scripted::Scripted(const std::string& script)
    : model_(make_scripted_model("m", parse_json(script))), models_{{"m", model_.get()}} {}

std::vector<Turn> all_turns(Discussion& discussion) {
  std::vector<Turn> turns;
  while (!discussion.finished()) turns.push_back(discussion.step());
  return turns;
}

Turn timeless(Turn turn) {
  turn.time.clear();
  turn.seconds = 0;
  return turn;
}

std::vector<Turn> timeless(std::vector<Turn> turns) {
  for (Turn& turn : turns) turn = timeless(std::move(turn));
  return turns;
}

}  // namespace syndisco::test
