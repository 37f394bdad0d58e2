#include "syndisco/model/endpoint/endpoint_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>

#include "syndisco/base/clock.h"
#include "syndisco/base/log.h"
#include "syndisco/base/random.h"
#include "syndisco/base/wait.h"
#include "syndisco/model/endpoint/access.h"
#include "syndisco/model/endpoint/protocol.h"
#include "syndisco/model/endpoint/server_facts.h"
#include "syndisco/model/endpoint/server_line.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

using Kind = Failure::Kind;

constexpr double kLongestPause = 60;
// Of one request that makes servers fail which answer others meanwhile.
constexpr int kFailures = 8;
constexpr int kBrokenAnswers = 3;
constexpr int kRefusedAnswers = 3;
constexpr int kRefusedAnswersUnguided = 5;

// Jobs in flight that are worth it where nothing else is known.
constexpr std::size_t kParallelPerServer = 128;
constexpr std::size_t kMostParallel = 512;

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Throws Cancelled.
void pause(double seconds, const std::stop_token& stop) {
  if (!wait_seconds(seconds, stop)) throw Cancelled();
}

/// Pauses between tries of one request: they double, each is drawn from its upper half, and the
/// same request has the same ones.
class Backoff {
 public:
  Backoff(double first, const RequestTag& tag, std::uint64_t seed)
      : next_(first),
        random_(stream_seed({.seed = seed,
                             .purpose = "backoff",
                             .scope = tag.job,
                             .step = tag.step,
                             .actor = tag.actor})) {}

  void wait(const std::stop_token& stop) {
    const double seconds = next_ * (0.5 + random_.uniform() / 2);
    next_ = std::min(2 * next_, kLongestPause);
    pause(seconds, stop);
  }

 private:
  double next_;
  Random random_;
};

/// What many requests begin with, as a number.
std::uint64_t trunk_of(const Request& request) {
  return stream_seed({.purpose = "trunk", .scope = request.messages.front().text});
}

/// As Model::ask will make it.
std::string finished_text(const Request& request, const std::string& answer) {
  std::string text = repair_utf8(answer);
  for (const std::string& unwanted : request.sampling.remove)
    text = replace_all(text, unwanted, "");
  return text;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + printable_line(word);
  return text;
}

class EndpointModel final : public Model {
 public:
  EndpointModel(const ModelSpec& spec, const EndpointOptions& options, std::stop_token stop)
      : spec_(*spec.endpoint), options_(options) {
    info_.name = spec.name;
    if (!spec_.api_key_env.empty()) key_ = key_of_environment(spec_.api_key_env);
    settings_.model = spec_.model;
    settings_.context = spec.context;
    connect(stop);
    for (const Sampling& sampling : options.samplings) check(sampling);
    line_ = std::make_unique<ServerLine>(line_options());
    describe(spec);
  }

  const ModelInfo& info() const override { return info_; }

  std::uint64_t most_tokens(const Request& request) const override {
    return static_cast<std::uint64_t>(most_answer_tokens(request));
  }

 protected:
  Answer do_ask(const Request& request, std::stop_token stop) override {
    if (stop.stop_requested()) throw Cancelled();
    if (request.messages.empty()) throw ModelError("a request without messages", false);
    if (request.raw)
      throw ModelError(
          "model servers are asked by chat messages; only models in this process "
          "continue a prompt as it stands",
          false);
    const ChatSettings known = settings();
    if (known.context > 0 && request.sampling.max_tokens >= known.context)
      throw ModelError(fmt::format("max_tokens ({}) leaves no room for a prompt in the context of "
                                   "{} tokens",
                                   request.sampling.max_tokens, known.context),
                       false);
    return Asking(*this, request, stop).answer();
  }

 private:
  /// One request until it is answered or given up.
  class Asking {
   public:
    Asking(EndpointModel& model, const Request& request, std::stop_token stop)
        : model_(model),
          request_(request),
          stop_(std::move(stop)),
          trunk_(trunk_of(request)),
          seed_(request.seed),
          backoff_(model.options_.first_pause, request.tag, request.seed) {}

    Answer answer() {
      while (true) {
        std::optional<Answer> answer = try_once();
        if (answer && accept(*answer)) return std::move(*answer);
      }
    }

   private:
    /// Nothing where it is worth trying again, after the pause that was needed.
    std::optional<Answer> try_once() {
      const ChatSettings settings = model_.settings();
      bool wait = false;
      {
        ServerLine::Turn turn = model_.line_->take(trunk_, failed_at_, stop_);
        try {
          const HttpResponse response = model_.client_.send(
              model_.chat_request(turn.server(), request_, settings, seed_), stop_);
          ChatReply reply = read_chat_reply(response, request_, settings);
          if (Answer* answer = std::get_if<Answer>(&reply)) {
            turn.answered();
            return std::move(*answer);
          }
          if (const TooLong* too_long = std::get_if<TooLong>(&reply)) {
            turn.replied();
            throw PromptTooLong(too_long->tokens, too_long->limit);
          }
          wait = take(std::get<Failure>(reply), response, settings, turn);
        } catch (const HttpError& error) {
          wait = take(error, turn);
        }
      }
      if (wait) backoff_.wait(stop_);
      return std::nullopt;
    }

    // What a failure means; true where the next try should not come at once.

    bool take(const Failure& failure, const HttpResponse& response, const ChatSettings& settings,
              ServerLine::Turn& turn) {
      const std::string what = log::without_secrets(failure.message);
      const std::string* header = response.header("retry-after");
      const double retry_after =
          header == nullptr ? 0 : retry_after_seconds(*header, unix_now()).value_or(0);
      switch (failure.kind) {
        case Kind::kBusy:
          turn.busy(retry_after, what);
          model_.line_->check();
          return retry_after <= 0;
        case Kind::kServer:
          failed_at_.insert(turn.server());
          turn.failed(false, retry_after, what);
          model_.line_->check();
          count_failure(what);
          return true;
        case Kind::kBroken:
          turn.replied();
          count_broken(what, failure.spent);
          return true;
        case Kind::kForbidden:
          turn.replied();
          throw model_.forbidden(what);
        case Kind::kNoSystemRole:
        case Kind::kMaxCompletionTokens:
          turn.replied();
          model_.learn(failure.kind, settings);
          return false;
        case Kind::kRefused:
          turn.replied();
          throw ModelError(what, false);
      }
      return true;
    }

    bool take(const HttpError& error, ServerLine::Turn& turn) {
      using Http = HttpError::Kind;
      const std::string what = error.what();
      switch (error.kind()) {
        case Http::kTooLarge:
          turn.replied();
          count_broken(what);
          break;
        case Http::kBrokenOff:
        case Http::kTimeoutFirstByte:
        case Http::kTimeoutIdle:
        case Http::kTimeoutTotal:
          failed_at_.insert(turn.server());
          turn.failed(false, 0, what);
          model_.line_->check();
          count_failure(what);
          break;
        case Http::kClosed:  // it may be this very request that ends the server
          failed_at_.insert(turn.server());
          turn.failed(true, 0, what);
          model_.line_->check();
          count_failure(what);
          break;
        default:
          failed_at_.insert(turn.server());
          turn.failed(true, 0, what);
          model_.line_->check();
          break;
      }
      return true;
    }

    /// A request that every server chokes on is the request's fault, where others are answered or,
    /// when there are no others, a server says that it is well.
    void count_failure(const std::string& what) {
      if (failures_++ == 0) replies_before_ = model_.line_->replies();
      if (failures_ < kFailures) return;
      if (model_.line_->replies() > replies_before_ || model_.some_server_is_well(stop_))
        throw ModelError(
            fmt::format("failed {} times, though {} not gone: {}", failures_,
                        model_.spec_.urls.size() == 1 ? "its server is" : "the servers are", what),
            false);
    }

    void count_broken(const std::string& what, const Usage& spent = {}) {
      if (++broken_ >= kBrokenAnswers)
        throw ModelError(fmt::format("{} ({} times)", what, broken_), false, spent);
      if (spent.requests > 0 && request_.again) request_.again(spent);
      log::debug(request_.tag.job, what + "; asking again");
    }

    /// False where it is to be asked again with another seed.
    bool accept(Answer& answer) {
      if (answer.text.empty() && answer.finish == Finish::kLength) model_.warn_of_thinking();
      if (satisfies(request_.constraint, finished_text(request_, answer.text))) return true;
      const int most =
          model_.settings_.dialect == Dialect::kPlain ? kRefusedAnswersUnguided : kRefusedAnswers;
      if (++refused_ >= most)
        throw ModelError(fmt::format("{} ({} times)",
                                     refused_answer(model_.info_.name, request_, answer), refused_),
                         false, spent_on(answer));
      if (request_.again) request_.again(spent_on(answer));
      log::debug(request_.tag.job, refused_answer(model_.info_.name, request_, answer) +
                                       "; asking with another seed");
      seed_ = stream_seed({.seed = request_.seed,
                           .purpose = "asked again",
                           .attempt = static_cast<std::uint64_t>(refused_)});
      return false;
    }

    EndpointModel& model_;
    const Request& request_;
    std::stop_token stop_;
    std::uint64_t trunk_;
    std::uint64_t seed_;
    Backoff backoff_;
    const ServerLine::Presence presence_{*model_.line_};
    std::set<std::size_t> failed_at_;  ///< servers
    int failures_ = 0;
    std::uint64_t replies_before_ = 0;
    int broken_ = 0;
    int refused_ = 0;
  };

  // -------------------------------------------------------------------------------------------
  // Before the first request

  /// Asks the servers what they are; waits while none is there.
  void connect(const std::stop_token& stop) {
    const double began = monotonic_seconds();
    const std::string since = utc_now();
    double next_pause = options_.first_pause;
    for (bool said = false;; said = true) {
      std::vector<NotReady> missing;
      std::vector<std::pair<std::string, ServerFacts>> found;
      for (const std::string& url : spec_.urls) {
        auto reply = ask_server({&client_, headers(), short_timeouts()}, url, spec_.model, stop);
        if (auto* facts = std::get_if<ServerFacts>(&reply))
          found.emplace_back(url, std::move(*facts));
        else
          missing.push_back(std::get<NotReady>(std::move(reply)));
      }
      if (!found.empty()) {
        for (const NotReady& each : missing)
          log::warning("", fmt::format("model {}: going on without {}", info_.name,
                                       log::without_secrets(each.reason)));
        return take_facts(found);
      }
      const std::string reason = log::without_secrets(missing.front().reason);
      const bool hopeless = std::all_of(missing.begin(), missing.end(),
                                        [](const auto& each) { return each.hopeless; });
      const double waited = monotonic_seconds() - began;
      if ((hopeless && !said) || waited >= options_.give_up_after)
        throw EnvironmentError(
            fmt::format("model {}: {}", info_.name, reason),
            hopeless ? "check the address of the `endpoint`"
                     : "start the server, then the same command goes on. --give-up-after chooses "
                       "how long is waited");
      if (!said)
        log::warning("", fmt::format("model {}: waiting for a server, since {}: {}", info_.name,
                                     since, reason));
      pause(std::min(next_pause, options_.give_up_after - waited), stop);
      next_pause = std::min(2 * next_pause, kLongestPause / 2);
    }
  }

  bool some_server_is_well(const std::stop_token& stop) {
    return std::any_of(spec_.urls.begin(), spec_.urls.end(), [&](const std::string& url) {
      return std::holds_alternative<ServerFacts>(
          ask_server({&client_, headers(), short_timeouts()}, url, spec_.model, stop));
    });
  }

  void take_facts(const std::vector<std::pair<std::string, ServerFacts>>& found) {
    const auto& [first_url, first] = found.front();
    int context = 0;
    std::set<std::string> served;
    const bool asked = spec_.server == "auto";
    settings_.dialect = asked ? first.dialect : dialect_from(spec_.server);
    for (const auto& [url, facts] : found) {
      if (asked && facts.dialect != first.dialect)
        throw EnvironmentError(
            fmt::format("model {}: {} is of the kind {}, {} of the kind {}", info_.name,
                        printable_line(first_url), dialect_name(first.dialect), printable_line(url),
                        dialect_name(facts.dialect)),
            "give them as two models, or say `server: openai`, which all of them understand");
      check_model(url, facts);
      if (serves(facts, spec_.model))
        served.insert(spec_.model);
      else if (facts.models.size() == 1)
        served.insert(facts.models.front());
      if (facts.context > 0)
        context = context == 0 ? facts.context : std::min(context, facts.context);
      settings_.guided_choice = settings_.guided_choice || facts.guided_choice;
      if (facts.slots > 0) slots_ = std::max(slots_, facts.slots);
      if (!facts.version.empty()) version_ = facts.version;
    }
    if (context > 0) settings_.context = context;
    if (!served.empty()) served_ = listed({served.begin(), served.end()});
  }

  static bool serves(const ServerFacts& facts, const std::string& model) {
    return std::find(facts.models.begin(), facts.models.end(), model) != facts.models.end();
  }

  /// A model that the server does not serve would fail every job.
  void check_model(const std::string& url, const ServerFacts& facts) const {
    const auto& models = facts.models;
    if (models.empty() || serves(facts, spec_.model)) return;
    constexpr std::size_t kListed = 8;
    const std::string serves =
        models.size() > kListed ? fmt::format("{} models", models.size()) : listed(models);
    const std::string what = fmt::format("model {}: {} serves {}, not {}", info_.name,
                                         printable_line(url), serves, printable_line(spec_.model));
    const std::string near = nearest_word(spec_.model, models);
    if (facts.dialect == Dialect::kVllm)
      throw EnvironmentError(
          what, near.empty() ? "give one of these names as `model`" : "did you mean " + near + "?");
    log::warning("", what);
  }

  void check(const Sampling& sampling) const {
    const std::vector<std::string> unknown = unknown_settings(sampling, settings_.dialect);
    if (unknown.empty()) return;
    throw InputError(
        fmt::format("model {}: its server ({}) does not know {}", info_.name,
                    dialect_name(settings_.dialect), listed(unknown)),
        {}, "leave it out, or turn it off, in `sampling` of whoever this model speaks for");
  }

  ServerLine::Options line_options() const {
    ServerLine::Options options;
    options.model = info_.name;
    for (const std::string& url : spec_.urls) options.names.push_back(printable_line(url));
    options.give_up_after = options_.give_up_after;
    options.pool.first_pause = 2 * options_.first_pause;
    options.pool.ceiling = ceiling();
    return options;
  }

  /// Requests that one server is given at once, at most.
  std::size_t ceiling() const {
    if (spec_.concurrency > 0) return static_cast<std::size_t>(spec_.concurrency);
    // More than it has slots for would wait there; a few, so that no slot is ever idle.
    if (slots_ > 0) return static_cast<std::size_t>(slots_ + std::max(1, slots_ / 4));
    return PoolOptions{}.ceiling;
  }

  void describe(const ModelSpec& spec) {
    info_.context = settings_.context;
    info_.parallel = std::clamp<std::size_t>(
        std::min(ceiling(), kParallelPerServer) * spec_.urls.size(), 1, kMostParallel);
    JsonArray urls;
    for (const std::string& url : spec_.urls) urls.emplace_back(url);
    info_.details.set("endpoint", std::move(urls));
    info_.details.set("model", spec.endpoint->model);
    info_.details.set("server", dialect_name(settings_.dialect));
    if (!served_.empty()) info_.details.set("served", served_);
    if (!version_.empty()) info_.details.set("server_version", version_);
    if (info_.context > 0) info_.details.set("context", info_.context);
    log::info("",
              fmt::format("model {}: {} at {} ({}{}{})", info_.name, printable_line(spec_.model),
                          listed(spec_.urls), dialect_name(settings_.dialect),
                          version_.empty() ? "" : " " + version_,
                          info_.context > 0 ? fmt::format(", {} tokens", info_.context) : ""));
  }

  // -------------------------------------------------------------------------------------------
  // Of all requests

  HttpHeaders headers() const {
    HttpHeaders headers = {{"Accept", "application/json"}};
    if (!key_.empty()) headers.emplace_back("Authorization", "Bearer " + key_);
    return headers;
  }

  HttpTimeouts timeouts() const {
    HttpTimeouts timeouts;
    timeouts.connect = spec_.connect_timeout;
    timeouts.first_byte = spec_.first_byte_timeout;
    timeouts.total = spec_.total_timeout;
    return timeouts;
  }

  /// For questions that take no computing.
  HttpTimeouts short_timeouts() const {
    HttpTimeouts limits = timeouts();
    limits.first_byte = std::min(limits.first_byte, 30.0);
    limits.total = std::min(limits.total, 60.0);
    return limits;
  }

  HttpRequest chat_request(std::size_t server, const Request& request, const ChatSettings& settings,
                           std::uint64_t seed) const {
    HttpRequest http;
    http.method = "POST";
    http.url = spec_.urls[server] + "/chat/completions";
    http.headers = headers();
    http.headers.emplace_back("Content-Type", "application/json");
    http.body = chat_body(request, settings, seed);
    http.timeouts = timeouts();
    return http;
  }

  ChatSettings settings() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }

  /// Errors tell what a server does not know; `asked_with` is what it was asked with, and another
  /// request may have learnt it already.
  void learn(Kind kind, const ChatSettings& asked_with) {
    const std::lock_guard lock(mutex_);
    if (kind == Kind::kNoSystemRole && asked_with.system_role && settings_.system_role) {
      settings_.system_role = false;
      log::info("", "model " + info_.name +
                        ": its server takes no system message; that text is put before the user's");
    }
    if (kind == Kind::kMaxCompletionTokens) settings_.max_completion_tokens = true;
  }

  EnvironmentError forbidden(const std::string& what) const {
    return EnvironmentError(
        fmt::format("model {}: the server refuses to serve us: {}", info_.name, what),
        spec_.api_key_env.empty()
            ? "name the environment variable that holds the key as `api_key_env`"
            : "check the key in the environment variable " + spec_.api_key_env +
                  ", and whether its account has quota left");
  }

  void warn_of_thinking() {
    const std::lock_guard lock(mutex_);
    if (warned_of_thinking_) return;
    warned_of_thinking_ = true;
    log::warning("", "model " + info_.name +
                         " thinks until max_tokens is used up and says nothing; raise max_tokens");
  }

  const EndpointSpec spec_;
  const EndpointOptions options_;
  std::string key_;
  std::string served_;  ///< the model by the servers' names; "" where they do not tell
  HttpClient client_;
  int slots_ = 0;
  std::string version_;
  ModelInfo info_;
  std::unique_ptr<ServerLine> line_;

  mutable std::mutex mutex_;
  ChatSettings settings_;
  bool warned_of_thinking_ = false;
};

}  // namespace

std::unique_ptr<Model> connect_endpoint(const ModelSpec& spec, const EndpointOptions& options,
                                        std::stop_token stop) {
  if (!spec.endpoint || spec.endpoint->urls.empty())
    throw InputError("model " + printable_line(spec.name) + " has no endpoint");
  return std::make_unique<EndpointModel>(spec, options, std::move(stop));
}

}  // namespace syndisco
