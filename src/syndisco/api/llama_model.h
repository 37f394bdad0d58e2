#pragma once

#include <memory>
#include <string>
#include <vector>

#include "syndisco/model/model.h"
#include "syndisco/record/plan.h"

namespace syndisco::api {

struct LlamaModelOptions {
  /// A GGUF file, "builtin:smollm2-135m", or "hf:owner/repository/file.gguf", which `syndisco
  /// models pull` has fetched.
  std::string model_path;
  std::string name = {};        ///< as transcripts show it; "": the file's
  int max_out_tokens = 256;     ///< of an answer, at least 1
  double temperature = 0.8;     ///< at least 0; 0: always the likeliest token
  int ctx_width_tokens = 4096;  ///< of prompt and answer together; 0: what it was trained for
  int inference_threads = 0;    ///< 0: as many as cores
  int gpu_layers = -1;          ///< -1: all that fit
  std::vector<std::string> remove_string_list = {};  ///< taken out of every answer
  /// How messages become a prompt: one of `chat_formats`; "": as the file says.
  std::string chat_format = {};
  std::string chat_template = {};  ///< Jinja text instead
  int parallel = 0;           ///< requests computed together at most; 0: as many as are worth it
  bool reproducible = false;  ///< the same answers whatever is asked at the same time; slower
};

/// What `LlamaModelOptions::chat_format` may say.
const std::vector<std::string>& chat_formats();

struct CompletionOptions {
  int max_tokens = 256;
  std::vector<std::string> stop = {};
  bool echo = false;  ///< the prompt stands before the answer
  double temperature = 0.8;
  std::uint64_t seed = 42;
};

/// A GGUF model that runs in this process (llama.cpp).
///
///     auto llm = std::make_shared<LlamaModel>(LlamaModelOptions{.model_path = "llama.gguf"});
///     llm->complete("Q: What is Linux? A:", {.max_tokens = 32, .stop = {"\n"}, .echo =
///     true}).text; llm->chat({{Message::From::kUser, "What is Linux?"}}).text;
///
/// Thread-safe; what is asked at the same time is computed together. Frees its memory when nobody
/// holds it any more.
class LlamaModel final : public Model {
 public:
  /// Loads it. Throws InputError where the options are wrong, EnvironmentError where the file or
  /// the memory is.
  explicit LlamaModel(const LlamaModelOptions& options);

  /// Continues the text as it stands, without a chat format. Throws what Model::ask throws.
  Answer complete(const std::string& prompt, const CompletionOptions& options = {});

  /// Answers a chat in the model's format. Throws what Model::ask throws.
  Answer chat(std::vector<Message> messages, const CompletionOptions& options = {});

  const ModelSpec& spec() const { return spec_; }
  const ModelInfo& info() const override { return info_; }
  std::optional<double> busy_seconds() const override { return inner_->busy_seconds(); }
  std::uint64_t most_tokens(const Request& request) const override {
    return inner_->most_tokens(request);
  }
  Answer ask(const Request& request, std::stop_token stop = {}) override {
    return inner_->ask(with_removed_strings(request), std::move(stop));
  }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override;

 private:
  Request with_removed_strings(Request request) const;

  ModelSpec spec_;
  std::unique_ptr<Model> inner_;
  ModelInfo info_;
};

}  // namespace syndisco::api
