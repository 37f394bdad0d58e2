#include "syndisco/cli/rates.h"

#include "syndisco/base/cache.h"
#include "syndisco/base/file.h"
#include "syndisco/base/hash.h"
#include "syndisco/base/log.h"
#include "syndisco/text/json.h"

namespace syndisco::cli {
namespace {

/// What a generated token costs in prompt tokens, roughly: 151 against 873 tokens a second for the
/// embedded model.
constexpr double kGeneratedWeight = 6;

std::filesystem::path file() {
  return cache_directory() / "rates.json";
}

std::string key_of(const Plan& plan) {
  JsonArray models;
  for (const ModelSpec& spec : plan.models) models.push_back(spec.identity());
  return sha256_hex(dump_json_compact(models)).substr(0, 16);
}

double work(std::uint64_t prompt_tokens, std::uint64_t generated_tokens) {
  return static_cast<double>(prompt_tokens) +
         kGeneratedWeight * static_cast<double>(generated_tokens);
}

Json read_rates() {
  try {
    Json rates = parse_json(read_file(file()));
    if (rates.is_object()) return rates;
  } catch (const Error&) {
    // None yet.
  }
  return JsonObject{};
}

}  // namespace

void remember_rate(const Plan& plan, double seconds, std::uint64_t prompt_tokens,
                   std::uint64_t generated_tokens) {
  // Shorter runs say more about starting than about speed.
  if (seconds < 5) return;
  try {
    Json rates = read_rates();
    rates.set(key_of(plan), work(prompt_tokens, generated_tokens) / seconds);
    write_file_atomically(file(), dump_json_indented(rates) + "\n");
  } catch (const Error& error) {
    log::debug("", std::string("rate not remembered: ") + error.what());
  }
}

std::optional<double> estimated_seconds(const Plan& plan, std::uint64_t prompt_tokens,
                                        std::uint64_t generated_tokens) {
  const Json rates = read_rates();
  const Json* rate = rates.find(key_of(plan));
  if (rate == nullptr || !rate->is_number() || !(rate->number() > 0)) return std::nullopt;
  return work(prompt_tokens, generated_tokens) / rate->number();
}

}  // namespace syndisco::cli
