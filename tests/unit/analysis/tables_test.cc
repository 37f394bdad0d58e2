#include "syndisco/analysis/tables.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "small_corpus.h"

#include "syndisco/base/error.h"
#include "syndisco/record/published.h"

namespace syndisco {
namespace {

using test::annotation;
using test::discussion;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

ResultTable sample() {
  ResultTable table;
  table.name = "sample";
  table.title = "A title & more";
  table.columns = {{"name", "name", "", true, RealStyle::kFixed, 2},
                   {"value", "value", "s", false, RealStyle::kFixed, 2},
                   {"p", "p", "", false, RealStyle::kP, 3},
                   {"share", "share", "", false, RealStyle::kPercent, 1}};
  table.rows = {{"a,b|c_%", 1.5, 0.0004, 0.25},
                {"[x]", -0.001, 0.0421, Undefined{"nobody was asked"}},
                {"n", std::int64_t{-12}, 1.0, 1.0}};
  table.notes = {"A note."};
  return table;
}

TEST(Render, AsText) {
  EXPECT_EQ(render(sample(), RenderFormat::kText),
            "A title & more\n\n"
            "name     value (s)       p   share\n"
            "-------  ---------  ------  ------\n"
            "a,b|c_%       1.50  <0.001   25.0%\n"
            "[x]           0.00   0.042       -\n"
            "n              -12   1.000  100.0%\n"
            "A note.\n"
            "- (1 cell): nobody was asked\n");
}

TEST(Render, AsCsvWithAllDigitsAndNothingElse) {
  EXPECT_EQ(render(sample(), RenderFormat::kCsv),
            "name,value,p,share\n\"a,b|c_%\",1.5,0.0004,0.25\n[x],-0.001,0.0421,\n"
            "n,-12,1.0,1.0\n");
}

TEST(Render, AsMarkdown) {
  EXPECT_EQ(render(sample(), RenderFormat::kMarkdown),
            "**A title & more**\n\n"
            "| name | value (s) | p | share |\n|-|-:|-:|-:|\n"
            "| a,b\\|c\\_% | 1.50 | \\<0.001 | 25.0% |\n"
            "| \\[x\\] | 0.00 | 0.042 | - |\n"
            "| n | -12 | 1.000 | 100.0% |\n\n"
            "- A note.\n- - (1 cell): nobody was asked\n");
}

TEST(Render, AsLatexWithBooktabsAndEscapes) {
  EXPECT_EQ(render(sample(), RenderFormat::kLatex),
            "% Needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}.\n"
            "\\begin{table}\n\\centering\n\\caption{A title \\& more}\n\\label{tab:sample}\n"
            "\\begin{tabular}{lrrr}\n\\toprule\n"
            "name & value (s) & p & share \\\\\n\\midrule\n"
            "a,b\\textbar{}c\\_\\% & 1.50 & \\textless{}0.001 & 25.0\\% \\\\\n"
            "{}[x] & 0.00 & 0.042 & -- \\\\\n"
            "n & $-$12 & 1.000 & 100.0\\% \\\\\n"
            "\\bottomrule\n\\end{tabular}\n"
            "\n\\smallskip{\\footnotesize A note.\\par}\n"
            "\n\\smallskip{\\footnotesize - (1 cell): nobody was asked\\par}\n"
            "\\end{table}\n");
}

TEST(Render, AsJsonWithNullsAndTheirReasons) {
  const Json json = parse_json(render(sample(), RenderFormat::kJson));
  const Json& row = json.find("rows")->array().at(1);
  EXPECT_TRUE(row.find("share")->is_null());
  EXPECT_EQ(row.find("value")->number(), -0.001);
  const Json& undefined = json.find("undefined")->array().at(0);
  EXPECT_EQ(undefined.find("column")->string(), "share");
  EXPECT_EQ(undefined.find("reason")->string(), "nobody was asked");
}

TEST(Render, SuggestsTheFormatThatWasMeant) {
  try {
    render_format_from("latx");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.hint(), "did you mean latex?");
  }
}

/// Two arms of three discussions, with a facilitator in one; two annotators.
Corpus small_study() {
  const auto set = test::rating_set(2);
  Corpus corpus({"facilitation"});
  int number = 0;
  for (const std::string arm : {"none", "light"})
    for (int i = 0; i < 3; ++i) {
      const std::string more = std::string(static_cast<std::size_t>(i + 1), 'x');
      test::Lines lines = {{"seed", "What a day"},
                           {"ann", "I like it " + more},
                           {"ben", "@ann why"},
                           {"cleo", i == 0 ? "" : "it rains again " + more}};
      if (arm == "light") lines.push_back({"mod", i == 1 ? "\"\"" : "Be kind"});
      const DiscussionRecord record =
          discussion("d" + std::to_string(++number), {{"facilitation", arm}}, lines);
      const std::string one = arm == "none" ? "2" : "4";
      const std::string two = std::to_string(i + 2);
      const std::vector<std::string> first(lines.size(), one);
      std::vector<std::string> second(lines.size(), two);
      second[0] = "?";
      corpus.add(record, std::vector<AnnotationRecord>{annotation(record, set, 0, first),
                                                       annotation(record, set, 1, second)});
    }
  corpus.finish();
  return corpus;
}

TEST(Tables, AllComeForASmallStudyWithoutAWordOfNan) {
  const Corpus corpus = small_study();
  for (const TableKind& kind : table_kinds()) {
    EXPECT_TRUE(applies(corpus, kind.name, {})) << kind.name;
    for (const ResultTable& table : make_table(corpus, kind.name, {})) {
      EXPECT_FALSE(table.rows.empty()) << table.name;
      for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.name;
      for (const RenderFormat format :
           {RenderFormat::kText, RenderFormat::kCsv, RenderFormat::kJson, RenderFormat::kLatex})
        EXPECT_THAT(render(table, format), AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf "))));
    }
  }
}

TEST(Tables, CountWhatWasSaid) {
  EXPECT_EQ(render(make_table(small_study(), "participation", {}).at(0), RenderFormat::kText),
            "Users' turns\n\n"
            "by            level  turns  spoken  silent  quotation marks only  participation rate\n"
            "------------  -----  -----  ------  ------  --------------------  ------------------\n"
            "all           all       18      16       2                     0               0.889\n"
            "facilitation  none       9       8       1                     0               0.889\n"
            "facilitation  light      9       8       1                     0               0.889\n"
            "A turn is silent where the answer was taken for silence, is blank, or holds quotation "
            "marks only.\n");
}

TEST(Tables, ShowWhatCouldNotBeRead) {
  const std::vector<ResultTable> tables = make_table(small_study(), "annotations", {});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(std::get<std::int64_t>(tables[0].at(0, "unreadable")), 6);
  EXPECT_EQ(std::get<std::int64_t>(tables[0].at(1, "unreadable")), 3);  // of one condition
  EXPECT_EQ(std::get<std::string>(tables[1].at(0, "answer")), "?");
}

TEST(Tables, SayWhyNothingCanBeComparedInOneGroup) {
  Corpus corpus({});
  corpus.add(discussion("d", {}, {{"ann", "a"}, {"ben", "b c"}}), {});
  corpus.finish();
  for (const char* name : {"effects", "tests", "divergence"}) {
    std::string why;
    EXPECT_FALSE(applies(corpus, name, {}, &why));
    EXPECT_THAT(render(make_table(corpus, name, {}).at(0), RenderFormat::kText),
                HasSubstr("there is one group only"));
  }
  EXPECT_FALSE(make_table(corpus, "discussions", {}).at(0).rows.empty());
}

TEST(Tables, SayWhyNothingCanBeComparedWithoutVariance) {
  Corpus corpus({"arm"});
  for (int i = 0; i < 4; ++i)
    corpus.add(discussion("d" + std::to_string(i), {{"arm", i < 2 ? "x" : "y"}},
                          {{"ann", "one two"}, {"ben", "one two"}}),
               {});
  corpus.finish();
  AnalysisOptions options;
  options.measures = {"words"};
  EXPECT_THAT(render(make_table(corpus, "effects", options).at(0), RenderFormat::kText),
              HasSubstr("not estimated: "));
  for (const ResultTable& table : make_table(corpus, "tests", options))
    EXPECT_THAT(render(table, RenderFormat::kText), Not(HasSubstr("nan")));
}

/// Three arms whose first one was not rated.
Corpus partly_rated_study() {
  Corpus corpus({"arm"});
  std::string csv = "conv_id,comment_index,score\n";
  for (int i = 4; i < 12; ++i)
    for (int c = 1; c <= 2; ++c) csv += fmt::format("d{},{},{}\n", i, c, (i * 7 + c * 3) % 5);
  corpus.take_ratings(read_ratings(csv, "r.csv"));
  const std::string arms[] = {"x", "z", "y"};
  for (int i = 0; i < 12; ++i)
    corpus.add(discussion("d" + std::to_string(i), {{"arm", arms[static_cast<std::size_t>(i / 4)]}},
                          {{"ann", "one"}, {"ben", "two"}}),
               {});
  corpus.finish();
  return corpus;
}

TEST(Tables, ShowCellsOnlyWhereNoFactorDividesAlike) {
  const auto shows_cells = [](const std::vector<std::pair<std::string, std::string>>& levels) {
    Corpus corpus({"arm", "other"});
    for (std::size_t i = 0; i < levels.size(); ++i)
      corpus.add(discussion("d" + std::to_string(i),
                            {{"arm", levels[i].first}, {"other", levels[i].second}},
                            {{"ann", "one"}, {"ben", "two"}}),
                 {});
    corpus.finish();
    return render(make_table(corpus, "discussions", {}).at(0), RenderFormat::kCsv)
               .find("\ncell,") != std::string::npos;
  };
  EXPECT_FALSE(shows_cells({{"x", "p"}, {"y", "q"}, {"x", "p"}}));
  EXPECT_TRUE(shows_cells({{"x", "p"}, {"y", "q"}, {"x", "q"}}));
}

TEST(Effects, CompareWithTheFirstLevelThatHasRows) {
  const Corpus corpus = partly_rated_study();
  for (const char* name : {"arm", "cell"}) {
    AnalysisOptions options;
    options.formula = fmt::format("score ~ {} + (1 | discussion)", name);
    const ResultTable table = make_table(corpus, "effects", options).at(0);
    EXPECT_THAT(table.notes, Contains(fmt::format("Reference levels: {} = z.", name)))
        << render(table, RenderFormat::kText);
  }
}

/// Discussions of 5 different arms, of two kinds, and of one topic each.
Corpus nested_study() {
  Corpus corpus({"kind", "arm", "same", "topic"});
  const std::string arms[] = {"a1", "a2", "a3", "b1", "b2"};
  for (std::size_t i = 0; i < 20; ++i) {
    const std::string& arm = arms[i % 5];
    test::Lines lines;
    for (std::size_t c = 0; c < 3; ++c)
      lines.emplace_back("ann", "one" + std::string((i * 7 + c * 3) % 4 * 2, ' ') +
                                    ((i + c) % 3 == 0 ? "two three" : "two"));
    corpus.add(discussion("d" + std::to_string(i),
                          {{"kind", arm.substr(0, 1)},
                           {"arm", arm},
                           {"same", "s" + arm},
                           {"topic", std::to_string(i)}},
                          lines),
               {});
  }
  corpus.finish();
  return corpus;
}

TEST(Effects, LeaveOutFactorsThatFollowFromFinerOnesAndSaySo) {
  AnalysisOptions options;
  options.measures = {"words"};
  const ResultTable table = make_table(nested_study(), "effects", options).at(0);
  EXPECT_EQ(table.title, "Effects on words: words ~ arm + (1 | discussion)");
  EXPECT_THAT(table.notes, Contains("Factors left out because they follow from others: kind "
                                    "(from arm), same (from arm)."));
  EXPECT_EQ(table.columns.at(0).name, "term") << render(table, RenderFormat::kText);
}

TEST(Effects, LeaveOutFactorsOfManyLevelsUnlessNamed) {
  AnalysisOptions options;
  options.measures = {"mean_words"};
  const Corpus corpus = nested_study();
  EXPECT_THAT(make_table(corpus, "effects", options).at(0).notes,
              Contains("topic has 20 levels: --factor names it where its effects are wanted."));
  options.factors = {"topic"};
  EXPECT_THAT(make_table(corpus, "effects", options).at(0).title, HasSubstr("~ topic"));
}

TEST(Effects, HaveNamesOfTheirOwn) {
  Corpus corpus({"arm"});
  corpus.take_ratings(
      read_ratings("message_id,tone=+1,tone=-1,tone=-1-2\nnothing,1,1,1\n", "r.csv"));
  for (int i = 0; i < 4; ++i)
    corpus.add(
        discussion("d" + std::to_string(i), {{"arm", i < 2 ? "x" : "y"}}, {{"ann", "one two"}}),
        {});
  corpus.finish();
  std::set<std::string> names;
  const std::vector<ResultTable> tables = make_table(corpus, "effects", {});
  for (const ResultTable& table : tables) EXPECT_TRUE(names.insert(table.name).second);
  EXPECT_EQ(tables.size(), 3U);
}

TEST(Effects, TakeCovariatesOfTheJoinedRow) {
  Corpus corpus({});
  // score = 1 + 2 more, in every row but not between the rows of a comment.
  std::string csv = "message_id,score,more\n";
  for (int row = 0; row < 6; ++row)
    csv += fmt::format("{},{},{}\n", message_id("d", "same"), 1 + 2 * row + 0.01 * (row % 2), row);
  corpus.take_ratings(read_ratings(csv, "r.csv"));
  corpus.add(discussion("d", {}, {{"ann", "same"}, {"ben", "same"}}), {});
  corpus.finish();
  AnalysisOptions options;
  options.formula = "score ~ more";
  options.observations.published_join = true;
  const ResultTable table = make_table(corpus, "effects", options).at(0);
  ASSERT_EQ(table.rows.size(), 2U) << render(table, RenderFormat::kText);
  EXPECT_NEAR(std::get<double>(table.at(1, "estimate")), 2, 0.01);
}

TEST(Tests, ShowTheExactProbabilityOfMannWhitneyWhereThereIsOne) {
  Corpus corpus({"arm"});
  const std::string words = "a b c d e f";
  for (std::size_t i = 0; i < 6; ++i)
    corpus.add(discussion("d" + std::to_string(i), {{"arm", i < 3 ? "x" : "y"}},
                          {{"ann", words.substr(0, 2 * i + 1)}}),
               {});
  corpus.finish();
  AnalysisOptions options;
  options.measures = {"mean_words"};
  const ResultTable table = make_table(corpus, "tests-pairs", options).at(0);
  // The most extreme of 20 orders, on both sides.
  EXPECT_NEAR(std::get<double>(table.at(1, "p")), 0.1, 1e-12);
}

TEST(Tables, SayThatRatingsAreAllMissing) {
  Corpus corpus({"arm"});
  corpus.take_ratings(read_ratings("message_id,score\nnothing,1\n", "r.csv"));
  for (int i = 0; i < 4; ++i)
    corpus.add(discussion("d" + std::to_string(i), {{"arm", i < 2 ? "x" : "y"}},
                          {{"ann", "one two"}, {"ben", "three"}}),
               {});
  corpus.finish();
  for (const char* name : {"effects", "tests", "divergence"})
    for (const ResultTable& table : make_table(corpus, name, {}))
      EXPECT_THAT(render(table, RenderFormat::kText), Not(HasSubstr("nan"))) << name;
}

TEST(Tables, GiveThePartThatIsNamed) {
  const std::vector<ResultTable> tables = make_table(small_study(), "tests-pairs", {});
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables[0].name, "tests-pairs");
}

TEST(Tables, SuggestWhatWasMeant) {
  const Corpus corpus = small_study();
  const auto hint_of = [&](const std::string& name, const AnalysisOptions& options) {
    try {
      make_table(corpus, name, options);
    } catch (const InputError& error) {
      return error.hint();
    }
    return std::string();
  };
  AnalysisOptions options;
  EXPECT_EQ(hint_of("agrement", options), "did you mean agreement?");
  options.factors = {"facilitaton"};
  EXPECT_EQ(hint_of("discussions", options), "did you mean facilitation?");
  options.factors.clear();
  options.references = {{"facilitation", "nome"}};
  EXPECT_EQ(hint_of("effects", options), "did you mean none?");
  options.references.clear();
  options.formula = "toxicity ~ facilitaton + (1 | discussion)";
  EXPECT_EQ(hint_of("effects", options), "did you mean facilitation?");
  options.formula.clear();
  options.annotator_group = "agee";
  EXPECT_EQ(hint_of("agreement", options), "did you mean age?");
}

TEST(Cost, CountsTokensMoneyOtherModelsAndPeople) {
  AnalysisOptions options;
  options.rates = rates_from_json(
      parse_json(R"({"currency": "EUR", "models": {"m": {"input": 10, "cached_input": 5,
                     "output": 100}}, "others": {"large": {"input": 20, "output": 200}},
                     "humans": {"hourly_pay": 12, "minutes_per_comment": 2}})"),
      "rates.json");
  const ResultTable table = make_table(small_study(), "cost", options).at(0);
  // 18 turns of users and 3 of the facilitator; 60 new, 40 reused, 10 generated tokens each.
  EXPECT_EQ(std::get<std::int64_t>(table.at(0, "prompt_tokens")), 2100);
  EXPECT_NEAR(std::get<double>(table.at(0, "cost")), 21 * (60 * 10 + 40 * 5 + 10 * 100) / 1e6,
              1e-12);
  EXPECT_NEAR(std::get<double>(table.at(0, "cost_other_1")), 21 * (100 * 20 + 10 * 200) / 1e6,
              1e-12);
  EXPECT_NEAR(std::get<double>(table.at(0, "human_hours")), 18 * 2 / 60.0, 1e-12);
  EXPECT_NEAR(std::get<double>(table.at(0, "human_cost")), 12 * 18 * 2 / 60.0, 1e-12);
}

TEST(Cost, SaysWhichModelHasNoPrice) {
  const ResultTable table = make_table(small_study(), "cost", {}).at(0);
  EXPECT_EQ(std::get<Undefined>(table.at(0, "cost")).reason, "no price is known of m");
}

TEST(Cost, RefusesRatesThatCannotBeMeant) {
  for (const char* text :
       {R"([])", R"({"model": {}})", R"({"models": {"m": {"input": 1}}})",
        R"({"models": {"m": {"input": -1, "output": 1}}})", R"({"humans": {"hourly_pay": 1}})",
        R"({"humans": {"words_per_minute": 30}})", R"({"currency": 1})"})
    EXPECT_THROW(rates_from_json(parse_json(text), "rates.json"), InputError) << text;
}

}  // namespace
}  // namespace syndisco
