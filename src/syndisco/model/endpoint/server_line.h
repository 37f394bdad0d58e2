#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/model/endpoint/pool.h"

namespace syndisco {

/// A Pool for many threads, with a clock, that tells in the log when all servers are gone and when
/// they are back. Thread-safe.
class ServerLine {
 public:
  struct Options {
    std::string model;               ///< for messages
    std::vector<std::string> names;  ///< of the servers, for messages; at least one
    double give_up_after = 0;
    PoolOptions pool;
  };
  explicit ServerLine(Options options);

  /// A turn at a server. Reported once; when it is destroyed without, the request was cancelled.
  class Turn {
   public:
    Turn(ServerLine& line, const Pool::Grant& grant) : line_(&line), grant_(grant) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    std::size_t server() const { return grant_.server; }
    void answered();
    /// The server did reply, if only to refuse.
    void replied();
    void busy(double retry_after, const std::string& why);
    void failed(bool down, double retry_after, const std::string& why);

   private:
    ServerLine* line_;  ///< nullptr once reported
    Pool::Grant grant_;
  };

  /// A request that is not answered yet, tries and pauses between them included. Trouble is only
  /// timed while there is one.
  class Presence {
   public:
    explicit Presence(ServerLine& line);
    ~Presence();
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    ServerLine& line_;
  };

  /// Waits until a server has room, one that is not of `avoid` where that is healthy. Throws
  /// Cancelled, and EnvironmentError when there was no reply for too long.
  Turn take(std::uint64_t trunk, const std::set<std::size_t>& avoid, std::stop_token stop);

  /// Throws EnvironmentError when there was no reply for too long: to be called after a failure.
  void check() const;

  /// Replies of all servers so far, but busy ones and failures.
  std::uint64_t replies() const;

 private:
  struct Waiting {
    std::condition_variable_any changed;
    std::optional<Pool::Grant> grant;
  };

  void dispatch();  // these with the lock held
  void note_reply();
  void note_trouble(std::size_t server, const std::string& why);
  bool gave_up(double now) const;
  EnvironmentError given_up() const;
  void leave(std::uint64_t waiter);

  Options options_;
  mutable std::mutex mutex_;
  Pool pool_;
  std::uint64_t next_waiter_ = 0;
  std::map<std::uint64_t, Waiting*> waiting_;
  std::optional<std::uint64_t> told_first_;  ///< who keeps the time for all who wait
  double told_change_ = Pool::kNever;

  std::size_t present_ = 0;  ///< requests
  std::uint64_t replies_ = 0;
  std::optional<double> troubled_since_;  ///< no reply since
  std::string troubled_since_utc_;
  std::string last_trouble_;
  bool said_waiting_ = false;
};

}  // namespace syndisco
