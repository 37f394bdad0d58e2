// Any bytes as a CSV file of ratings, of factors, of comments, or as a corpus of any kind: refused
// with a message, or joined without a loss.
#include "syndisco/analysis/ratings.h"

#include "check.h"

#include "syndisco/analysis/comments_csv.h"
#include "syndisco/base/error.h"
#include "syndisco/design/corpus.h"
#include "syndisco/text/csv.h"
#include "syndisco/text/unicode.h"

using namespace syndisco;

namespace {

/// What is read is what is written back and read again.
void read_back(std::string_view text) {
  CsvReader reader(text, "fuzz.csv");
  std::vector<std::string> cells, again;
  while (reader.next(cells)) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += (i > 0 ? "," : "") + csv_quoted(cells[i]);
    if (line.empty()) continue;  // one empty cell, between quotation marks before
    line += '\n';
    // A mark at the beginning of a file is taken off, wherever the cell stood.
    if (line.starts_with("\xef\xbb\xbf")) continue;
    CsvReader back(line, "back.csv");
    FUZZ_CHECK(back.next(again) && again == cells);
  }
}

void join(std::string_view text) {
  const Ratings ratings = read_ratings(text, "fuzz.csv");
  for (const auto& column : ratings.values) FUZZ_CHECK(column.size() == ratings.rows());
  FUZZ_CHECK(ratings.columns.size() == ratings.values.size());
}

/// As input files are read: UTF-8 without a byte order mark.
void read_corpus(const char* name, std::string_view text) {
  if (!is_valid_utf8(text) || text.starts_with("\xef\xbb\xbf")) return;
  const CommentCorpus corpus =
      parse_corpus({.path = name, .sha256 = ""}, std::string(text), "fuzz corpus");
  FUZZ_CHECK(!corpus.texts.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (void (*look)(std::string_view) :
       {+[](std::string_view csv) { read_back(csv); }, +[](std::string_view csv) { join(csv); },
        +[](std::string_view csv) { read_factors(csv, "fuzz.csv"); },
        +[](std::string_view csv) { read_comments_csv(csv, "fuzz.csv"); },
        +[](std::string_view csv) { read_corpus("c.csv", csv); },
        +[](std::string_view lines) { read_corpus("c.jsonl", lines); }}) {
    try {
      look(text);
    } catch (const InputError& error) {
      FUZZ_CHECK(is_valid_utf8(error.report()));
    }
  }
  return 0;
}
