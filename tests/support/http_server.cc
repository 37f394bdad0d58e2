#include "support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace syndisco::test {
namespace {

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Paper = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL, SSL_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX, SSL_CTX_free>>;
struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Memory = std::unique_ptr<BIO, BioFree>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Memory memory_of(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A connection, in the clear or not.
class Stream {
 public:
  Stream(int socket, SSL_CTX* context) : socket_(socket) {
    if (context == nullptr) return;
    session_.reset(SSL_new(context));
    SSL_set_fd(session_.get(), socket);
    good_ = SSL_accept(session_.get()) == 1;
  }
  bool good() const { return good_; }

  /// Appends what comes; false at the end.
  bool read(std::string& text) {
    char buffer[16384];
    const auto size = session_ ? SSL_read(session_.get(), buffer, sizeof buffer)
                               : ::recv(socket_, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    text.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  bool write(std::string_view text) {
    while (!text.empty()) {
      const auto size = session_
                            ? SSL_write(session_.get(), text.data(), static_cast<int>(text.size()))
                            : ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

 private:
  int socket_;
  Session session_;
  bool good_ = true;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Certificate make_certificate(bool expired) {
  const Key key(EVP_EC_gen("P-256"));
  const Paper paper(X509_new());
  constexpr long kDay = 24 * 3600;
  X509_set_version(paper.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), expired ? -kDay : kDay);
  X509_set_pubkey(paper.get(), key.get());
  X509_NAME* name = X509_get_subject_name(paper.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(paper.get(), name);
  X509_EXTENSION* address =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(paper.get(), address, -1);
  X509_EXTENSION_free(address);
  X509_sign(paper.get(), key.get(), EVP_sha256());

  const Memory first(BIO_new(BIO_s_mem())), second(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(first.get(), paper.get());
  PEM_write_bio_PrivateKey(second.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(first.get()), text_of(second.get())};
}

class HttpServer::Impl {
 public:
  Impl(Handler handler, const Certificate* certificate) : handler_(std::move(handler)) {
    signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    if (certificate != nullptr) {
      context_.reset(SSL_CTX_new(TLS_server_method()));
      const Paper paper(
          PEM_read_bio_X509(memory_of(certificate->certificate).get(), nullptr, nullptr, nullptr));
      const Key key(
          PEM_read_bio_PrivateKey(memory_of(certificate->key).get(), nullptr, nullptr, nullptr));
      SSL_CTX_use_certificate(context_.get(), paper.get());
      SSL_CTX_use_PrivateKey(context_.get(), key.get());
    }
    start();
  }

  ~Impl() { stop(); }

  void start() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 1024) != 0)
      throw std::runtime_error("the test server cannot listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    // Only once: threads may ask for the address while it starts again.
    if (port_ == 0) port_ = ntohs(address.sin_port);
    stopped_ = false;
    acceptor_ = std::thread([this] { accept_all(); });
  }

  void stop() {
    if (!acceptor_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
      for (const Connection& each : open_)
        if (!each.ended) ::shutdown(each.socket, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (Connection& each : open_) each.thread.join();
    open_.clear();
  }

  std::string url() const {
    return (context_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
  }

  std::atomic<std::size_t> requests{0}, connections{0}, now{0}, most{0};

 private:
  struct Connection {
    int socket = -1;
    bool ended = false;  ///< the socket is closed
    std::thread thread;
  };

  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      if (stopped_) {
        if (socket >= 0) ::close(socket);
        return;
      }
      if (socket < 0) continue;
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ++connections;
      Connection& connection = open_.emplace_back();
      connection.socket = socket;
      connection.thread = std::thread([this, &connection] {
        serve(connection.socket);
        const std::lock_guard ending(mutex_);
        ::close(connection.socket);
        connection.ended = true;
      });
    }
  }

  void serve(int socket) {
    Stream stream(socket, context_.get());
    std::string read;
    ServerRequest request;
    while (stream.good() && read_request(stream, read, request)) {
      request.number = requests++;
      const std::size_t together = ++now;
      std::size_t highest = most;
      while (together > highest && !most.compare_exchange_weak(highest, together)) {
      }
      const Reply reply = handler_(request);
      const bool goes_on = answer(stream, socket, request, reply);
      --now;
      if (!goes_on) return;
    }
  }

  static bool read_request(Stream& stream, std::string& read, ServerRequest& request) {
    std::size_t end = 0;
    while ((end = read.find("\r\n\r\n")) == std::string::npos)
      if (!stream.read(read)) return false;
    request = {};
    std::size_t line = read.find("\r\n");
    const std::size_t path = read.find(' ') + 1;
    request.method = read.substr(0, path - 1);
    request.path = read.substr(path, read.find(' ', path) - path);
    while (line < end) {
      const std::size_t next = read.find("\r\n", line + 2);
      const std::size_t colon = read.find(':', line);
      std::size_t value = colon + 1;
      while (value < next && read[value] == ' ') ++value;
      request.headers[lower(read.substr(line + 2, colon - line - 2))] =
          read.substr(value, next - value);
      line = next;
    }
    const auto length = request.headers.find("content-length");
    const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (read.size() < end + 4 + size)
      if (!stream.read(read)) return false;
    request.body = read.substr(end + 4, size);
    read.erase(0, end + 4 + size);
    return true;
  }

  /// False when the server stops meanwhile.
  bool wait(double seconds) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                              [this] { return stopped_; });
  }

  static bool reset(int socket) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return false;
  }

  bool answer(Stream& stream, int socket, const ServerRequest& request, const Reply& reply) {
    using Fault = Reply::Fault;
    if (reply.delay > 0 && !wait(reply.delay)) return false;
    if (reply.fault == Fault::kHang) {
      wait(3600);
      return false;
    }
    if (reply.fault == Fault::kClose) return false;
    if (reply.fault == Fault::kReset) return reset(socket);
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Whatever\r\n";
    if (!reply.type.empty()) head += "Content-Type: " + reply.type + "\r\n";
    for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    head += reply.chunked ? "Transfer-Encoding: chunked\r\n"
                          : "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
    head += "\r\n";
    if (request.method == "HEAD") return stream.write(head);
    if (reply.fault == Fault::kCloseInBody || reply.fault == Fault::kResetInBody) {
      stream.write(head + reply.body.substr(0, reply.body.size() / 2));
      if (reply.fault == Fault::kCloseInBody) return false;
      wait(0.05);  // so that the client sees the beginning before the reset
      return reset(socket);
    }
    if (reply.fault == Fault::kSlow) {
      if (!stream.write(head)) return false;
      for (const char c : reply.body)
        if (!wait(reply.pause) || !stream.write({&c, 1})) return false;
      return true;
    }
    if (!reply.chunked) return stream.write(head + reply.body);
    std::string body;
    constexpr std::size_t kChunk = 7;
    for (std::size_t at = 0; at < reply.body.size(); at += kChunk) {
      const std::string chunk = reply.body.substr(at, kChunk);
      body += std::string(1, "0123456789"[chunk.size()]) + "\r\n" + chunk + "\r\n";
    }
    return stream.write(head + body + "0\r\n\r\n");
  }

  Handler handler_;
  Context context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread acceptor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::list<Connection> open_;
};

HttpServer::HttpServer(Handler handler, const Certificate* certificate)
    : impl_(std::make_unique<Impl>(std::move(handler), certificate)) {}
HttpServer::~HttpServer() = default;
std::string HttpServer::url() const {
  return impl_->url();
}
void HttpServer::stop() {
  impl_->stop();
}
void HttpServer::start() {
  impl_->start();
}
std::size_t HttpServer::requests() const {
  return impl_->requests;
}
std::size_t HttpServer::connections() const {
  return impl_->connections;
}
std::size_t HttpServer::most_at_once() const {
  return impl_->most;
}

}  // namespace syndisco::test
