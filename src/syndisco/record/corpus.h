#pragma once

#include <string>
#include <vector>

#include "syndisco/record/job.h"

namespace syndisco {

/// The comments of a corpus file, in its order; none is blank, some may be equal.
struct CommentCorpus {
  CorpusFile file;
  std::vector<std::string> texts;
};

}  // namespace syndisco
