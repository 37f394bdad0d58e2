// How long ROUGE-L diversity takes over a folder of published discussions, on one core, and over as
// many copies of them as asked for.
//
//   bench_diversity [FOLDER [REPEATS]]
//
// Without a folder: over 720 made-up discussions of 25 comments of 54 words.
// Files are read before the clock runs; the time is that of the processor. Prints JSON;
// bench/diversity.py runs it beside Python's ways.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "syndisco/analysis/rouge.h"
#include "syndisco/analysis/words.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/random.h"
#include "syndisco/text/json.h"

namespace {

namespace fs = std::filesystem;
using namespace syndisco;

/// The generated comments of a discussion that are more than quotation marks.
std::vector<std::string> comments_of(const fs::path& file) {
  std::vector<std::string> comments;
  const Json discussion = parse_json(read_file(file), file.string());
  for (const Json& entry : discussion.find("logs")->array()) {
    const std::string& text = entry.find("text")->string();
    if (entry.find("model")->string() != "hardcoded" && !is_quote_only(text))
      comments.push_back(text);
  }
  return comments;
}

std::vector<std::vector<std::string>> read_discussions(const fs::path& folder) {
  std::vector<std::vector<std::string>> discussions;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json" && entry.path().filename() != "personas.json")
      discussions.push_back(comments_of(entry.path()));
  return discussions;
}

/// Words as unevenly frequent as those of a language.
std::vector<std::vector<std::string>> made_up_discussions() {
  Random random(7);
  std::vector<std::vector<std::string>> discussions(720, std::vector<std::string>(25));
  for (std::vector<std::string>& comments : discussions)
    for (std::string& comment : comments)
      for (int word = 0; word < 54; ++word)
        comment += fmt::format("w{} ", static_cast<int>(std::pow(1000, random.uniform())));
  return discussions;
}

int run(const std::vector<std::vector<std::string>>& discussions, int repeats) {
  std::size_t pairs = 0, counted = 0;
  double sum = 0, best = INFINITY;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    pairs = counted = 0;
    sum = 0;
    const std::clock_t start = std::clock();  // of this core, whoever else is at work
    for (const std::vector<std::string>& comments : discussions) {
      RougeVocabulary vocabulary;
      std::vector<DiverseText> texts;
      for (const std::string& comment : comments)
        texts.push_back({vocabulary.tokens(comment), 1U << kGenerated});
      const double value = diversity(texts, vocabulary.size())[kGenerated];
      pairs += comments.size() * (comments.size() - (comments.empty() ? 0 : 1)) / 2;
      if (std::isnan(value)) continue;
      sum += value;
      ++counted;
    }
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  fmt::print(
      "{{\"discussions\": {}, \"pairs\": {}, \"mean_diversity\": {:.17g}, \"cpu_seconds\": "
      "{:.4f}}}\n",
      discussions.size(), pairs, counted == 0 ? 0 : sum / static_cast<double>(counted), best);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 3) {
    fmt::print(stderr, "usage: bench_diversity [FOLDER [REPEATS]]\n");
    return 2;
  }
  try {
    return run(argc > 1 ? read_discussions(argv[1]) : made_up_discussions(),
               argc == 3 ? std::max(1, std::atoi(argv[2])) : 3);
  } catch (const Error& error) {
    fmt::print(stderr, "{}", error.report());
    return 2;
  }
}
