#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace syndisco::test {

/// A request as the server read it. Names of headers are in lower case.
struct ServerRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;
  std::string body;
  std::size_t number = 0;  ///< of all requests that this server had before
};

/// What the server does with a request.
struct Reply {
  enum class Fault {
    kNone,
    kClose,        ///< closes before the head
    kReset,        ///< resets before the head
    kCloseInBody,  ///< closes in the middle of the body
    kResetInBody,
    kHang,  ///< never answers, and keeps the connection
    kSlow,  ///< a byte of the body every `pause` seconds
  };
  int status = 200;
  std::string body = {};
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool chunked = false;  ///< instead of Content-Length
  double delay = 0;      ///< seconds before anything happens
  double pause = 0.05;
  Fault fault = Fault::kNone;
};

/// A certificate of its own for 127.0.0.1, in PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};
/// Valid from a day before to a day after now, or from two days before to a day before.
Certificate make_certificate(bool expired);

/// An HTTP/1.1 server on a loopback port of its own, a thread a connection, that does what a
/// handler says, faults included. The handler is called from many threads.
class HttpServer {
 public:
  using Handler = std::function<Reply(const ServerRequest&)>;

  /// Listens when it returns. With a certificate it speaks TLS.
  explicit HttpServer(Handler handler, const Certificate* certificate = nullptr);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:PORT", the same after `stop` and `start`.
  std::string url() const;

  /// Breaks all connections; from now on they are refused.
  void stop();
  void start();

  std::size_t requests() const;      ///< read so far
  std::size_t connections() const;   ///< accepted so far
  std::size_t most_at_once() const;  ///< requests that were being answered at the same time

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace syndisco::test
