#include "syndisco/api/llama_model.h"

#include <algorithm>
#include <filesystem>

#include "syndisco/base/printable.h"
#include "syndisco/legacy/scripts.h"
#include "syndisco/model/llama/chat_template.h"
#include "syndisco/model/llama/llama_model.h"

namespace syndisco::api {
namespace {

std::string template_of(const LlamaModelOptions& options) {
  if (options.chat_format.empty()) return options.chat_template;
  if (!options.chat_template.empty())
    throw InputError("chat_format and chat_template are both given", {}, "give one of them");
  if (options.chat_format == "alpaca") return alpaca_chat_template();
  if (options.chat_format == "chatml") return default_chat_template();
  const std::string near = nearest_word(options.chat_format, chat_formats());
  throw InputError("unknown chat_format \"" + printable_line(options.chat_format) + "\"", {},
                   near.empty() ? "known are alpaca and chatml; for others give chat_template"
                                : "did you mean " + near + "?");
}

std::string name_of(const LlamaModelOptions& options) {
  if (!options.name.empty()) return options.name;
  const std::string& path = options.model_path;
  const std::string file = path.substr(path.starts_with("builtin:") ? 8 : 0);
  return path.ends_with(".gguf") ? std::filesystem::path(file).stem().string() : file;
}

ModelSpec spec_of(const LlamaModelOptions& options) {
  if (options.model_path.empty())
    throw InputError("a model needs a model_path", {}, "such as builtin:smollm2-135m");
  if (options.ctx_width_tokens < 0 || options.inference_threads < 0 || options.gpu_layers < -1)
    throw InputError("ctx_width_tokens, inference_threads and gpu_layers may not be negative");
  if (options.parallel < 0 || options.parallel > 256)
    throw InputError("parallel must be from 0 to 256");
  if (options.max_out_tokens < 1) throw InputError("max_out_tokens must be at least 1");
  if (!(options.temperature >= 0)) throw InputError("temperature must be at least 0");
  ModelSpec spec;
  spec.name = name_of(options);
  spec.gguf = options.model_path;
  spec.context = options.ctx_width_tokens;
  spec.threads = options.inference_threads;
  spec.gpu_layers = options.gpu_layers;
  spec.chat_template = template_of(options);
  return spec;
}

Request request_of(std::vector<Message> messages, const CompletionOptions& options) {
  if (options.max_tokens < 1) throw InputError("max_tokens must be at least 1");
  if (!(options.temperature >= 0)) throw InputError("temperature must be at least 0");
  Request request;
  request.messages = std::move(messages);
  request.sampling.max_tokens = options.max_tokens;
  request.sampling.stop = options.stop;
  request.sampling.temperature = options.temperature;
  request.seed = options.seed;
  return request;
}

}  // namespace

const std::vector<std::string>& chat_formats() {
  static const std::vector<std::string> formats{"alpaca", "chatml"};
  return formats;
}

LlamaModel::LlamaModel(const LlamaModelOptions& options)
    : spec_(spec_of(options)),
      inner_(load_llama_model(spec_, {.template_date = spec_.date,
                                      .parallel = options.parallel,
                                      .reproducible = options.reproducible})),
      info_(inner_->info()) {
  info_.sampling.max_tokens = options.max_out_tokens;
  info_.sampling.temperature = options.temperature;
  info_.sampling.remove = options.remove_string_list;
}

Answer LlamaModel::complete(const std::string& prompt, const CompletionOptions& options) {
  Request request = request_of({{Message::From::kUser, prompt}}, options);
  request.raw = true;
  Answer answer = ask(request);
  if (options.echo) answer.text = prompt + answer.text;
  return answer;
}

Answer LlamaModel::chat(std::vector<Message> messages, const CompletionOptions& options) {
  if (messages.empty()) throw InputError("a chat needs messages");
  return ask(request_of(std::move(messages), options));
}

/// Those of the model come out of every answer, whatever else the request says.
Request LlamaModel::with_removed_strings(Request request) const {
  std::vector<std::string>& remove = request.sampling.remove;
  for (const std::string& unwanted : info_.sampling.remove)
    if (std::ranges::find(remove, unwanted) == remove.end()) remove.push_back(unwanted);
  return request;
}

Answer LlamaModel::do_ask(const Request& request, std::stop_token stop) {
  return ask(request, std::move(stop));
}

}  // namespace syndisco::api
