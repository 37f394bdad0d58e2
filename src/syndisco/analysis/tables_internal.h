#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "syndisco/analysis/stats/value.h"
#include "syndisco/analysis/tables.h"

// What the tables share.
namespace syndisco::tables {

/// Discussions that are looked at together: all, those of one level, or those of one combination.
struct Group {
  std::string by;     ///< "all", a factor, or "a x b"
  std::string level;  ///< "all", a level, or "A, B"
  std::vector<std::uint32_t> discussions;
};

/// Factors to look at: those of the options, or all with two levels or more.
std::vector<const Factor*> chosen_factors(const Corpus& corpus, const AnalysisOptions& options);

/// All; then by every chosen factor; then by their combinations: of the factors that the options
/// name, or the cells of the experiment. Groups without discussions are left out.
std::vector<Group> groups_of(const Corpus& corpus, const AnalysisOptions& options);

/// Measures to look at; none that are constants of the design.
std::vector<const Measure*> chosen_measures(const Corpus& corpus, const AnalysisOptions& options,
                                            MeasureUnit preferred);

TableCell cell(const stats::Value& value);
TableCell cell(std::size_t count);
/// part / whole, or Undefined with `without` where whole is 0.
TableCell share_cell(std::size_t part, std::size_t whole, const char* without);

TableColumn text_column(std::string name, std::string heading);
TableColumn count_column(std::string name, std::string heading);
TableColumn real_column(std::string name, std::string heading, int digits = 2,
                        RealStyle style = RealStyle::kFixed);

/// An empty table with the columns `by` and `level`.
ResultTable grouped_table(std::string name, std::string title);

using Maker = std::vector<ResultTable> (*)(const Corpus& corpus, const AnalysisOptions& options);

std::vector<ResultTable> make_discussions(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_participation(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_interventions(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_balance(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_diversity(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_annotations(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_agreement(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_effects(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_tests(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_divergence(const Corpus& corpus, const AnalysisOptions& options);
std::vector<ResultTable> make_cost(const Corpus& corpus, const AnalysisOptions& options);

}  // namespace syndisco::tables
