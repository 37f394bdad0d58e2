#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "support/http_server.h"

#include "syndisco/base/hash.h"

namespace syndisco::test {

/// A server that remembers what it was asked.
class Hub {
 public:
  explicit Hub(const HttpServer::Handler& answer)
      : server_([this, answer](const ServerRequest& request) {
          {
            const std::lock_guard lock(mutex_);
            asked_.push_back(request);
          }
          return answer(request);
        }) {}

  /// 127.0.0.1 and localhost are two hosts to a client.
  std::string url(const std::string& host = "127.0.0.1") const {
    std::string url = server_.url();
    return url.replace(url.find("127.0.0.1"), 9, host);
  }

  std::vector<ServerRequest> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  std::size_t count(const std::string& method) const {
    std::size_t found = 0;
    for (const ServerRequest& each : asked()) found += each.method == method ? 1 : 0;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<ServerRequest> asked_;
  HttpServer server_;
};

/// What begins like a model file and differs everywhere behind, so that a part in the wrong place
/// shows.
inline std::string content_of(std::size_t size, unsigned seed = 1) {
  std::string content(size, '\0');
  for (char& c : content) {
    seed = seed * 1664525U + 1013904223U;
    c = static_cast<char>(seed >> 24U);
  }
  content.replace(0, 4, "GGUF");
  return content;
}

/// What the servers of model files do: HEAD tells hash and size, GET knows ranges.
struct FileAnswers {
  std::string content;
  std::string etag = "";  ///< ""; the SHA-256

  std::string tag() const { return '"' + (etag.empty() ? sha256_hex(content) : etag) + '"'; }

  Reply operator()(const ServerRequest& asked) const {
    Reply reply{.body = content, .headers = {{"ETag", tag()}, {"Accept-Ranges", "bytes"}}};
    const auto range = asked.headers.find("range");
    const auto only = asked.headers.find("if-range");
    if (asked.method == "HEAD" || range == asked.headers.end() ||
        (only != asked.headers.end() && only->second != tag()))
      return reply;
    const std::size_t from = std::stoul(range->second.substr(6));
    if (from >= content.size()) return {.status = 416};
    reply.status = 206;
    reply.body = content.substr(from);
    reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(from) + "-" +
                                                    std::to_string(content.size() - 1) + "/" +
                                                    std::to_string(content.size()));
    return reply;
  }
};

}  // namespace syndisco::test
