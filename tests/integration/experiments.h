#pragma once

#include <string>

#include "program.h"

namespace syndisco::test {

/// Writes a small experiment over a scripted model to `folder`/experiment.yaml: 2 cells ×
/// `per_cell` discussions × 6 turns, a moderator in one of them, silence now and then, one
/// annotation set of two annotators. `script` is the scripted model's mapping in YAML flow style.
inline void write_experiment(const Folder& folder, int per_cell = 3, const std::string& script = "",
                             const std::string& more = "") {
  const std::string replies =
      script.empty()
          ? R"({by_role: {user: [one, two, '""', four, five, six, "", eight], moderator: [calm, '""'], annotator: ["1", "2", "3", "4", "5"]}, delay_ms: [0, 6]})"
          : script;
  folder.write("experiment.yaml", R"(experiment: small
seed: 11
models:
  m: {scripted: )" + replies + R"(}
discussions:
  per_cell: )" + std::to_string(per_cell) +
                                      R"(
  model: m
  context: A forum.
  instructions: Be brief.
  personas:
    - {username: ann, age: 30}
    - {username: ben, age: 40}
    - {username: cleo, age: 50}
    - {username: dan, age: 60}
  participants: 3
  turns: 6
  history: 3
  turn_taking: {respond: {probability: 0.4}}
  opening_posts: ["What a day.", ["Cars out?", "No!"]]
factors:
  facilitation:
    none: {}
    light: {facilitator: {name: moderator, instructions: Calm them.}}
annotations:
  - name: toxicity
    model: m
    annotators: [{username: judy}, {username: karl}]
    instructions: Rate.
    answer: {integer: [1, 5]}
)" + more);
}

}  // namespace syndisco::test
