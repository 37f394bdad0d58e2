#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/analysis/table.h"
#include "syndisco/journal/journal.h"
#include "syndisco/report/report.h"

namespace syndisco {

/// Takes the next piece of the page.
using PageSink = std::function<void(std::string_view)>;

/// What is the same in every page.
std::string_view page_style();
std::string_view page_script();

/// Start tags up to <main>, with title and policy; and what ends the page.
std::string page_begin(const std::string& title);
std::string page_end();

/// A section with a heading and an id for links.
std::string section_begin(std::string_view id, std::string_view heading);

/// The table with its title, notes and reasons for missing values.
std::string table_html(const ResultTable& table);

/// A table of texts, the headings included. `numbers`: columns that stand right.
struct PlainTable {
  std::vector<std::string> headings;
  std::vector<bool> numbers;
  std::vector<std::vector<std::string>> rows;
};
std::string plain_table_html(const PlainTable& table, std::string_view caption = {});

/// A text as it was written, behind a line that opens it where it is long.
std::string text_block(std::string_view summary, std::string_view text, bool open = false);

/// A text that keeps its lines.
std::string text_html(std::string_view text);

/// A name or word within a line, kept apart from the direction of what stands around it.
std::string name_html(std::string_view name);

/// A name in a cell of a table: long ones break at underscores.
std::string cell_html(std::string_view text);

/// 1234567 as "1,234,567".
std::string grouped_number(std::uint64_t number);
/// "1 set", "2 sets".
std::string counted(std::size_t number, std::string_view one, std::string_view many);
/// "2 h 5 min", "4 min 5 s", "6.7 s".
std::string seconds_text(double seconds);

/// What the design section says: gathered discussion by discussion.
class DesignPart {
 public:
  explicit DesignPart(const Journal& journal) : journal_(journal) {}
  void see(const DiscussionRecord& record);
  std::string html() const;

 private:
  struct Cell {
    std::string name;
    FactorLevels levels;
    std::vector<std::string> participants, turns, history, turn_taking, style, facilitator, models;
  };
  struct Told {
    std::string who, text;
    std::vector<std::string> cells;
  };
  struct Person {
    std::string name;
    Json persona;
    std::size_t discussions = 0;
  };
  Cell& cell_of(const DiscussionJob& job);
  void tell(const std::string& who, const std::string& text, const std::string& cell);
  std::string cells_html() const;
  std::string progress_html() const;
  std::string told_html() const;
  std::string people_html() const;
  std::string annotations_html() const;

  const Journal& journal_;
  std::vector<Cell> cells_;
  std::vector<Told> told_;
  std::vector<Person> people_;
  std::map<std::string, std::size_t> person_at_;  ///< by name and persona
};

/// How the study was run: runs, inputs, models, the files themselves.
std::string manifest_html(const Journal& journal);

/// What models were asked and what that cost.
std::string usage_html(const Journal& journal);

/// One discussion with its annotations. `drawn`: with a timeline.
std::string transcript_html(const DiscussionRecord& record,
                            const std::vector<AnnotationRecord>& annotations, std::size_t number,
                            bool drawn, const std::vector<CommentRatings>& ratings = {});

}  // namespace syndisco
