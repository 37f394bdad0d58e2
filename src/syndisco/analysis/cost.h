#pragma once

#include <map>
#include <optional>
#include <string>

#include "syndisco/record/budget.h"
#include "syndisco/text/json.h"

namespace syndisco {

/// What people would be paid for the same discussion.
struct HumanRates {
  double hourly_pay = 0;  ///< in the currency of the prices, above 0
  /// What a comment takes: words written a minute (and words read a minute, 0: not counted), or
  /// minutes a comment. One of the two is given.
  double words_per_minute = 0;
  double words_read_per_minute = 0;
  double minutes_per_comment = 0;
};

/// Prices by which discussions are counted.
struct Rates {
  std::string currency;                 ///< "EUR"; "" where nobody says
  std::map<std::string, Price> prices;  ///< by model of the corpus
  std::map<std::string, Price> others;  ///< what the same tokens would cost with another model
  std::optional<HumanRates> humans;
};

/// The rates file: {"currency": "EUR", "models": {NAME: {"input": 1, "cached_input": 0.5, "output":
/// 3}}, "others": {NAME: {...}}, "humans": {"hourly_pay": 12, "words_per_minute": 30} or
/// {"hourly_pay": 12, "minutes_per_comment": 2}}, prices a million tokens. Throws InputError with
/// `source` and the pointer.
Rates rates_from_json(const Json& json, const std::string& source);

}  // namespace syndisco
