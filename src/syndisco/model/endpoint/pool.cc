#include "syndisco/model/endpoint/pool.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "syndisco/base/random.h"

namespace syndisco {
namespace {

// A server that fails is asked again after a pause, twice that, four times ... and at most this.
constexpr double kLongestPause = 60;
// 5xx may be about one request; three in a row are about the server.
constexpr int kFailuresInARow = 3;

// More at once has paid where answers come this much faster ...
constexpr double kGain = 1.05;
// ... is tried again after as many rounds as this ...
constexpr int kRoundsBetweenTries = 8;
// ... and by this share.
constexpr double kTry = 0.125;

}  // namespace

Pool::Pool(std::size_t servers, const PoolOptions& options) : options_(options), servers_(servers) {
  options_.ceiling = std::max<std::size_t>(options_.ceiling, 1);
  for (Server& server : servers_)
    server.window =
        static_cast<double>(std::clamp<std::size_t>(options_.start, 1, options_.ceiling));
}

void Pool::wait(std::uint64_t waiter, std::uint64_t trunk, std::set<std::size_t> avoid) {
  line_.push_back({waiter, trunk, std::move(avoid)});
}

void Pool::leave(std::uint64_t waiter) {
  const auto found = std::find_if(line_.begin(), line_.end(),
                                  [&](const Waiter& each) { return each.id == waiter; });
  if (found != line_.end()) line_.erase(found);
}

std::optional<std::uint64_t> Pool::first() const {
  if (line_.empty()) return std::nullopt;
  return line_.front().id;
}

std::vector<Pool::Grant> Pool::let_go(double now) {
  std::vector<Grant> grants;
  while (!line_.empty()) {
    const std::optional<std::size_t> chosen = server_for(line_.front(), now);
    if (!chosen) break;
    Server& server = servers_[*chosen];
    if (server.aside) server.probing = true;
    if (server.in_flight == 0) begin_round(server, now);
    ++server.in_flight;
    grants.push_back({line_.front().id, *chosen, now});
    line_.pop_front();
  }
  // A server with room while nobody waits could have answered more: such a round measures nothing.
  if (line_.empty())
    for (Server& server : servers_)
      if (has_room(server, now)) server.round_full = false;
  return grants;
}

double Pool::next_change(double now) const {
  double next = kNever;
  for (const Server& server : servers_) {
    const double opens = std::max(server.aside ? server.aside_until : -kNever, server.paused_until);
    if (opens > now) next = std::min(next, opens);
  }
  return next;
}

void Pool::answered(const Grant& grant, double now) {
  Server& server = servers_[grant.server];
  --server.in_flight;
  ++answers_;
  server.failures = 0;
  bring_back(server, grant);
  ++server.round_answers;
  if (static_cast<double>(server.round_answers) >= std::floor(server.window))
    end_round(server, now);
}

void Pool::returned(const Grant& grant, bool well) {
  Server& server = servers_[grant.server];
  --server.in_flight;
  server.round_full = false;
  if (well) {
    server.failures = 0;
    bring_back(server, grant);
  } else if (grant.at >= server.aside_since) {
    server.probing = false;
  }
}

void Pool::busy(const Grant& grant, double now, double retry_after) {
  Server& server = servers_[grant.server];
  const std::size_t together = server.in_flight--;
  server.failures = 0;  // it talks to us
  bring_back(server, grant);
  if (retry_after > 0) server.paused_until = std::max(server.paused_until, now + retry_after);
  // Of all that were sent before the cut only the first says something new.
  if (grant.at < server.cut_at) return;
  server.cut_at = now;
  server.window =
      std::max(1.0, std::floor(std::min(server.window, static_cast<double>(together)) / 2));
  server.starting = false;
  server.best_rate = 0;
  begin_round(server, now);
}

void Pool::failed(const Grant& grant, double now, bool down, double retry_after) {
  Server& server = servers_[grant.server];
  --server.in_flight;
  server.round_full = false;
  if (server.aside && grant.at < server.aside_since) return;  // known already
  ++server.failures;
  if (server.aside || down || retry_after > 0 || server.failures >= kFailuresInARow)
    set_aside(server, now, retry_after);
}

std::size_t Pool::in_flight() const {
  std::size_t sum = 0;
  for (const Server& server : servers_) sum += server.in_flight;
  return sum;
}

bool Pool::all_aside() const {
  return std::all_of(servers_.begin(), servers_.end(),
                     [](const Server& server) { return server.aside; });
}

std::size_t Pool::window(std::size_t server) const {
  return static_cast<std::size_t>(servers_[server].window);
}

bool Pool::has_room(const Server& server, double now) const {
  if (now < server.paused_until) return false;
  if (server.aside) return now >= server.aside_until && !server.probing;
  return static_cast<double>(server.in_flight + 1) <= server.window;
}

std::optional<std::size_t> Pool::server_for(const Waiter& waiter, double now) const {
  // Else one request alone would try the same dead server again and again.
  bool choosy = false;
  for (std::size_t i = 0; i < servers_.size(); ++i)
    choosy = choosy || (!servers_[i].aside && !waiter.avoid.contains(i));
  std::optional<std::size_t> best;
  std::uint64_t highest = 0;
  bool healthy = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!has_room(servers_[i], now) || (choosy && waiter.avoid.contains(i))) continue;
    // Rendezvous hashing: a server that comes or goes moves no other server's trunks.
    const std::uint64_t weight = Random(waiter.trunk + 0x9e3779b97f4a7c15U * (i + 1)).next();
    const bool well = !servers_[i].aside;
    // A probe goes first, else a server would stay aside for as long as the others have room.
    const bool better = !best || (well == healthy ? weight > highest : healthy);
    if (!better) continue;
    best = i;
    highest = weight;
    healthy = well;
  }
  return best;
}

void Pool::begin_round(Server& server, double now) {
  server.round_began = now;
  server.round_answers = 0;
  server.round_full = true;
}

void Pool::end_round(Server& server, double now) {
  const double seconds = now - server.round_began;
  const bool measured = server.round_full && seconds > 0;
  const double rate = measured ? static_cast<double>(server.round_answers) / seconds : 0;
  begin_round(server, now);
  if (!measured) return;

  const double ceiling = static_cast<double>(options_.ceiling);
  const auto more = [&] {
    return server.starting ? 2 * server.window
                           : server.window + std::max(1.0, std::floor(server.window * kTry));
  };
  if (rate > server.best_rate * kGain) {
    server.best_rate = rate;
    server.best_window = server.window;
    server.window = std::min(more(), ceiling);
    server.idle_rounds = 0;
  } else if (server.window > server.best_window) {
    // It did not pay.
    server.starting = false;
    server.window = server.best_window;
    server.idle_rounds = 0;
  } else if (++server.idle_rounds >= kRoundsBetweenTries) {
    // Answers may have become longer or the server slower since.
    server.best_rate = rate;
    server.window = std::min(more(), ceiling);
    server.idle_rounds = 0;
  }
}

/// What was on its way before the server was set aside brings it not back.
void Pool::bring_back(Server& server, const Grant& grant) {
  if (!server.aside || grant.at < server.aside_since) return;
  server.aside = server.probing = false;
  server.pause = 0;
  server.round_full = false;
}

void Pool::set_aside(Server& server, double now, double at_least) const {
  server.pause = std::clamp(2 * server.pause, options_.first_pause, kLongestPause);
  server.aside = true;
  server.probing = false;
  server.aside_since = now;
  server.aside_until = now + std::max(server.pause, at_least);
}

std::optional<double> retry_after_seconds(const std::string& header, double unix_now) {
  if (header.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(header.c_str(), &end);
  if (end == header.c_str() + header.size() && std::isfinite(number)) return std::max(number, 0.0);

  // "Sun, 06 Nov 1994 08:49:37 GMT"; the two older forms are not sent any more.
  std::array<char, 4> month{};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  const std::size_t comma = header.find(", ");
  if (comma == std::string::npos ||
      std::sscanf(header.c_str() + comma + 2, "%2d %3s %4d %2d:%2d:%2d GMT", &day, month.data(),
                  &year, &hour, &minute, &second) != 6)
    return std::nullopt;
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* found = std::find(kMonths.begin(), kMonths.end(), month.data());
  if (found == kMonths.end()) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date(std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(found - kMonths.begin()) + 1),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  const double then =
      static_cast<double>(duration_cast<seconds>(sys_days(date).time_since_epoch()).count()) +
      3600.0 * hour + 60.0 * minute + second;
  return std::max(then - unix_now, 0.0);
}

}  // namespace syndisco
