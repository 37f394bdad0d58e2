// Which figures a study has, and what they count.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/xml.h"

#include "syndisco/analysis/figures/study.h"
#include "syndisco/analysis/tables.h"
#include "syndisco/base/error.h"

namespace syndisco {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A discussion of two people, who speak by turns; every comment has as many words as `words`
/// says.
DiscussionRecord discussion(const std::string& cell, int number, const std::vector<int>& words) {
  DiscussionRecord record;
  record.job.id = "e." + cell + "." + std::to_string(number);
  for (const char* name : {"ann", "ben"}) {
    ActorSpec actor;
    actor.name = name;
    actor.model = "m";
    record.job.participants.push_back(actor);
  }
  record.job.cell = cell;
  record.job.levels = {{"facilitation", cell}};
  record.status = Status::kCompleted;
  for (const int count : words) {
    Turn turn;
    turn.step = record.turns.size();
    turn.name = record.turns.size() % 2 == 0 ? "ann" : "ben";
    for (int i = 0; i < count; ++i) turn.text += "word ";
    turn.model = "m";
    record.turns.push_back(turn);
  }
  return record;
}

Corpus corpus() {
  Corpus made({"facilitation"}, {});
  for (int i = 0; i < 3; ++i) {
    made.add(discussion("none", i, {2 + i, 4 + i, 6}), {});
    made.add(discussion("light", i, {1, 2, 2 + i}), {});
  }
  made.finish();
  return made;
}

const StudyFigure& figure(const std::vector<StudyFigure>& figures, const std::string& name) {
  for (const StudyFigure& each : figures)
    if (each.name == name) return each;
  throw std::runtime_error("there is no figure " + name);
}

TEST(StudyFigures, DivergeAsTheTableOfMeansOfDiscussionsDoes) {
  AnalysisOptions options;
  options.measures = {"mean_words"};
  const Corpus study = corpus();
  const ResultTable table = make_table(study, "divergence", options).at(0);
  const double distance = std::get<double>(table.at(0, "distance_base_2"));
  const auto figures = study_figures(study, {.by = "", .measures = {"words"}});
  EXPECT_THAT(figure(figures, "words-divergence").svg,
              HasSubstr(fmt::format(">{:.2f}<", distance)));
}

TEST(StudyFigures, OfACommentsMeasureAreFour) {
  const auto figures = study_figures(corpus(), {.by = "", .measures = {"words"}});
  std::vector<std::string> names;
  for (const StudyFigure& each : figures) {
    names.push_back(each.name);
    EXPECT_EQ(test::markup_fault(each.svg), "");
    EXPECT_THAT(each.svg, HasSubstr("id=\"" + each.id + "-title\""));
  }
  EXPECT_THAT(names,
              ElementsAre("words-means", "words-distribution", "words-turns", "words-divergence"));
}

TEST(StudyFigures, CountDiscussionsForIntervalsAndCommentsForDistributions) {
  const auto figures = study_figures(corpus(), {.by = "", .measures = {"words"}});
  // Means of the discussions of "none" are 4, 14/3 and 16/3: 14/3 +- 4.3027 * (2/3) / sqrt 3.
  EXPECT_THAT(figure(figures, "words-means").svg, HasSubstr("none: 4.67 [3.01, 6.32], n = 3"));
  EXPECT_THAT(figure(figures, "words-distribution").svg, HasSubstr("none: n = 9"));
}

TEST(StudyFigures, SayWhoseCommentsTheyAreOf) {
  const auto figures = study_figures(corpus(), {.by = "", .measures = {"words"}});
  EXPECT_THAT(figure(figures, "words-means").svg, HasSubstr("participants&#39; comments"));
  EXPECT_THAT(figure(figures, "words-distribution").svg, HasSubstr("participants&#39; comments"));
  EXPECT_THAT(figure(figures, "words-divergence").svg, HasSubstr("(base 2) of discussions"));
}

TEST(StudyFigures, FollowTheTurnsOfParticipants) {
  const auto figures = study_figures(corpus(), {.by = "", .measures = {"words"}});
  EXPECT_THAT(figure(figures, "words-turns").svg, HasSubstr("none: 3 at 1, 5 at 2, 6 at 3"));
}

TEST(StudyFigures, HaveIdsOfTheirOwnWhateverMeasuresAreCalled) {
  const std::string name = std::string(80, 'n');
  Corpus made({"facilitation"}, {});
  made.take_ratings(
      read_ratings("conv_id,comment_index,\u043c\u043d\u0435\u043d\u0438\u0435,"
                   "\u043e\u0446\u0435\u043d\u043a\u0430," +
                       name + "1," + name + "2\ne.none.0,1,1,2,3,4\ne.none.0,2,2,3,4,5\n",
                   "ratings.csv"));
  made.add(discussion("none", 0, {1, 2}), {});
  made.finish();
  std::set<std::string> ids, names;
  const auto figures = study_figures(made, {});
  for (const StudyFigure& each : figures) {
    names.insert(each.name);
    const std::size_t at = each.svg.find(" id=\"");
    ids.insert(each.svg.substr(at, each.svg.find('"', at + 5) - at));
  }
  EXPECT_EQ(figures.size(), 15U);
  EXPECT_EQ(ids.size(), figures.size());
  EXPECT_EQ(names.size(), figures.size());
}

TEST(StudyFigures, OfADiscussionsMeasureAreTwo) {
  EXPECT_EQ(study_figures(corpus(), {.by = "facilitation", .measures = {"comments"}}).size(), 2U);
}

TEST(StudyFigures, NeedAFactorAndMeasuresThatAreThere) {
  EXPECT_THROW(study_figures(corpus(), {.by = "facilitatoin", .measures = {}}), InputError);
  EXPECT_THROW(study_figures(corpus(), {.by = "", .measures = {"wrods"}}), InputError);
}

TEST(StudyFigures, ShowTheEffectsOfATable) {
  ResultTable table;
  table.name = "effects.words";
  table.title = "Effects on words";
  table.columns = {{"term", "term", "", true},
                   {"estimate", "estimate", ""},
                   {"ci_low", "low", ""},
                   {"ci_high", "high", ""}};
  table.rows = {{std::string("Intercept"), 5.0, 4.0, 6.0},
                {std::string("a[T.b]"), -0.5, -1.0, 0.25},
                {std::string("a[T.c]"), 0.5, Undefined{"one row"}, Undefined{"one row"}}};
  const auto figure = effects_figure(table, 1, 0.95);
  ASSERT_TRUE(figure.has_value());
  EXPECT_EQ(figure->name, "effects-words");
  EXPECT_EQ(test::markup_fault(figure->svg), "");
  EXPECT_THAT(figure->svg, HasSubstr("a[T.b]: \u22120.5 [\u22121, 0.25]; a[T.c]: 0.5."));
  EXPECT_THAT(figure->svg, Not(HasSubstr("Intercept")));
  table.rows.resize(1);
  EXPECT_FALSE(effects_figure(table, 1, 0.95).has_value());
  table.columns[0].name = "statistic";
  EXPECT_FALSE(effects_figure(table, 1, 0.95).has_value());
}

TEST(StudyFigures, OfNothingAreNone) {
  Corpus empty({"facilitation"}, {});
  empty.finish();
  EXPECT_TRUE(study_figures(empty, {}).empty());
}

}  // namespace
}  // namespace syndisco
