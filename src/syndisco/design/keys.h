#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syndisco/record/answer_schema.h"

namespace syndisco::keys {

// The keys that each mapping of an experiment file knows, in the order of docs/experiment-file.md.
// The readers check against these lists; a test compares them with the JSON Schema.

using List = std::vector<std::string>;

inline const List kExperiment{"experiment", "seed",       "pairing",  "reproducible",
                              "limits",     "models",     "sampling", "discussions",
                              "factors",    "annotations"};
inline const List kModel{"gguf",       "scripted",      "endpoint",    "model",    "api_key_env",
                         "server",     "context",       "concurrency", "timeouts", "threads",
                         "gpu_layers", "chat_template", "date",        "weights",  "price"};
inline const List kPrice{"input", "cached_input", "output"};
inline const List kLimits{"tokens", "requests", "wall_time", "cost"};
inline const List kTimeouts{"connect", "first_byte", "total"};
inline const List kSampling{"temperature",   "top_p", "top_k",      "min_p", "repeat_penalty",
                            "repeat_last_n", "dry",   "max_tokens", "stop",  "remove"};
inline const List kDry{"multiplier", "base", "allowed_length", "last_n"};
inline const List kDiscussions{"per_cell",    "model",        "prompt_style",  "context",
                               "personas",    "instructions", "participants",  "turns",
                               "history",     "turn_taking",  "opening_posts", "silence",
                               "facilitator", "sampling",     "wrap"};
inline const List kFacilitator{"name",  "instructions", "persona", "context",
                               "model", "actor",        "sampling"};
inline const List kActor{"human", "retrieval", "sampler"};
inline const List kTemplate{"system",     "comment",     "separator",        "user",
                            "user_first", "facilitator", "annotator_system", "annotator"};
inline const List kTurnTaking{"round_robin", "queue", "random", "respond"};
inline const List kQueue{"random_first_speaker"};
inline const List kRespond{"probability"};
inline const List kAnnotation{"name",
                              "model",
                              "annotators",
                              "instructions",
                              "context",
                              "history",
                              "facilitator_comments",
                              "opening_posts",
                              "answer",
                              "prompt_style",
                              "sampling",
                              "wrap"};
inline const List kAnswer{"integer", "choice", "json", "text"};
inline const List kAnswerSchema = answer_schema_keywords();
inline const List kFile{"file"};

/// Every list under the name of its definition in the schema; the file itself is "".
inline std::vector<std::pair<std::string_view, const List*>> all() {
  return {{"", &kExperiment},
          {"model", &kModel},
          {"price", &kPrice},
          {"limits", &kLimits},
          {"timeouts", &kTimeouts},
          {"sampling", &kSampling},
          {"dry", &kDry},
          {"discussions", &kDiscussions},
          {"facilitator", &kFacilitator},
          {"actor", &kActor},
          {"template", &kTemplate},
          {"turn_taking", &kTurnTaking},
          {"queue", &kQueue},
          {"respond", &kRespond},
          {"annotation", &kAnnotation},
          {"answer", &kAnswer},
          {"answer_schema", &kAnswerSchema},
          {"file", &kFile}};
}

}  // namespace syndisco::keys
