#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/source_tree.h"

#include "syndisco/base/file.h"
#include "syndisco/design/experiment.h"
#include "syndisco/design/keys.h"
#include "syndisco/text/json.h"

namespace syndisco {
namespace {

std::vector<std::string> properties_of(const Json& schema, std::string_view definition) {
  const Json* part = &schema;
  if (!definition.empty()) part = schema.find("$defs")->find(definition);
  std::vector<std::string> names;
  if (part == nullptr) return names;
  for (const auto& [name, value] : part->find("properties")->object()) names.push_back(name);
  return names;
}

/// Every "$ref" in the schema.
void collect_references(const Json& json, std::vector<std::string>& references) {
  if (json.is_array())
    for (const Json& item : json.array()) collect_references(item, references);
  if (json.is_object()) {
    for (const auto& [name, value] : json.object()) {
      if (name == "$ref") references.push_back(value.string());
      collect_references(value, references);
    }
  }
}

TEST(Schema, TheFileIsWhatTheLibraryHolds) {
  const std::string file = read_file(test::source_tree() / "schema/experiment.schema.json");
  EXPECT_TRUE(experiment_schema() == file)
      << "copy schema/experiment.schema.json into src/syndisco/design/schema.cc";
}

TEST(Schema, KnowsExactlyTheKeysThatTheReaderKnows) {
  const Json schema = parse_json(experiment_schema());
  for (const auto& [name, list] : keys::all())
    EXPECT_THAT(properties_of(schema, name), testing::UnorderedElementsAreArray(*list)) << name;
}

TEST(Schema, RefusesUnknownKeysWhereTheReaderDoes) {
  const Json schema = parse_json(experiment_schema());
  for (const auto& [name, list] : keys::all()) {
    const Json* part = name.empty() ? &schema : schema.find("$defs")->find(name);
    ASSERT_NE(part->find("additionalProperties"), nullptr) << name;
    EXPECT_EQ(*part->find("additionalProperties"), Json(false)) << name;
  }
}

TEST(Schema, EveryReferenceHasItsDefinition) {
  const Json schema = parse_json(experiment_schema());
  std::vector<std::string> references;
  collect_references(schema, references);
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/$defs/")) << reference;
    EXPECT_NE(schema.find("$defs")->find(reference.substr(8)), nullptr) << reference;
  }
}

TEST(Schema, TheReferenceExplainsEveryKey) {
  const std::string reference = read_file(test::source_tree() / "docs/experiment-file.md");
  for (const auto& [name, list] : keys::all())
    for (const std::string& key : *list)
      EXPECT_NE(reference.find("`" + key + "`"), std::string::npos) << name << ": " << key;
}

}  // namespace
}  // namespace syndisco
