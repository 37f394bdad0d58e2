#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "syndisco/text/json.h"

namespace syndisco {

/// The place of one measurement in the cache, so that it is made once on a machine. Without a cache
/// that can be read and written nothing is remembered, and nothing fails.
class Measurement {
 public:
  /// `kind` names a folder of the cache, `about` holds all that the result depends on. The CPU, the
  /// GPUs and the build of llama.cpp are added.
  Measurement(const std::string& kind, JsonObject about);

  /// What was remembered. Anything but what `remember` wrote counts as nothing.
  std::optional<Json> recall() const;

  /// Another process sees all of it or nothing.
  void remember(const Json& result) const;

 private:
  Json about_;
  std::filesystem::path file_;
};

}  // namespace syndisco
