#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "syndisco/analysis/corpus.h"
#include "syndisco/analysis/table.h"

namespace syndisco {

/// A figure as an SVG document, and what it is called.
struct StudyFigure {
  std::string name;   ///< for files: lower case, digits, dashes; unique in its study
  std::string title;  ///< one line
  std::string svg;
  std::string id;  ///< begins the ids inside of `svg`; unique in its study
};

struct StudyFigureOptions {
  std::string by;  ///< the factor that makes the conditions; "": the cells of the experiment
  /// Names of measures; none: ratings and annotations, words, and what is known of discussions as a
  /// whole.
  std::vector<std::string> measures;
  double confidence = 0.95;  ///< of intervals, in (0, 1)
  ObservationOptions observations = {};
};

/// The figures of a study, measure by measure: means with intervals, distributions, of comments'
/// measures also the course over turns, and, between two conditions or more, divergences. Intervals
/// are Student's over the means of discussions, for comments of one discussion are not independent;
/// over turns a discussion has one value each. Divergences are Jensen-Shannon distances to the base
/// 2 between kernel densities (analysis/stats/divergence.h). Throws InputError with a "did you
/// mean" where there is no such factor or measure.
std::vector<StudyFigure> study_figures(const Corpus& corpus, const StudyFigureOptions& options);

/// The coefficients of a table of `effects` (analysis/tables.h) but the intercept, as points with
/// their intervals; nothing where the table holds none. `number`: its own among them.
std::optional<StudyFigure> effects_figure(const ResultTable& table, std::size_t number,
                                          double confidence);

}  // namespace syndisco
