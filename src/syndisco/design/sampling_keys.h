#pragma once

#include <optional>
#include <string>
#include <vector>

#include "syndisco/design/files.h"
#include "syndisco/record/sampling.h"

namespace syndisco {

/// What one `sampling` mapping says; absent keys leave what was said before.
struct SamplingKeys {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<int> top_k;
  std::optional<double> min_p;
  std::optional<double> repeat_penalty;
  std::optional<int> repeat_last_n;
  std::optional<double> dry_multiplier;
  std::optional<double> dry_base;
  std::optional<int> dry_allowed_length;
  std::optional<int> dry_last_n;
  std::optional<int> max_tokens;
  std::optional<std::vector<std::string>> stop;
  std::optional<std::vector<std::string>> remove;

  void apply_to(Sampling& sampling) const;
  /// Key by key: what `later` says counts.
  void override_with(const SamplingKeys& later);
};

SamplingKeys read_sampling(const Field& field, InputFiles& files);

}  // namespace syndisco
