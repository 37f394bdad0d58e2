#include "syndisco/analysis/stats/value.h"

#include <cmath>

namespace syndisco::stats {

Value::Value(double number) : value(number) {
  if (std::isfinite(number)) return;
  why_not = std::isnan(number) ? "not a number" : "beyond the range of numbers";
}

Value Value::undefined(std::string why) {
  Value result;
  result.why_not = std::move(why);
  return result;
}

}  // namespace syndisco::stats
