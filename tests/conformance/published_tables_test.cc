// The tables of the published experiment, from its published files, against the figures that the
// Python libraries of the field gave.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/oracle.h"
#include "support/published_data.h"

#include "syndisco/analysis/rouge.h"
#include "syndisco/analysis/tables.h"
#include "syndisco/dataset/published.h"

namespace syndisco::testing {
namespace {

namespace fs = std::filesystem;

std::string model_name(const std::string& folder) {
  static const std::vector<std::pair<std::string, std::string>> kModels = {
      {"llama70b", "LLaMa-70B"}, {"mistral24b", "Mistral-24B"}, {"qwen32b", "Qwen-32B"},
      {"llama8b", "LLaMa-8B"},   {"mistral7b", "Mistral-7B"},   {"qwen7b", "Qwen-7B"}};
  for (const auto& [key, name] : kModels)
    if (folder.starts_with(key)) return name;
  return "";
}

std::string strategy_name(const std::string& folder) {
  if (folder.find("nomod") != std::string::npos) return "No Facilitator";
  if (folder.find("constructive") != std::string::npos) return "Constr. Comms";
  if (folder.find("erulemaking") != std::string::npos) return "E-Rulemaking";
  return "No Instructions";
}

/// The corpus with the factors `folder`, `model_name` and `strategy` and the ratings.
Corpus published_corpus(const fs::path& folder) {
  Corpus corpus({"folder"});
  corpus.take_ratings(read_ratings(read_file(folder / "toxicity.csv"), "toxicity.csv"));
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder / "main"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  FactorTable more{"levels.csv", "folder", {"model_name", "strategy"}, {}};
  for (const fs::path& file : files) {
    const std::string condition = file.parent_path().filename().string();
    DiscussionRecord record =
        read_discussion_2_0(parse_json(read_file(file), file.string()), file.string());
    record.status = Status::kCompleted;
    record.job.cell = condition;
    record.job.levels = {{"folder", condition}};
    corpus.add(record, {});
    more.levels[condition] = {model_name(condition), strategy_name(condition)};
  }
  corpus.finish(std::vector<FactorTable>{more});
  return corpus;
}

class PublishedTables : public ::testing::Test {
 protected:
  void SetUp() override {
    oracle_ = oracle_dir();
    if (!data_.folder() || !oracle_) GTEST_SKIP() << "no published data or no oracle values";
    corpus_.emplace(published_corpus(*data_.folder()));
    options_.factors = {"model_name", "strategy"};
    options_.references = {{"strategy", "No Facilitator"}, {"model_name", "LLaMa-70B"}};
  }

  Json oracle(const std::string& name) const { return read_oracle(*oracle_, name); }

  PublishedData data_;
  std::optional<fs::path> oracle_;
  std::optional<Corpus> corpus_;
  AnalysisOptions options_;
};

double number(const TableCell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*integer);
  return std::holds_alternative<double>(cell) ? std::get<double>(cell) : NAN;
}

const Json& member(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* at = &json;
  for (const std::string_view name : path) {
    at = at->find(name);
    if (at == nullptr) throw std::out_of_range("the oracle lacks " + std::string(name));
  }
  return *at;
}

void expect_near(double value, const Json& expected, double relative, const std::string& what) {
  if (expected.is_null()) {
    EXPECT_TRUE(std::isnan(value)) << what;
    return;
  }
  EXPECT_NEAR(value, expected.number(), relative * std::max(1e-3, std::abs(expected.number())))
      << what;
}

std::size_t row_of(const ResultTable& table, const std::string& by, const std::string& level) {
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    if (std::get<std::string>(table.at(row, "by")) == by &&
        std::get<std::string>(table.at(row, "level")) == level)
      return row;
  ADD_FAILURE() << "no row " << by << " " << level;
  return 0;
}

/// Calls `check(by, level, values)` for every group of an oracle file's part.
template <typename Check>
void for_each_group(const Json& part, Check check) {
  check("all", "all", member(part, {"overall"}));
  for (const auto& [model, values] : member(part, {"per_model"}).object())
    check("model_name", model, values);
  for (const auto& [strategy, values] : member(part, {"per_strategy"}).object())
    check("strategy", strategy, values);
  const Json* both = part.find("per_model_strategy");
  if (both == nullptr || !both->is_array()) return;
  for (const Json& values : both->array())
    check("model_name x strategy",
          values.find("model")->string() + ", " + values.find("strategy")->string(), values);
}

TEST_F(PublishedTables, CountDiscussionsCommentsAndWordsAsPublished) {
  const ResultTable table = make_table(*corpus_, "discussions", options_).at(0);
  for_each_group(oracle("dataset_statistics_main.json"),
                 [&](const std::string& by, const std::string& level, const Json& expected) {
                   const std::size_t row = row_of(table, by, level);
                   const auto check = [&](const char* column,
                                          std::initializer_list<std::string_view> path) {
                     expect_near(number(table.at(row, column)), member(expected, path), 1e-9,
                                 by + " " + level + " " + column);
                   };
                   check("discussions", {"discussions"});
                   check("comments", {"comments"});
                   check("by_users", {"extra", "comments_by_users"});
                   check("by_facilitator", {"extra", "comments_by_moderator"});
                   check("comments_mean", {"comments_per_discussion", "mean"});
                   check("comments_sd", {"comments_per_discussion", "std_sample"});
                   check("words_mean", {"words_per_comment", "mean"});
                   check("words_sd", {"words_per_comment", "std_sample"});
                   check("words", {"words_per_comment", "sum"});
                 });
  const std::size_t all = row_of(table, "all", "all");
  const auto printed = [&](const char* column) {
    return shown(table.columns[table.column(column)], table.at(all, column));
  };
  EXPECT_EQ(printed("discussions"), "720");
  EXPECT_EQ(printed("comments"), "18900");
  EXPECT_EQ(printed("comments_mean"), "26.25");
  EXPECT_EQ(printed("comments_sd"), "6.50");
  EXPECT_EQ(printed("words_mean"), "53.52");
  EXPECT_EQ(printed("words_sd"), "46.56");
}

TEST_F(PublishedTables, CountParticipationAndInterventionsAsPublished) {
  const Json expected = oracle("participation_interventions_main.json");
  const ResultTable table = make_table(*corpus_, "participation", options_).at(0);
  for_each_group(
      member(expected, {"participation"}),
      [&](const std::string& by, const std::string& level, const Json& values) {
        const std::size_t row = row_of(table, by, level);
        expect_near(number(table.at(row, "turns")), member(values, {"comments"}), 0, level);
        expect_near(number(table.at(row, "quote_only")), member(values, {"quote_only"}), 0, level);
        expect_near(number(table.at(row, "participation_rate")),
                    member(values, {"participation_rate"}), 1e-9, level);
      });
  const std::vector<ResultTable> tables = make_table(*corpus_, "interventions", options_);
  for_each_group(member(expected, {"interventions"}),
                 [&](const std::string& by, const std::string& level, const Json& values) {
                   const std::size_t row = row_of(tables.at(0), by, level);
                   expect_near(number(tables[0].at(row, "turns")),
                               member(values, {"moderator_turns"}), 0, level);
                   expect_near(number(tables[0].at(row, "interventions")),
                               member(values, {"interventions"}), 0, level);
                   expect_near(number(tables[0].at(row, "intervention_rate")),
                               member(values, {"intervention_rate"}), 1e-9, level);
                 });
}

TEST_F(PublishedTables, MeasureDiversityAsRougeScoreDoes) {
  const Json expected = oracle("rouge_diversity_main.json");
  const std::pair<const char*, const char*> variants[] = {
      {"diversity", "A_generated_nonquote"},
      {"diversity_all", "B_generated_all"},
      {"diversity_users", "C_users_only_nonquote"},
      {"diversity_with_openings", "D_with_seeds_nonquote"}};
  std::map<std::string, std::size_t> by_id;
  for (std::size_t d = 0; d < corpus_->discussions().size(); ++d)
    by_id[corpus_->discussions()[d].id] = d;
  std::size_t compared = 0;
  for (const Json& discussion : member(expected, {"discussions"}).array()) {
    const std::size_t d = by_id.at(discussion.find("conv_id")->string());
    for (const auto& [ours, theirs] : variants) {
      const Json& value = member(discussion, {theirs, "diversity"});
      EXPECT_NEAR(corpus_->measure(ours).values[d], value.number(), 1e-12) << ours;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 4U * 720U);
}

/// Compares a fit with the oracle's exact solution.
void expect_fit(const std::vector<ResultTable>& tables, const Json& expected) {
  ASSERT_EQ(tables.size(), 2U) << render(tables.at(0), RenderFormat::kText);
  std::size_t row = 0;
  for (const Json& one : expected.find("coefficients")->array()) {
    const std::string what = one.find("name")->string();
    expect_near(number(tables[0].at(row, "estimate")), *one.find("exact_coef"), 1e-7, what);
    expect_near(number(tables[0].at(row, "se")), *one.find("exact_se_full_hessian"), 1e-7, what);
    expect_near(number(tables[0].at(row, "se_gls")), *one.find("exact_se_gls"), 1e-7, what);
    ++row;
  }
  EXPECT_EQ(row, tables[0].rows.size());
  const auto fit = [&](const std::string& name) {
    for (const auto& cells : tables[1].rows)
      if (std::get<std::string>(cells[0]) == name) return number(cells[1]);
    return double{NAN};
  };
  expect_near(fit("rows"), *expected.find("observations"), 0, "rows");
  expect_near(fit("groups"), *expected.find("groups"), 0, "groups");
  const Json& exact = *expected.find("exact");
  expect_near(fit("group variance"), *exact.find("group_variance"), 1e-7, "group variance");
  expect_near(fit("residual variance"), *exact.find("residual_variance"), 1e-7, "residual");
  expect_near(fit("log-likelihood"), *exact.find("log_likelihood"), 1e-9, "log-likelihood");
}

TEST_F(PublishedTables, FitTheToxicityRegressionAsPublished) {
  const Json expected = oracle("mixed_model_main.json");
  options_.formula = "toxicity ~ strategy * message_order_c + (1 | discussion)";
  options_.observations.published_join = true;
  const std::vector<ResultTable> published = make_table(*corpus_, "effects", options_);
  expect_fit(published, member(expected, {"published_model"}));
  std::size_t row = 0;
  for (const Json& one :
       member(expected, {"published_model", "published_comparison", "coefficients"}).array()) {
    const double estimate = number(published[0].at(row, "estimate"));
    const double se = number(published[0].at(row, "se"));
    EXPECT_NEAR(estimate, one.find("published_coef")->number(), 0.0005 + 1e-12);
    EXPECT_NEAR(se, one.find("published_se")->number(), 0.0005 + 1e-12);
    ++row;
  }
  options_.reml = false;
  expect_fit(make_table(*corpus_, "effects", options_), member(expected, {"published_model_ML"}));
}

TEST_F(PublishedTables, CountEveryCommentOnceUnlessAskedOtherwise) {
  const Json expected = oracle("mixed_model_main.json");
  options_.formula = "toxicity ~ strategy * message_order_c + (1 | discussion)";
  expect_fit(make_table(*corpus_, "effects", options_), member(expected, {"one_row_per_comment"}));
  options_.observations.leave_out_silent = true;
  expect_fit(make_table(*corpus_, "effects", options_),
             member(expected, {"one_row_per_comment_excluding_quote_only"}));
  const Ratings& ratings = *corpus_->ratings();
  EXPECT_EQ(ratings.repeated_ids, 267U);
  EXPECT_EQ(ratings.differing_ids, 0U);
  EXPECT_EQ(ratings.unmatched, 0U);
  EXPECT_EQ(ratings.unrated, 0U);
  EXPECT_EQ(ratings.header_rows, 1U);
}

TEST_F(PublishedTables, MeasureDivergenceAsScipyDoes) {
  const Json expected = oracle("js_divergence_main.json");
  options_.measures = {"diversity", "toxicity", "mean_toxicity"};
  const ResultTable table = make_table(*corpus_, "divergence", options_).at(0);
  const std::map<std::string, std::string> names = {{"rougeL_diversity_A", "diversity"},
                                                    {"toxicity_one_row_per_comment", "toxicity"},
                                                    {"toxicity_discussion_mean", "mean_toxicity"}};
  std::size_t compared = 0;
  for (const Json& pair : member(expected, {"pairs"}).array()) {
    const std::string measure = names.at(pair.find("metric")->string());
    const std::string p = pair.find("p")->string(), q = pair.find("q")->string();
    for (const auto& row : table.rows) {
      const auto text = [&](const char* column) {
        return std::get<std::string>(row[table.column(column)]);
      };
      if (text("measure") != measure ||
          !((text("a") == p && text("b") == q) || (text("a") == q && text("b") == p)))
        continue;
      expect_near(number(row[table.column("divergence")]), *pair.find("jsd_squared_base_e"), 1e-9,
                  measure + p + q);
      expect_near(number(row[table.column("distance_base_2")]), *pair.find("js_distance_base_2"),
                  1e-9, measure + p + q);
      ++compared;
    }
  }
  EXPECT_EQ(compared, member(expected, {"pairs"}).array().size());
}

}  // namespace
}  // namespace syndisco::testing
