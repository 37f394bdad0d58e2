#pragma once

#include <vector>

#include "syndisco/design/reader.h"
#include "syndisco/record/plan.h"

namespace syndisco {

Price read_price(const Field& field);

/// A limit of cost needs the price of every model.
Limits read_limits(const Field& field, const std::vector<ModelSpec>& models);

}  // namespace syndisco
