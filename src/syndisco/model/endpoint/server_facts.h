#pragma once

#include <string>
#include <variant>
#include <vector>

#include "syndisco/model/endpoint/protocol.h"

namespace syndisco {

/// What a server tells of itself.
struct ServerFacts {
  Dialect dialect = Dialect::kOpenAi;
  std::string version;              ///< "" where it does not tell
  std::vector<std::string> models;  ///< that it lists; empty where it lists none
  int context = 0;                  ///< tokens of one request; 0: not told
  int slots = 0;                    ///< requests that it computes at once; 0: not told
  bool guided_choice = false;       ///< a vLLM that calls choices so
};

/// Why a server tells nothing now.
struct NotReady {
  std::string reason;
  bool hopeless = false;  ///< waiting will not help: no such host, no trust
};

/// How servers are asked.
struct ServerAccess {
  HttpClient* client = nullptr;
  HttpHeaders headers;
  HttpTimeouts timeouts;
};

/// Asks the server at `base` (such as http://localhost:8000/v1) what it is. Throws EnvironmentError
/// where it lets nobody in, or where no such server is at that address; Cancelled.
std::variant<ServerFacts, NotReady> ask_server(const ServerAccess& access, const std::string& base,
                                               const std::string& model, std::stop_token stop);

// What it is made of:

/// Takes GET BASE/models for `facts`.
void read_models_list(const Json& list, const std::string& model, ServerFacts& facts);
/// Takes llama-server's GET /props; false where this is none.
bool read_llama_props(const Json& props, ServerFacts& facts);
/// Takes vLLM's GET /version.
void read_vllm_version(const Json& version, ServerFacts& facts);

}  // namespace syndisco
