#include "syndisco/run/budget.h"

#include <algorithm>
#include <cmath>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

// Before a model has answered: what English has at most, and the words that a chat template adds.
constexpr double kTokensPerByte = 1.0 / 3;
constexpr double kTemplateTokens = 32;
// Sums of costs are rounded; a limit that is met exactly is not passed.
constexpr double kRounding = 1e-9;

}  // namespace

void Budget::Recent::add(double value) {
  values_[count_ % values_.size()] = value;
  ++count_;
}

double Budget::Recent::largest() const {
  return *std::max_element(values_.begin(), values_.end());
}

Budget::Budget(Limits limits, std::map<std::string, Price> prices,
               std::map<std::string, Usage> spent, std::function<double()> elapsed)
    : limits_(limits), elapsed_(std::move(elapsed)) {
  for (const auto& [name, price] : prices) models_[name].price = price;
  for (const auto& [name, usage] : spent) {
    spent_.tokens += usage.tokens();
    spent_.requests += usage.requests;
    spent_.cost += cost_of(usage, models_[name].price);
  }
}

Budget::Ticket Budget::estimate(const std::string& model, std::size_t prompt_bytes,
                                std::uint64_t answer_tokens) {
  const OfModel& known = models_[model];
  const auto bytes = static_cast<double>(prompt_bytes);
  const double prompt = known.tokens_per_byte.empty() ? bytes * kTokensPerByte + kTemplateTokens
                                                      : bytes * known.tokens_per_byte.largest();
  Usage likely;
  likely.prompt_tokens = static_cast<std::uint64_t>(std::ceil(prompt));
  likely.generated_tokens = answer_tokens;
  return {.model = model,
          .prompt_bytes = prompt_bytes,
          .tokens = likely.tokens(),
          .cost = cost_of(likely, known.price),
          .asked = elapsed_()};
}

std::optional<LimitReached> Budget::passed_by(const Sum& spent, const Ticket& next,
                                              double seconds) const {
  const auto passed = [](const char* name, double most, double spent_so_far,
                         double more) -> std::optional<LimitReached> {
    if (spent_so_far + more <= most * (1 + kRounding)) return std::nullopt;
    return LimitReached{name, most, spent_so_far, more};
  };
  std::optional<LimitReached> found;
  if (limits_.tokens) {
    found = passed("tokens", static_cast<double>(*limits_.tokens),
                   static_cast<double>(spent.tokens), static_cast<double>(next.tokens));
  }
  if (!found && limits_.requests) {
    found = passed("requests", static_cast<double>(*limits_.requests),
                   static_cast<double>(spent.requests), 1);
  }
  if (!found && limits_.cost) found = passed("cost", *limits_.cost, spent.cost, next.cost);
  if (!found && limits_.wall_time)
    found = passed("wall_time", *limits_.wall_time, next.asked, seconds);
  return found;
}

Budget::Ticket Budget::reserve(const std::string& model, std::size_t prompt_bytes,
                               std::uint64_t answer_tokens, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stop.stop_requested()) throw Cancelled();
    if (reached_) throw OutOfBudget();
    OfModel& mine = models_[model];
    Ticket ticket = estimate(model, prompt_bytes, answer_tokens);
    const double seconds = mine.seconds.empty() ? 0 : mine.seconds.largest();
    if (const auto limit = passed_by(spent_, ticket, seconds)) {
      reached_ = limit;
      ++changes_;
      changed_.notify_all();
      throw OutOfBudget();
    }
    const Sum with_others{.tokens = spent_.tokens + reserved_.tokens,
                          .requests = spent_.requests + reserved_.requests,
                          .cost = spent_.cost + reserved_.cost};
    const bool unknown = (limits_.tokens || limits_.cost) && mine.tokens_per_byte.empty();
    if (!passed_by(with_others, ticket, seconds) && !(unknown && mine.in_flight > 0)) {
      ++mine.in_flight;
      reserved_.tokens += ticket.tokens;
      reserved_.requests += 1;
      reserved_.cost += ticket.cost;
      return ticket;
    }
    changed_.wait(lock, stop, [&, seen = changes_] { return changes_ != seen; });
  }
}

bool Budget::overdue() {
  const std::lock_guard lock(mutex_);
  if (!limits_.wall_time || elapsed_() <= *limits_.wall_time) return false;
  if (!reached_) reached_ = LimitReached{"wall_time", *limits_.wall_time, elapsed_(), 0};
  ++changes_;
  changed_.notify_all();
  return true;
}

void Budget::take_back(const Ticket& ticket) {
  --models_[ticket.model].in_flight;
  reserved_.tokens -= ticket.tokens;
  reserved_.requests -= 1;
  reserved_.cost = reserved_.requests == 0 ? 0 : reserved_.cost - ticket.cost;
  ++changes_;
  changed_.notify_all();
}

void Budget::settle(const Ticket& ticket, const Usage& spent, bool answered) {
  const std::lock_guard lock(mutex_);
  OfModel& model = models_[ticket.model];
  spent_.tokens += spent.tokens();
  spent_.requests += 1;
  spent_.cost += cost_of(spent, model.price);
  if (answered) {
    model.seconds.add(elapsed_() - ticket.asked);
    if (ticket.prompt_bytes > 0) {
      model.tokens_per_byte.add(static_cast<double>(spent.prompt_tokens) /
                                static_cast<double>(ticket.prompt_bytes));
    }
  }
  take_back(ticket);
}

void Budget::release(const Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  take_back(ticket);
}

std::optional<LimitReached> Budget::reached() const {
  const std::lock_guard lock(mutex_);
  if (reached_) return reached_;
  Ticket smallest;
  smallest.tokens = 1;
  smallest.asked = elapsed_();
  return passed_by(spent_, smallest, 0);
}

}  // namespace syndisco
