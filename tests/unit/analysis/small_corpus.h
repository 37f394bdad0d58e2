#pragma once

#include <string>
#include <utility>
#include <vector>

#include "syndisco/analysis/corpus.h"

namespace syndisco::test {

/// Who says what: ("ann", "text"); a name of "mod" is the facilitator, "seed" an opening post.
using Lines = std::vector<std::pair<std::string, std::string>>;

inline DiscussionRecord discussion(const std::string& id, const FactorLevels& levels,
                                   const Lines& lines) {
  DiscussionRecord record;
  record.status = Status::kCompleted;
  record.job.id = id;
  record.job.levels = levels;
  record.job.cell = levels.empty() ? "all" : "";
  for (const auto& [factor, level] : levels)
    record.job.cell += (record.job.cell.empty() ? "" : "_") + level;
  for (const char* name : {"ann", "ben", "cleo"})
    record.job.participants.emplace_back().name = name;
  for (const auto& [name, text] : lines) {
    Turn turn;
    turn.step = record.turns.size();
    turn.name = name;
    turn.text = text;
    turn.model = "m";
    turn.prompt_tokens = 100;
    turn.reused_tokens = 40;
    turn.generated_tokens = 10;
    turn.seconds = 0.5;
    if (name == "mod") turn.kind = TurnKind::kFacilitator;
    if (name == "seed") {
      turn.kind = TurnKind::kOpening;
      turn.model = "hardcoded";
      turn.prompt_tokens = turn.reused_tokens = turn.generated_tokens = 0;
    }
    turn.silent = text.empty();
    record.turns.push_back(std::move(turn));
  }
  return record;
}

/// Annotations of all comments by one annotator, from raw texts.
inline AnnotationRecord annotation(const DiscussionRecord& of,
                                   const std::shared_ptr<const AnnotationSet>& set,
                                   std::size_t annotator, const std::vector<std::string>& texts) {
  AnnotationRecord record;
  record.status = Status::kCompleted;
  record.job = make_annotation_job(of.job.id, set, annotator);
  for (const std::string& text : texts) {
    Turn turn;
    turn.step = turn.target = record.turns.size();
    turn.kind = TurnKind::kAnnotation;
    turn.text = text;
    turn.model = "m";
    record.turns.push_back(std::move(turn));
  }
  return record;
}

inline std::shared_ptr<const AnnotationSet> rating_set(std::size_t annotators) {
  auto set = std::make_shared<AnnotationSet>();
  set->name = "toxicity";
  set->answer = IntegerRange{1, 5};
  for (std::size_t i = 0; i < annotators; ++i) {
    ActorSpec& actor = set->annotators.emplace_back();
    actor.name = "annotator" + std::to_string(i + 1);
    actor.persona = JsonObject{{"age", i < annotators / 2 ? "young" : "old"}};
  }
  return set;
}

}  // namespace syndisco::test
