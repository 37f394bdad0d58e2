// How fast the engine computes prompts and generates, for a comparison with llama-batched-bench on
// the same file: every sequence has a prompt of random tokens of its own and generates to the end,
// drawing as requests do that say nothing.
//
//   bench_engine --model FILE [--prompt 300] [--generate 80] [--sequences 1,8,16] [--threads N]
//                [--attention fused|plain|wide_keys]
//
// Prints one JSON object a line. prompt_per_second: tokens of prompts, in a run that draws one
// token each. generated_per_second: what a run that generates all draws beyond that, by the
// additional time that it takes. computing_share: of the second run's time, spent inside llama.cpp.

#include "syndisco/model/llama/engine.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/base/random.h"
#include "syndisco/model/llama/machine.h"
#include "syndisco/model/llama/weights.h"

namespace {

using namespace syndisco;

struct Measured {
  double seconds;
  double busy;
};

/// All sequences at once.
Measured run(Engine& engine, const LoadedModel& model, int sequences, int prompt, int generate,
             Random& random) {
  std::vector<Generation> generations(static_cast<std::size_t>(sequences));
  for (Generation& generation : generations) {
    for (int i = 0; i < prompt; ++i)
      generation.prompt.push_back(
          model.vocabulary().pieces()[random.below(model.vocabulary().pieces().size())].second);
    generation.sampling.max_tokens = generate;
    generation.endless = true;
  }
  const double busy = engine.busy_seconds();
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (Generation& generation : generations)
      threads.emplace_back([&] { engine.answer(std::move(generation), {}); });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {took.count(), engine.busy_seconds() - busy};
}

}  // namespace

int main(int argc, char** argv) try {
  std::map<std::string, std::string> arguments = {{"--prompt", "300"},
                                                  {"--generate", "80"},
                                                  {"--sequences", "1,8,16,32,64"},
                                                  {"--threads", std::to_string(usable_cores())}};
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    arguments[name] = i + 1 == argc ? "" : argv[++i];
  }
  const auto number = [&](const char* name) { return std::atoi(arguments[name].c_str()); };
  const int prompt = number("--prompt");
  const int generate = number("--generate");

  ModelSpec spec;
  spec.name = "bench";
  spec.gguf = arguments["--model"];
  spec.weights = "as_is";
  Weights weights = find_weights(spec, {.threads = number("--threads")});
  if (arguments.contains("--attention")) {
    const std::optional<Attention> asked = find_attention(arguments["--attention"]);
    if (!asked) throw InputError("--attention: fused, plain or wide_keys");
    weights.attention = *asked;
  }
  const LoadedModel model(spec, weights, "2026-01-01");
  Random random(1);
  std::string list = arguments["--sequences"] + ",";
  for (std::size_t end = 0; (end = list.find(',')) != std::string::npos; list.erase(0, end + 1)) {
    const int sequences = std::atoi(list.substr(0, end).c_str());
    Engine engine(model, {.sequences = sequences,
                          .expected = prompt + generate,
                          .threads = number("--threads"),
                          .attention = weights.attention});
    run(engine, model, sequences, 16, 2, random);  // warm
    const Measured prompts = run(engine, model, sequences, prompt, 1, random);
    const Measured all = run(engine, model, sequences, prompt, generate, random);
    fmt::print(
        "{{\"sequences\": {}, \"prompt_per_second\": {:.2f}, \"generated_per_second\": "
        "{:.2f}, \"computing_share\": {:.4f}, \"attention\": \"{}\", \"threads\": {}}}\n",
        sequences, sequences * prompt / prompts.seconds,
        sequences * (generate - 1) / (all.seconds - prompts.seconds), all.busy / all.seconds,
        attention_name(weights.attention), number("--threads"));
    std::fflush(stdout);
  }
} catch (const std::exception& error) {
  std::fputs(fmt::format("error: {}\n", error.what()).c_str(), stderr);
  return 1;
}
