#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/cost.h"
#include "syndisco/analysis/tables.h"
#include "syndisco/journal/journal.h"

namespace syndisco::cli {

/// What is joined to a run directory when it is analysed, as `analyze` and `report` take it.
struct StudyOptions {
  std::string ratings;                      ///< a CSV file; "" for none
  std::vector<std::string> rating_columns;  ///< of it; none: all that are numeric
  std::vector<std::string> factors;         ///< CSV files with more factors
  std::vector<std::string> readings;        ///< "SET=integer:1-5"
  std::string rates;                        ///< a YAML or JSON file; "" for none
  bool unfinished = false;
  bool diversity = true;
};

/// Adds their flags to a command.
void add_study_options(CLI::App& command, StudyOptions& options);

/// How conditions are compared, as `analyze` and `report` take it.
struct ComparisonOptions {
  std::vector<std::string> references;  ///< "FACTOR=LEVEL"
  std::string against;                  ///< a run directory or a CSV file of comments; "" for none
  bool published_join = false;
  bool without_silent = false;
  std::string formula;  ///< of effects
  double confidence = 0.95;
};

/// Adds their flags to a command.
void add_comparison_options(CLI::App& command, ComparisonOptions& options);

/// Takes over all but the corpus to compare with. Throws InputError.
void set_comparison(const ComparisonOptions& from, AnalysisOptions& options);

/// The corpus to compare with, where one is named. Throws InputError.
std::optional<Corpus> load_other(const ComparisonOptions& options);

/// The facts of all discussions, of one moment of the journal. Throws InputError.
Corpus load_study(const Journal& journal, const StudyOptions& options);

/// The prices of the journal, and what the file of rates says beyond them or instead.
Rates load_rates(const Journal& journal, const StudyOptions& options);

}  // namespace syndisco::cli
