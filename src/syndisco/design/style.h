#pragma once

#include "syndisco/design/files.h"
#include "syndisco/record/job.h"

namespace syndisco {

/// `prompt_style`: the name of a style, or a template of one's own.
PromptStyle read_style(const Field& field, InputFiles& files);

}  // namespace syndisco
