#include "syndisco/model/llama/measurement.h"

#include <llama.h>

#include <fstream>
#include <sstream>
#include <utility>

#include <ggml-backend.h>

#include "syndisco/base/cache.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/model/llama/backend.h"
#include "syndisco/model/llama/llama_model.h"

namespace syndisco {
namespace {

/// Names and abilities of what computes here.
std::string processors() {
  start_llama_backend();
  std::string text;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i)
    text += std::string(ggml_backend_dev_description(ggml_backend_dev_get(i))) + "; ";
  return text + llama_print_system_info();
}

}  // namespace

Measurement::Measurement(const std::string& kind, JsonObject about) : about_(std::move(about)) {
  about_.set("processors", processors());
  about_.set("llama.cpp", llama_version());
  file_ = std::filesystem::absolute(cache_directory()) / kind /
          (sha256_hex(dump_json_compact(about_)).substr(0, 24) + ".json");
}

std::optional<Json> Measurement::recall() const {
  std::ifstream file(file_, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  try {
    const Json kept = parse_json(text.str());
    const Json* about = kept.find("about");
    const Json* result = kept.find("result");
    if (about != nullptr && *about == about_ && result != nullptr) return *result;
  } catch (const Error& error) {
    log::debug("", error.what());
  }
  return std::nullopt;
}

void Measurement::remember(const Json& result) const {
  try {
    const Json kept(JsonObject{{"about", about_}, {"result", result}});
    write_file_atomically(file_, dump_json_indented(kept, 2) + "\n");
  } catch (const Error& error) {
    log::debug("", error.what());
  }
}

}  // namespace syndisco
