#pragma once

#include "syndisco/text/json.h"

namespace syndisco {

/// A checked answer schema in those words of llama-server's converter that mean what we mean:
/// without `type`, without `items`, with several types or with one bound alone it would take
/// something else. Bounds of numbers with a fraction it does not know.
Json llama_schema(const Json& schema);

}  // namespace syndisco
