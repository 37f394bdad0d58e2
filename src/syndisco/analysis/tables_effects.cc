// Tables of what differs between conditions.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "syndisco/analysis/stats/divergence.h"
#include "syndisco/analysis/stats/effect_size.h"
#include "syndisco/analysis/stats/formula.h"
#include "syndisco/analysis/stats/frame.h"
#include "syndisco/analysis/stats/mixed_model.h"
#include "syndisco/analysis/stats/multiple_testing.h"
#include "syndisco/analysis/stats/tests.h"
#include "syndisco/analysis/tables_internal.h"
#include "syndisco/base/error.h"
#include "syndisco/text/unicode.h"

namespace syndisco::tables {
namespace {

/// With more, pairs are only looked at where the factor is named.
constexpr std::size_t kLevelsCompared = 12;
constexpr const char* kOrder = "message_order";
constexpr const char* kCentred = "message_order_c";
constexpr const char* kQuoteOnly = "quote_only";
constexpr const char* kDiscussion = "discussion";
constexpr const char* kConvId = "conv_id";

std::string quoted(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || (static_cast<unsigned char>(c) & 0x80U) != 0;
  };
  const bool starts = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  return starts && std::ranges::all_of(name, plain) ? name : "`" + name + "`";
}

/// Whether a level of one always means the same level of the other, so that a model cannot tell
/// them apart.
bool follows(const Factor& one, const Factor& other) {
  std::vector<std::int32_t> level_of(other.levels.size(), -2);
  for (std::size_t d = 0; d < one.of.size(); ++d) {
    if (other.of[d] < 0) continue;
    std::int32_t& level = level_of[static_cast<std::size_t>(other.of[d])];
    if (level == -2) level = one.of[d];
    if (level != one.of[d]) return false;
  }
  return true;
}

std::string too_many_levels(const Factor& factor, const char* wanted) {
  return fmt::format("{} has {} levels: --factor names it where {} wanted.", factor.name,
                     factor.levels.size(), wanted);
}

bool has_too_many_levels(const Factor& factor, const AnalysisOptions& options) {
  return factor.levels.size() > kLevelsCompared && options.factors.empty();
}

/// What explains a measure where nobody says it.
struct DefaultFormula {
  std::string text;
  std::vector<std::string> notes;  ///< why factors are left out
};

/// The measure by all factors but those that another one implies: the finer one tells more, and of
/// two that imply each other the first is taken.
DefaultFormula default_formula(const Corpus& corpus, const AnalysisOptions& options,
                               const Measure& measure) {
  DefaultFormula formula;
  std::vector<const Factor*> factors;
  for (const Factor* factor : chosen_factors(corpus, options)) {
    if (has_too_many_levels(*factor, options)) {
      formula.notes.push_back(too_many_levels(*factor, "its effects are"));
    } else if (factor->levels.size() > 1 && std::ranges::find(factors, factor) == factors.end()) {
      factors.push_back(factor);
    }
  }
  std::string used, left_out;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const Factor* implying = nullptr;
    for (std::size_t j = 0; j < factors.size() && implying == nullptr; ++j)
      if (i != j && follows(*factors[i], *factors[j]) &&
          (j < i || !follows(*factors[j], *factors[i])))
        implying = factors[j];
    if (implying == nullptr) {
      used += (used.empty() ? "" : " + ") + quoted(factors[i]->name);
    } else {
      left_out += fmt::format("{}{} (from {})", left_out.empty() ? "" : ", ", factors[i]->name,
                              implying->name);
    }
  }
  if (!left_out.empty())
    formula.notes.push_back("Factors left out because they follow from others: " + left_out + ".");
  formula.text = quoted(measure.name) + " ~ " + (used.empty() ? "1" : used);
  if (measure.unit == MeasureUnit::kComment) formula.text += " + (1 | discussion)";
  return formula;
}

/// Names of the columns that a formula may use, for "did you mean".
std::vector<std::string> known_columns(const Corpus& corpus) {
  std::vector<std::string> names = {kDiscussion, kConvId, kOrder, kCentred, kQuoteOnly};
  for (const Factor& factor : corpus.factors()) names.push_back(factor.name);
  for (const Measure& measure : corpus.measures()) names.push_back(measure.name);
  return names;
}

/// Puts the columns together that a formula uses; one row for each observation of its response.
class FrameMaker {
 public:
  FrameMaker(const Corpus& corpus, const AnalysisOptions& options, const Measure& response)
      : corpus_(corpus), response_(response) {
    // Rows carry their comment along, so that covariates can be looked up.
    rows_ = observations(corpus, response, options.observations);
  }

  stats::Frame make(const stats::Formula& formula) {
    std::set<std::string> used;
    for (const auto& term : formula.terms) used.insert(term.begin(), term.end());
    if (!formula.group.empty()) used.insert(formula.group);
    used.erase(response_.name);
    frame_.add_numeric(response_.name, rows_.values);
    for (const std::string& name : used) add(name);
    return std::move(frame_);
  }

  const Observations& rows() const { return rows_; }

 private:
  void add(const std::string& name) {
    const auto factor = std::ranges::find(corpus_.factors(), name, &Factor::name);
    if (factor != corpus_.factors().end()) return add_factor(*factor);
    const auto measure = std::ranges::find(corpus_.measures(), name, &Measure::name);
    if (measure != corpus_.measures().end()) return add_measure(*measure);
    if (name == "cell") return add_factor(corpus_.cell());
    if (name == kDiscussion || name == kConvId) return add_discussions(name);
    if (name == kOrder || name == kCentred) return add_orders(name);
    if (name == kQuoteOnly) {
      std::vector<double> quotes(rows_.quote_only.begin(), rows_.quote_only.end());
      frame_.add_numeric(name, std::move(quotes));
      return;
    }
    const std::vector<std::string> known = known_columns(corpus_);
    const std::string nearest = nearest_word(name, known);
    throw InputError("the formula names " + printable_line(name) + ", which is no column",
                     {"formula", 0, 0, {}},
                     nearest.empty() ? "factors, measures, message_order, message_order_c, "
                                       "quote_only and discussion are columns"
                                     : "did you mean " + printable_line(nearest) + "?");
  }

  void add_factor(const Factor& factor) {
    std::vector<std::int32_t> codes;
    codes.reserve(rows_.values.size());
    for (const std::uint32_t d : rows_.discussion) codes.push_back(factor.of[d]);
    frame_.add_factor(factor.name, std::move(codes), factor.levels);
  }

  void add_discussions(const std::string& name) {
    std::vector<std::string> ids;
    std::vector<std::int32_t> codes;
    for (const DiscussionFacts& facts : corpus_.discussions()) ids.push_back(facts.id);
    for (const std::uint32_t d : rows_.discussion) codes.push_back(static_cast<std::int32_t>(d));
    frame_.add_factor(name, std::move(codes), std::move(ids));
  }

  void add_orders(const std::string& name) {
    if (response_.unit == MeasureUnit::kDiscussion)
      throw InputError(name + " is a column of comments, but " + printable_line(response_.name) +
                       " is a measure of discussions");
    std::vector<double> orders(rows_.order.begin(), rows_.order.end());
    if (name == kCentred) {
      double sum = 0;
      for (const double order : orders) sum += order;
      const double mean = orders.empty() ? 0 : sum / static_cast<double>(orders.size());
      for (double& order : orders) order -= mean;
    }
    frame_.add_numeric(name, std::move(orders));
  }

  void add_measure(const Measure& measure) {
    if (measure.unit == MeasureUnit::kComment && response_.unit == MeasureUnit::kDiscussion)
      throw InputError(printable_line(measure.name) + " is a measure of comments, but " +
                           printable_line(response_.name) + " is one of discussions",
                       {}, "mean_" + printable_line(measure.name) + " is one of discussions");
    std::vector<double> values;
    values.reserve(rows_.values.size());
    // Joined rows bring the other columns of the ratings along.
    if (measure.source == Measure::Source::kRating && measure.unit == MeasureUnit::kComment &&
        !rows_.rating_row.empty()) {
      const Ratings& ratings = *corpus_.ratings();
      const auto column = std::ranges::find(ratings.columns, measure.name);
      for (const std::uint32_t row : rows_.rating_row)
        values.push_back(
            ratings.values[static_cast<std::size_t>(column - ratings.columns.begin())][row]);
      frame_.add_numeric(measure.name, std::move(values));
      return;
    }
    for (std::size_t i = 0; i < rows_.values.size(); ++i)
      values.push_back(measure.values[measure.unit == MeasureUnit::kDiscussion ? rows_.discussion[i]
                                                                               : rows_.comment[i]]);
    frame_.add_numeric(measure.name, std::move(values));
  }

  const Corpus& corpus_;
  const Measure& response_;
  Observations rows_;
  stats::Frame frame_;
};

void add_coefficients(ResultTable& table, const std::vector<stats::Coefficient>& coefficients,
                      bool mixed) {
  table.columns = {text_column("term", "term"),
                   real_column("estimate", "estimate", 3),
                   real_column("se", "SE", 3),
                   real_column(mixed ? "z" : "t", mixed ? "z" : "t", 3),
                   real_column("p", "p", 3, RealStyle::kP),
                   real_column("ci_low", "low", 3),
                   real_column("ci_high", "high", 3)};
  if (mixed) table.columns.push_back(real_column("se_gls", "SE (variances known)", 3));
  for (const stats::Coefficient& one : coefficients) {
    std::vector<TableCell> row = {
        one.name,    one.estimate,     cell(one.se),     cell(one.statistic),
        cell(one.p), cell(one.ci_low), cell(one.ci_high)};
    if (mixed) row.push_back(cell(one.se_gls));
    table.rows.push_back(std::move(row));
  }
}

ResultTable fit_table(const std::string& name, const std::string& title) {
  ResultTable table;
  table.name = name;
  table.title = title;
  table.columns = {text_column("statistic", "statistic"),
                   real_column("value", "value", 6, RealStyle::kSignificant)};
  return table;
}

void describe_fit(ResultTable& fit, const stats::MixedModel& model) {
  fit.rows = {{"rows", cell(model.rows)},
              {"groups", cell(model.groups)},
              {"smallest group", cell(model.smallest_group)},
              {"largest group", cell(model.largest_group)},
              {"group variance", model.group_variance},
              {"residual variance", model.residual_variance},
              {"gamma", model.gamma},
              {"gamma SE", cell(model.gamma_se)},
              {"intraclass correlation", cell(model.intraclass_correlation)},
              {"log-likelihood", model.log_likelihood},
              {"AIC", model.aic},
              {"BIC", model.bic}};
}

void describe_fit(ResultTable& fit, const stats::LinearModel& model) {
  fit.rows = {{"rows", cell(model.rows)},
              {"residual variance", model.residual_variance},
              {"df", cell(model.df)},
              {"R squared", cell(model.r_squared)},
              {"adjusted R squared", cell(model.adjusted_r_squared)},
              {"log-likelihood", model.log_likelihood},
              {"AIC", model.aic},
              {"BIC", model.bic}};
}

std::string references_text(const std::map<std::string, std::string>& references) {
  std::string text;
  for (const auto& [factor, level] : references)
    text += (text.empty() ? "Reference levels: " : ", ") + factor + " = " + level;
  return text + ".";
}

/// Whether the row has a value in every column.
bool is_complete(const stats::Frame& frame, std::size_t row) {
  return std::ranges::all_of(frame.columns(), [row](const stats::Column& column) {
    return column.categorical ? column.codes[row] >= 0 : !std::isnan(column.numbers[row]);
  });
}

/// By factor of the frame: the first of its levels that the rows of a fit have, since a level
/// without rows cannot be what others are compared with.
std::map<std::string, std::string> first_levels(const Corpus& corpus, const stats::Frame& frame) {
  std::map<std::string, std::int32_t> first;
  for (std::size_t row = 0; row < frame.rows(); ++row) {
    if (!is_complete(frame, row)) continue;
    for (const stats::Column& column : frame.columns()) {
      if (!column.categorical) continue;
      const auto [known, added] = first.emplace(column.name, column.codes[row]);
      known->second = std::min(known->second, column.codes[row]);
    }
  }
  std::map<std::string, std::string> levels;
  for (const auto& [name, code] : first)
    if (name == corpus.cell().name ||
        std::ranges::find(corpus.factors(), name, &Factor::name) != corpus.factors().end())
      levels[name] = frame.at(name).levels[static_cast<std::size_t>(code)];
  return levels;
}

std::vector<ResultTable> effects_of(const Corpus& corpus, const AnalysisOptions& options,
                                    const Measure& measure, const stats::Formula& formula,
                                    const std::string& name) {
  ResultTable table;
  table.name = name;
  table.title = "Effects on " + measure.name + ": " + formula.text;
  FrameMaker maker(corpus, options, measure);
  const stats::Frame frame = maker.make(formula);
  stats::DesignOptions coding;
  coding.references = first_levels(corpus, frame);
  for (const auto& [factor, level] : options.references) coding.references[factor] = level;
  // References of factors that are not in the formula mean nothing.
  std::erase_if(coding.references,
                [&](const auto& one) { return frame.find(one.first) == nullptr; });
  const stats::Design design = stats::make_design(formula, frame, coding);
  ResultTable fit = fit_table(name + ".fit", "Fit of " + formula.text);
  if (design.group.empty()) {
    const stats::LinearModel model = stats::fit_linear_model(design, options.confidence);
    add_coefficients(table, model.coefficients, false);
    describe_fit(fit, model);
    table.notes.emplace_back("Ordinary least squares.");
  } else {
    const stats::MixedModel model = stats::fit_mixed_model(
        design,
        {.likelihood = options.reml ? stats::Likelihood::kRestricted : stats::Likelihood::kFull,
         .level = options.confidence});
    add_coefficients(table, model.coefficients, true);
    describe_fit(fit, model);
    table.notes.push_back(fmt::format("Linear mixed model, random intercept by {}, by {}.",
                                      design.group, options.reml ? "REML" : "ML"));
    for (const std::string& note : model.notes) table.notes.push_back(note);
    if (!model.converged) table.notes.emplace_back("The fit did not converge.");
  }
  table.notes.push_back(fmt::format(
      "{} rows{}; {:g} % intervals.", design.rows(),
      design.rows_left_out > 0
          ? fmt::format(", {} left out because a value is missing", design.rows_left_out)
          : "",
      100 * options.confidence));
  if (!design.references.empty()) table.notes.push_back(references_text(design.references));
  if (options.observations.published_join && measure.source == Measure::Source::kRating &&
      measure.unit == MeasureUnit::kComment)
    table.notes.emplace_back(
        "Comments of the same text in a discussion count several times, as in the published "
        "regression (--published-join): standard errors are too small by that.");
  return {table, fit};
}

/// The name, numbered where it or that of the fit is taken; takes both. Different measures may have
/// the same slug: `tone=+1` and `tone=-1`.
std::string free_name(const std::string& wanted, std::set<std::string>& taken) {
  std::string name = wanted;
  for (int i = 2; taken.contains(name) || taken.contains(name + ".fit"); ++i)
    name = fmt::format("{}-{}", wanted, i);
  taken.insert({name, name + ".fit"});
  return name;
}

/// A table that says why there is none.
ResultTable reason_table(const std::string& name, const std::string& title,
                         const std::string& reason) {
  ResultTable table;
  table.name = name;
  table.title = title;
  table.columns = {text_column("reason", "reason")};
  table.rows = {{"not estimated: " + reason}};
  return table;
}

/// The levels of a factor that occur, with the values of a measure in each.
struct Samples {
  std::vector<std::string> levels;
  std::vector<std::vector<double>> values;
};

Samples samples_of(const Corpus& corpus, const AnalysisOptions& options, const Measure& measure,
                   const Factor& factor) {
  const Observations all = observations(corpus, measure, options.observations);
  Samples samples;
  std::vector<std::vector<double>> groups = by_level(all, factor);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    samples.levels.push_back(factor.levels[i]);
    samples.values.push_back(std::move(groups[i]));
  }
  // The reference first: others are compared with it.
  if (const auto reference = options.references.find(factor.name);
      reference != options.references.end()) {
    const auto at = std::ranges::find(samples.levels, reference->second) - samples.levels.begin();
    std::rotate(samples.levels.begin(), samples.levels.begin() + at,
                samples.levels.begin() + at + 1);
    std::rotate(samples.values.begin(), samples.values.begin() + at,
                samples.values.begin() + at + 1);
  }
  return samples;
}

void add_omnibus(ResultTable& table, const Measure& measure, const Factor& factor,
                 const Samples& samples) {
  const auto add = [&](const char* test, const stats::Value& statistic, TableCell df1,
                       TableCell df2, const stats::Value& p, const char* effect_name,
                       const stats::Value& effect) {
    table.rows.push_back({measure.name, factor.name, test, cell(statistic), std::move(df1),
                          std::move(df2), cell(p), effect_name, cell(effect)});
  };
  const stats::KruskalWallis kruskal = stats::kruskal_wallis(samples.values);
  add("Kruskal-Wallis H", kruskal.h, cell(kruskal.df), Undefined{"the test has one df"}, kruskal.p,
      "epsilon squared", kruskal.epsilon_squared);
  const stats::Anova anova = stats::one_way_anova(samples.values);
  add("one-way ANOVA F", anova.f, cell(anova.df_between), cell(anova.df_within), anova.p,
      "eta squared", anova.eta_squared);
  const stats::Anova levene = stats::levene(samples.values);
  add("Levene (median) W", levene.f, cell(levene.df_between), cell(levene.df_within), levene.p, "",
      stats::Value::undefined("no effect size is usual"));
}

struct PairResult {
  std::size_t a = 0, b = 0;
  stats::TTest welch;
  stats::MannWhitney mann_whitney;
  stats::KolmogorovSmirnov kolmogorov;
};

void add_pairs(ResultTable& table, ResultTable& sizes, const Measure& measure, const Factor& factor,
               const Samples& samples, double confidence) {
  std::vector<PairResult> pairs;
  std::vector<stats::Value> p[3];
  for (std::size_t a = 0; a < samples.levels.size(); ++a)
    for (std::size_t b = a + 1; b < samples.levels.size(); ++b) {
      const std::vector<double>&x = samples.values[a], &y = samples.values[b];
      PairResult pair{a, b, stats::welch_t(x, y, confidence), stats::mann_whitney(x, y),
                      stats::kolmogorov_smirnov(x, y)};
      p[0].push_back(pair.welch.p);
      const stats::MannWhitney& ranks = pair.mann_whitney;
      p[1].push_back(ranks.exact_p.defined() ? ranks.exact_p : ranks.p);
      p[2].push_back(pair.kolmogorov.p);
      pairs.push_back(std::move(pair));
    }
  std::vector<stats::Value> holm[3], hochberg[3];
  for (std::size_t t = 0; t < 3; ++t) {
    holm[t] = stats::adjust(p[t], stats::Adjustment::kHolm);
    hochberg[t] = stats::adjust(p[t], stats::Adjustment::kBenjaminiHochberg);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const PairResult& pair = pairs[i];
    const auto add = [&](std::size_t t, const char* test, const stats::Value& statistic,
                         TableCell df) {
      table.rows.push_back({measure.name, factor.name, samples.levels[pair.a],
                            samples.levels[pair.b], test, cell(statistic), std::move(df),
                            cell(p[t][i]), cell(holm[t][i]), cell(hochberg[t][i])});
    };
    constexpr const char* kNoDf = "the test has no degrees of freedom";
    add(0, "Welch t", pair.welch.t, cell(pair.welch.df));
    add(1, "Mann-Whitney U", pair.mann_whitney.u_a, Undefined{kNoDf});
    add(2, "Kolmogorov-Smirnov D", pair.kolmogorov.d, Undefined{kNoDf});
    const std::vector<double>&x = samples.values[pair.a], &y = samples.values[pair.b];
    const stats::EffectSize d = stats::cohens_d(x, y, confidence);
    const stats::EffectSize delta = stats::cliffs_delta(x, y, confidence);
    sizes.rows.push_back({measure.name, factor.name, samples.levels[pair.a], samples.levels[pair.b],
                          cell(x.size()), cell(y.size()), cell(pair.welch.difference),
                          cell(pair.welch.ci_low), cell(pair.welch.ci_high), cell(d.estimate),
                          cell(d.ci_low), cell(d.ci_high), cell(delta.estimate), cell(delta.ci_low),
                          cell(delta.ci_high)});
  }
}

/// The columns that say what is compared.
std::vector<TableColumn> pair_columns(bool numbered) {
  std::vector<TableColumn> columns = {text_column("measure", "measure"),
                                      text_column("factor", "factor"), text_column("a", "a"),
                                      text_column("b", "b")};
  if (numbered) {
    columns.push_back(count_column("n_a", "n of a"));
    columns.push_back(count_column("n_b", "n of b"));
  }
  return columns;
}

void add_divergence(ResultTable& table, const Measure& measure, const std::string& factor,
                    const std::string& a, const std::string& b, const std::vector<double>& x,
                    const std::vector<double>& y, bool share) {
  const stats::Grid grid = share ? stats::Grid{} : stats::covering_grid(x, y);
  const stats::JensenShannon found = stats::jensen_shannon_of_samples(x, y, grid);
  table.rows.push_back(
      {measure.name, factor, a, b, cell(x.size()), cell(y.size()), cell(found.divergence),
       cell(found.distance), cell(found.distance_base_2),
       share ? std::string("0 to 1") : fmt::format("{:.4g} to {:.4g}", grid.low, grid.high)});
}

}  // namespace

std::vector<ResultTable> make_effects(const Corpus& corpus, const AnalysisOptions& options) {
  std::vector<ResultTable> tables;
  if (!options.formula.empty()) {
    const stats::Formula formula = stats::parse_formula(options.formula);
    const Measure& measure = corpus.measure(formula.response);
    // A name that is wrong is the user's to mend; what the data do not give is not.
    FrameMaker(corpus, options, measure).make(formula);
  }
  std::vector<std::pair<const Measure*, DefaultFormula>> wanted;
  if (!options.formula.empty()) {
    wanted.emplace_back(&corpus.measure(stats::parse_formula(options.formula).response),
                        DefaultFormula{options.formula, {}});
  } else {
    for (const Measure* measure : chosen_measures(corpus, options, MeasureUnit::kComment))
      wanted.emplace_back(measure, default_formula(corpus, options, *measure));
  }
  std::set<std::string> names;
  for (const auto& [measure, formula] : wanted) {
    const std::size_t first = tables.size();
    const std::string name = free_name("effects." + slug(measure->name), names);
    try {
      for (ResultTable& table :
           effects_of(corpus, options, *measure, stats::parse_formula(formula.text), name))
        tables.push_back(std::move(table));
    } catch (const InputError& error) {
      tables.push_back(
          reason_table(name, "Effects on " + measure->name + ": " + formula.text, error.what()));
      if (!error.hint().empty()) tables.back().notes.push_back(error.hint() + ".");
    }
    std::vector<std::string>& notes = tables[first].notes;
    notes.insert(notes.end(), formula.notes.begin(), formula.notes.end());
  }
  return tables;
}

std::vector<ResultTable> make_tests(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable omnibus, pairs, sizes;
  omnibus.name = "tests";
  omnibus.title = "Tests of all conditions together";
  omnibus.columns = {text_column("measure", "measure"),
                     text_column("factor", "factor"),
                     text_column("test", "test"),
                     real_column("statistic", "statistic", 3),
                     real_column("df_1", "df", 0),
                     real_column("df_2", "df within", 0),
                     real_column("p", "p", 3, RealStyle::kP),
                     text_column("effect", "effect"),
                     real_column("effect_size", "size", 3)};
  pairs.name = "tests-pairs";
  pairs.title = "Tests of pairs of conditions";
  pairs.columns = pair_columns(false);
  for (TableColumn column : {text_column("test", "test"), real_column("statistic", "statistic", 3),
                             real_column("df", "df", 1), real_column("p", "p", 3, RealStyle::kP),
                             real_column("p_holm", "p (Holm)", 3, RealStyle::kP),
                             real_column("p_bh", "p (BH)", 3, RealStyle::kP)})
    pairs.columns.push_back(std::move(column));
  sizes.name = "tests-effect-sizes";
  sizes.title = "Effect sizes of pairs of conditions";
  sizes.columns = pair_columns(true);
  for (TableColumn column :
       {real_column("difference", "mean a - mean b", 3), real_column("difference_low", "low", 3),
        real_column("difference_high", "high", 3), real_column("d", "Cohen's d", 3),
        real_column("d_low", "low", 3), real_column("d_high", "high", 3),
        real_column("delta", "Cliff's delta", 3), real_column("delta_low", "low", 3),
        real_column("delta_high", "high", 3)})
    sizes.columns.push_back(std::move(column));
  bool comments = false;
  for (const Measure* measure : chosen_measures(corpus, options, MeasureUnit::kDiscussion))
    for (const Factor* factor : chosen_factors(corpus, options)) {
      comments = comments || measure->unit == MeasureUnit::kComment;
      const Samples samples = samples_of(corpus, options, *measure, *factor);
      add_omnibus(omnibus, *measure, *factor, samples);
      if (has_too_many_levels(*factor, options)) {
        pairs.notes.push_back(too_many_levels(*factor, "its pairs are"));
        continue;
      }
      add_pairs(pairs, sizes, *measure, *factor, samples, options.confidence);
    }
  if (comments)
    omnibus.notes.emplace_back(
        "Comments of one discussion are not independent, so that p-values of comment measures are "
        "too small; `effects` takes that into account, mean_... measures avoid it.");
  pairs.notes.emplace_back(
      "Holm and Benjamini-Hochberg adjust for all pairs of one measure, factor and test.");
  if (!pairs.rows.empty())
    pairs.notes.emplace_back(
        "p of Mann-Whitney is exact without ties up to 10,000 pairs, else normal; that of "
        "Kolmogorov-Smirnov is exact up to 100 million pairs.");
  sizes.notes.push_back(fmt::format("{:g} % intervals.", 100 * options.confidence));
  std::vector<ResultTable> tables = {std::move(omnibus)};
  if (!pairs.rows.empty() || pairs.notes.size() > 1) tables.push_back(std::move(pairs));
  if (!sizes.rows.empty()) tables.push_back(std::move(sizes));
  return tables;
}

std::vector<ResultTable> make_divergence(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table;
  table.name = "divergence";
  table.title = options.against == nullptr
                    ? "Jensen-Shannon divergence between conditions"
                    : "Jensen-Shannon divergence from " + options.against_name;
  table.columns = pair_columns(true);
  for (TableColumn column :
       {real_column("divergence", "JSD (nats)", 4), real_column("distance", "distance", 4),
        real_column("distance_base_2", "distance (bits)", 4), text_column("grid", "grid")})
    table.columns.push_back(std::move(column));
  for (const Measure* measure : chosen_measures(corpus, options, MeasureUnit::kDiscussion)) {
    if (options.against == nullptr) {
      for (const Factor* factor : chosen_factors(corpus, options)) {
        if (has_too_many_levels(*factor, options)) {
          table.notes.push_back(too_many_levels(*factor, "its pairs are"));
          continue;
        }
        const Samples samples = samples_of(corpus, options, *measure, *factor);
        const bool share = std::ranges::all_of(
            samples.values, [](const auto& values) { return stats::are_shares(values); });
        for (std::size_t a = 0; a < samples.levels.size(); ++a)
          for (std::size_t b = a + 1; b < samples.levels.size(); ++b)
            add_divergence(table, *measure, factor->name, samples.levels[a], samples.levels[b],
                           samples.values[a], samples.values[b], share);
      }
      continue;
    }
    const auto other =
        std::ranges::find(options.against->measures(), measure->name, &Measure::name);
    if (other == options.against->measures().end()) {
      table.notes.push_back(
          fmt::format("{} has no measure {}.", options.against_name, measure->name));
      continue;
    }
    const std::vector<double> theirs =
        observations(*options.against, *other, options.observations).values;
    const Observations ours = observations(corpus, *measure, options.observations);
    const bool share = stats::are_shares(ours.values) && stats::are_shares(theirs);
    add_divergence(table, *measure, "all", "all", options.against_name, ours.values, theirs, share);
    for (const Factor* factor : chosen_factors(corpus, options)) {
      const std::vector<std::vector<double>> groups = by_level(ours, *factor);
      for (std::size_t i = 0; i < groups.size(); ++i)
        add_divergence(table, *measure, factor->name, factor->levels[i], options.against_name,
                       groups[i], theirs, share);
    }
  }
  table.notes.emplace_back(
      "Densities by a Gaussian kernel (Scott's bandwidth) at 50 points of the grid; 0 where two "
      "distributions are the same.");
  return {table};
}

}  // namespace syndisco::tables
