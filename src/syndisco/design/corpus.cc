#include "syndisco/design/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/text/csv.h"
#include "syndisco/text/json.h"
#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

/// What comments are called, in mappings and columns; the first that is there counts.
constexpr std::array<std::string_view, 2> kNames = {"text", "message"};

class CorpusReader {
 public:
  CorpusReader(const std::string& bytes, const std::string& shown) : bytes_(bytes), shown_(shown) {}

  void read_text_lines() {
    for_each_line([&](std::string_view line) { add(line); });
  }

  void read_json_lines() {
    for_each_line([&](std::string_view line) {
      if (is_blank(line)) return;
      const Json value = parse(line);
      if (value.is_string()) {
        add(value.string());
        return;
      }
      if (!value.is_object())
        fail(fmt::format("a comment must be a text or a mapping with text, but is {}",
                         value.kind()));
      for (const std::string_view name : kNames) {
        const Json* text = value.find(name);
        if (text == nullptr || text->is_null()) continue;
        if (!text->is_string())
          fail(fmt::format("{} of a comment must be a text, but is {}", name, text->kind()));
        add(text->string());
        return;
      }
      // A comment that somebody has deleted keeps its line in many collections.
      if (std::none_of(kNames.begin(), kNames.end(),
                       [&](std::string_view name) { return value.find(name) != nullptr; }))
        fail("a comment needs the key text (or message)", R"(such as {"text": "I disagree."})");
    });
  }

  void read_csv() {
    CsvReader csv(bytes_, shown_);
    std::vector<std::string> row;
    std::optional<std::size_t> column;
    std::size_t columns = 0;
    while (csv.next(row)) {
      line_ = csv.line();
      if (row.size() == 1 && is_blank(row[0])) continue;
      if (!column) {
        column = column_of(row);
        columns = row.size();
        continue;
      }
      if (row.size() != columns)
        fail(fmt::format("this row has {} columns, but the header has {}", row.size(), columns),
             "a comment with commas or line ends stands between double quotes");
      add(row[*column]);
    }
  }

  std::vector<std::string> take() {
    if (texts_.empty())
      throw InputError("the corpus holds no comments", Place{shown_, 0, 0, {}},
                       "give at least one that is not blank");
    return std::move(texts_);
  }

 private:
  [[noreturn]] void fail(const std::string& message, std::string hint = {}) const {
    throw InputError(message, Place{shown_, line_, 0, {}}, std::move(hint));
  }

  void add(std::string_view text) {
    if (!is_blank(text)) texts_.emplace_back(text);
  }

  Json parse(std::string_view line) const {
    try {
      return parse_json(line, shown_);
    } catch (const InputError& error) {
      throw InputError(
          error.what(), Place{shown_, line_, error.place().column, {}},
          error.hint().empty() ? "each line is a JSON value of its own" : error.hint());
    }
  }

  template <typename Take>
  void for_each_line(const Take& take) {
    for (std::size_t start = 0; start < bytes_.size();) {
      const std::size_t end = std::min(bytes_.find('\n', start), bytes_.size());
      std::string_view line = std::string_view(bytes_).substr(start, end - start);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      take(line);
      start = end + 1;
    }
  }

  std::size_t column_of(const std::vector<std::string>& header) const {
    for (const std::string_view name : kNames) {
      const auto found = std::find(header.begin(), header.end(), name);
      if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
    }
    std::string names;
    for (const std::string& name : header) names += (names.empty() ? "" : ", ") + name;
    fail("the header has no column text or message", "columns are " + names);
  }

  const std::string& bytes_;
  const std::string& shown_;
  int line_ = 0;
  std::vector<std::string> texts_;
};

}  // namespace

CommentCorpus parse_corpus(CorpusFile file, const std::string& bytes, const std::string& shown) {
  CorpusReader reader(bytes, shown);
  std::string ending;
  if (const std::size_t dot = file.path.rfind('.'); dot != std::string::npos)
    for (const char c : file.path.substr(dot))
      ending += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (ending == ".jsonl" || ending == ".ndjson") {
    reader.read_json_lines();
  } else if (ending == ".csv") {
    reader.read_csv();
  } else if (ending == ".txt") {
    reader.read_text_lines();
  } else {
    throw InputError("a corpus must be a file that ends in .jsonl, .csv or .txt",
                     Place{shown, 0, 0, {}}, "the ending says how its comments are written");
  }
  return {.file = std::move(file), .texts = reader.take()};
}

}  // namespace syndisco
