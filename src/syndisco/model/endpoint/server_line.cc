#include "syndisco/model/endpoint/server_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "syndisco/base/clock.h"
#include "syndisco/base/error.h"
#include "syndisco/base/log.h"

namespace syndisco {
namespace {

std::string seconds_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

ServerLine::ServerLine(Options options)
    : options_(std::move(options)), pool_(options_.names.size(), options_.pool) {}

ServerLine::Presence::Presence(ServerLine& line) : line_(line) {
  const std::lock_guard lock(line.mutex_);
  ++line.present_;
}

ServerLine::Presence::~Presence() {
  const std::lock_guard lock(line_.mutex_);
  if (--line_.present_ > 0) return;
  line_.troubled_since_.reset();
  line_.said_waiting_ = false;
}

ServerLine::Turn ServerLine::take(std::uint64_t trunk, const std::set<std::size_t>& avoid,
                                  std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const std::uint64_t id = next_waiter_++;
  Waiting mine;
  waiting_[id] = &mine;
  pool_.wait(id, trunk, avoid);
  dispatch();
  while (!mine.grant) {
    if (stop.stop_requested()) {
      leave(id);
      throw Cancelled();
    }
    const double now = monotonic_seconds();
    if (gave_up(now)) {
      leave(id);
      throw given_up();
    }
    double until = Pool::kNever;
    if (pool_.first() == id) {
      until = pool_.next_change(now);
      if (troubled_since_)
        until = std::min(until, std::max(*troubled_since_ + options_.give_up_after, now + 0.05));
    }
    // Whoever is first keeps the time; the others are told when they become first.
    const auto changed = [&, first = pool_.first() == id, told = told_change_] {
      const bool is_first = pool_.first() == id;
      return mine.grant || is_first != first || (is_first && told_change_ != told) ||
             gave_up(monotonic_seconds());
    };
    if (until == Pool::kNever)
      mine.changed.wait(lock, stop, changed);
    else
      mine.changed.wait_for(lock, stop,
                            std::chrono::duration<double>(std::min(until - now, 3600.0)), changed);
    if (!mine.grant) dispatch();
  }
  waiting_.erase(id);
  return {*this, *mine.grant};
}

void ServerLine::check() const {
  const std::lock_guard lock(mutex_);
  if (gave_up(monotonic_seconds())) throw given_up();
}

EnvironmentError ServerLine::given_up() const {
  return EnvironmentError(
      fmt::format("model {}: no answer since {}: {}", options_.model, troubled_since_utc_,
                  last_trouble_),
      "start the server, or wait until it answers (where it is overloaded, a lower `concurrency` "
      "may help); then the same command goes on. --give-up-after chooses how long is waited");
}

std::uint64_t ServerLine::replies() const {
  const std::lock_guard lock(mutex_);
  return replies_;
}

void ServerLine::dispatch() {
  const double now = monotonic_seconds();
  for (const Pool::Grant& grant : pool_.let_go(now)) {
    Waiting& waiting = *waiting_.at(grant.waiter);
    waiting.grant = grant;
    waiting.changed.notify_all();
  }
  const std::optional<std::uint64_t> first = pool_.first();
  const double change = pool_.next_change(now);
  if (first == told_first_ && change == told_change_) return;
  told_first_ = first;
  told_change_ = change;
  if (first) waiting_.at(*first)->changed.notify_all();
}

void ServerLine::leave(std::uint64_t waiter) {
  pool_.leave(waiter);
  waiting_.erase(waiter);
  dispatch();
}

bool ServerLine::gave_up(double now) const {
  if (!troubled_since_) return false;
  if (options_.give_up_after <= 0) return pool_.all_aside();
  return now - *troubled_since_ >= options_.give_up_after &&
         (pool_.all_aside() || pool_.in_flight() == 0);
}

void ServerLine::note_reply() {
  ++replies_;
  if (said_waiting_)
    log::info("", fmt::format("model {}: a server answers again after {}; going on", options_.model,
                              seconds_text(monotonic_seconds() - troubled_since_.value_or(0))));
  said_waiting_ = false;
  troubled_since_.reset();
}

void ServerLine::note_trouble(std::size_t server, const std::string& why) {
  const double now = monotonic_seconds();
  last_trouble_ = options_.names[server] + ": " + why;
  if (!troubled_since_) {
    troubled_since_ = now;
    troubled_since_utc_ = utc_now();
  }
  log::debug("", fmt::format("model {}: {}", options_.model, last_trouble_));
  if (pool_.all_aside() && !said_waiting_) {
    said_waiting_ = true;
    log::warning("", fmt::format("model {}: waiting for {}, since {}: {}", options_.model,
                                 options_.names.size() == 1
                                     ? options_.names.front()
                                     : fmt::format("one of {} servers", options_.names.size()),
                                 troubled_since_utc_, last_trouble_));
  }
  if (gave_up(now))
    for (const auto& [id, waiting] : waiting_) waiting->changed.notify_all();
}

ServerLine::Turn::~Turn() {
  if (line_ == nullptr) return;
  const std::lock_guard lock(line_->mutex_);
  line_->pool_.returned(grant_, false);
  line_->dispatch();
}

void ServerLine::Turn::answered() {
  ServerLine& line = *std::exchange(line_, nullptr);
  const std::lock_guard lock(line.mutex_);
  line.pool_.answered(grant_, monotonic_seconds());
  line.note_reply();
  line.dispatch();
}

void ServerLine::Turn::replied() {
  ServerLine& line = *std::exchange(line_, nullptr);
  const std::lock_guard lock(line.mutex_);
  line.pool_.returned(grant_, true);
  line.note_reply();
  line.dispatch();
}

void ServerLine::Turn::busy(double retry_after, const std::string& why) {
  ServerLine& line = *std::exchange(line_, nullptr);
  const std::lock_guard lock(line.mutex_);
  const std::size_t before = line.pool_.window(grant_.server);
  line.pool_.busy(grant_, monotonic_seconds(), retry_after);
  const std::size_t now = line.pool_.window(grant_.server);
  if (now < before)
    log::info("", fmt::format("model {}: {} is asked {} at once now: {}{}", line.options_.model,
                              line.options_.names[grant_.server], now, why,
                              retry_after > 0 ? fmt::format("; it is left alone for {}",
                                                            seconds_text(retry_after))
                                              : ""));
  line.note_trouble(grant_.server, why);
  line.dispatch();
}

void ServerLine::Turn::failed(bool down, double retry_after, const std::string& why) {
  ServerLine& line = *std::exchange(line_, nullptr);
  const std::lock_guard lock(line.mutex_);
  line.pool_.failed(grant_, monotonic_seconds(), down, retry_after);
  line.note_trouble(grant_.server, why);
  line.dispatch();
}

}  // namespace syndisco
