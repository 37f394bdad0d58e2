#pragma once

#include <string>

#include "syndisco/record/corpus.h"

namespace syndisco {

/// Reads the comments of a file by the ending of its name: `.jsonl` or `.ndjson` (on each line a
/// text, or a mapping with `text` or `message`, as our exports and the utterances of ConvoKit have
/// them), `.csv` (RFC 4180 with a header; its column `text` or `message`) or `.txt` (one on each
/// line). Blank comments and blank lines are left out. `bytes` is UTF-8 without byte order mark,
/// `shown` what messages call the file. Throws InputError with file and line.
CommentCorpus parse_corpus(CorpusFile file, const std::string& bytes, const std::string& shown);

}  // namespace syndisco
