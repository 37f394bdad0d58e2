// Texts that mean harm, all the way: kept to the byte in the record and in every export, harmless
// on the terminal.
#include "support/hostile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "program.h"

#include "syndisco/dataset/tables.h"
#include "syndisco/journal/journal.h"
#include "syndisco/text/unicode.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kEvilName = "ann \x1b]52;c;eA==\x07\u202e\u009b2J\u2028x";

/// What could move the cursor, change colours or order, or end a line.
std::string harm_in(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
    const bool order = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                       (c >= 0x2066 && c <= 0x2069);
    if (control || order || !character.valid) {
      char code[16];
      std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(c));
      const std::size_t from = i > 60 ? i - 60 : 0;
      return std::string(code) + " after ..." + printable_line(text.substr(from, i - from));
    }
    i += character.length;
  }
  return "";
}

void expect_harmless(const Ended& ended, const std::string& what) {
  EXPECT_EQ(harm_in(ended.out), "") << "stdout of " << what;
  EXPECT_EQ(harm_in(ended.err), "") << "stderr of " << what;
}

/// Rows and cells of RFC 4180, as other programs read it.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        row.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        row.back() += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      row.emplace_back();
    } else if (c == '\n') {
      rows.push_back(std::exchange(row, std::vector<std::string>(1)));
    } else {
      row.back() += c;
    }
  }
  return rows;
}

std::vector<std::string> column(const std::vector<std::vector<std::string>>& rows,
                                const std::string& name) {
  const auto found = std::ranges::find(rows.at(0), name);
  const auto at = static_cast<std::size_t>(found - rows.at(0).begin());
  std::vector<std::string> cells;
  for (std::size_t i = 1; i < rows.size(); ++i) cells.push_back(rows[i].at(at));
  return cells;
}

/// One run of all hostile texts by people, factors and sets of hostile names, looked at by all
/// tests.
class Hostile : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<Folder>();
    JsonArray texts;
    for (const std::string& text : hostile_texts()) texts.emplace_back(text);
    const std::string bad = "\x1b[2J\u202e\u009b";
    const Json experiment = JsonObject{
        {"experiment", "evil " + bad},
        {"models",
         JsonObject{
             {"m", JsonObject{{"scripted", JsonObject{{"by_role", JsonObject{{"user", texts},
                                                                             {"annotator", texts}}},
                                                      {"name", "model " + bad}}}}}}},
        {"discussions",
         JsonObject{{"context", bad},
                    {"instructions", "i" + bad},
                    {"personas", JsonArray{JsonObject{{"username", kEvilName}, {"k" + bad, bad}},
                                           JsonObject{{"username", "=ben,\"x\""}}}},
                    {"turns", texts.size()},
                    {"history", 2},
                    {"opening_posts", JsonArray{JsonArray{"opening " + bad}}}}},
        {"factors", JsonObject{{"=f" + bad, JsonObject{{"+l" + bad, JsonObject{}}}}}},
        {"annotations",
         JsonArray{JsonObject{{"name", "set " + bad},
                              {"annotators", JsonArray{JsonObject{{"username", "judge " + bad}}}},
                              {"instructions", bad},
                              {"opening_posts", false}}}}};
    folder_->write("experiment.json", dump_json(experiment));
    ran_ = run(*folder_, {"run", "experiment.json", "--out", "d", "--log-level", "debug"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_EQ(ran_.code, 0) << ran_.err.substr(0, 2000); }

  static DiscussionRecord record() {
    const auto journal = Journal::open_read_only(*folder_ / "d");
    return journal->discussion(journal->discussion_ids().at(0));
  }

  /// Of the comments that are not opening posts.
  static std::vector<std::string> said() {
    std::vector<std::string> texts;
    for (const Turn& turn : record().turns)
      if (turn.kind == TurnKind::kUser) texts.push_back(turn.text);
    return texts;
  }

  static std::string exported(const std::vector<std::string>& options, const std::string& name) {
    std::vector<std::string> arguments = {"export", "d", "--out", name};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Ended ended = run(*folder_, arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return folder_->read(name);
  }

  static std::unique_ptr<Folder> folder_;
  static Ended ran_;
};

std::unique_ptr<Folder> Hostile::folder_;
Ended Hostile::ran_;

TEST_F(Hostile, TextsAreKeptToTheByteInTheJournal) {
  EXPECT_EQ(said(), hostile_texts());
  const auto journal = Journal::open_read_only(*folder_ / "d");
  const auto annotations = journal->annotations_of(journal->discussion_ids().at(0));
  ASSERT_EQ(annotations.size(), 1u);
  std::vector<std::string> answers;
  for (const Turn& turn : annotations[0].turns) answers.push_back(turn.text);
  EXPECT_EQ(answers, hostile_texts());
  bool named = false;
  for (const Turn& turn : record().turns) named |= turn.name == kEvilName;
  EXPECT_TRUE(named);
}

TEST_F(Hostile, TextsAreKeptInTheFilesForPeople) {
  const std::string text = folder_->read("d/discussions/" + record().job.id + ".json");
  EXPECT_EQ(harm_in(text), "");
  const Json file = parse_json(text);
  std::vector<std::string> texts;
  for (const Json& entry : file.find("logs")->array())
    texts.push_back(entry.find("text")->string());
  texts.erase(texts.begin());  // the opening post
  EXPECT_EQ(texts, hostile_texts());
}

TEST_F(Hostile, TextsComeBackFromACsvTable) {
  const auto rows = read_csv(exported({}, "t.csv"));
  for (const auto& row : rows) ASSERT_EQ(row.size(), rows[0].size());
  std::vector<std::string> messages = column(rows, "message");
  messages.erase(messages.begin());
  EXPECT_EQ(messages, hostile_texts());
  EXPECT_EQ(column(read_csv(folder_->read("t.annotations.csv")), "annotation"), hostile_texts());
}

TEST_F(Hostile, AGuardedTableHoldsNoFormulaAndGivesTheTextsBack) {
  auto rows = read_csv(exported({"--guard-formulas"}, "g.csv"));
  for (auto& row : rows)
    for (std::string& cell : row) {
      EXPECT_TRUE(cell.empty() || std::string("=+-@\t\r\n").find(cell[0]) == std::string::npos)
          << cell.substr(0, 50);
      if (cell.starts_with('\'')) cell.erase(0, 1);
    }
  std::vector<std::string> messages = column(rows, "message");
  messages.erase(messages.begin());
  EXPECT_EQ(messages, hostile_texts());
}

TEST_F(Hostile, GuardsAreForCsvAlone) {
  const Ended ended =
      run(*folder_, {"export", "d", "--format", "jsonl", "--guard-formulas", "--out", "x.jsonl"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--guard-formulas"));
}

TEST_F(Hostile, TextsComeBackFromJsonLines) {
  const std::string text = exported({"--format", "jsonl"}, "t.jsonl");
  std::vector<std::string> messages;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    messages.push_back(parse_json(text.substr(start, end - start)).find("message")->string());
    start = end + 1;
  }
  messages.erase(messages.begin());
  EXPECT_EQ(messages, hostile_texts());
  for (const char* breaking : {"\u0085", "\u2028", "\u2029", "\r", "\v", "\f"})
    EXPECT_EQ(text.find(breaking), std::string::npos);
}

TEST_F(Hostile, TextsComeBackFromPublishedFormats) {
  for (const std::string format : {"syndisco-2.0", "syndisco-2.2"}) {
    run(*folder_, {"export", "d", "--format", format, "--out", format});
    const std::string text = folder_->read(format + "/discussions/" + record().job.id + ".json");
    EXPECT_EQ(harm_in(text), "");
    std::vector<std::string> texts;
    const Json file = parse_json(text);
    for (const Json& entry : file.find("logs")->array())
      texts.push_back(entry.find("text")->string());
    texts.erase(texts.begin());
    EXPECT_EQ(texts, hostile_texts()) << format;
  }
}

TEST_F(Hostile, TextsDoNothingToATerminal) {
  expect_harmless(ran_, "run --log-level debug");
  EXPECT_THAT(ran_.err, HasSubstr("clipboard")) << "at debug level the texts are shown";
  const std::string id = record().job.id;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"show", "d"},
           {"show", "d", id},
           {"show", "d", id, "--prompts"},
           {"status", "d"},
           {"status", "d", "--json"},
           {"plan", "experiment.json"},
           {"plan", "experiment.json", "--json"},
           {"run", "experiment.json", "--out", "d"},
           {"export", "d", "--out", "\x1b[2J.csv"},
       }) {
    const Ended ended = run(*folder_, arguments);
    EXPECT_EQ(ended.code, 0) << arguments[0] << ended.err;
    expect_harmless(ended, arguments[0] + " " + arguments.back());
  }
  for (const auto& entry : fs::directory_iterator(*folder_ / "d/logs"))
    EXPECT_EQ(harm_in(folder_->read("d/logs/" + entry.path().filename().string())), "");
}

TEST_F(Hostile, ArgumentsAndFilesDoNothingToATerminalInErrors) {
  folder_->write("bad.yaml", "experiment: x\n\"\\e[2J\\u202e\": 1\n");
  folder_->write("bytes.yaml", "experiment: \xff\x1b[2J\n");
  folder_->write("surrogate.json", R"({"experiment": "\ud800 alone"})");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"show", "d", "\x1b[2J\u202e"},
           {"show", "d\x1b[2J\u009b"},
           {"run", "\x1b]52;c;eA==\x07.yaml"},
           {"run", "bad.yaml"},
           {"run", "bytes.yaml"},
           {"run", "surrogate.json"},
           {"export", "d", "--format", "\x1b[2J\u202e"},
           {"--\x1b[2J\u202e"},
           {"\x1b[2J\u202e"},
           {"status", "d", "\x1b[2J\u202e"},
           {"--log-level", "\x1b[2J", "status", "d"},
           {"--log-format", "\x1b[2J", "status", "d"},
       }) {
    const Ended ended = run(*folder_, arguments);
    EXPECT_EQ(ended.code, 2) << arguments.back() << ended.err;
    EXPECT_NE(ended.err, "");
    expect_harmless(ended, printable_line(arguments.back()));
  }
}

TEST_F(Hostile, AFailureIsToldHarmlessly) {
  folder_->write(
      "fails.json",
      dump_json(JsonObject{
          {"experiment", "fails"},
          {"models",
           JsonObject{{"m", JsonObject{{"scripted", JsonObject{{"replies", JsonArray{"a"}},
                                                               {"name", "m\x1b[2J"},
                                                               {"fail_at", JsonArray{1}}}}}}}},
          {"discussions", JsonObject{{"personas", JsonArray{JsonObject{{"username", kEvilName}}}},
                                     {"turns", 2}}}}));
  const Ended ended = run(*folder_, {"run", "fails.json", "--out", "f"});
  EXPECT_EQ(ended.code, 1);
  expect_harmless(ended, "a run that fails");
  expect_harmless(run(*folder_, {"status", "f"}), "status of failures");
  expect_harmless(run(*folder_, {"show", "f", "0001"}), "a failed transcript");
}

TEST_F(Hostile, LinesForProgramsAreJsonWhateverIsLogged) {
  const Ended ended = run(*folder_, {"run", "experiment.json", "--out", "j", "--log-level", "debug",
                                     "--log-format", "json"});
  ASSERT_EQ(ended.code, 0);
  EXPECT_EQ(harm_in(ended.err), "");
  std::size_t start = 0, texts = 0;
  while (start < ended.err.size()) {
    const std::size_t end = ended.err.find('\n', start);
    const Json line = parse_json(ended.err.substr(start, end - start));
    for (const char* key : {"time", "level", "id", "message"})
      ASSERT_TRUE(line.find(key) != nullptr && line.find(key)->is_string());
    if (line.find("message")->string().ends_with(hostile_texts()[2])) ++texts;
    start = end + 1;
  }
  EXPECT_EQ(texts, 2u) << "said once and judged once";
}

TEST_F(Hostile, PromptsAndTextsAreLoggedAtDebugLevelAlone) {
  const Ended ended = run(*folder_, {"run", "experiment.json", "--out", "quiet"});
  ASSERT_EQ(ended.code, 0);
  std::string logged = ended.err;
  for (const auto& entry : fs::directory_iterator(*folder_ / "quiet/logs"))
    logged += folder_->read("quiet/logs/" + entry.path().filename().string());
  EXPECT_EQ(logged.find("clipboard"), std::string::npos);
  EXPECT_EQ(logged.find("The discussion so far"), std::string::npos);
  EXPECT_THAT(ran_.err, HasSubstr("was sent: system: "));
  EXPECT_THAT(ran_.err, HasSubstr("The discussion so far"));
}

}  // namespace
}  // namespace syndisco::test
