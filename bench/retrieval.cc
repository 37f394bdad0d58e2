// How long it takes to read and index a corpus, to find an answer in it, and the memory of it all.
// Words are drawn by Zipf's law out of 200,000, 5 to 55 in a comment.
//
//   bench_retrieval [COMMENTS] [QUERIES]     defaults: 1,000,000, 50

#include "syndisco/discussion/retrieval.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

#include "syndisco/base/random.h"
#include "syndisco/design/corpus.h"

namespace {

using namespace syndisco;

/// Of the processor: all of it is one thread, and others may be at work beside it.
double seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Ranks follow Zipf's law with exponent 1: uniform in the logarithm of the rank.
std::string comment(Random& draws) {
  constexpr double kWords = 200'000;
  std::string text;
  for (std::size_t words = 5 + draws.below(51); words > 0; --words)
    text += "w" + std::to_string(static_cast<int>(std::exp(draws.uniform() * std::log(kWords)))) +
            (words > 1 ? " " : "");
  return text;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t comments =
      count > 1 ? std::strtoull(arguments[1], nullptr, 10) : std::size_t{1'000'000};
  const int queries = count > 2 ? std::atoi(arguments[2]) : 50;
  Random draws(1);
  std::string bytes;
  for (std::size_t i = 0; i < comments; ++i) bytes += "{\"text\": \"" + comment(draws) + "\"}\n";
  std::printf("%zu comments, %.0f MB of JSON Lines\n", comments,
              static_cast<double>(bytes.size()) / 1e6);

  std::clock_t start = std::clock();
  const auto corpus = std::make_shared<CommentCorpus>(
      parse_corpus({.path = "corpus.jsonl", .sha256 = ""}, bytes, "corpus.jsonl"));
  std::printf("read     %8.3f s\n", seconds_since(start));
  bytes = std::string();

  start = std::clock();
  const CorpusIndex index(corpus);
  std::printf("index    %8.3f s, peak %.0f MB\n", seconds_since(start), peak_megabytes());

  double worst = 0;
  start = std::clock();
  for (int i = 0; i < queries; ++i) {
    const std::string query = comment(draws) + "\n" + comment(draws) + "\n" + comment(draws);
    const std::clock_t begun = std::clock();
    if (!index.best(query, [](std::size_t) { return true; })) return 1;
    worst = std::max(worst, seconds_since(begun));
  }
  std::printf("query    %8.2f ms on average, %.2f ms at most\n",
              seconds_since(start) / queries * 1e3, worst * 1e3);
  return 0;
}
