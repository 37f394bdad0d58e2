#include "syndisco/api/logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/conformance.h"
#include "unit/api/talkers.h"

#include "syndisco/base/file.h"

namespace syndisco::api::testing {
namespace {

using ::testing::HasSubstr;

TEST(Logs, AreReadBackAsTheyWereSaved) {
  const Folder folder;
  Logs logs;
  logs.append("ann", "Γειά\n\"x\"", "m");
  logs.append("ben", "", "m");
  logs.to_json_file(folder / "logs.json");
  EXPECT_EQ(Logs::from_file(folder / "logs.json"), logs);
  EXPECT_EQ(Logs::from_file(logs.save(folder / "out")), logs);
}

TEST(Logs, LeavePromptsBehindWhenRead) {
  const Folder folder;
  Logs logs;
  logs.append("ann", "Hi", "m", "You are ann.");
  logs.to_json_file(folder / "logs.json");
  EXPECT_EQ(Logs::from_file(folder / "logs.json")[0].prompt, "");
}

TEST(Logs, KeepTextsThatAreNone) {
  const Folder folder;
  write_file_atomically(folder / "l.json", R"({"logs": [{"name": "a", "text": 5, "model": "m"}]})");
  const Logs logs = Logs::from_file(folder / "l.json");
  EXPECT_EQ(logs[0].text, Json(5));
  EXPECT_EQ(logs[0].shown(), "5");
}

TEST(Logs, NameThePlaceOfWhatIsMissing) {
  const Folder folder;
  write_file_atomically(folder / "l.json", "{\"logs\": [\n{\"name\": \"a\", \"text\": \"t\"}\n]}");
  EXPECT_THAT(refusal([&] { Logs::from_file(folder / "l.json"); }),
              HasSubstr("l.json:2 (/logs/0): \"model\" is missing"));
}

/// Every recording of Logs.from_file of 2.2.
TEST(Logs, AreWhatTheOriginalReadAndSaved) {
  const auto recordings = syndisco::testing::conformance_dir();
  if (!recordings) GTEST_SKIP() << "no recordings";
  std::size_t replayed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*recordings / "v2_2")) {
    const auto input = entry.path() / "input" / "logs.json";
    const std::string name = entry.path().filename().string();
    if (name.find("logs_") == std::string::npos) continue;
    SCOPED_TRACE(name);
    ++replayed;
    const Json trace = parse_json(read_file(entry.path() / "trace.json"));
    if (const Json* error = trace.find("error"); error != nullptr && !error->is_null()) {
      EXPECT_NE(refusal([&] { Logs::from_file(input); }), "");
      continue;
    }
    Json ours = Logs::from_file(input).to_dict();
    ours.set("timestamp", *parse_json(trace.find("output_text")->string()).find("timestamp"));
    EXPECT_EQ(dump_json_indented(ours), trace.find("output_text")->string());
  }
  EXPECT_GT(replayed, 0U);
}

}  // namespace
}  // namespace syndisco::api::testing
