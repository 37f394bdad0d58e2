#include "syndisco/dataset/tables.h"

#include <gtest/gtest.h>

#include "unit/dataset/records.h"

#include "syndisco/base/hash.h"

namespace syndisco {
namespace {

using Names = std::vector<std::string>;

std::string written(TableFormat format, const Names& columns, const std::vector<Row>& rows) {
  std::string text;
  const Sink sink = [&](std::string_view piece) { text += piece; };
  TableWriter writer(format, columns, sink);
  for (const Row& row : rows) writer.write(row);
  return text;
}

Json cell(const std::vector<Row>& rows, std::size_t row, const Names& columns,
          const std::string& column) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i] == column) return rows.at(row).at(i);
  ADD_FAILURE() << "no column " << column;
  return {};
}

TEST(CsvTable, QuotesWhatNeedsIt) {
  EXPECT_EQ(written(TableFormat::kCsv, {"a", "b"},
                    {{"plain", "co,mma"}, {"say \"hi\"", "two\nlines"}, {"cr\r", " blank "}}),
            "a,b\nplain,\"co,mma\"\n\"say \"\"hi\"\"\",\"two\nlines\"\n\"cr\r\", blank \n");
}

TEST(CsvTable, WritesTypedCellsAsText) {
  EXPECT_EQ(written(TableFormat::kCsv, {"a", "b", "c", "d", "e"},
                    {{true, 3, 0.5, nullptr, JsonObject{{"k", "Κ"}}}}),
            "a,b,c,d,e\ntrue,3,0.5,,\"{\"\"k\"\":\"\"Κ\"\"}\"\n");
}

TEST(CsvTable, QuotesTheHeaderToo) {
  EXPECT_EQ(written(TableFormat::kCsv, {"a,b"}, {}), "\"a,b\"\n");
}

TEST(CsvTable, KeepsFormulasUnlessItIsGuarded) {
  const std::vector<Row> rows = {
      {"=1+1", -1}, {"+2", "-"}, {"@x", "\t="}, {"a=1", "'q"}, {"", "\r="}};
  EXPECT_EQ(written(TableFormat::kCsv, {"=a", "b"}, rows),
            "=a,b\n=1+1,-1\n+2,-\n@x,\t=\na=1,'q\n,\"\r=\"\n");
  EXPECT_EQ(written(TableFormat::kGuardedCsv, {"=a", "b"}, rows),
            "'=a,b\n'=1+1,-1\n'+2,'-\n'@x,'\t=\na=1,''q\n,\"'\r=\"\n");
}

TEST(JsonLinesTable, BreaksNoLineWhateverTheReaderTakesForABreak) {
  EXPECT_EQ(written(TableFormat::kJsonLines, {"a"}, {{"x\u0085\u2028\u2029\v\f\ny"}}),
            "{\"a\":\"x\\u0085\\u2028\\u2029\\u000b\\f\\ny\"}\n");
}

TEST(JsonLinesTable, KeepsTypes) {
  EXPECT_EQ(written(TableFormat::kJsonLines, {"a", "b", "c", "d"},
                    {{true, 3, nullptr, "Κ\n"}, {false, 1.5, JsonObject{}, ""}}),
            "{\"a\":true,\"b\":3,\"c\":null,\"d\":\"Κ\\n\"}\n"
            "{\"a\":false,\"b\":1.5,\"c\":{},\"d\":\"\"}\n");
}

TEST(Table, RefusesARowOfAnotherLength) {
  EXPECT_THROW(written(TableFormat::kCsv, {"a", "b"}, {{"x"}}), std::logic_error);
}

TEST(CommentColumns, AreThoseOfTheContract) {
  EXPECT_EQ(comment_columns({"facilitation", "topic"}),
            (Names{"conv_id", "experiment", "cell", "facilitation", "topic", "status", "timestamp",
                   "ctx_length", "comment_index", "message_order", "message_id", "user", "message",
                   "silent", "model", "is_moderator", "is_seed", "persona", "prompt"}));
}

TEST(CommentColumns, RenameAFactorOfTheNameOfAColumn) {
  const Names columns = comment_columns({"model", "factor_model"});
  EXPECT_EQ(columns[3], "factor_factor_model");
  EXPECT_EQ(columns[4], "factor_model");
}

TEST(CommentRows, HoldEveryTurn) {
  const Names factors = {"facilitation"};
  const Names columns = comment_columns(factors);
  const std::vector<Row> rows = comment_rows(test::discussion(), factors);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(cell(rows, 0, columns, "conv_id"), Json("forum.light.0001"));
  EXPECT_EQ(cell(rows, 0, columns, "facilitation"), Json("light"));
  EXPECT_EQ(cell(rows, 0, columns, "status"), Json("completed"));
  EXPECT_EQ(cell(rows, 0, columns, "timestamp"), Json("2026-01-02T03:00:00.000Z"));
  EXPECT_EQ(cell(rows, 0, columns, "ctx_length"), Json(4));
  EXPECT_EQ(cell(rows, 0, columns, "comment_index"), Json(1));
  EXPECT_EQ(cell(rows, 0, columns, "is_seed"), Json(true));
  EXPECT_EQ(cell(rows, 0, columns, "model"), Json("hardcoded"));
  EXPECT_EQ(cell(rows, 0, columns, "persona"), test::actor("ann").persona);
  EXPECT_EQ(cell(rows, 1, columns, "is_seed"), Json(false));
  EXPECT_EQ(cell(rows, 1, columns, "is_moderator"), Json(false));
  EXPECT_EQ(cell(rows, 1, columns, "prompt"), Json("You are ben."));
  EXPECT_EQ(cell(rows, 2, columns, "is_moderator"), Json(true));
  EXPECT_EQ(cell(rows, 3, columns, "silent"), Json(true));
  EXPECT_EQ(cell(rows, 3, columns, "message"), Json(" \n"));
  EXPECT_EQ(cell(rows, 4, columns, "silent"), Json(true));
}

TEST(CommentRows, LeaveTheCellOfAnUnknownPersonaEmpty) {
  DiscussionRecord record = test::discussion();
  record.turns[0].name = "somebody else";
  EXPECT_TRUE(cell(comment_rows(record, {}), 0, comment_columns({}), "persona").is_null());
}

TEST(MessageId, IsTheMd5Of20) {
  EXPECT_EQ(message_id("c", "m"), md5_hex("c_m"));
}

TEST(MessageOrders, StayForARepeatedNeighbourAsIn20) {
  DiscussionRecord record = test::discussion();
  record.turns = {test::turn(0, TurnKind::kUser, "ann", "Same."),
                  test::turn(1, TurnKind::kUser, "ben", "Same."),
                  test::turn(2, TurnKind::kUser, "ann", "Other."),
                  test::turn(3, TurnKind::kUser, "ben", "Same.")};
  EXPECT_EQ(message_orders(record), (std::vector<std::int64_t>{1, 1, 2, 3}));
}

TEST(MessageOrders, AreNotMovedByTurnsThatFilesOf20DoNotHold) {
  DiscussionRecord record = test::discussion();
  record.turns = {
      test::turn(0, TurnKind::kUser, "ann", "", true), test::turn(1, TurnKind::kUser, "ben", "A"),
      test::turn(2, TurnKind::kUser, "ann", " ", true), test::turn(3, TurnKind::kUser, "ben", "A")};
  EXPECT_EQ(message_orders(record), (std::vector<std::int64_t>{0, 1, 1, 1}));
}

TEST(AnnotationRows, PointAtTheJudgedComment) {
  const DiscussionRecord record = test::discussion();
  const Names columns = annotation_columns();
  EXPECT_EQ(columns, (Names{"conv_id", "comment_index", "message_id", "annotation_set", "annotator",
                            "annotation", "value", "model", "prompt"}));
  const std::vector<Row> rows =
      annotation_rows(test::annotation(test::annotation_set(), record), record);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(cell(rows, 2, columns, "comment_index"), Json(3));
  EXPECT_EQ(cell(rows, 2, columns, "message_id"), Json(message_id("forum.light.0001", "Κύων.")));
  EXPECT_EQ(cell(rows, 2, columns, "annotation_set"), Json("Toxicity 1/2"));
  EXPECT_EQ(cell(rows, 2, columns, "annotator"), Json("Ann 1"));
  EXPECT_EQ(cell(rows, 2, columns, "annotation"), Json("3"));
  EXPECT_EQ(cell(rows, 2, columns, "value"), Json(3));
  EXPECT_EQ(cell(rows, 2, columns, "model"), Json("small"));
}

}  // namespace
}  // namespace syndisco
