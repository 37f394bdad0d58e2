#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "syndisco/base/log.h"
#include "syndisco/model/model.h"
#include "syndisco/record/turn.h"

namespace syndisco {

/// The next turn of a Discussion or an Annotation, asked for up to `attempts` times where the model
/// fails in a way that may pass. `job` is named in the log.
template <typename Conversation>
Turn step_with_attempts(Conversation& conversation, std::uint64_t attempts, const std::string& job,
                        const std::stop_token& stop) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    try {
      return conversation.step(stop, attempt);
    } catch (const ModelError& error) {
      if (!error.retryable() || attempt + 1 >= attempts) throw;
      log::warning(job, std::string(error.what()) + "; asking again");
    }
  }
}

}  // namespace syndisco
