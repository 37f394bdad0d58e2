#include "syndisco/cli/study.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "syndisco/analysis/comments_csv.h"
#include "syndisco/analysis/read_answer.h"
#include "syndisco/base/error.h"
#include "syndisco/base/file.h"
#include "syndisco/base/log.h"
#include "syndisco/base/printable.h"
#include "syndisco/cli/prices.h"
#include "syndisco/design/document.h"
#include "syndisco/text/unicode.h"

namespace syndisco::cli {
namespace {

/// "SET=HOW", checked against the sets there are.
std::map<std::string, AnswerConstraint> readings_of(const Journal& journal,
                                                    const StudyOptions& options) {
  std::vector<std::string> names;
  for (const auto& set : journal.annotation_sets()) names.push_back(set->name);
  std::map<std::string, AnswerConstraint> readings;
  for (const std::string& reading : options.readings) {
    const std::size_t equals = reading.find('=');
    if (equals == std::string::npos)
      throw InputError("--read takes SET=HOW, not " + printable_line(reading), {},
                       "--read toxicity=integer:1-5");
    const std::string name = reading.substr(0, equals);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string nearest = nearest_word(name, names);
      throw InputError("there is no annotation set " + printable_line(name), {},
                       nearest.empty() ? "" : "did you mean " + printable_line(nearest) + "?");
    }
    readings[name] = constraint_from(reading.substr(equals + 1));
  }
  return readings;
}

}  // namespace

void add_study_options(CLI::App& command, StudyOptions& options) {
  command.add_option("--ratings", options.ratings,
                     "CSV of numbers for comments, by conv_id and comment_index or by message_id");
  command
      .add_option("--rating-column", options.rating_columns,
                  "a column of it; may be repeated [all that are numeric]")
      ->allow_extra_args(false);
  command
      .add_option("--factors", options.factors,
                  "CSV of more factors, by conv_id or by a factor in its first column; may be "
                  "repeated")
      ->allow_extra_args(false);
  command
      .add_option("--read", options.readings,
                  "how to read the answers of an annotation set: SET=integer:1-5 or "
                  "SET=choice:yes,no")
      ->allow_extra_args(false);
  command.add_option("--rates", options.rates,
                     "YAML or JSON of prices: models, others, humans (docs/analysis.md)");
  command.add_flag("--unfinished", options.unfinished,
                   "count discussions that are not completed, too");
}

void add_comparison_options(CLI::App& command, ComparisonOptions& options) {
  command.add_option("--formula", options.formula, "of effects: \"y ~ a * b + (1 | discussion)\"");
  command.add_option("--confidence", options.confidence, "of intervals")->capture_default_str();
  command
      .add_option("--reference", options.references,
                  "FACTOR=LEVEL that others are compared with; may be repeated [the first]")
      ->allow_extra_args(false);
  command.add_flag("--published-join", options.published_join,
                   "count comments as often as their message was rated, as published");
  command.add_flag("--without-silent", options.without_silent,
                   "effects, tests and divergence leave silent comments out");
  command.add_option("--against", options.against,
                     "of divergence: a run directory or a CSV of comments to compare with");
}

void set_comparison(const ComparisonOptions& from, AnalysisOptions& options) {
  if (!(from.confidence > 0 && from.confidence < 1))
    throw InputError("--confidence is to lie between 0 and 1");
  options.formula = from.formula;
  options.confidence = from.confidence;
  for (const std::string& text : from.references) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      throw InputError("--reference takes FACTOR=LEVEL, not " + printable_line(text));
    options.references[text.substr(0, equals)] = text.substr(equals + 1);
  }
  options.observations.published_join = from.published_join;
  options.observations.leave_out_silent = from.without_silent;
  options.against_name = from.against;
}

std::optional<Corpus> load_other(const ComparisonOptions& options) {
  if (options.against.empty()) return std::nullopt;
  Corpus other = std::filesystem::is_directory(options.against)
                     ? load_study(*Journal::open_read_only(options.against), StudyOptions{})
                     : read_comments_csv(checked_utf8(read_file(options.against), options.against),
                                         options.against);
  for (const std::string& warning : other.warnings())
    log::warning("", printable_line(options.against) + ": " + warning);
  return other;
}

Corpus load_study(const Journal& journal, const StudyOptions& options) {
  std::optional<Ratings> ratings;
  if (!options.ratings.empty())
    ratings = read_ratings(checked_utf8(read_file(options.ratings), options.ratings),
                           options.ratings, options.rating_columns);
  std::vector<FactorTable> factors;
  for (const std::string& file : options.factors)
    factors.push_back(read_factors(checked_utf8(read_file(file), file), file));
  std::optional<Corpus> corpus;
  journal.in_snapshot([&] {
    CorpusOptions how;
    how.diversity = options.diversity;
    how.unfinished = options.unfinished;
    how.readings = readings_of(journal, options);
    corpus.emplace(journal.factors(), std::move(how));
    if (ratings) corpus->take_ratings(*std::move(ratings));
    journal.for_each_discussion(
        [&](const DiscussionRecord& discussion, const std::vector<AnnotationRecord>& annotations) {
          corpus->add(discussion, annotations);
        });
  });
  corpus->finish(factors);
  return *std::move(corpus);
}

Rates load_rates(const Journal& journal, const StudyOptions& options) {
  Rates rates;
  if (!options.rates.empty()) {
    const Document file(options.rates, read_file(options.rates), syntax_of(options.rates));
    try {
      rates = rates_from_json(file.root(), options.rates);
    } catch (const InputError& error) {
      throw InputError(error.what(), file.place(error.place().pointer), error.hint());
    }
  }
  for (const auto& [model, price] : noted_prices(journal)) rates.prices.emplace(model, price);
  return rates;
}

}  // namespace syndisco::cli
