#pragma once

#include <memory>
#include <string>
#include <vector>

#include "syndisco/record/plan.h"
#include "syndisco/record/turn.h"

namespace syndisco::test {

/// A turn of a discussion at `step`, a minute after the one before.
inline Turn turn(std::uint64_t step, TurnKind kind, const std::string& name,
                 const std::string& text, bool silent = false) {
  Turn made;
  made.step = step;
  made.kind = kind;
  made.name = name;
  made.text = text;
  made.silent = silent;
  made.time = "2026-01-02T03:0" + std::to_string(step) + ":00.000Z";
  if (kind == TurnKind::kOpening) {
    made.model = "hardcoded";
    return made;
  }
  made.model = "small";
  made.system = "You are " + name + ".";
  made.prompt = "Say something.";
  made.finish = "end";
  made.seed = 18'000'000'000'000'000'000u;
  made.prompt_tokens = 5;
  made.generated_tokens = 2;
  made.seconds = 0.25;
  return made;
}

inline ActorSpec actor(const std::string& name, Role role = Role::kUser) {
  ActorSpec made;
  made.name = name;
  made.role = role;
  made.persona = JsonObject{{"username", name}, {"age", 40}, {"job", "nurse, \"night\""}};
  made.context = "A forum.";
  made.instructions = "Be brief.";
  made.model = "m";
  return made;
}

/// ann opens, ben answers with a facilitator's remark, ann says nothing.
inline DiscussionRecord discussion() {
  DiscussionRecord record;
  record.job.id = "forum.light.0001";
  record.job.experiment = "forum";
  record.job.cell = "light";
  record.job.levels = {{"facilitation", "light"}};
  record.job.seed = 42;
  record.job.participants = {actor("ann"), actor("ben")};
  record.job.facilitator = actor("mod", Role::kFacilitator);
  record.job.opening_posts = {{"ann", "Cats, or \"dogs\"?\nSay."}};
  record.job.turns = 3;
  record.job.history = 4;
  record.job.silence = {"\"\""};
  record.status = Status::kCompleted;
  record.turns = {
      turn(0, TurnKind::kOpening, "ann", "Cats, or \"dogs\"?\nSay."),
      turn(1, TurnKind::kUser, "ben", "Κύων."), turn(2, TurnKind::kFacilitator, "mod", "Κύων."),
      turn(3, TurnKind::kUser, "ann", " \n", true), turn(4, TurnKind::kUser, "ben", "\"\"", true)};
  return record;
}

inline std::shared_ptr<AnnotationSet> annotation_set() {
  auto set = std::make_shared<AnnotationSet>();
  set->name = "Toxicity 1/2";
  set->annotators = {actor("Ann 1", Role::kAnnotator), actor("ann-1", Role::kAnnotator)};
  set->answer = IntegerRange{1, 5};
  set->history = 2;
  set->seed = 42;
  return set;
}

/// The first annotator judges what is not silent.
inline AnnotationRecord annotation(const std::shared_ptr<const AnnotationSet>& set,
                                   const DiscussionRecord& judged) {
  AnnotationRecord record;
  record.job = make_annotation_job(judged.job.id, set, 0);
  record.status = Status::kCompleted;
  for (const Turn& comment : judged.turns) {
    if (comment.silent) continue;
    Turn made = turn(record.turns.size(), TurnKind::kAnnotation, comment.name, "3");
    made.target = comment.step;
    made.value = 3;
    record.turns.push_back(made);
  }
  return record;
}

}  // namespace syndisco::test
