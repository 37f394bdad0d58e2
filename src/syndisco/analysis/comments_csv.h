#pragma once

#include <string>
#include <string_view>

#include "syndisco/analysis/corpus.h"

namespace syndisco {

/// A corpus of comments from elsewhere, such as by humans: a CSV file with the columns `conv_id`
/// and `message` (or `text`), and, where they are, `user` (or `name`) and the booleans
/// `is_moderator` and `is_seed`; so are the files that `syndisco export` writes. Other columns of
/// numbers become measures. Rows of a discussion stand in its order. Throws InputError with the
/// line.
Corpus read_comments_csv(std::string_view csv, const std::string& source,
                         const CorpusOptions& options = {});

}  // namespace syndisco
