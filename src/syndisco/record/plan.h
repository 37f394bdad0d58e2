#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/record/budget.h"
#include "syndisco/record/corpus.h"
#include "syndisco/record/job.h"

namespace syndisco {

/// What `ModelSpec::weights` may say: "as_is" (as they are in the file), "tuned" (in whichever
/// near-lossless encoding is fastest on the machine), or an encoding.
const std::vector<std::string>& weights_words();

/// Servers that speak OpenAI's protocol for chat completions and serve the same model.
struct EndpointSpec {
  std::vector<std::string>
      urls;                     ///< at least one, such as http://localhost:8000/v1; no final slash
  std::string model;            ///< as the servers call it
  std::string api_key_env;      ///< environment variable that holds the key; "": there is none
  std::string server = "auto";  ///< one of `server_words`
  int concurrency = 0;          ///< most requests at one server at once; 0: found out
  // In seconds.
  double connect_timeout = 10;
  double first_byte_timeout = 600;  ///< answers come as a whole, so this is what computing takes
  double total_timeout = 1800;

  /// What may change while a study goes on: all but `model`.
  Json connection() const;
  bool operator==(const EndpointSpec&) const = default;
};

/// What `EndpointSpec::server` may say: "auto" (the servers are asked), "openai", "llama"
/// (llama-server), "vllm", or "plain" (no constraints).
const std::vector<std::string>& server_words();

/// A model as the experiment file defines it.
struct ModelSpec {
  std::string name;

  // One of these three is set, or the program brings the model itself.
  /// A path (absolute, or relative to the working directory), "builtin:NAME", or
  /// "hf:owner/repository/file.gguf[@revision]".
  std::string gguf;
  std::optional<Json> script;  ///< the scripted replies, already read and checked
  std::optional<EndpointSpec> endpoint;
  std::optional<Json> own;  ///< what a model that the program brings tells of itself

  int context = 4096;   ///< tokens for prompt and answer of one request; 0: what the model was
                        ///< trained for, or what its server tells
  int threads = 0;      ///< 0: as many as cores
  int gpu_layers = -1;  ///< -1: all that fit; without a GPU it means nothing
  std::string chat_template;  ///< Jinja text instead of the model's own; ""
  /// The day that chat templates take for today, YYYY-MM-DD. Fixed, so that a study has the same
  /// prompts whenever it is run.
  std::string date = "2026-01-01";
  std::optional<Price> price;  ///< no part of the model's identity: prices change
  /// One of `weights_words`; "" is "tuned" for the embedded model, else "as_is".
  std::string weights;

  /// `weights`, and what "" means.
  std::string effective_weights() const;

  /// What may not change in a directory that holds answers of this model (all but threads,
  /// gpu_layers and where the file lies; of an endpoint, the model alone).
  Json identity() const;
  bool operator==(const ModelSpec&) const = default;
};

/// A file that went into a plan.
struct InputFile {
  std::string path;  ///< as written in the experiment file
  std::string sha256;
  bool operator==(const InputFile&) const = default;
};

/// An experiment, expanded and checked: everything that will be done.
struct Plan {
  std::string experiment;
  std::uint64_t seed = 0;
  bool reproducible = false;
  std::vector<std::string> factors;  ///< names, in the order of the file
  std::vector<std::string> cells;    ///< in the order of the file
  std::vector<ModelSpec> models;
  Limits limits;  ///< may differ from those of earlier runs
  std::vector<DiscussionJob>
      discussions;  ///< replicate by replicate: .0001 of every cell, then .0002 ...
  std::vector<std::shared_ptr<const AnnotationSet>> annotation_sets;
  std::vector<std::shared_ptr<const CommentCorpus>> corpora;  ///< that its actors speak from

  std::string source_name;        ///< path of the experiment file
  std::string source_text;        ///< its text
  std::vector<InputFile> inputs;  ///< the experiment file and all files it names

  const ModelSpec* model(const std::string& name) const;
};

}  // namespace syndisco
