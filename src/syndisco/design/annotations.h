#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "syndisco/design/files.h"
#include "syndisco/design/sampling_keys.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// What annotation sets take over where they say nothing themselves.
struct AnnotationDefaults {
  const std::vector<ModelSpec>& models;
  SamplingKeys sampling;
  PromptStyle style;
  std::optional<int> wrap;
  std::uint64_t seed = 0;
};

/// `annotations`: a list of sets; null is none.
std::vector<std::shared_ptr<const AnnotationSet>> read_annotations(
    const Field& field, InputFiles& files, const AnnotationDefaults& defaults);

}  // namespace syndisco
