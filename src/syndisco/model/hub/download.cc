#include "syndisco/model/hub/download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "syndisco/base/descriptor.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/base/wait.h"
#include "syndisco/model/cache_files.h"

namespace syndisco {
namespace {

namespace fs = std::filesystem;

constexpr int kHops = 5;          ///< redirects followed
constexpr int kTries = 6;         ///< without a byte of progress
constexpr int kTriesToReach = 2;  ///< a server that has not answered yet
constexpr int kStarts = 3;        ///< from the beginning, because the file had changed
constexpr double kLongestPause = 30;
constexpr HttpTimeouts kTimeouts{.connect = 20, .first_byte = 60, .idle = 60, .total = 0};

std::uint64_t number_from(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::uint64_t number_in(const HttpResponse& response, std::string_view name) {
  const std::string* text = response.header(name);
  return text == nullptr ? 0 : number_from(*text);
}

/// "scheme://host:port"
std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return "";
  return url.substr(0, url.find_first_of("/?#", host + 3));
}

/// An ETag without the mark of a weak one and its quotes.
std::string plain_etag(const std::string* etag) {
  if (etag == nullptr) return "";
  std::string_view text = *etag;
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return std::string(text);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What the server says of the file before it is fetched.
struct Announced {
  std::string url = {};       ///< after renamed repositories
  std::string etag = {};      ///< of the file itself; "" where it is not told
  std::string if_range = {};  ///< the ETag as sent where the server itself has the file, else ""
  std::uint64_t size = 0;     ///< 0: not known
};

bool passes(int status) {
  return status == 408 || status == 429 || status >= 500;
}

/// The server's words, where it has any: many send a page.
std::string reason_of(const HttpResponse& response) {
  const std::string* message = response.header("x-error-message");
  return message == nullptr ? "" : message->substr(0, 300);
}

/// The file was another one when its bytes came.
struct Changed {};

/// One download, with the lock.
class Fetching {
 public:
  Fetching(HttpClient& client, const Download& what, std::stop_token stop)
      : client_(client),
        what_(what),
        stop_(std::move(stop)),
        part_(what.target.string() + ".part"),
        note_(what.target.string() + ".part.etag") {}

  void run() {
    for (int start = 1;; ++start) {
      announced_ = ask();
      try {
        fetch();
        check();
        break;
      } catch (const Changed&) {
        forget();
        if (start == kStarts)
          throw EnvironmentError("the file at " + what_.url + " changes while it is downloaded",
                                 "name a revision that stays, with @ and a commit");
        log::info("", "the file at " + what_.url + " has changed; starting again");
      }
    }
    refuse_what_is_no_gguf();
    TemporaryFile(part_).keep_as(what_.target);
    std::error_code ignored;
    fs::remove(note_, ignored);
  }

 private:
  /// A login page or a proxy may answer in the hub's place.
  void refuse_what_is_no_gguf() {
    if (what_.target.extension() != ".gguf") return;
    std::array<char, 4> start{};
    std::ifstream(part_, std::ios::binary).read(start.data(), start.size());
    const std::string_view text(start.data(), start.size());
    if (text == "GGUF") return;
    forget();
    throw EnvironmentError("what came from " + what_.url + " is no GGUF file: it begins with \"" +
                               printable_line(text) + "\"",
                           "is there a login page or a proxy in between?");
  }

  HttpRequest request_for(const std::string& url) const {
    HttpRequest request;
    request.url = url;
    request.headers = {{"User-Agent", "syndisco"}, {"Accept-Encoding", "identity"}};
    if (!what_.token.empty())
      request.headers.emplace_back("Authorization", "Bearer " + what_.token);
    request.timeouts = kTimeouts;
    return request;
  }

  /// Repeats what a moment's trouble may have broken, as long as bytes come; `tried` returns
  /// whether all is done.
  template <typename Try>
  void persist(Try tried) {
    double pause = what_.pause;
    std::uint64_t before = done_;
    for (int tries = 1;; ++tries) {
      std::string trouble;
      try {
        if (tried(trouble)) return;
      } catch (const HttpError& error) {
        if (error.kind() == HttpError::Kind::kInvalid || error.kind() == HttpError::Kind::kTls)
          throw EnvironmentError(error.what());
        trouble = error.what();
      }
      if (done_ > before) {
        before = done_;
        tries = 1;
        pause = what_.pause;
      }
      if (tries == (answered_ ? kTries : kTriesToReach))
        throw EnvironmentError("cannot download " + what_.url + ": " + trouble,
                               done_ > 0
                                   ? "what came so far is kept: the same command goes on there"
                                   : "is the machine online?");
      log::info("", fmt::format("{}; trying again in {:.0f} s", trouble, pause));
      if (!wait_seconds(pause, stop_)) throw Cancelled();
      pause = std::min(2 * pause, kLongestPause);
    }
  }

  HttpResponse head_of(const std::string& url) {
    HttpResponse head;
    persist([&](std::string& trouble) {
      HttpRequest request = request_for(url);
      request.method = "HEAD";
      head = client_.send(request, stop_);
      answered_ = true;
      trouble = fmt::format("{} answers {}", origin_of(url), head.status);
      return !passes(head.status);
    });
    return head;
  }

  Announced ask() {
    Announced told{.url = what_.url};
    for (int hop = 0; hop <= kHops; ++hop) {
      const HttpResponse head = head_of(told.url);
      const std::string* etag = head.header("x-linked-etag");
      const bool redirects = head.status >= 300 && head.status < 400;
      if (redirects && etag == nullptr) {
        // A renamed repository: the same server, which alone knows about the file.
        if (const std::optional<std::string> next = same_server(head, told.url)) {
          told.url = *next;
          continue;
        }
      }
      if (!redirects && (head.status < 200 || head.status >= 300))
        throw DownloadRefused(head.status, reason_of(head));
      told.size = number_in(head, "x-linked-size");
      if (!redirects) {
        if (etag == nullptr) etag = head.header("etag");
        if (const std::string* sent = head.header("etag");
            sent != nullptr && sent->starts_with('"'))
          told.if_range = *sent;
        if (told.size == 0) told.size = number_in(head, "content-length");
      }
      told.etag = plain_etag(etag);
      return told;
    }
    throw DownloadRefused(310, "it redirects without end");
  }

  void fetch() {
    make_cache_folder(part_.parent_path());
    if (note().empty() || note() != read_note()) forget();
    write_file_atomically(note_, note());
    file_.emplace(::open(part_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!*file_) cannot_write();
    done_ = fs::file_size(part_);
    if (announced_.size > 0 && done_ > announced_.size) restart();
    check_space();
    tell();
    persist([&](std::string& trouble) { return fetch_rest(trouble); });
    if (!file_->close()) cannot_write();
  }

  bool fetch_rest(std::string& trouble) {
    if (announced_.size > 0 && done_ == announced_.size) return true;
    if (announced_.etag.empty()) restart();
    HttpRequest request = request_for(announced_.url);
    request.redirects = kHops;
    if (done_ > 0) {
      request.headers.emplace_back("Range", fmt::format("bytes={}-", done_));
      if (!announced_.if_range.empty())
        request.headers.emplace_back("If-Range", announced_.if_range);
    }
    bool begun = false;
    request.sink = [&](const HttpResponse& head, std::string_view piece) {
      if (!std::exchange(begun, true)) begin(head);
      write(piece);
      tell();
      return true;
    };
    const HttpResponse answer = client_.send(request, stop_);
    if (answer.status == 416) {
      // The part is no beginning of what the server has.
      restart();
      trouble = "the server does not know that part of the file";
      return false;
    }
    trouble = fmt::format("{} answers {}", origin_of(announced_.url), answer.status);
    if (passes(answer.status)) return false;
    if (answer.status < 200 || answer.status >= 300)
      throw DownloadRefused(answer.status, reason_of(answer));
    trouble = fmt::format("the download ended after {} of {} bytes", done_, announced_.size);
    if (announced_.size == 0) announced_.size = done_;
    if (done_ > announced_.size) throw Changed();
    return done_ == announced_.size;
  }

  /// The first piece of an answer has come.
  void begin(const HttpResponse& head) {
    // Where the server itself has the file it tells which one this is.
    if (!announced_.if_range.empty())
      if (const std::string* etag = head.header("etag");
          etag != nullptr && *etag != announced_.if_range)
        throw Changed();
    if (head.status != 206) return restart();
    const std::string* range = head.header("content-range");
    const std::string expected = fmt::format("bytes {}-", done_);
    if (range == nullptr || !range->starts_with(expected)) throw Changed();
  }

  void write(std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t written = ::write(file_->number(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) cannot_write();
      done_ += static_cast<std::uint64_t>(written);
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void check() const {
    if (!is_sha256(announced_.etag)) return;
    const std::string found = sha256_file(part_);
    if (found == announced_.etag) return;
    forget();
    throw EnvironmentError("what came from " + what_.url + " has the SHA-256 " + found +
                               ", but the server says " + announced_.etag,
                           "it was thrown away; the same command fetches it again");
  }

  void check_space() const {
    std::error_code error;
    const fs::space_info space = fs::space(part_.parent_path(), error);
    if (error || announced_.size <= done_ || space.available >= announced_.size - done_) return;
    constexpr double kMegabyte = 1e6;
    throw EnvironmentError(
        fmt::format("{:.0f} MB are missing in {}: the file has {:.0f} MB",
                    static_cast<double>(announced_.size - done_ - space.available) / kMegabyte + 1,
                    shown(part_.parent_path()), static_cast<double>(announced_.size) / kMegabyte),
        "free some space, or choose another folder with SYNDISCO_CACHE");
  }

  /// The answer of that redirect where it stays on the server, else nothing.
  static std::optional<std::string> same_server(const HttpResponse& head, const std::string& url) {
    const std::string* location = head.header("location");
    if (location == nullptr) throw DownloadRefused(head.status, "it redirects to nowhere");
    if (location->starts_with('/') && !location->starts_with("//"))
      return std::string(origin_of(url)) + *location;
    if (origin_of(*location) == origin_of(url)) return *location;
    return std::nullopt;
  }

  /// Which file the part is the beginning of; what has no name cannot be gone on with.
  std::string note() const {
    return announced_.etag.empty() ? "" : fmt::format("{} {}\n", announced_.etag, announced_.size);
  }
  std::string read_note() const {
    std::ifstream file(note_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void forget() const {
    std::error_code ignored;
    fs::remove(part_, ignored);
    fs::remove(note_, ignored);
  }

  void restart() {
    if (::ftruncate(file_->number(), 0) != 0) cannot_write();
    done_ = 0;
  }

  void tell() const {
    if (what_.progress) what_.progress(done_, announced_.size);
  }

  [[noreturn]] void cannot_write() const {
    throw EnvironmentError("cannot write " + shown(part_) + ": " + std::strerror(errno),
                           "SYNDISCO_CACHE chooses another folder");
  }

  HttpClient& client_;
  const Download& what_;
  std::stop_token stop_;
  fs::path part_, note_;
  Announced announced_;
  std::optional<Descriptor> file_;
  std::uint64_t done_ = 0;  ///< bytes of the part
  bool answered_ = false;   ///< the server, at least once
};

std::unique_ptr<FileLock> wait_for_lock(const fs::path& target, std::stop_token stop) {
  const fs::path path = target.string() + ".lock";
  make_cache_folder(path.parent_path());
  bool said = false;
  while (true) {
    if (std::unique_ptr<FileLock> lock = FileLock::try_take(path)) return lock;
    if (!std::exchange(said, true))
      log::info("", "waiting for another process that downloads " + target.filename().string());
    constexpr double kPeriod = 0.2;
    if (!wait_seconds(kPeriod, stop)) throw Cancelled();
  }
}

}  // namespace

void download(HttpClient& client, const Download& what, std::stop_token stop) {
  if (fs::exists(what.target)) return;
  const std::unique_ptr<FileLock> lock = wait_for_lock(what.target, stop);
  if (fs::exists(what.target)) return;
  Fetching(client, what, std::move(stop)).run();
}

}  // namespace syndisco
