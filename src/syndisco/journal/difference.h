#pragma once

#include <optional>
#include <string>

#include "syndisco/text/json.h"

namespace syndisco {

/// The first place at which two values differ, "POINTER: was X, is Y", in the order of `was`;
/// values are shortened, long texts to the part around their first difference. Empty when they are
/// equal. The order of members does not count. Safe to show on a terminal.
std::optional<std::string> first_difference(const Json& was, const Json& is,
                                            const std::string& pointer = "");

}  // namespace syndisco
