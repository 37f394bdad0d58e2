#include "syndisco/model/llama/answer_grammar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "syndisco/base/cache.h"
#include "syndisco/model/llama/answer_writer.h"
#include "syndisco/model/llama/loaded_model.h"
#include "syndisco/record/answer_schema.h"

namespace syndisco {
namespace {

class AnswerGrammarTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto path = cache_directory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    if (!std::filesystem::exists(path)) return;
    ModelSpec spec;
    spec.gguf = path.string();
    Weights weights;
    weights.path = path;
    model_ = new LoadedModel(spec, weights, "2026-01-01");
  }
  static void TearDownTestSuite() {
    delete model_;
    model_ = nullptr;
  }
  void SetUp() override {
    if (model_ == nullptr) GTEST_SKIP() << "the embedded model is not in the cache";
  }

  static const Vocabulary& vocabulary() { return model_->vocabulary(); }

  static AnswerGrammar grammar(const std::string& schema) {
    const Json parsed = parse_json(schema);
    check_answer_schema(parsed);
    return AnswerGrammar(parsed, vocabulary());
  }

  static std::vector<Token> tokens_of(const std::string& text) {
    const std::vector<PromptPart> parts = {{text, true}};
    return vocabulary().tokenize_prompt(parts);
  }

  /// Whether the text is a whole answer.
  static bool takes(const AnswerGrammar& grammar, const std::string& text) {
    GrammarPath path(grammar);
    for (const Token token : tokens_of(text)) {
      if (!path.allows(token)) return false;
      path.add(token);
    }
    EXPECT_EQ(path.text(), text);
    return path.complete();
  }

  static void expect(const std::string& schema, const std::vector<std::string>& taken,
                     const std::vector<std::string>& refused) {
    const AnswerGrammar made = grammar(schema);
    const JsonAnswer constraint{parse_json(schema)};
    for (const std::string& text : taken) {
      EXPECT_TRUE(takes(made, text)) << schema << ": " << text;
      EXPECT_TRUE(satisfies(constraint, text)) << schema << ": " << text;
    }
    for (const std::string& text : refused)
      EXPECT_FALSE(takes(made, text)) << schema << ": " << text;
  }

  /// What a model says that takes every token for as likely as `logit` says.
  static Answer write(const std::string& schema, std::uint64_t seed, int max_tokens,
                      const std::function<float(const std::string& text, Token)>& logit) {
    DrySamplers dry(vocabulary());
    Generation generation;
    generation.prompt = {1};
    generation.seed = seed;
    generation.sampling.max_tokens = max_tokens;
    generation.sampling.temperature = 1.5;
    generation.grammar = std::make_shared<const AnswerGrammar>(grammar(schema));
    AnswerWriter writer(*model_, dry, generation, 4096);
    std::string said;
    for (int i = 0; i < 2 * max_tokens; ++i) {
      std::vector<float> logits(vocabulary().size());
      for (std::size_t token = 0; token < logits.size(); ++token)
        logits[token] = logit(said, static_cast<Token>(token));
      const std::optional<Token> next = writer.next(logits);
      if (!next) return writer.take();
      said += vocabulary().piece(*next);
    }
    ADD_FAILURE() << "no end: " << said;
    return {};
  }

  static inline LoadedModel* model_ = nullptr;
};

TEST_F(AnswerGrammarTest, KnowsEveryType) {
  expect(R"({"type": "null"})", {"null"}, {"nul", "0"});
  expect(R"({"type": "boolean"})", {"true", "false"}, {"True", "1"});
  expect(R"({"type": "integer"})", {"0", "-12"}, {"1.5", "01", "", "-"});
  expect(R"({"type": "number"})", {"0", "-1.5", "1e3"}, {".5", "1.", "NaN"});
  expect(R"({"type": "string"})", {R"("")", R"("a \"b\" \u00e4")", "\"\xc3\xa4\xf0\x9f\x98\x80\""},
         {"a", "\"a", "\"a\nb\""});
  expect(R"({"type": "array"})", {"[]", R"([1, "a", {"b": [null]}])"}, {"{}", "[1"});
  expect(R"({"type": "object"})", {"{}", R"({"a": [1]})"}, {"[]", "{a: 1}"});
  expect("{}", {"1", R"({"a": [true]})", "[]", "\"a\""}, {"a"});
  expect(R"({"title": "t"})", {"1", "\"a\""}, {"a"});
  expect(R"({"type": ["integer", "null"], "minimum": 3})", {"3", "null"}, {"2", "\"a\""});
}

TEST_F(AnswerGrammarTest, KnowsPropertiesInTheirOrder) {
  const std::string schema = R"({"type": "object", "required": ["b", "ä"], "properties": {
      "a": {"type": "integer"}, "b": {"type": "integer"}, "ä": {"type": "null"}}})";
  expect(schema, {R"({"b": 1, "ä": null})", R"({"b":1,"ä":null,"a":2})"},
         {"{}", R"({"b": 1})", R"({"a": 2, "b": 1, "ä": null})", R"({"b": 1, "ä": null, "c": 1})"});
  expect(R"({"type": "object", "properties": {"a": {}}, "additionalProperties": true})",
         {"{}", R"({"a": 1})"}, {R"({"b": 1})"});
  expect(R"({"type": "object", "additionalProperties": false})", {"{}"}, {R"({"b": 1})"});
}

// Names that mean something to llama.cpp's converter.
TEST_F(AnswerGrammarTest, TakesAnyNameForAProperty) {
  for (const std::string name :
       {"root", "space", "string", "value", "decimal-part", "0", "a b", "a/b", "\\\"", "\\n",
        "$ref", "type", "number-0", "ref-number-0", "bounded-0-0", "item"}) {
    const std::string schema = R"({"type": "object", "required": [")" + name +
                               R"("], "properties": {")" + name +
                               R"(": {"type": "number", "minimum": 0, "maximum": 2},
                               "other": {"type": "string"}}})";
    expect(schema, {"{\"" + name + "\": 1.5}", "{\"" + name + "\": 1.5, \"other\": \"\"}"},
           {"{}", "{\"" + name + "\": 3}", "{\"" + name + "\": \"\"}"});
  }
}

TEST_F(AnswerGrammarTest, KnowsItemsAndTheirNumber) {
  expect(R"({"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 3})",
         {"[true]", "[true, false,true]"}, {"[]", "[1]", "[true, true, true, true]"});
  expect(R"({"type": "array", "minItems": 2})", {"[1, 2]", "[1, \"a\", 3]"}, {"[]", "[1]"});
  expect(R"({"type": "array", "maxItems": 0})", {"[]"}, {"[1]"});
  expect(R"({"type": "array", "maxItems": 1})", {"[]", "[1]"}, {"[1, 2]"});
}

TEST_F(AnswerGrammarTest, KnowsLengths) {
  expect(R"({"type": "string", "minLength": 2, "maxLength": 3})",
         {"\"ab\"", "\"abc\"", "\"\xc3\xa4\xf0\x9f\x98\x80\""}, {"\"a\"", "\"abcd\""});
  expect(R"({"type": "string", "maxLength": 0})", {"\"\""}, {"\"a\""});
}

TEST_F(AnswerGrammarTest, TakesLimitsThatLlamaDoesNot) {
  for (const char* schema :
       {R"({"type": "string", "minLength": 1500, "maxLength": 1000000})",
        R"({"type": "array", "items": {"type": "array", "maxItems": 300}, "maxItems": 300})",
        R"({"type": "array", "minItems": 1000000})", R"({"type": "string", "maxLength": 1000})"})
    EXPECT_NO_THROW(grammar(schema)) << schema;
}

TEST_F(AnswerGrammarTest, KnowsValues) {
  expect(R"({"enum": ["a\"b\\", 1, 12, 0.5, null, [1, "x"], {"k": "\u00e4"}]})",
         {R"("a\"b\\")", "1", "12", "0.5", "null", R"([1,"x"])", "{\"k\":\"\xc3\xa4\"}"},
         {"2", "[]", "\"a\""});
  expect(R"({"const": "yes"})", {"\"yes\""}, {"\"no\"", "yes"});
}

TEST_F(AnswerGrammarTest, KnowsTheBoundsOfIntegers) {
  const auto check = [&](const std::string& bounds, int low, int high) {
    const AnswerGrammar made = grammar(R"({"type": "integer", )" + bounds + "}");
    for (int value = -130; value <= 130; ++value)
      EXPECT_EQ(takes(made, std::to_string(value)), value >= low && value <= high)
          << bounds << ": " << value;
    EXPECT_FALSE(takes(made, "-05"));
    EXPECT_FALSE(takes(made, "05"));
  };
  check(R"("minimum": 1, "maximum": 5)", 1, 5);
  check(R"("minimum": -7, "maximum": 112)", -7, 112);
  check(R"("minimum": -120, "maximum": -9)", -120, -9);
  check(R"("minimum": 10)", 10, 1000);
  check(R"("minimum": -10)", -10, 1000);
  check(R"("maximum": 99)", -1000, 99);
  check(R"("maximum": -4)", -1000, -4);
  check(R"("minimum": 0.5, "maximum": 9.5)", 1, 9);
}

TEST_F(AnswerGrammarTest, KnowsTheBoundsOfNumbersRoundedApart) {
  const auto check = [&](const std::string& bounds, double low, double high) {
    const AnswerGrammar made = grammar(R"({"type": "number", )" + bounds + "}");
    for (int tenths = -130; tenths <= 130; ++tenths) {
      const std::string text = std::string(tenths < 0 ? "-" : "") +
                               std::to_string(std::abs(tenths) / 10) + "." +
                               std::to_string(std::abs(tenths) % 10);
      const double value = tenths / 10.0;
      EXPECT_EQ(takes(made, text), value >= low && value <= high) << bounds << ": " << text;
      if (tenths % 10 == 0) {
        EXPECT_EQ(takes(made, std::to_string(tenths / 10)), value >= low && value <= high)
            << bounds << ": " << value;
      }
    }
  };
  check(R"("minimum": 0, "maximum": 1)", 0, 1);
  check(R"("minimum": -1, "maximum": 1)", -1, 1);
  check(R"("minimum": -3, "maximum": -1)", -3, -1);
  check(R"("minimum": 5, "maximum": 12)", 5, 12);
  check(R"("minimum": 2, "maximum": 2)", 2, 2);
  check(R"("minimum": 0.5, "maximum": 2.5)", 0, 3);
  check(R"("minimum": 3)", 3, 1000);
  check(R"("maximum": 3)", -1000, 3);
}

TEST_F(AnswerGrammarTest, IsKeptForItsSchema) {
  AnswerGrammars grammars(vocabulary());
  const AnswerConstraint one = JsonAnswer{parse_json(R"({"type": "null"})")};
  EXPECT_EQ(grammars.get(one), grammars.get(one));
  EXPECT_NE(grammars.get(one), grammars.get(JsonAnswer{parse_json(R"({"type": "string"})")}));
  EXPECT_EQ(grammars.get(FreeText{}), nullptr);
  EXPECT_EQ(grammars.get(IntegerRange{1, 5}), nullptr);
}

TEST_F(AnswerGrammarTest, TakesNoControlTokenForItsName) {
  const AnswerGrammar made = grammar(R"({"type": "string"})");
  GrammarPath path(made);
  path.add(tokens_of("\"").front());
  int refused = 0;
  for (Token token = 0; token < static_cast<Token>(vocabulary().size()); ++token) {
    if (!vocabulary().is_control(token)) continue;
    EXPECT_FALSE(path.allows(token)) << token;
    ++refused;
  }
  EXPECT_GT(refused, 0);
}

TEST_F(AnswerGrammarTest, EndsOnlyWhereTheAnswerIsComplete) {
  const AnswerGrammar made = grammar(R"({"type": "array", "items": {"type": "integer"}})");
  GrammarPath path(made);
  const Token end = vocabulary().end_token();
  for (const char* piece : {"[", "1", "]"}) {
    EXPECT_FALSE(path.allows(end));
    EXPECT_FALSE(path.finished());
    path.add(tokens_of(piece).front());
  }
  EXPECT_TRUE(path.allows(end));
  EXPECT_TRUE(path.finished());
}

// ---- what is written

const char* const kReview = R"({"type": "object", "required": ["score", "why"], "properties": {
    "score": {"type": "number", "minimum": 0, "maximum": 10},
    "why": {"type": "string", "maxLength": 5},
    "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2}}})";

TEST_F(AnswerGrammarTest, WritesValidJsonWhateverTheModelWouldSay) {
  const JsonAnswer constraint{parse_json(kReview)};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    std::vector<float> noise(vocabulary().size());
    for (float& each : noise) each = static_cast<float>(random.uniform() * 8);
    const Answer answer = write(kReview, seed, 200, [&](const std::string& said, Token token) {
      return noise[(static_cast<std::size_t>(token) + said.size() * 31) % noise.size()];
    });
    EXPECT_TRUE(satisfies(constraint, answer.text)) << answer.text;
    EXPECT_EQ(answer.finish, Finish::kEnd);
  }
}

TEST_F(AnswerGrammarTest, WritesNoBlanksWithoutEnd) {
  const auto likes_blanks = [](const std::string&, Token token) {
    const std::string piece = vocabulary().piece(token);
    const bool blank = !piece.empty() && piece.find_first_not_of(" \t\n\r") == std::string::npos;
    return blank ? 40.0F : 0.0F;
  };
  const Answer answer = write(R"({"type": "object", "required": ["a", "b"], "properties": {
      "a": {"type": "boolean"}, "b": {"type": "integer", "minimum": 1, "maximum": 5}}})",
                              3, 300, likes_blanks);
  EXPECT_NO_THROW(parse_json(answer.text)) << answer.text;
  EXPECT_LT(std::ranges::count(answer.text, ' '), 200);
}

TEST_F(AnswerGrammarTest, EndsANumberWhereTheModelWouldGoOnWithSomethingElse) {
  const Token four = tokens_of("4").front();
  const Token word = tokens_of(" and").front();
  const Answer answer =
      write(R"({"type": "integer"})", 1, 50, [&](const std::string& said, Token token) {
        return token == (said.empty() ? four : word) ? 50.0F : 0.0F;
      });
  EXPECT_EQ(answer.text, "4");
  EXPECT_EQ(answer.finish, Finish::kEnd);
  EXPECT_EQ(answer.generated_tokens, 1);
}

TEST_F(AnswerGrammarTest, CutsAtMaxTokens) {
  const Token quote = tokens_of("\"").front(), a = tokens_of("a").front();
  const Answer answer =
      write(R"({"type": "string"})", 1, 9, [&](const std::string& said, Token token) {
        return token == (said.empty() ? quote : a) ? 50.0F : 0.0F;
      });
  EXPECT_EQ(answer.finish, Finish::kLength);
  EXPECT_EQ(answer.generated_tokens, 9);
  EXPECT_EQ(answer.text, "\"aaaaaaaa");
}

TEST_F(AnswerGrammarTest, DoesNotCutWhatEndsWithTheLastToken) {
  const Token quote = tokens_of("\"").front(), a = tokens_of("a").front();
  const Answer answer =
      write(R"({"type": "string"})", 1, 3, [&](const std::string& said, Token token) {
        return token == (said.size() == 1 ? a : quote) ? 50.0F : 0.0F;
      });
  EXPECT_EQ(answer.text, "\"a\"");
  EXPECT_EQ(answer.finish, Finish::kEnd);
  EXPECT_EQ(answer.generated_tokens, 3);
}

TEST_F(AnswerGrammarTest, CountsMaxTokensAsRoom) {
  Generation generation;
  generation.prompt = {1, 2, 3};
  generation.sampling.max_tokens = 50;
  generation.grammar = std::make_shared<const AnswerGrammar>(grammar("{}"));
  EXPECT_EQ(generation.room(), 53U);
}

}  // namespace
}  // namespace syndisco
