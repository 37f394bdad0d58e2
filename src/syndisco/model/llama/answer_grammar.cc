#include "syndisco/model/llama/answer_grammar.h"

#include <llama.h>

#include <algorithm>
#include <cmath>

#include <json-schema-to-grammar.h>
#include <nlohmann/json.hpp>

#include "syndisco/base/printable.h"
#include "syndisco/model/model.h"

namespace syndisco {
namespace {

using Converted = nlohmann::ordered_json;

// A repetition of n becomes n rules, and llama.cpp takes 2,000 of them.
constexpr std::int64_t kMostCharacters = 1000;
constexpr std::int64_t kMostItems = 300;

// Bounds are at most this far from 0.
constexpr std::int64_t kFarthest = 1'000'000'000'000'000;

Converted convert(const Json& value) {
  return Converted::parse(dump_json_compact(value));
}

/// Says a schema in those words of llama.cpp's converter that mean what we mean. Where `type` is
/// missing, `items` too, or there are several types beside values, it would take something else.
class Rewriter {
 public:
  explicit Rewriter(const common_grammar_builder& builder) : builder_(builder) {}

  Converted schema(const Json& from) {
    if (const Json* only = from.find("const")) return {{"const", convert(*only)}};
    if (const Json* values = from.find("enum")) return {{"enum", convert(*values)}};
    const Json* type = from.find("type");
    if (type == nullptr) return any();
    if (type->is_string()) return of_type(from, type->string());
    Converted alternatives = Converted::array();
    for (const Json& each : type->array()) alternatives.push_back(of_type(from, each.string()));
    return {{"anyOf", std::move(alternatives)}};
  }

 private:
  /// An empty schema is taken for an object, one that says nothing of use for any value.
  static Converted any() { return {{"description", "any value"}}; }

  Converted of_type(const Json& from, const std::string& type) {
    Converted to = {{"type", type}};
    if (type == "object") add_members(from, to);
    if (type == "array") {
      const Json* items = from.find("items");
      to["items"] = items != nullptr ? schema(*items) : any();
      add_limits(from, "minItems", "maxItems", kMostItems, to);
    }
    if (type == "string") add_limits(from, "minLength", "maxLength", kMostCharacters, to);
    if (type == "integer" && is_bounded(from)) {
      to["minimum"] = bound(from, "minimum", -kFarthest);
      to["maximum"] = bound(from, "maximum", kFarthest);
    }
    if (type == "number" && is_bounded(from)) return {{"$ref", number_rule(from)}};
    return to;
  }

  void add_members(const Json& from, Converted& to) {
    const Json* properties = from.find("properties");
    const Json* additional = from.find("additionalProperties");
    const bool none = properties == nullptr || properties->object().empty();
    if (none && (additional == nullptr || additional->boolean())) return;
    to["properties"] = Converted::object();
    if (!none)
      for (const auto& [name, property] : properties->object())
        to["properties"][name] = schema(property);
    if (const Json* required = from.find("required")) to["required"] = convert(*required);
    to["additionalProperties"] = false;
  }

  static void add_limits(const Json& from, const char* least, const char* most, std::int64_t known,
                         Converted& to) {
    for (const char* keyword : {least, most})
      if (const Json* limit = from.find(keyword))
        if (limit->integer() <= known) to[keyword] = limit->integer();
  }

  static bool is_bounded(const Json& from) {
    return from.find("minimum") != nullptr || from.find("maximum") != nullptr;
  }

  /// A bound of whole numbers. Both have to be given: of one alone the converter makes numbers with
  /// leading zeros.
  static std::int64_t bound(const Json& from, const std::string& keyword, std::int64_t otherwise) {
    const Json* value = from.find(keyword);
    if (value == nullptr) return otherwise;
    return static_cast<std::int64_t>(keyword == "minimum" ? std::ceil(value->number())
                                                          : std::floor(value->number()));
  }

  /// The converter knows bounds of integers only, so numbers with a fraction get a rule of ours.
  /// It finds a rule of this name where the schema refers to it.
  std::string number_rule(const Json& from) {
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
    Rewriter rewriter(builder);
    builder.add_schema("", rewriter.schema(schema));
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
