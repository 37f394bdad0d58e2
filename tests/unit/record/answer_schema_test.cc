#include "syndisco/record/answer_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "syndisco/record/sampling.h"

namespace syndisco {
namespace {

using testing::HasSubstr;

struct Case {
  std::string name;
  std::string schema;
  std::vector<std::string> fitting;
  std::vector<std::string> others;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class AnswerSchema : public testing::TestWithParam<Case> {};

TEST_P(AnswerSchema, AllowsWhatFitsAndNothingElse) {
  const JsonAnswer answer{parse_json(GetParam().schema)};
  check_answer_schema(answer.schema);
  for (const std::string& text : GetParam().fitting) {
    EXPECT_TRUE(satisfies(answer, text)) << text;
    EXPECT_EQ(typed_value(answer, text), parse_json(text)) << text;
  }
  for (const std::string& text : GetParam().others) {
    EXPECT_FALSE(satisfies(answer, text)) << text;
    EXPECT_TRUE(typed_value(answer, text).is_null()) << text;
  }
}

TEST_P(AnswerSchema, HasAnExampleThatFits) {
  const Json schema = parse_json(GetParam().schema);
  const Json example = schema_example(schema);
  EXPECT_TRUE(fits_schema(schema, example)) << dump_json_compact(example);
}

INSTANTIATE_TEST_SUITE_P(
    Keywords, AnswerSchema,
    testing::Values(
        Case{"AnyValue", "{}", {"1", "null", " [1, {}] \n"}, {"", "yes", "{", "1 2", "1e999"}},
        Case{"OnlyWords", R"({"title": "a", "description": "b"})", {"1"}, {"a"}},
        Case{"Null", R"({"type": "null"})", {"null"}, {"0", "\"null\"", "false"}},
        Case{"Boolean", R"({"type": "boolean"})", {"true", "false"}, {"1", "\"true\""}},
        Case{"Integer",
             R"({"type": "integer"})",
             {"0", "-7", "123456789012345678901234567890"},
             {"1.0", "1e2", "1.5", "\"1\"", "true"}},
        Case{"Number", R"({"type": "number"})", {"1", "-0.5", "1e3"}, {"\"1\"", "1e999", "null"}},
        Case{"String", R"({"type": "string"})", {"\"\"", R"("\u00e4")"}, {"a", "1", R"("\ud800")"}},
        Case{"Array", R"({"type": "array"})", {"[]", R"([1, "a"])"}, {"{}", "[1e999]"}},
        Case{"Object", R"({"type": "object"})", {"{}", R"({"a": [1]})"}, {"[]", "null"}},
        Case{"OneOfTwoTypes", R"({"type": ["string", "null"]})", {"null", "\"a\""}, {"1"}},
        Case{"Properties",
             R"({"type": "object", "properties": {"a": {"type": "integer"}}})",
             {"{}", R"({"a": 1})", R"({"b": 2})"},
             {R"({"a": "1"})", R"({"b": 1e999})"}},
        Case{"Required",
             R"({"type": "object", "properties": {"a": {}, "b": {}}, "required": ["b"]})",
             {R"({"b": 1})", R"({"b": 1, "a": 2})"},
             {"{}", R"({"a": 1})"}},
        Case{"NoOthers",
             R"({"type": "object", "properties": {"a": {}}, "additionalProperties": false})",
             {"{}", R"({"a": 1})"},
             {R"({"b": 1})", R"({"a": 1, "b": 1})"}},
        Case{"Others", R"({"type": "object", "additionalProperties": true})", {R"({"b": 1})"}, {}},
        Case{"Items",
             R"({"type": "array", "items": {"type": "string"}})",
             {"[]", R"(["a", "b"])"},
             {"[1]", R"(["a", null])"}},
        Case{"NumberOfItems",
             R"({"type": "array", "minItems": 2, "maxItems": 3})",
             {"[1, 2]", "[1, 2, 3]"},
             {"[]", "[1]", "[1, 2, 3, 4]"}},
        Case{"Bounds",
             R"({"type": "number", "minimum": 0.5, "maximum": 2})",
             {"0.5", "1", "2", "2.0"},
             {"0.4", "2.1", "-1", "1e400"}},
        Case{"IntegersBetweenFractions",
             R"({"type": "integer", "minimum": -1.5, "maximum": -0.5})",
             {"-1"},
             {"0", "-2"}},
        Case{"Below", R"({"type": "integer", "maximum": -3})", {"-3", "-99"}, {"-2", "0"}},
        Case{"LengthInCodePoints",
             R"({"type": "string", "minLength": 2, "maxLength": 3})",
             {"\"ab\"", "\"\xc3\xa4\xf0\x9f\x98\x80\"", R"("\ud83d\ude00a")"},
             {"\"a\"", "\"abcd\"", "\"\xf0\x9f\x98\x80\""}},
        Case{"LongTexts", R"({"type": "string", "minLength": 30})", {}, {"\"a\""}},
        Case{"NoText", R"({"type": "string", "maxLength": 0})", {"\"\""}, {"\"a\""}},
        Case{"Enum",
             R"({"enum": ["a", 1, null, {"x": [1], "y": 2}]})",
             {"\"a\"", "1", "1.0", R"({"y": 2, "x": [1.0]})"},
             {"\"b\"", "2", R"({"x": [1]})", R"({"x": [1], "z": 2})", "true"}},
        Case{"EnumOfAType", R"({"type": "string", "enum": ["a", "b"]})", {"\"b\""}, {"\"c\"", "1"}},
        Case{"Const", R"({"const": "yes"})", {"\"yes\""}, {"\"no\"", "yes"}},
        Case{"BoundsOfOneOfTwoTypes",
             R"({"type": ["integer", "string"], "minimum": 1, "maxLength": 1})",
             {"1", "\"a\""},
             {"0", "\"ab\""}},
        Case{"Nested",
             R"({"type": "object", "required": ["list"], "properties": {"list": {"type": "array",
                 "minItems": 1, "items": {"type": "object", "required": ["n"],
                 "properties": {"n": {"type": "integer", "maximum": 9}}}}}})",
             {R"({"list": [{"n": 9}]})"},
             {R"({"list": []})", R"({"list": [{"n": 10}]})", R"({"list": [{}]})"}}),
    [](const auto& test) { return test.param.name; });

TEST(AnswerSchemas, OfTwoMembersOfOneNameTheLastCounts) {
  const JsonAnswer answer{parse_json(R"({"type": "object", "properties": {"a": {"const": 2}}})")};
  EXPECT_TRUE(satisfies(answer, R"({"a": 1, "a": 2})"));
}

// ---- schemas that are refused

struct Refused {
  std::string name;
  std::string schema;
  std::string pointer;
  std::string message;
  std::string hint;  ///< a part of it
};

void PrintTo(const Refused& c, std::ostream* out) {
  *out << c.name;
}

class RefusedSchema : public testing::TestWithParam<Refused> {};

TEST_P(RefusedSchema, IsNamedWithItsPlace) {
  try {
    check_answer_schema(parse_json(GetParam().schema));
    FAIL() << "took " << GetParam().schema;
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), GetParam().message);
    EXPECT_EQ(error.place().pointer, GetParam().pointer);
    EXPECT_THAT(error.hint(), HasSubstr(GetParam().hint));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Schemas, RefusedSchema,
    testing::Values(
        Refused{"NoMapping", "3", "", "a schema must be a mapping, but is a whole number",
                "{type: string}"},
        Refused{"UnknownKeyword", R"({"type": "string", "pattern": "a"})", "/pattern",
                "a schema cannot have the keyword 'pattern'",
                "known are type, properties, required, additionalProperties"},
        Refused{"Reference", R"({"type": "array", "items": {"$ref": "#"}})", "/items/$ref",
                "a schema cannot have the keyword '$ref'", "known are type"},
        Refused{"MisspeltKeyword", R"({"type": "object", "propertis": {}})", "/propertis",
                "a schema cannot have the keyword 'propertis'", "did you mean properties?"},
        Refused{"MisspeltType", R"({"type": "nmber"})", "/type", "there is no type 'nmber'",
                "did you mean number? types are null, boolean"},
        Refused{"TypeOfNumber", R"({"type": 3})", "/type",
                "type must be the name of a type or a list of names, but is a whole number",
                "types are"},
        Refused{"MisspeltTypeInAList", R"({"type": ["string", "nul"]})", "/type/1",
                "there is no type 'nul'", "did you mean null?"},
        Refused{"TypeTwice", R"({"type": ["string", "string"]})", "/type/1",
                "the type string is there twice", ""},
        Refused{"NoTypes", R"({"type": []})", "/type", "type is empty", "leave it out"},
        Refused{"PropertiesNoMapping", R"({"type": "object", "properties": ["a"]})", "/properties",
                "properties must be a mapping of names to schemas, but is a list", ""},
        Refused{"PropertiesNoMappingAfterRequired",
                R"({"type": "object", "required": ["a"], "properties": "a"})", "/properties",
                "properties must be a mapping of names to schemas, but is a text", ""},
        Refused{"RequiredNoListAfterEnum", R"({"type": "object", "enum": [{}], "required": "a"})",
                "/required", "required must be a list of properties, but is a text", ""},
        Refused{"PropertyNoSchema", R"({"type": "object", "properties": {"a": "string"}})",
                "/properties/a", "a schema must be a mapping, but is a text", "{type: string}"},
        Refused{"EmptyName", R"({"type": "object", "properties": {"": {}}})", "/properties/",
                "a property has an empty name", ""},
        Refused{"RequiredNoList", R"({"type": "object", "required": "a", "properties": {"a": {}}})",
                "/required", "required must be a list of properties, but is a text", ""},
        Refused{"RequiredNoName", R"({"type": "object", "required": [1]})", "/required/0",
                "required must hold names of properties, but has a whole number", ""},
        Refused{"RequiredUndefined",
                R"({"type": "object", "properties": {"score": {}}, "required": ["scor"]})",
                "/required/0", "required has 'scor', which is none of the properties",
                "did you mean score?"},
        Refused{"RequiredTwice",
                R"({"type": "object", "properties": {"a": {}}, "required": ["a", "a"]})",
                "/required/1", "required has 'a' twice", ""},
        Refused{"AdditionalSchema", R"({"type": "object", "additionalProperties": {}})",
                "/additionalProperties",
                "additionalProperties must be true or false, but is a mapping", ""},
        Refused{"ItemsList", R"({"type": "array", "items": [{}]})", "/items",
                "a schema must be a mapping, but is a list", ""},
        Refused{"EnumNoList", R"({"enum": "a"})", "/enum", "enum must be a list, but is a text",
                ""},
        Refused{"EnumEmpty", R"({"enum": []})", "/enum", "enum is empty", "at least one"},
        Refused{"EnumTwice", R"({"enum": [1, 1.0]})", "/enum/1", "this value is there twice", ""},
        Refused{"EnumOfAnotherType", R"({"type": "string", "enum": ["a", 1]})", "/enum/1",
                "this value does not fit what the schema says beside enum", ""},
        Refused{"ConstOutOfBounds", R"({"const": 9, "type": "integer", "maximum": 5})", "/const",
                "const does not fit what the schema says beside it", ""},
        Refused{"EnumAndConst", R"({"enum": [1], "const": 1})", "/const",
                "a schema has both enum and const", "keep one"},
        Refused{"NegativeSize", R"({"type": "array", "minItems": -1})", "/minItems",
                "minItems must be a whole number from 0 to 1000000", ""},
        Refused{"SizeOfText", R"({"type": "string", "maxLength": "9"})", "/maxLength",
                "maxLength must be a whole number from 0 to 1000000", ""},
        Refused{"BoundOfText", R"({"type": "number", "minimum": "0"})", "/minimum",
                "minimum must be a number, but is a text", ""},
        Refused{"BoundTooFar", R"({"type": "number", "maximum": 1e16})", "/maximum",
                "maximum must be from -10^15 to 10^15", ""},
        Refused{"NoRoom", R"({"type": "number", "minimum": 2, "maximum": 1.5})", "/maximum",
                "minimum is 2, but maximum is 1.5", ""},
        Refused{"NoWholeNumber", R"({"type": "integer", "minimum": 0.2, "maximum": 0.8})",
                "/maximum", "minimum is 0.2, but maximum is 0.8, and no whole number lies between",
                ""},
        Refused{"NoRoomForItems", R"({"type": "array", "minItems": 2, "maxItems": 1})", "/maxItems",
                "minItems is 2, but maxItems is 1", ""},
        Refused{"NoRoomForText", R"({"type": "string", "minLength": 2, "maxLength": 1})",
                "/maxLength", "minLength is 2, but maxLength is 1", ""},
        Refused{"KeywordOfAnotherType", R"({"type": "string", "minimum": 1})", "/minimum",
                "minimum needs type: integer or number", ""},
        Refused{"KeywordWithoutType", R"({"properties": {}})", "/properties",
                "properties needs type: object", ""},
        Refused{"DeepInside",
                R"({"type": "array", "items": {"type": "object", "properties": {"a/b": {"type":
                    "strin"}}}})",
                "/items/properties/a~1b/type", "there is no type 'strin'", "did you mean string?"}),
    [](const auto& test) { return test.param.name; });

TEST(AnswerSchemas, PlacesBeginWhereTheSchemaStands) {
  Place place{"e.yaml", 3, 5, "/annotations/0/answer/json"};
  try {
    check_answer_schema(parse_json(R"({"type": "nmber"})"), place);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().text(), "e.yaml (/annotations/0/answer/json/type)");
  }
}

}  // namespace
}  // namespace syndisco
