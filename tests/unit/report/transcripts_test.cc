// One discussion as the page shows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/hostile.h"
#include "support/xml.h"

#include "syndisco/report/page_internal.h"

namespace syndisco {
namespace {

using test::markup_fault;
using testing::HasSubstr;
using testing::Not;

Turn turn(std::uint64_t step, const std::string& name, const std::string& text,
          TurnKind kind = TurnKind::kUser, bool silent = false) {
  Turn made;
  made.step = step;
  made.kind = kind;
  made.name = name;
  made.text = text;
  made.silent = silent;
  return made;
}

ActorSpec actor(const std::string& name, Role role = Role::kUser) {
  ActorSpec spec;
  spec.name = name;
  spec.role = role;
  return spec;
}

DiscussionRecord discussion() {
  DiscussionRecord record;
  record.job.id = "e.all.0001";
  record.job.cell = "all";
  record.job.participants = {actor("ann"), actor("ben")};
  record.job.facilitator = actor("moderator", Role::kFacilitator);
  record.status = Status::kCompleted;
  record.turns = {turn(0, "ann", "Hello?", TurnKind::kOpening), turn(1, "ben", "No.\n\nNever."),
                  turn(2, "moderator", "Calm down.", TurnKind::kFacilitator),
                  turn(3, "ann", "", TurnKind::kUser, true)};
  return record;
}

std::vector<AnnotationRecord> annotations(const std::vector<std::int64_t>& of_ben) {
  auto set = std::make_shared<AnnotationSet>();
  set->name = "toxicity";
  set->answer = IntegerRange{1, 5};
  for (std::size_t i = 0; i < of_ben.size(); ++i)
    set->annotators.push_back(actor("judge " + std::to_string(i), Role::kAnnotator));
  std::vector<AnnotationRecord> records;
  for (std::size_t i = 0; i < of_ben.size(); ++i) {
    AnnotationRecord record;
    record.job = make_annotation_job("e.all.0001", set, i);
    record.status = Status::kCompleted;
    Turn said = turn(0, "ben", std::to_string(of_ben[i]), TurnKind::kAnnotation);
    said.target = 1;
    said.value = of_ben[i];
    record.turns = {said};
    records.push_back(std::move(record));
  }
  return records;
}

TEST(Transcript, MarksOpeningPostsFacilitatorsAndSilence) {
  const std::string html = transcript_html(discussion(), {}, 1, false);
  EXPECT_THAT(html, HasSubstr("<bdi>ann</bdi> <span class=\"tag\">opening post</span>"));
  EXPECT_THAT(html, HasSubstr("<bdi>moderator</bdi> <span class=\"tag\">facilitator</span>"));
  EXPECT_THAT(html, HasSubstr("<bdi>ann</bdi> says nothing</div>"));
  EXPECT_THAT(html, HasSubstr("2 comments, 1 silent turn<"));
  EXPECT_THAT(html, HasSubstr("No.\n\nNever."));
}

TEST(Transcript, CountsSilenceAsTheTablesDo) {
  DiscussionRecord record = discussion();
  record.turns.push_back(turn(4, "ben", " \"\" "));
  record.turns.push_back(turn(5, "moderator", "", TurnKind::kFacilitator, true));
  const std::string html = transcript_html(record, {}, 1, true);
  // Quotation marks are silence that somebody wrote.
  EXPECT_THAT(html, HasSubstr("3 comments, 2 silent turns<"));
  EXPECT_THAT(html, HasSubstr("<li class=\"c s\" id=\"e.all.0001:5\">"));
  EXPECT_THAT(html, HasSubstr("<title>5. ben, says nothing</title>"));
  Corpus corpus({}, {});
  corpus.add(record, {});
  corpus.finish();
  EXPECT_EQ(corpus.measure("comments").values[0], 3);
  EXPECT_EQ(corpus.measure("silence").values[0], 2.0 / 3);
}

TEST(Transcript, HasAnnotationsBesideTheirComment) {
  const std::string html = transcript_html(discussion(), annotations({2, 5}), 1, false);
  const std::size_t comment = html.find("id=\"e.all.0001:2\"");
  const std::size_t next = html.find("id=\"e.all.0001:3\"");
  const std::size_t note = html.find("<dt><bdi>toxicity</bdi> <i>mean</i> <b>3.50</b></dt>");
  ASSERT_NE(note, std::string::npos);
  EXPECT_LT(comment, note);
  EXPECT_LT(note, next);
  EXPECT_THAT(html, HasSubstr("<i><bdi>judge 1</bdi></i> 5"));
}

TEST(Transcript, HasThePropertiesOfJsonAnswersOneByOne) {
  auto set = std::make_shared<AnnotationSet>();
  set->name = "judged";
  set->answer = JsonAnswer{};
  set->annotators = {actor("judge 0", Role::kAnnotator), actor("judge 1", Role::kAnnotator)};
  std::vector<AnnotationRecord> records;
  for (std::size_t i = 0; i < 2; ++i) {
    AnnotationRecord record;
    record.job = make_annotation_job("e.all.0001", set, i);
    Turn said = turn(0, "ben", "{}", TurnKind::kAnnotation);
    said.target = 1;
    said.value = JsonObject{{"toxicity", 2 + i}, {"why", "it is"}};
    record.turns = {said};
    records.push_back(std::move(record));
  }
  const std::string html = transcript_html(discussion(), records, 1, true);
  EXPECT_THAT(html, HasSubstr("<bdi>judged.toxicity</bdi> <i>mean</i> <b>2.50</b></dt>"));
  EXPECT_THAT(html, HasSubstr("<dt><bdi>judged.why</bdi></dt>"));
  EXPECT_THAT(html, HasSubstr("<title>2. ben, judged.toxicity 2.5</title>"));
}

TEST(Transcript, HasRatingsFromElsewhereBesideTheirComment) {
  Corpus corpus({}, {});
  corpus.take_ratings(read_ratings("conv_id,comment_index,anger\ne.all.0001,2,0.25\nother,1,0.75\n",
                                   "ratings.csv"));
  DiscussionRecord other = discussion();
  other.job.id = "other";
  corpus.add(discussion(), {});
  corpus.add(other, {});
  corpus.finish();
  const std::string html =
      transcript_html(discussion(), {}, 1, true, RatingsByDiscussion(&corpus).of("e.all.0001"));
  const std::size_t note = html.find("<dt><bdi>anger</bdi></dt><dd><span dir=\"auto\">0.25</span>");
  ASSERT_NE(note, std::string::npos);
  EXPECT_LT(html.find("id=\"e.all.0001:2\""), note);
  EXPECT_LT(note, html.find("id=\"e.all.0001:3\""));
  EXPECT_THAT(html, HasSubstr("<title>2. ben, anger 0.25</title>"));
  EXPECT_THAT(html, HasSubstr(">0.75</text>"));
  EXPECT_TRUE(RatingsByDiscussion(&corpus).of("nowhere").empty());
  EXPECT_TRUE(RatingsByDiscussion(nullptr).of("e.all.0001").empty());
}

TEST(Transcript, TellsWhyADiscussionOrAnAnnotationFailed) {
  DiscussionRecord record = discussion();
  record.status = Status::kFailed;
  record.reason = "the server said <no>";
  std::vector<AnnotationRecord> judged = annotations({1});
  judged[0].status = Status::kFailed;
  judged[0].reason = "out of words";
  const std::string html = transcript_html(record, judged, 1, true);
  EXPECT_THAT(html, HasSubstr("Failed: the server said &lt;no&gt;"));
  EXPECT_THAT(html, HasSubstr("by <bdi>judge 0</bdi> failed: out of words"));
  EXPECT_THAT(html, HasSubstr("data-state=\"failed\""));
}

TEST(Transcript, IsTheTargetOfLinks) {
  const std::string html = transcript_html(discussion(), {}, 1, false);
  EXPECT_THAT(html, HasSubstr("<details class=\"d\" id=\"e.all.0001\""));
  EXPECT_THAT(html, HasSubstr("href=\"#e.all.0001:2\" aria-label=\"Comment 2\""));
}

TEST(Transcript, HasATimelineWithTheScaleOfTheAnswer) {
  const std::string html = transcript_html(discussion(), annotations({2, 3}), 7, true);
  EXPECT_THAT(html, HasSubstr("aria-labelledby=\"timeline-7-title"));
  EXPECT_THAT(html, HasSubstr("<title>2. ben, toxicity 2.5</title>"));
  EXPECT_THAT(html, HasSubstr("darker and larger: more toxicity"));
  EXPECT_THAT(transcript_html(discussion(), {}, 7, false), Not(HasSubstr("<svg")));
}

TEST(Transcript, HoldsNoMarkupOfTexts) {
  for (const std::string& text : test::hostile_texts()) {
    DiscussionRecord record = discussion();
    record.job.cell = record.job.participants[0].name = record.job.facilitator->name = text;
    record.reason = text;
    record.status = Status::kFailed;
    for (Turn& each : record.turns) each.name = each.text = each.thinking = text;
    std::vector<AnnotationRecord> judged = annotations({1});
    judged[0].turns[0].text = text;
    const std::string html = transcript_html(record, judged, 1, true);
    EXPECT_EQ(markup_fault(html, true), "");
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
  }
}

TEST(PlainTable, GroupsAndCounts) {
  EXPECT_EQ(grouped_number(0), "0");
  EXPECT_EQ(grouped_number(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "set", "sets"), "1 set");
  EXPECT_EQ(counted(0, "set", "sets"), "0 sets");
  EXPECT_EQ(seconds_text(6.66), "6.7 s");
  EXPECT_EQ(seconds_text(245), "4 min 5 s");
  EXPECT_EQ(seconds_text(7500), "2 h 5 min");
  EXPECT_EQ(seconds_text(-1), "\u2013");
}

TEST(TableHtml, ShowsNotesAndWhyCellsAreEmpty) {
  ResultTable table;
  table.name = "t";
  table.title = "Means <of all>";
  table.columns = {{"condition", "condition", "", true}, {"mean", "mean", "words"}};
  table.rows = {{std::string("a<b"), 2.5}, {std::string("c"), Undefined{"no comments"}}};
  table.notes = {"Silent turns are not counted."};
  const std::string html = table_html(table);
  EXPECT_EQ(markup_fault("<div>" + html + "</div>", true), "");
  EXPECT_THAT(html, HasSubstr("<caption>Means &lt;of all&gt;</caption>"));
  EXPECT_THAT(html, HasSubstr("<bdi>a&lt;b</bdi>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">2.50</td>"));
  EXPECT_THAT(html, HasSubstr("title=\"no comments\""));
  EXPECT_THAT(html, HasSubstr("Silent turns are not counted."));
  EXPECT_THAT(html, HasSubstr("(1 cell): no comments"));
}

TEST(TableHtml, BreaksLongNamesAtUnderscores) {
  const PlainTable table{{"condition"}, {false}, {{"no_facilitator"}}};
  EXPECT_THAT(plain_table_html(table), HasSubstr("<bdi>no_<wbr>facilitator</bdi>"));
}

TEST(Page, AllowsItsOwnScriptAlone) {
  const std::string page =
      page_begin("a </title><script>alert(1)</script>") + "<main>" + page_end();
  EXPECT_EQ(markup_fault(page, true), "");
  EXPECT_THAT(page, HasSubstr("default-src &#39;none&#39;"));
  EXPECT_THAT(page, HasSubstr("script-src &#39;sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_EQ(page.find("<script>"), page.rfind("<script>"));
}

}  // namespace
}  // namespace syndisco
