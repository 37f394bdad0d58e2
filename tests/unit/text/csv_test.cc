#include "syndisco/text/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "syndisco/base/error.h"

namespace syndisco {
namespace {

using ::testing::ElementsAre;

std::vector<std::vector<std::string>> rows_of(std::string_view text) {
  CsvReader reader(text, "x.csv");
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> cells;
  while (reader.next(cells)) rows.push_back(cells);
  return rows;
}

TEST(CsvReader, ReadsQuotedCellsWithCommasQuotesAndLineEnds) {
  EXPECT_THAT(rows_of("a,\"b,\"\"c\"\"\nd\",e\nf,,\n"),
              ElementsAre(ElementsAre("a", "b,\"c\"\nd", "e"), ElementsAre("f", "", "")));
}

TEST(CsvReader, TakesAllLineEndsAByteOrderMarkAndEmptyLines) {
  EXPECT_THAT(rows_of("\xef\xbb\xbf"
                      "a,b\r\n\r\nc,d\re,f"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d"), ElementsAre("e", "f")));
}

TEST(CsvReader, KnowsTheLineOfARowAfterCellsOfSeveralLines) {
  CsvReader reader("a\n\"b\nc\"\nd\n", "x.csv");
  std::vector<std::string> cells;
  reader.next(cells);
  reader.next(cells);
  EXPECT_EQ(reader.line(), 2);
  reader.next(cells);
  EXPECT_EQ(reader.line(), 4);
  EXPECT_FALSE(reader.next(cells));
}

TEST(CsvReader, RefusesAQuoteWithoutAnEndWithItsLine) {
  try {
    rows_of("a\n\"b\nc");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.place().text(), "x.csv:2");
  }
}

TEST(CsvReader, RefusesTextAfterAClosingQuote) {
  EXPECT_THROW(rows_of("\"a\"b\n"), InputError);
}

TEST(CsvReader, ReadsBackWhatIsQuoted) {
  for (const std::string text : {"", "a", "a,b", "\"", "a\nb", "a\r", "\"\"", " a "})
    EXPECT_THAT(rows_of("x," + csv_quoted(text) + "\n"), ElementsAre(ElementsAre("x", text)));
}

}  // namespace
}  // namespace syndisco
