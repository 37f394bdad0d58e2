#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "syndisco/record/budget.h"

namespace syndisco {

/// The limit at which a run stops.
struct LimitReached {
  std::string limit;  ///< "tokens", "requests", "wall_time" or "cost"
  double most = 0;    ///< that may be spent; seconds for wall_time
  double spent = 0;
  double next = 0;  ///< what one more request would likely have come to
};

/// Thrown instead of asking: a limit would be passed. Not an error of the request.
class OutOfBudget : public std::exception {
 public:
  const char* what() const noexcept override { return "a limit is reached"; }
};

/// Lets requests pass as long as all that may come of them stays within the limits. Thread-safe.
///
/// What a request will likely cost is reserved before it is asked: the most tokens that its answer
/// may have, and its prompt by the largest share of tokens in bytes among the model's last answers.
/// Until a model has answered once, and only where tokens count, it is asked one request at a time,
/// because nothing is known of it. So the limit is passed by no number of requests in flight; only
/// a prompt that has a larger share of tokens than the last ones had may pass it, by the
/// difference.
class Budget {
 public:
  /// `spent` by model and `elapsed` (seconds, called under a lock, never going back) are of all
  /// runs on the directory. A model without a price costs nothing.
  Budget(Limits limits, std::map<std::string, Price> prices, std::map<std::string, Usage> spent,
         std::function<double()> elapsed);

  /// What was set aside for one request.
  struct Ticket {
    std::string model;
    std::size_t prompt_bytes = 0;
    std::uint64_t tokens = 0;
    double cost = 0;
    double asked = 0;  ///< `elapsed` when it was handed out
  };

  /// Waits while others' requests may still use up what is left. Throws OutOfBudget where the
  /// request does not fit even without them, and from then on always; Cancelled after `stop`.
  Ticket reserve(const std::string& model, std::size_t prompt_bytes, std::uint64_t answer_tokens,
                 std::stop_token stop);

  /// The request is answered or failed, and this is what it came to. `answered`: what was spent
  /// tells something about the next ones.
  void settle(const Ticket& ticket, const Usage& spent, bool answered);

  /// The request was not made after all.
  void release(const Ticket& ticket);

  /// Whether wall_time is over, though requests are still under way (of servers that are gone,
  /// say): none is let pass any more.
  bool overdue();

  /// The limit that stopped a request, or that is reached without any.
  std::optional<LimitReached> reached() const;

 private:
  // The largest of the last few values.
  class Recent {
   public:
    void add(double value);
    double largest() const;
    bool empty() const { return count_ == 0; }

   private:
    std::array<double, 32> values_{};
    std::size_t count_ = 0;
  };
  struct OfModel {
    Price price;
    Recent tokens_per_byte;
    Recent seconds;
    std::size_t in_flight = 0;
  };
  struct Sum {
    std::uint64_t tokens = 0;
    std::uint64_t requests = 0;
    double cost = 0;
  };

  Ticket estimate(const std::string& model, std::size_t prompt_bytes, std::uint64_t answer_tokens);
  std::optional<LimitReached> passed_by(const Sum& spent, const Ticket& next, double seconds) const;
  void take_back(const Ticket& ticket);

  const Limits limits_;
  const std::function<double()> elapsed_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;
  std::map<std::string, OfModel> models_;
  Sum spent_, reserved_;
  std::optional<LimitReached> reached_;
};

}  // namespace syndisco
