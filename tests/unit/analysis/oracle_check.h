#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/oracle.h"

#include "syndisco/analysis/stats/value.h"

namespace syndisco::stats {

/// `const auto folder` of the oracle; the test is skipped where there is none.
#define SYNDISCO_ORACLE_OR_SKIP(folder)                                    \
  const auto found_##folder = ::syndisco::testing::oracle_dir();           \
  if (!found_##folder) GTEST_SKIP() << "no oracle beside the source tree"; \
  const std::filesystem::path& folder = *found_##folder

/// The member `name`, which must be there.
inline const Json& member(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  if (found == nullptr) throw std::runtime_error("no member " + std::string(name));
  return *found;
}

/// null becomes NaN.
inline double number(const Json& json) {
  return json.is_null() ? std::nan("") : json.number();
}

inline std::vector<double> numbers(const Json& json) {
  std::vector<double> result;
  for (const Json& one : json.array()) result.push_back(number(one));
  return result;
}

/// Within `relative` of the larger one, or within `absolute`.
inline ::testing::AssertionResult near(double actual, double expected, double relative = 1e-9,
                                       double absolute = 0) {
  const double distance = std::abs(actual - expected);
  if (distance <= relative * std::max(std::abs(actual), std::abs(expected)) ||
      distance <= absolute) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << ::testing::PrintToString(actual) << " is not near "
         << ::testing::PrintToString(expected) << ", distance " << distance;
}

/// Also: undefined, with a reason, where null is expected.
inline ::testing::AssertionResult near(const Value& actual, const Json& expected,
                                       double relative = 1e-9, double absolute = 0) {
  if (expected.is_null()) {
    return actual.defined()
               ? ::testing::AssertionFailure() << actual.value << " where nothing is defined"
               : ::testing::AssertionSuccess();
  }
  if (!actual.defined()) return ::testing::AssertionFailure() << "undefined: " << actual.why_not;
  return near(actual.value, expected.number(), relative, absolute);
}

inline ::testing::AssertionResult near(const Value& actual, double expected, double relative = 1e-9,
                                       double absolute = 0) {
  if (!actual.defined()) return ::testing::AssertionFailure() << "undefined: " << actual.why_not;
  return near(actual.value, expected, relative, absolute);
}

}  // namespace syndisco::stats
