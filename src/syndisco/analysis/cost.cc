#include "syndisco/analysis/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "syndisco/analysis/tables_internal.h"
#include "syndisco/base/error.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// Members of the rates file, with the place for messages.
class RatesReader {
 public:
  explicit RatesReader(const std::string& source) : source_(source) {}

  [[noreturn]] void refuse(const std::string& message, const std::string& pointer,
                           const std::string& hint = "") const {
    throw InputError(message, {source_, 0, 0, pointer}, hint);
  }

  void check_names(const Json& object, const std::string& pointer,
                   const std::vector<std::string>& known) const {
    if (!object.is_object())
      refuse("this is " + std::string(object.kind()) + ", not a mapping", pointer);
    for (const auto& [name, value] : object.object()) {
      if (std::ranges::find(known, name) != known.end()) continue;
      const std::string nearest = nearest_word(name, known);
      refuse("there is no key " + printable_line(name), pointer_join(pointer, name),
             nearest.empty() ? "" : "did you mean " + nearest + "?");
    }
  }

  /// At least 0; `otherwise` where it is missing.
  double number(const Json& object, const char* name, const std::string& pointer,
                double otherwise) const {
    const Json* value = object.find(name);
    if (value == nullptr) return otherwise;
    if (!value->is_number() || !(value->number() >= 0))
      refuse("this is to be a number of at least 0", pointer_join(pointer, name));
    return value->number();
  }

  Price price(const Json& json, const std::string& pointer) const {
    check_names(json, pointer, {"input", "cached_input", "output"});
    Price price;
    for (const char* name : {"input", "output"})
      if (json.find(name) == nullptr)
        refuse(std::string(name) + " is missing: what a million tokens cost", pointer);
    price.input = number(json, "input", pointer, 0);
    price.output = number(json, "output", pointer, 0);
    price.cached_input = number(json, "cached_input", pointer, price.input);
    return price;
  }

  std::map<std::string, Price> prices(const Json& rates, const char* name) const {
    std::map<std::string, Price> prices;
    const Json* models = rates.find(name);
    if (models == nullptr) return prices;
    const std::string pointer = pointer_join("", name);
    if (!models->is_object()) refuse("this is to be a mapping of models to prices", pointer);
    for (const auto& [model, json] : models->object())
      prices[model] = price(json, pointer_join(pointer, model));
    return prices;
  }

  HumanRates humans(const Json& json) const {
    const std::string pointer = "/humans";
    check_names(json, pointer,
                {"hourly_pay", "words_per_minute", "words_read_per_minute", "minutes_per_comment"});
    HumanRates rates;
    rates.hourly_pay = number(json, "hourly_pay", pointer, 0);
    rates.words_per_minute = number(json, "words_per_minute", pointer, 0);
    rates.words_read_per_minute = number(json, "words_read_per_minute", pointer, 0);
    rates.minutes_per_comment = number(json, "minutes_per_comment", pointer, 0);
    if (rates.hourly_pay == 0) refuse("hourly_pay is missing", pointer);
    if ((rates.words_per_minute > 0) == (rates.minutes_per_comment > 0))
      refuse("either words_per_minute or minutes_per_comment is to be given", pointer);
    return rates;
  }

 private:
  const std::string& source_;
};

}  // namespace

Rates rates_from_json(const Json& json, const std::string& source) {
  const RatesReader reader(source);
  reader.check_names(json, "", {"currency", "models", "others", "humans"});
  Rates rates;
  if (const Json* currency = json.find("currency")) {
    if (!currency->is_string()) reader.refuse("this is to be a text", "/currency");
    rates.currency = currency->string();
  }
  rates.prices = reader.prices(json, "models");
  rates.others = reader.prices(json, "others");
  if (const Json* humans = json.find("humans")) rates.humans = reader.humans(*humans);
  return rates;
}

namespace tables {
namespace {

/// Hours that people would take for a discussion.
double human_hours(const Corpus& corpus, std::size_t discussion, const HumanRates& rates) {
  double comments = 0, words = 0;
  for (const CommentFacts& comment : corpus.comments_of(discussion)) {
    if (comment.kind == TurnKind::kOpening || comment.silent) continue;
    ++comments;
    words += comment.words;
  }
  double minutes = rates.minutes_per_comment > 0 ? comments * rates.minutes_per_comment
                                                 : words / rates.words_per_minute;
  // Everybody reads all of it, the facilitator too.
  const DiscussionFacts& facts = corpus.discussions()[discussion];
  if (rates.words_read_per_minute > 0)
    minutes += words * (facts.participants + (facts.facilitated ? 1.0 : 0.0)) /
               rates.words_read_per_minute;
  return minutes / 60;
}

struct Spent {
  Usage usage;
  double seconds = 0;
  double cost = 0;
  std::vector<std::string> without_price;
};

Spent spent_by(const Corpus& corpus, const Group& group, bool annotations, const Rates& rates) {
  std::vector<bool> inside(corpus.discussions().size(), false);
  for (const std::uint32_t d : group.discussions) inside[d] = true;
  std::map<std::uint16_t, Usage> by_model;
  Spent spent;
  for (const UsageFacts& facts : corpus.usage()) {
    if (!inside[facts.discussion] || facts.annotation != annotations) continue;
    by_model[facts.model] += facts.usage;
    spent.usage += facts.usage;
    spent.seconds += facts.seconds;
  }
  for (const auto& [model, usage] : by_model) {
    const std::string& name = corpus.models()[model];
    const auto price = rates.prices.find(name);
    if (price == rates.prices.end()) {
      spent.without_price.push_back(name);
    } else {
      spent.cost += cost_of(usage, price->second);
    }
  }
  return spent;
}

std::string with_unit(const std::string& heading, const std::string& currency) {
  return currency.empty() ? heading : heading + " (" + currency + ")";
}

}  // namespace

std::vector<ResultTable> make_cost(const Corpus& corpus, const AnalysisOptions& options) {
  const Rates& rates = options.rates;
  ResultTable table = grouped_table("cost", "Tokens, time and cost");
  for (TableColumn column :
       {text_column("part", "part"), count_column("discussions", "discussions"),
        count_column("requests", "requests"), count_column("prompt_tokens", "prompt tokens"),
        count_column("reused_tokens", "reused"), count_column("generated_tokens", "generated"),
        real_column("seconds", "model time (s)", 1),
        real_column("cost", with_unit("cost", rates.currency), 4, RealStyle::kSignificant)})
    table.columns.push_back(std::move(column));
  std::size_t number = 0;
  for (const auto& [name, price] : rates.others)
    table.columns.push_back(real_column(fmt::format("cost_other_{}", ++number),
                                        with_unit("with " + name, rates.currency), 4,
                                        RealStyle::kSignificant));
  if (rates.humans) {
    table.columns.push_back(real_column("human_hours", "people's hours", 2));
    table.columns.push_back(real_column("human_cost", with_unit("with people", rates.currency), 4,
                                        RealStyle::kSignificant));
  }
  const bool annotated =
      std::ranges::any_of(corpus.usage(), [](const UsageFacts& facts) { return facts.annotation; });
  for (const Group& group : groups_of(corpus, options))
    for (const bool annotations : {false, true}) {
      if (annotations && !annotated) continue;
      const Spent spent = spent_by(corpus, group, annotations, rates);
      std::string without;
      for (const std::string& name : spent.without_price)
        without += (without.empty() ? "no price is known of " : ", ") + name;
      std::vector<TableCell> row = {
          group.by,
          group.level,
          annotations ? "annotations" : "discussions",
          cell(group.discussions.size()),
          cell(spent.usage.requests),
          cell(spent.usage.prompt_tokens),
          cell(spent.usage.reused_tokens),
          cell(spent.usage.generated_tokens),
          spent.seconds,
          without.empty() ? TableCell(spent.cost) : TableCell(Undefined{without})};
      for (const auto& [name, price] : rates.others) row.emplace_back(cost_of(spent.usage, price));
      if (rates.humans && annotations) {
        row.insert(row.end(), 2, Undefined{"people are counted for discussions, not annotations"});
      } else if (rates.humans) {
        double hours = 0;
        for (const std::uint32_t d : group.discussions)
          hours += human_hours(corpus, d, *rates.humans);
        row.emplace_back(hours);
        row.emplace_back(hours * rates.humans->hourly_pay);
      }
      table.rows.push_back(std::move(row));
    }
  table.notes = {
      "Model time is the sum over requests, however many were in flight. Requests that failed left "
      "no turn and are not in here; `syndisco status` counts them. Imported comments cost nothing "
      "here."};
  return {table};
}

}  // namespace tables
}  // namespace syndisco
