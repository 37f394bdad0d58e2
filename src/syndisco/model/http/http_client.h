#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syndisco {

/// Names and values. Of a response, names are in lower case.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// How long each phase of a request may take, in seconds; 0: as long as it likes.
struct HttpTimeouts {
  double connect = 10;      ///< name resolution, connection and TLS handshake
  double first_byte = 600;  ///< from the start of the request to the first byte of the answer
  double idle = 120;        ///< between two pieces of the answer
  double total = 1800;      ///< all of it
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  ///< of the last answer where redirects were followed
  std::string body;     ///< "" where a sink took it

  /// Value of the first header of that name (in lower case), or nullptr.
  const std::string* header(std::string_view name) const;
};

/// Takes a piece of a body; false breaks the transfer off. `head` has status and headers already.
using HttpSink = std::function<bool(const HttpResponse& head, std::string_view piece)>;

struct HttpRequest {
  std::string method = "GET";  ///< GET, HEAD or POST
  std::string url;             ///< http or https
  HttpHeaders headers;
  std::string body;  ///< of a POST
  HttpTimeouts timeouts;
  std::size_t max_body = std::size_t{8} << 20;  ///< bytes of HttpResponse::body
  /// Redirects followed; 0: a redirect is an answer like any other. The Authorization header is
  /// never sent on to another host, and https never leads to http.
  int redirects = 0;
  /// Where given, bodies of answers 200 to 299 go here, however long they are. Called on the
  /// client's thread, which serves nobody else meanwhile; what it throws, `send` throws.
  HttpSink sink;
};

/// No answer, or half of one. The message names host and reason, never a header.
class HttpError : public std::runtime_error {
 public:
  enum class Kind {
    kInvalid,      ///< the URL makes no sense
    kUnknownHost,  ///< no address is known for the name
    kUnreachable,  ///< connection refused, no route
    kClosed,       ///< the connection was there, and broken off before the first byte
    kTls,          ///< no trust in the other side: expired certificate, wrong name ...
    kTimeoutConnect,
    kTimeoutFirstByte,
    kTimeoutIdle,
    kTimeoutTotal,
    kBrokenOff,  ///< after the first byte
    kTooLarge,   ///< more than max_body
    kRefused,    ///< the sink wanted no more
  };
  HttpError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const noexcept { return kind_; }
  bool timeout() const noexcept {
    return kind_ >= Kind::kTimeoutConnect && kind_ <= Kind::kTimeoutTotal;
  }

 private:
  Kind kind_;
};

/// Sends HTTP requests for many threads at once over connections that are kept and shared: one
/// thread of its own does all the work, however many requests are under way. HTTP/1.1, and HTTP/2
/// over TLS. Proxies are those of the environment (http_proxy, https_proxy, no_proxy), but for
/// loopback addresses; trusted authorities are those of the system, or of the file that
/// SSL_CERT_FILE names.
class HttpClient {
 public:
  HttpClient();
  /// Nobody may be sending any more.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Blocks until the answer is complete, whatever its status. Thread-safe. Throws HttpError, and
  /// Cancelled within a second of `stop`.
  HttpResponse send(const HttpRequest& request, std::stop_token stop = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syndisco
