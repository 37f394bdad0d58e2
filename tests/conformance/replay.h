#pragma once

#include <string>

#include "conformance/recording.h"

namespace syndisco::testing {

/// Runs the recorded case through our code and checks with gtest what came out.
using Replay = void (*)(const Recording& recording);

/// How the calls of `api` in `generation` are replayed; nullptr where they are not (yet).
Replay find_replay(const std::string& generation, const std::string& api);

// The programming interface of 1.0, 2.0 and 2.2.
void replay_discussion_api(const Recording& recording);
void replay_annotation_api(const Recording& recording);
void replay_prompts_api(const Recording& recording);
void replay_turn_manager_api(const Recording& recording);
void replay_logs_api(const Recording& recording);
void replay_experiment_api(const Recording& recording);
void replay_annotation_experiment_api(const Recording& recording);

// The tables of 2.0.
void replay_discussion_table(const Recording& recording);
void replay_annotation_table(const Recording& recording);

// The scripts of the thesis and of SDF.
void replay_script(const Recording& recording);

}  // namespace syndisco::testing
