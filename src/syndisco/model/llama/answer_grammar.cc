#include "syndisco/model/llama/answer_grammar.h"

#include <llama.h>

#include <algorithm>
#include <cmath>

#include <json-schema-to-grammar.h>
#include <nlohmann/json.hpp>

#include "syndisco/base/printable.h"
#include "syndisco/model/llama_schema.h"
#include "syndisco/model/model.h"

namespace syndisco {
namespace {

using Converted = nlohmann::ordered_json;

// Bounds are at most this far from 0.
constexpr std::int64_t kFarthest = 1'000'000'000'000'000;

/// Rules for numbers with a fraction and bounds: the converter knows bounds of integers only. It
/// finds a rule of theirs where the schema refers to it.
class NumberRules {
 public:
  explicit NumberRules(const common_grammar_builder& builder) : builder_(builder) {}

  /// Adds one and says where the schema finds it.
  std::string add(const Json& from) {
    const Json* minimum = from.find("minimum");
    const Json* maximum = from.find("maximum");
    const auto low =
        minimum != nullptr ? static_cast<std::int64_t>(std::floor(minimum->number())) : -kFarthest;
    const auto high =
        maximum != nullptr ? static_cast<std::int64_t>(std::ceil(maximum->number())) : kFarthest;
    std::string rule;
    if (low < 0) rule = "\"-\" (" + magnitudes(std::max<std::int64_t>(-high, 0), -low) + ")";
    if (high >= 0)
      rule += (rule.empty() ? "" : " | ") + magnitudes(std::max<std::int64_t>(low, 0), high);
    const std::string number = std::to_string(numbers_++);
    builder_.add_rule("ref-number-" + number, rule);
    return "#/number/" + number;
  }

 private:
  /// Numbers without sign from `low` to `high`.
  std::string magnitudes(std::int64_t low, std::int64_t high) {
    std::string rule = "\"" + std::to_string(high) + "\" (\".\" \"0\"{1,16})?";
    if (low == high) return rule;
    const std::string whole =
        builder_.add_schema("bounded-" + std::to_string(numbers_) + "-" + std::to_string(wholes_++),
                            {{"type", "integer"}, {"minimum", low}, {"maximum", high - 1}});
    return whole + " (\".\" [0-9]{1,16})? | " + rule;
  }

  const common_grammar_builder& builder_;
  int numbers_ = 0;
  int wholes_ = 0;
};

std::string grammar_of(const Json& schema) {
  return build_grammar([&](const common_grammar_builder& builder) {
    NumberRules rules(builder);
    const Json rewritten = llama_schema(
        schema, [&](const Json& number) { return JsonObject{{"$ref", rules.add(number)}}; });
    builder.add_schema("", Converted::parse(dump_json_compact(rewritten)));
  });
}

}  // namespace

AnswerGrammar::AnswerGrammar(const Json& schema, const Vocabulary& vocabulary)
    : vocabulary_(vocabulary) {
  std::string why;
  try {
    const std::string grammar = grammar_of(schema);
    start_.reset(llama_sampler_init_grammar(vocabulary.get(), grammar.c_str(), "root"));
  } catch (const std::exception& error) {
    why = std::string(": ") + error.what();
  }
  if (start_ == nullptr)
    throw ModelError("llama.cpp makes no grammar of the answer's schema" + printable_line(why),
                     false);
}

GrammarPath::GrammarPath(const AnswerGrammar& grammar)
    : vocabulary_(grammar.vocabulary_), state_(llama_sampler_clone(grammar.start_.get())) {}

bool GrammarPath::complete() const {
  const Token end = vocabulary_.end_token();
  return end >= 0 && passes(end);
}

bool GrammarPath::finished() const {
  // Numbers go on with digits, and one word of an enumeration may begin another.
  return !text_.empty() && std::string_view("}]\"").find(text_.back()) != std::string_view::npos &&
         complete();
}

bool GrammarPath::allows(Token token) const {
  if (vocabulary_.ends_answer(token)) return complete();
  // llama.cpp takes a control token for its name, which might stand in a string.
  return !vocabulary_.is_control(token) && passes(token);
}

bool GrammarPath::passes(Token token) const {
  llama_token_data data{token, 0.0F, 0.0F};
  llama_token_data_array array{&data, 1, -1, false};
  llama_sampler_apply(state_.get(), &array);
  return std::isfinite(data.logit);
}

void GrammarPath::keep_allowed(std::vector<Candidate>& candidates) const {
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return vocabulary_.is_control(candidate.token) || vocabulary_.ends_answer(candidate.token);
  });
  std::vector<llama_token_data> data;
  data.reserve(candidates.size());
  for (const Candidate& candidate : candidates)
    data.push_back({candidate.token, candidate.logit, 0.0F});
  llama_token_data_array array{data.data(), data.size(), -1, false};
  llama_sampler_apply(state_.get(), &array);
  candidates.clear();
  for (const llama_token_data& one : data)
    if (std::isfinite(one.logit)) candidates.push_back({one.id, one.logit});
}

void GrammarPath::add(Token token) {
  llama_sampler_accept(state_.get(), token);
  text_ += vocabulary_.piece(token);
}

std::shared_ptr<const AnswerGrammar> AnswerGrammars::get(const AnswerConstraint& constraint) {
  const auto* json = std::get_if<JsonAnswer>(&constraint);
  if (json == nullptr) return nullptr;
  return kept_.get(json->schema, [&] {
    return std::make_shared<const AnswerGrammar>(json->schema, vocabulary_);
  });
}

}  // namespace syndisco
