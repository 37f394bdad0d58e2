#include "syndisco/model/endpoint/server_facts.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>

#include "syndisco/base/printable.h"

namespace syndisco {
namespace {

using Kind = HttpError::Kind;

int whole(const Json* value) {
  if (value == nullptr || !value->is_integer()) return 0;
  return static_cast<int>(
      std::clamp<std::int64_t>(value->integer(), 0, std::numeric_limits<int>::max()));
}

/// The address without the final /v1: llama-server and vLLM tell of themselves there.
std::string root_of(const std::string& base) {
  constexpr std::string_view kVersion = "/v1";
  return base.ends_with(kVersion) ? base.substr(0, base.size() - kVersion.size()) : base;
}

HttpResponse get(const ServerAccess& access, const std::string& url, std::stop_token stop) {
  HttpRequest request;
  request.url = url;
  request.headers = access.headers;
  request.timeouts = access.timeouts;
  return access.client->send(request, std::move(stop));
}

std::optional<Json> json_of(const HttpResponse& response) {
  if (response.status != 200) return std::nullopt;
  try {
    Json json = parse_json(response.body);
    if (json.is_object()) return json;
  } catch (const InputError&) {
  }
  return std::nullopt;
}

}  // namespace

void read_models_list(const Json& list, const std::string& model, ServerFacts& facts) {
  const Json* data = list.find("data");
  if (data == nullptr || !data->is_array()) return;
  for (const Json& each : data->array()) {
    const std::string* id = each.find_string("id");
    if (id == nullptr) continue;
    facts.models.push_back(*id);
    const std::string* owner = each.find_string("owned_by");
    if (owner != nullptr && *owner == "vllm") facts.dialect = Dialect::kVllm;
    if (owner != nullptr && *owner == "llamacpp") facts.dialect = Dialect::kLlama;
    if (*id == model) facts.context = whole(each.find("max_model_len"));
  }
}

bool read_llama_props(const Json& props, ServerFacts& facts) {
  const Json* settings = props.find("default_generation_settings");
  const Json* slots = props.find("total_slots");
  if (settings == nullptr || slots == nullptr) return false;
  facts.dialect = Dialect::kLlama;
  facts.slots = whole(slots);
  facts.context = whole(settings->find("n_ctx"));
  if (const std::string* build = props.find_string("build_info"))
    facts.version = printable_line(*build);
  return true;
}

void read_vllm_version(const Json& version, ServerFacts& facts) {
  const std::string* text = version.find_string("version");
  if (text == nullptr) return;
  facts.version = printable_line(*text);
  int major = 0, minor = 0;
  // 0.12 has structured_outputs alone.
  if (std::sscanf(facts.version.c_str(), "%9d.%9d", &major, &minor) == 2)
    facts.guided_choice = major == 0 && minor < 12;
}

std::variant<ServerFacts, NotReady> ask_server(const ServerAccess& access, const std::string& base,
                                               const std::string& model, std::stop_token stop) try {
  const HttpResponse list = get(access, base + "/models", stop);
  const std::string where = printable_line(base) + "/models: " + error_text(list);
  if (list.status == 401 || list.status == 403)
    throw EnvironmentError(where,
                           "check the key in the environment variable that `api_key_env` names");
  if (list.status == 429 || list.status >= 500) return NotReady{where, false};
  if (list.status >= 300 && list.status < 400) {
    const std::string* to = list.header("location");
    throw EnvironmentError(
        printable_line(base) + " leads elsewhere" +
            (to == nullptr ? "" : ", to " + printable_line(*to)),
        "redirects are not followed: give the address that this one leads to as `endpoint`");
  }
  ServerFacts facts;
  if (const std::optional<Json> json = json_of(list)) read_models_list(*json, model, facts);
  if (facts.models.empty() || facts.dialect == Dialect::kLlama) {
    const HttpResponse response = get(access, root_of(base) + "/props", stop);
    if (const auto props = json_of(response)) read_llama_props(*props, facts);
    // It loads its model.
    if (response.status == 503)
      return NotReady{printable_line(base) + ": " + error_text(response), false};
  }
  if (facts.dialect == Dialect::kVllm) {
    if (const auto version = json_of(get(access, root_of(base) + "/version", stop)))
      read_vllm_version(*version, facts);
  }
  // A server that lists no models may be one all the same; an address that knows nothing is wrong.
  if (list.status == 404 && facts.dialect == Dialect::kOpenAi && !base.ends_with("/v1"))
    throw EnvironmentError(where, "addresses of model servers mostly end in /v1");
  return facts;
} catch (const HttpError& error) {
  const bool hopeless = error.kind() == Kind::kUnknownHost || error.kind() == Kind::kTls ||
                        error.kind() == Kind::kInvalid;
  return NotReady{printable_line(base) + ": " + error.what(), hopeless};
}

}  // namespace syndisco
