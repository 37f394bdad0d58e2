// A linear mixed model of the published size, 15,369 rows in 720 groups with 8 coefficients, from a
// frame and a formula to standard errors, and its parts; and Cliff's delta and Mann-Whitney on as
// many values.
//
//   bench_statistics

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "syndisco/analysis/stats/effect_size.h"
#include "syndisco/analysis/stats/mixed_model.h"
#include "syndisco/analysis/stats/tests.h"
#include "syndisco/base/random.h"

namespace {

using namespace syndisco;

constexpr std::size_t kRows = 15'369;
constexpr std::size_t kGroups = 720;
const char* const kFormula = "toxicity ~ strategy * message_order + (1 | conv)";

double noise(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

// Groups of 15 to 30 rows, four strategies, a variance of groups as large as that within.
stats::Frame example() {
  Random random(1);
  std::vector<double> toxicity;
  std::vector<double> order;
  std::vector<std::int32_t> strategy;
  std::vector<std::int32_t> conv;
  std::vector<std::string> convs;
  std::vector<double> of_group;
  for (std::size_t group = 0; group < kGroups; ++group) {
    convs.push_back("conv" + std::to_string(group));
    of_group.push_back(0.1 * noise(random));
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::size_t group = row * kGroups / kRows;
    conv.push_back(static_cast<std::int32_t>(group));
    strategy.push_back(static_cast<std::int32_t>(group % 4));
    order.push_back(static_cast<double>(row % 15) - 7);
    toxicity.push_back(0.2 + of_group[group] + 0.1 * noise(random));
  }
  stats::Frame frame;
  frame.add_numeric("toxicity", toxicity);
  frame.add_numeric("message_order", order);
  frame.add_factor("strategy", strategy, {"a", "b", "c", "d"});
  frame.add_factor("conv", conv, convs);
  return frame;
}

void mixed_model(benchmark::State& state) {
  const stats::Frame frame = example();
  for (auto _ : state) {
    const stats::Design design = stats::make_design(stats::parse_formula(kFormula), frame);
    benchmark::DoNotOptimize(stats::fit_mixed_model(design).gamma);
  }
}
BENCHMARK(mixed_model)->Unit(benchmark::kMillisecond);

void design_alone(benchmark::State& state) {
  const stats::Frame frame = example();
  for (auto _ : state) {
    benchmark::DoNotOptimize(stats::make_design(stats::parse_formula(kFormula), frame).x.data());
  }
}
BENCHMARK(design_alone)->Unit(benchmark::kMillisecond);

void cliffs_delta(benchmark::State& state) {
  const std::vector<double> all = example().at("toxicity").numbers;
  const std::span<const double> values(all);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        stats::cliffs_delta(values.first(kRows / 2), values.subspan(kRows / 2)).estimate.value);
  }
}
BENCHMARK(cliffs_delta)->Unit(benchmark::kMillisecond);

void mann_whitney(benchmark::State& state) {
  const std::vector<double> all = example().at("toxicity").numbers;
  const std::span<const double> values(all);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        stats::mann_whitney(values.first(kRows / 2), values.subspan(kRows / 2)).p.value);
  }
}
BENCHMARK(mann_whitney)->Unit(benchmark::kMillisecond);

}  // namespace
