#include "syndisco/cli/prices.h"

namespace syndisco::cli {

std::map<std::string, Price> noted_prices(const Journal& journal) {
  std::map<std::string, Price> prices;
  const std::optional<Json> note = journal.noted("budget");
  const Json* noted = note ? note->find("prices") : nullptr;
  if (noted != nullptr)
    for (const auto& [model, price] : noted->object()) prices[model] = price_from_json(price);
  return prices;
}

}  // namespace syndisco::cli
