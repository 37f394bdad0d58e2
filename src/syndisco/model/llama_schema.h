#pragma once

#include <functional>

#include "syndisco/text/json.h"

namespace syndisco {

/// What stands for a number with a fraction that has bounds; gets its schema.
using BoundedNumber = std::function<Json(const Json& schema)>;

/// A checked answer schema in those words of llama.cpp's converter (and of llama-server, which has
/// the same) that mean what we mean: without `type`, without `items`, with several types or with
/// one bound alone it would take something else. Bounds of numbers with a fraction it does not
/// know: they are `bounded_number`'s, or left out where that is empty.
Json llama_schema(const Json& schema, const BoundedNumber& bounded_number = {});

}  // namespace syndisco
