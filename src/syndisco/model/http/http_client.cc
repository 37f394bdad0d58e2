#include "syndisco/model/http/http_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/version.h"

namespace syndisco {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = HttpError::Kind;

// Longest sleep of the thread: no cancelled or late request waits longer than this to be noticed.
constexpr int kLongestSleepMs = 500;

struct EasyCleanup {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
struct UrlCleanup {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
struct MultiCleanup {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};

void initialise_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK)
    throw EnvironmentError(std::string("cannot start libcurl: ") + curl_easy_strerror(code));
}

long milliseconds(double seconds) {
  return static_cast<long>(std::ceil(std::min(seconds, 1e6) * 1000));
}

struct Address {
  std::string host;
  bool secure = false;

  /// Of a server on this machine, which no proxy is asked for.
  bool loopback() const {
    return host == "localhost" || host == "[::1]" || host.starts_with("127.");
  }
};

/// Throws HttpError where `url` is none of http or https.
Address address_of(const std::string& url) {
  const std::unique_ptr<CURLU, UrlCleanup> parsed(curl_url());
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    std::string found;
    if (curl_url_get(parsed.get(), which, &text, 0) == CURLUE_OK) found = text;
    curl_free(text);
    return found;
  };
  const bool valid = parsed != nullptr && url.find('\0') == std::string::npos &&
                     curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = valid ? part(CURLUPART_SCHEME) : "";
  if (scheme != "http" && scheme != "https")
    throw HttpError(Kind::kInvalid, "not an address of a web server");
  return {part(CURLUPART_HOST), scheme == "https"};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

struct Trouble {
  Kind kind;
  std::string message;
};
struct WasCancelled {};

/// How a transfer ended, for the thread that waits for it: it throws by itself, because threads
/// that share an exception both let go of it. The exception is one that a sink threw.
using Outcome = std::variant<HttpResponse, Trouble, WasCancelled, std::exception_ptr>;

/// One request under way. Touched by the client's thread alone between being handed over and
/// being done.
class Transfer {
 public:
  Transfer(const HttpRequest& request, std::stop_token stop, const std::string& authorities)
      : request_(request), stop_(std::move(stop)), easy_(curl_easy_init()) {
    const Address address = address_of(request.url);
    host_ = address.host;
    if (!easy_) throw std::bad_alloc();
    for (const auto& [name, value] : request.headers) add_header(name, value);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, address.secure ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, static_cast<long>(request.redirects));
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    // Over TLS it is soon known whether requests can share a connection; else only the first answer
    // would tell, and all others would wait for it.
    set(CURLOPT_PIPEWAIT, address.secure ? 1L : 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    // Otherwise a request that is cancelled waits for its name to be resolved.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_USERAGENT, user_agent().c_str());
    if (address.loopback()) set(CURLOPT_NOPROXY, "*");
    // A proxy's consent is not the first byte of the answer.
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!authorities.empty()) set(CURLOPT_CAINFO, authorities.c_str());
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request.method == "POST") {
      set(CURLOPT_POST, 1L);
      // Not copied: `send` keeps the request until the transfer has ended.
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
      // Servers that know nothing of it make the first request of a long body a second slower.
      add_header("Expect", "");
    } else if (request.method != "GET") {
      throw HttpError(Kind::kInvalid, "unknown method " + printable_line(request.method));
    }
    if (headers_) set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_CONNECTTIMEOUT_MS,
        request.timeouts.connect > 0 ? milliseconds(request.timeouts.connect) : 86'400'000L);
    if (request.timeouts.total > 0) set(CURLOPT_TIMEOUT_MS, milliseconds(request.timeouts.total));
    set(CURLOPT_ERRORBUFFER, detail_.data());
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::take_piece);
    set(CURLOPT_WRITEDATA, this);
  }

  CURL* easy() const { return easy_.get(); }
  std::future<Outcome> result() { return promise_.get_future(); }

  void begin(Clock::time_point now) { started_ = moved_ = now; }

  bool cancelled() const { return stop_.stop_requested(); }

  /// Which phase has taken too long, as far as libcurl does not watch it.
  std::optional<Kind> overdue(Clock::time_point now) const {
    const std::optional<Clock::time_point> limit = deadline();
    if (!limit || now < *limit) return std::nullopt;
    return begun_ ? Kind::kTimeoutIdle : Kind::kTimeoutFirstByte;
  }

  std::optional<Clock::time_point> deadline() const {
    const double seconds = begun_ ? request_.timeouts.idle : request_.timeouts.first_byte;
    if (seconds <= 0) return std::nullopt;
    return (begun_ ? moved_ : started_) +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  // Whoever waits may destroy us as soon as the result is there, so the promise is ours no more.
  void end(Outcome outcome) {
    std::promise<Outcome> promise = std::move(promise_);
    promise.set_value(std::move(outcome));
  }

  void end(Kind kind) { end(Trouble{kind, message_of(kind, "")}); }

  void end(CURLcode code) {
    if (thrown_) return end(std::move(thrown_));
    response_.status = status();
    if (code == CURLE_OK) return end(std::move(response_));
    const Kind kind = kind_of(code);
    end(Trouble{kind, message_of(kind, detail(code))});
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = curl_easy_setopt(easy_.get(), option, value); code != CURLE_OK)
      throw HttpError(Kind::kInvalid, curl_easy_strerror(code));
  }

  static const std::string& user_agent() {
    static const std::string name = "syndisco/" + std::string(version());
    return name;
  }

  void add_header(const std::string& name, const std::string& value) {
    // A line end would begin another header.
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      throw HttpError(Kind::kInvalid, "a header holds a line end");
    const std::string line = value.empty() ? name + ":" : name + ": " + value;
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers_.release();
    headers_.reset(longer);
  }

  static std::size_t take_header(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->header({data, size}) ? size : 0;
  }

  static std::size_t take_piece(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->piece({data, size}) ? size : 0;
  }

  bool header(std::string_view line) noexcept try {
    begun_ = true;
    moved_ = Clock::now();
    if (line.starts_with("HTTP/")) {
      // The head of another answer: after a redirect, or after "100 Continue".
      response_.headers.clear();
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    header_bytes_ += line.size();
    if (header_bytes_ > kMostHeaderBytes) return too_large();
    response_.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                   trimmed(line.substr(colon + 1)));
    return true;
  } catch (...) {
    thrown_ = std::current_exception();
    return false;
  }

  bool piece(std::string_view bytes) noexcept try {
    begun_ = true;
    moved_ = Clock::now();
    if (response_.status == 0 || request_.redirects > 0) response_.status = status();
    const bool good = response_.status >= 200 && response_.status < 300;
    if (request_.sink && good) {
      if (request_.sink(response_, bytes)) return true;
      thrown_ = std::make_exception_ptr(
          HttpError(Kind::kRefused, "the rest of what " + host_ + " sends is not wanted"));
      return false;
    }
    // What a redirect says is of no interest once it is followed.
    if (request_.redirects > 0 && response_.status >= 300 && response_.status < 400) return true;
    if (response_.body.size() + bytes.size() > request_.max_body) return too_large();
    response_.body += bytes;
    return true;
  } catch (...) {
    thrown_ = std::current_exception();
    return false;
  }

  bool too_large() {
    thrown_ = std::make_exception_ptr(
        HttpError(Kind::kTooLarge, printable_line(host_) + " sends more than " +
                                       std::to_string(request_.max_body) + " bytes"));
    return false;
  }

  int status() const {
    long code = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }

  std::string detail(CURLcode code) const {
    return detail_[0] != '\0' ? std::string(detail_.data()) : curl_easy_strerror(code);
  }

  Kind kind_of(CURLcode code) const {
    switch (code) {
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_TOO_MANY_REDIRECTS:
        return Kind::kInvalid;
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
        return Kind::kUnknownHost;
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_SSL_ISSUER_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_INVALIDCERTSTATUS:
        return Kind::kTls;
      case CURLE_OPERATION_TIMEDOUT: {
        curl_off_t sending = 0;  // microseconds until the request could be sent
        curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &sending);
        return sending > 0 || begun_ ? Kind::kTimeoutTotal : Kind::kTimeoutConnect;
      }
      case CURLE_GOT_NOTHING:
      case CURLE_SEND_ERROR:
      case CURLE_RECV_ERROR:
        return begun_ ? Kind::kBrokenOff : Kind::kClosed;
      default:
        return begun_ ? Kind::kBrokenOff : Kind::kUnreachable;
    }
  }

  std::string message_of(Kind kind, const std::string& detail) const {
    const auto late = [](double seconds, const std::string& what) {
      std::string number = std::to_string(seconds);
      number.erase(number.find_last_not_of('0') + 1);
      if (number.ends_with('.')) number.pop_back();
      return what + " within " + number + " s";
    };
    const HttpTimeouts& limits = request_.timeouts;
    std::string why = printable_line(detail);
    switch (kind) {
      case Kind::kTimeoutConnect:
        why = late(limits.connect, "no connection");
        break;
      case Kind::kTimeoutFirstByte:
        why = late(limits.first_byte, "no answer");
        break;
      case Kind::kTimeoutIdle:
        why = late(limits.idle, "no further part of the answer");
        break;
      case Kind::kTimeoutTotal:
        why = late(limits.total, "no complete answer");
        break;
      default:
        break;
    }
    return printable_line(host_) + ": " + why;
  }

  static constexpr std::size_t kMostHeaderBytes = std::size_t{1} << 20;

  const HttpRequest& request_;
  std::stop_token stop_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
  std::unique_ptr<curl_slist, ListCleanup> headers_;
  std::string host_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  std::promise<Outcome> promise_;

  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool begun_ = false;  ///< the first byte is there
  Clock::time_point started_;
  Clock::time_point moved_;  ///< when the last piece came
  std::exception_ptr thrown_;
};

}  // namespace

const std::string* HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& each) { return each.first == name; });
  return found == headers.end() ? nullptr : &found->second;
}

class HttpClient::Impl {
 public:
  Impl() {
    initialise_once();
    multi_.reset(curl_multi_init());
    // Of those that idle; else four for every request there ever was at once.
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 512L);
    if (!multi_) throw std::bad_alloc();
    if (const char* file = std::getenv("SSL_CERT_FILE")) authorities_ = file;
    thread_ = std::thread([this] { work(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  HttpResponse send(const HttpRequest& request, std::stop_token stop) {
    if (stop.stop_requested()) throw Cancelled();
    Transfer transfer(request, stop, authorities_);
    std::future<Outcome> result = transfer.result();
    // The transfer stays the thread's until the result is there, also when it is cancelled.
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
    {
      const std::lock_guard lock(mutex_);
      arrived_.push_back(&transfer);
    }
    curl_multi_wakeup(multi_.get());
    Outcome outcome = result.get();
    if (auto* response = std::get_if<HttpResponse>(&outcome)) return std::move(*response);
    if (const auto* trouble = std::get_if<Trouble>(&outcome))
      throw HttpError(trouble->kind, trouble->message);
    if (auto* thrown = std::get_if<std::exception_ptr>(&outcome))
      std::rethrow_exception(std::move(*thrown));
    throw Cancelled();
  }

 private:
  void work() {
    // Writing to a connection that the other side has closed is an error like others, not the end
    // of the program.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

    while (take_arrived()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      hand_out();
      end_overdue();
      curl_multi_poll(multi_.get(), nullptr, 0, sleep_ms(), nullptr);
    }
  }

  /// False when the client is done for.
  bool take_arrived() {
    std::vector<Transfer*> arrived;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return false;
      arrived.swap(arrived_);
    }
    for (Transfer* transfer : arrived) {
      transfer->begin(Clock::now());
      if (curl_multi_add_handle(multi_.get(), transfer->easy()) == CURLM_OK)
        active_.push_back(transfer);
      else
        transfer->end(std::make_exception_ptr(std::bad_alloc()));
    }
    return true;
  }

  void hand_out() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      char* owner = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      auto* transfer = static_cast<Transfer*>(static_cast<void*>(owner));
      remove(transfer);
      transfer->end(code);  // from here on it is not ours
    }
  }

  void end_overdue() {
    const Clock::time_point now = Clock::now();
    for (std::size_t i = active_.size(); i-- > 0;) {
      Transfer* transfer = active_[i];
      const bool cancelled = transfer->cancelled();
      const std::optional<Kind> overdue = transfer->overdue(now);
      if (!cancelled && !overdue) continue;
      remove(transfer);
      if (cancelled)
        transfer->end(WasCancelled{});
      else
        transfer->end(*overdue);
    }
  }

  void remove(Transfer* transfer) {
    curl_multi_remove_handle(multi_.get(), transfer->easy());
    std::erase(active_, transfer);
  }

  int sleep_ms() const {
    using std::chrono::milliseconds;
    if (active_.empty()) return 60'000;  // whoever comes wakes us
    std::int64_t longest = kLongestSleepMs;
    const Clock::time_point now = Clock::now();
    for (const Transfer* transfer : active_)
      if (const auto deadline = transfer->deadline())
        longest = std::min<std::int64_t>(longest,
                                         std::chrono::ceil<milliseconds>(*deadline - now).count());
    return static_cast<int>(std::max<std::int64_t>(longest, 0));
  }

  std::unique_ptr<CURLM, MultiCleanup> multi_;
  std::string authorities_;  ///< file, or "" for the system's
  std::vector<Transfer*> active_;

  std::mutex mutex_;
  std::vector<Transfer*> arrived_;
  bool ended_ = false;
  std::thread thread_;
};

HttpClient::HttpClient() : impl_(std::make_unique<Impl>()) {}
HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request, std::stop_token stop) {
  return impl_->send(request, std::move(stop));
}

}  // namespace syndisco
