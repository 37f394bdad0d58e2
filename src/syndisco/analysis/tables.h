#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/cost.h"
#include "syndisco/analysis/table.h"

namespace syndisco {

/// What tables are made of, beside the corpus. Defaults are those of the command.
struct AnalysisOptions {
  /// Factors to look at; none: all of the corpus that have at least two levels.
  std::vector<std::string> factors;
  /// Measures that `effects`, `tests` and `divergence` look at; none: ratings and annotations where
  /// there are some, else words and diversity.
  std::vector<std::string> measures;
  /// Of `effects`: "y ~ a * b + (1 | discussion)"; "": the measure by all factors.
  std::string formula;
  std::map<std::string, std::string> references;  ///< by factor: the level others are compared with
  bool reml = true;
  double confidence = 0.95;  ///< of intervals, in (0, 1)
  ObservationOptions observations;
  const Corpus* against = nullptr;  ///< of `divergence`: another corpus, such as one by humans
  std::string against_name;         ///< as tables call it
  std::string annotator_group;      ///< persona attribute by which annotators are grouped
  Rates rates;
};

/// A table that can be made.
struct TableKind {
  std::string name;
  std::string about;               ///< one line
  std::vector<std::string> parts;  ///< names of what it may consist of, beside tables by measure
};

/// All of them, in the order in which they are shown.
const std::vector<TableKind>& table_kinds();

/// Throws InputError with a "did you mean" where there is no such table, factor or measure, or a
/// formula is wrong. What the data do not give is no error: the cell or the note says why.
/// Mostly one table or a few that belong together; with the name of a part ("tests-pairs",
/// "effects.words") that one alone.
std::vector<ResultTable> make_table(const Corpus& corpus, const std::string& name,
                                    const AnalysisOptions& options = {});

/// Throws InputError, with a "did you mean", where the options name a factor, level or measure that
/// the corpus does not have.
void check_options(const Corpus& corpus, const AnalysisOptions& options);

/// Whether the corpus has what the table is about: no annotations, no `agreement`. `why` is a
/// sentence for those who ask for it by name.
bool applies(const Corpus& corpus, const std::string& name, const AnalysisOptions& options,
             std::string* why = nullptr);

}  // namespace syndisco
