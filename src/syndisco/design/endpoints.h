#pragma once

#include "syndisco/design/reader.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// The keys of a model that is an endpoint; `addresses` is its key `endpoint`. Nothing is asked of
/// any server, and no key is looked for.
EndpointSpec read_endpoint(const Mapping& mapping, const Field& addresses);

}  // namespace syndisco
