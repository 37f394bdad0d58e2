#pragma once

#include <limits>
#include <memory>
#include <stop_token>
#include <vector>

#include "syndisco/model/model.h"
#include "syndisco/record/plan.h"

namespace syndisco {

struct EndpointOptions {
  /// Seconds without a reply of any server after which the run is given up. At least as long as an
  /// answer takes; 0: as soon as no server is left, infinite: never.
  double give_up_after = 1800;
  /// Of the requests to come: what a server cannot be told is refused before anything is asked.
  std::vector<Sampling> samplings = {};
  /// Seconds before a request is sent again for the first time; later pauses are twice as long
  /// each, up to a minute.
  double first_pause = 0.5;
};

/// A model behind servers that speak OpenAI's protocol. The servers are asked what they are before
/// this returns; where none is there yet, it is waited for, which the log says.
///
/// `ask` does all asking again by itself, so its ModelErrors are never retryable:
/// - A server that is gone, overloaded or failing: asked again, or another one, with growing
///   pauses, for as long as `give_up_after` says; then EnvironmentError. A request that fails eight
///   times while others are answered is a ModelError.
/// - An answer that is none (no JSON, no text, too long): three times in all, then ModelError.
/// - An answer that the constraint does not allow: asked with other seeds, three times in all, five
///   where the server knows no constraints; then ModelError.
/// - A request that is refused (4xx): ModelError. A key that is refused (401, 403):
/// EnvironmentError.
///
/// Answers to a request are not the same every time unless the server makes them so.
///
/// Throws EnvironmentError where the key is missing or no server is what the spec says; InputError
/// for settings that cannot be sent; Cancelled.
std::unique_ptr<Model> connect_endpoint(const ModelSpec& spec, const EndpointOptions& options = {},
                                        std::stop_token stop = {});

}  // namespace syndisco
