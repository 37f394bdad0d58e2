#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace syndisco {

struct PoolOptions {
  std::size_t start = 8;       ///< requests that a server takes at once before anything is known
  std::size_t ceiling = 1024;  ///< that it is never given more than, at least 1
  double first_pause = 1;      ///< seconds that a failing server is first set aside for
};

/// Which server answers which request, and when: the decisions alone, without a clock, a lock or a
/// connection. Times are seconds of one clock that never goes back.
///
/// Whoever wants to ask stands in line and is let go in the order of coming. A request goes to the
/// server that its trunk (what many prompts begin with) hashes to, so that this server finds the
/// trunk in its cache; where that one has no room, to the next one of the trunk.
///
/// How many requests a server takes at once is found out: twice as many after every round of
/// answers while that makes answers come faster, then little by little, and back where it does not
/// pay; half as many when the server says that it is too much (`busy`). A server that fails is set
/// aside, for longer and longer, and comes back with the first request it answers again.
///
/// Not thread-safe.
class Pool {
 public:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  /// At least one server.
  Pool(std::size_t servers, const PoolOptions& options);

  /// A request that has been let go.
  struct Grant {
    std::uint64_t waiter = 0;
    std::size_t server = 0;
    double at = 0;
  };

  /// Stands in line, last. Each `waiter` stands there once at a time. It goes to a server of
  /// `avoid` (where it failed before) only while no other one is healthy.
  void wait(std::uint64_t waiter, std::uint64_t trunk, std::set<std::size_t> avoid = {});
  /// Leaves the line without having been let go.
  void leave(std::uint64_t waiter);
  /// Who may go now, first come first. Each of these must be reported once.
  std::vector<Grant> let_go(double now);
  /// Who is first in line.
  std::optional<std::uint64_t> first() const;
  /// When `let_go` may let somebody go though nothing is reported until then; kNever.
  double next_change(double now) const;

  // What became of a grant.
  void answered(const Grant& grant, double now);
  /// Says nothing of the server's speed. `well`: it did reply, if only to refuse the request; else
  /// the request was cancelled.
  void returned(const Grant& grant, bool well);
  /// Too many at once (429). The server is left alone for `retry_after` seconds.
  void busy(const Grant& grant, double now, double retry_after);
  /// Refused, broken off, 5xx. Where `down`, or at the third time in a row, the server is set
  /// aside, for `retry_after` seconds at least.
  void failed(const Grant& grant, double now, bool down, double retry_after = 0);

  /// All servers are set aside.
  bool all_aside() const;
  /// Answers of all servers so far.
  std::uint64_t answers() const { return answers_; }
  std::size_t in_flight() const;
  std::size_t window(std::size_t server) const;
  std::size_t in_flight(std::size_t server) const { return servers_[server].in_flight; }

 private:
  struct Server {
    double window = 0;
    std::size_t in_flight = 0;
    bool starting = true;  ///< the window doubles

    // The round of answers that is measured.
    double round_began = 0;
    std::size_t round_answers = 0;
    bool round_full = false;  ///< somebody had to wait all the time
    double best_rate = 0;     ///< answers a second
    double best_window = 0;   ///< that they came with
    int idle_rounds = 0;      ///< since growing was last tried

    double cut_at = -kNever;
    double paused_until = -kNever;  ///< after 429
    int failures = 0;               ///< in a row
    bool aside = false;
    double aside_since = -kNever;
    double aside_until = -kNever;
    double pause = 0;      ///< the last one
    bool probing = false;  ///< one request is under way to see whether it is back
  };
  struct Waiter {
    std::uint64_t id = 0;
    std::uint64_t trunk = 0;
    std::set<std::size_t> avoid;
  };

  bool has_room(const Server& server, double now) const;
  std::optional<std::size_t> server_for(const Waiter& waiter, double now) const;
  void end_round(Server& server, double now);
  static void begin_round(Server& server, double now);
  void set_aside(Server& server, double now, double at_least) const;
  static void bring_back(Server& server, const Grant& grant);

  PoolOptions options_;
  std::vector<Server> servers_;
  std::deque<Waiter> line_;
  std::uint64_t answers_ = 0;
};

/// Seconds that a Retry-After header asks to wait: a number, or an HTTP date (RFC 9110) seen at
/// `unix_now`. Nothing where it is neither; never negative.
std::optional<double> retry_after_seconds(const std::string& header, double unix_now);

}  // namespace syndisco
