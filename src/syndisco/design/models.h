#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/design/files.h"
#include "syndisco/design/reader.h"
#include "syndisco/record/plan.h"

namespace syndisco {

/// The models that an experiment file defines. No model file is touched.
/// `folder`: where relative model paths begin.
std::vector<ModelSpec> read_models(const Field& field, InputFiles& files,
                                   const std::filesystem::path& folder);

/// Throws InputError where the file defines no models.
void require_models(const Mapping& top);

/// A defined model's name. Throws InputError with the nearest one or all of them otherwise.
const std::string& read_model_name(const Field& field, const std::vector<ModelSpec>& models);

}  // namespace syndisco
