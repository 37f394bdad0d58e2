#include "syndisco/record/plan.h"

#include "syndisco/record/fields.h"

namespace syndisco {
namespace {

constexpr std::string_view kBuiltin = "builtin:";

}  // namespace

const std::vector<std::string>& weights_words() {
  static const std::vector<std::string> words{"as_is", "tuned",  "Q8_0",   "F16",    "BF16",
                                              "Q6_K",  "Q5_K_M", "Q4_K_M", "IQ4_NL", "Q4_0"};
  return words;
}

const std::vector<std::string>& server_words() {
  static const std::vector<std::string> words{"auto", "openai", "llama", "vllm", "plain"};
  return words;
}

Json EndpointSpec::connection() const {
  JsonArray addresses;
  for (const std::string& url : urls) addresses.emplace_back(url);
  return JsonObject{{"urls", std::move(addresses)},
                    {"api_key_env", api_key_env},
                    {"server", server},
                    {"concurrency", concurrency},
                    {"timeouts", JsonArray{connect_timeout, first_byte_timeout, total_timeout}}};
}

std::string ModelSpec::effective_weights() const {
  if (!weights.empty()) return weights;
  return gguf.starts_with(kBuiltin) ? "tuned" : "as_is";
}

Json ModelSpec::identity() const {
  if (script) {
    // Delays and failures on purpose change no text, so a failing script can be mended and its run
    // taken up again.
    Json replies = *script;
    replies.erase("delay_ms");
    replies.erase("fail_rate");
    replies.erase("fail_at");
    return Json(JsonObject{{"scripted", std::move(replies)}});
  }
  if (own) return JsonObject{{"own", *own}};
  if (endpoint) return JsonObject{{"endpoint", endpoint->model}};
  return Json(JsonObject{
      // A file may be moved; what is in it is compared when it is loaded (Journal::settle_model).
      {"gguf", gguf.starts_with(kBuiltin) ? gguf : "file"},
      {"context", context},
      {"chat_template", chat_template},
      {"date", date},
      {"weights", effective_weights()},
  });
}

const ModelSpec* Plan::model(const std::string& name) const {
  for (const ModelSpec& spec : models) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

}  // namespace syndisco
