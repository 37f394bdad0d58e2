// Tables of what annotators said, and how far they agree.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "syndisco/analysis/stats/agreement.h"
#include "syndisco/analysis/stats/polarisation.h"
#include "syndisco/analysis/stats/tests.h"
#include "syndisco/analysis/tables_internal.h"
#include "syndisco/text/json.h"

namespace syndisco::tables {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
/// A distribution over more values is for a figure.
constexpr std::size_t kValuesListed = 12;
constexpr const char* kNoInterval = "no interval is computed";
constexpr const char* kNames = "its values are names, not quantities";

/// All values that answers of the set may have, in order; empty where they are many.
std::vector<double> possible_values(const SetFacts& facts) {
  std::vector<double> values;
  if (const auto* range = std::get_if<IntegerRange>(&facts.part.kind)) {
    // Some model's answers of 64 bits: the range itself may not be counted up.
    if (range->highest - range->lowest >= 1000) return {};
    for (std::int64_t value = range->lowest; value <= range->highest; ++value)
      values.push_back(static_cast<double>(value));
  }
  for (std::size_t i = 0; i < facts.part.categories.size(); ++i)
    values.push_back(static_cast<double>(i));
  return values;
}

std::string name_of(const SetFacts& facts, double value) {
  if (!facts.part.categories.empty()) return facts.part.categories[static_cast<std::size_t>(value)];
  return dump_json_compact(value == std::floor(value) && std::abs(value) < 1e15
                               ? Json(static_cast<std::int64_t>(value))
                               : Json(value));
}

TableCell distribution(const SetFacts& facts, const std::vector<double>& values) {
  std::map<double, std::size_t> counts;
  for (const double possible : possible_values(facts)) counts[possible] = 0;
  if (counts.size() > kValuesListed) counts.clear();
  for (const double value : values)
    if (++counts[value] == 1 && counts.size() > kValuesListed)
      return Undefined{fmt::format("more than {} different values", kValuesListed)};
  std::string text;
  for (const auto& [value, count] : counts)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name_of(facts, value), count);
  if (text.empty()) return Undefined{"no answer could be read"};
  return text;
}

/// Comments by annotators; only comments that somebody judged.
struct Matrix {
  stats::Ratings ratings;
  std::vector<std::uint32_t> comments;
};

Matrix matrix_of(const SetFacts& facts) {
  Matrix matrix;
  for (const AnnotationFacts& one : facts.values) matrix.comments.push_back(one.comment);
  std::ranges::sort(matrix.comments);
  matrix.comments.erase(std::ranges::unique(matrix.comments).begin(), matrix.comments.end());
  matrix.ratings.items = matrix.comments.size();
  matrix.ratings.raters = facts.set->annotators.size();
  matrix.ratings.values.assign(matrix.ratings.items * matrix.ratings.raters, kMissing);
  for (const AnnotationFacts& one : facts.values) {
    const auto item = static_cast<std::size_t>(
        std::ranges::lower_bound(matrix.comments, one.comment) - matrix.comments.begin());
    matrix.ratings.values[item * matrix.ratings.raters + one.annotator] = one.value;
  }
  return matrix;
}

/// The mean over pairs of annotators of those that are defined.
struct PairMean {
  double sum = 0;
  std::size_t count = 0;
  std::string why = "no pair of annotators";
  void take(const stats::Value& value) {
    if (value.defined()) {
      sum += value.value;
      ++count;
    } else {
      why = value.why_not;
    }
  }
  TableCell cell() const {
    if (count == 0) return Undefined{why};
    return sum / static_cast<double>(count);
  }
};

const std::string& annotator_name(const SetFacts& facts, std::size_t annotator) {
  return facts.set->annotators[annotator].name;
}

ResultTable agreement_table() {
  ResultTable table;
  table.name = "agreement";
  table.title = "Agreement of annotators";
  table.columns = {text_column("set", "set"),           text_column("statistic", "statistic"),
                   real_column("value", "value", 3),    real_column("ci_low", "low", 3),
                   real_column("ci_high", "high", 3),   count_column("items", "comments"),
                   count_column("raters", "annotators")};
  return table;
}

ResultTable pairs_table() {
  ResultTable table;
  table.name = "agreement-pairs";
  table.title = "Agreement of pairs of annotators";
  table.columns = {text_column("set", "set"),
                   text_column("a", "annotator"),
                   text_column("b", "annotator"),
                   count_column("items", "comments"),
                   real_column("percent", "equal", 1, RealStyle::kPercent),
                   real_column("kappa", "kappa", 3),
                   real_column("kappa_linear", "linear", 3),
                   real_column("kappa_quadratic", "quadratic", 3),
                   real_column("spearman", "Spearman", 3)};
  return table;
}

void add_agreement(const SetFacts& facts, ResultTable& table, ResultTable& pairs) {
  const Matrix matrix = matrix_of(facts);
  const stats::Ratings& ratings = matrix.ratings;
  const std::vector<double> categories = possible_values(facts);
  const bool ordered = facts.numeric();
  PairMean plain, linear, quadratic, spearman;
  for (std::size_t a = 0; a < ratings.raters; ++a)
    for (std::size_t b = a + 1; b < ratings.raters; ++b) {
      const std::vector<double> first = ratings.of(a), second = ratings.of(b);
      std::size_t both = 0;
      for (std::size_t i = 0; i < first.size(); ++i)
        if (!std::isnan(first[i]) && !std::isnan(second[i])) ++both;
      const auto kappa = [&](stats::Weights weights) {
        return stats::cohen_kappa(first, second, weights, categories);
      };
      std::vector<TableCell> row = {facts.name, annotator_name(facts, a), annotator_name(facts, b),
                                    cell(both), cell(stats::percent_agreement(first, second))};
      const auto take = [&](PairMean& mean, const stats::Value& value) {
        mean.take(value);
        row.push_back(cell(value));
      };
      take(plain, kappa(stats::Weights::kNone));
      if (ordered) {
        take(linear, kappa(stats::Weights::kLinear));
        take(quadratic, kappa(stats::Weights::kQuadratic));
        take(spearman, stats::spearman(first, second).r);
      } else {
        row.insert(row.end(), 3, Undefined{kNames});
      }
      pairs.rows.push_back(std::move(row));
    }
  const auto add = [&](const char* name, TableCell value, std::size_t items,
                       TableCell low = Undefined{kNoInterval},
                       TableCell high = Undefined{kNoInterval}) {
    table.rows.push_back({facts.name, name, std::move(value), std::move(low), std::move(high),
                          cell(items), cell(ratings.raters)});
  };
  const std::size_t complete = stats::complete_items(ratings);
  add("share of equal pairs", cell(stats::percent_agreement(ratings)), ratings.items);
  add("Cohen's kappa, mean of pairs", plain.cell(), ratings.items);
  if (ordered) {
    add("Cohen's kappa, linear, mean of pairs", linear.cell(), ratings.items);
    add("Cohen's kappa, quadratic, mean of pairs", quadratic.cell(), ratings.items);
    add("Spearman's rho, mean of pairs", spearman.cell(), ratings.items);
  }
  add("Fleiss' kappa", cell(stats::fleiss_kappa(ratings)), complete);
  const auto alpha = [&](stats::Scale scale) {
    return cell(stats::krippendorff_alpha(ratings, scale));
  };
  add("Krippendorff's alpha, nominal", alpha(stats::Scale::kNominal), ratings.items);
  if (!ordered) return;
  add("Krippendorff's alpha, ordinal", alpha(stats::Scale::kOrdinal), ratings.items);
  add("Krippendorff's alpha, interval", alpha(stats::Scale::kInterval), ratings.items);
  const stats::IntraclassCorrelation icc = stats::intraclass_correlation(ratings);
  add("ICC(2,1)", cell(icc.single), complete, cell(icc.single_low), cell(icc.single_high));
  add("ICC(2,k)", cell(icc.average), complete, cell(icc.average_low), cell(icc.average_high));
}

/// An attribute that tells annotators apart: the level of each, or -1.
struct Attribute {
  std::string name;
  std::vector<std::string> levels;
  std::vector<std::int32_t> of;
};

std::vector<Attribute> attributes_of(const SetFacts& facts, const std::string& wanted) {
  std::vector<Attribute> attributes;
  const std::vector<ActorSpec>& annotators = facts.set->annotators;
  for (std::size_t a = 0; a < annotators.size(); ++a) {
    if (!annotators[a].persona.is_object()) continue;
    for (const auto& [name, value] : annotators[a].persona.object()) {
      if ((!wanted.empty() && name != wanted) || value.is_array() || value.is_object() ||
          value.is_null())
        continue;
      auto known = std::ranges::find(attributes, name, &Attribute::name);
      if (known == attributes.end())
        known = attributes.insert(attributes.end(),
                                  {name, {}, std::vector<std::int32_t>(annotators.size(), -1)});
      const std::string level = plain_text(value);
      auto at = std::ranges::find(known->levels, level);
      if (at == known->levels.end()) at = known->levels.insert(known->levels.end(), level);
      known->of[a] = static_cast<std::int32_t>(at - known->levels.begin());
    }
  }
  // Groups of one have nobody to disagree with.
  std::erase_if(attributes, [&](const Attribute& attribute) {
    return attribute.levels.size() < 2 ||
           (wanted.empty() && attribute.levels.size() >= annotators.size());
  });
  return attributes;
}

struct PolarisationMeans {
  PairMean overall, within, explained;
  std::size_t comments = 0;
};

std::vector<TableCell> polarisation_row(const SetFacts& facts, const std::string& attribute,
                                        std::size_t groups, const PolarisationMeans& means) {
  return {facts.name,           attribute,           cell(groups),          cell(means.comments),
          means.overall.cell(), means.within.cell(), means.explained.cell()};
}

void add_polarisation(const SetFacts& facts, const std::string& wanted, ResultTable& table) {
  const std::vector<double> categories = possible_values(facts);
  if (!facts.numeric() || categories.empty()) return;
  const Matrix matrix = matrix_of(facts);
  const auto look = [&](const Attribute* attribute) {
    PolarisationMeans means;
    for (std::size_t item = 0; item < matrix.ratings.items; ++item) {
      std::vector<double> values;
      std::vector<std::int32_t> groups;
      for (std::size_t rater = 0; rater < matrix.ratings.raters; ++rater) {
        const double value = matrix.ratings.at(item, rater);
        const std::int32_t group = attribute == nullptr ? 0 : attribute->of[rater];
        if (std::isnan(value) || group < 0) continue;
        values.push_back(value);
        groups.push_back(group);
      }
      if (values.size() < 2) continue;
      ++means.comments;
      if (attribute == nullptr) {
        means.overall.take(stats::ndfu_of_categories(values, categories).ndfu);
        continue;
      }
      const stats::GroupPolarisation polarisation =
          stats::group_polarisation(values, groups, attribute->levels.size(), categories);
      means.overall.take(polarisation.overall);
      means.within.take(polarisation.mean_within);
      means.explained.take(polarisation.explained);
    }
    if (means.comments == 0) means.overall.why = "no comment has two annotations";
    if (attribute == nullptr) means.within.why = means.explained.why = "all annotators together";
    table.rows.push_back(polarisation_row(facts, attribute == nullptr ? "-" : attribute->name,
                                          attribute == nullptr ? 1 : attribute->levels.size(),
                                          means));
  };
  look(nullptr);
  for (const Attribute& attribute : attributes_of(facts, wanted)) look(&attribute);
}

}  // namespace

std::vector<ResultTable> make_annotations(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table;
  table.name = "annotations";
  table.title = "Annotations";
  table.columns = {text_column("set", "set"),
                   text_column("by", "by"),
                   text_column("level", "level"),
                   count_column("answers", "answers"),
                   count_column("read", "read"),
                   count_column("unreadable", "unreadable"),
                   real_column("mean", "mean"),
                   real_column("sd", "SD"),
                   text_column("distribution", "distribution")};
  ResultTable unread;
  unread.name = "annotations-unreadable";
  unread.title = "Answers that could not be read";
  unread.columns = {text_column("set", "set"), text_column("answer", "answer"),
                    count_column("count", "times")};
  const std::vector<Group> groups = groups_of(corpus, options);
  for (const SetFacts& facts : corpus.annotation_sets()) {
    if (!facts.has_values()) {
      table.notes.push_back(
          fmt::format("{} holds {} texts. --read \"{}=integer:1-5\" or \"{}=choice:yes,no\" tells "
                      "how to read values out of them.",
                      facts.name, facts.answers, facts.set->name, facts.set->name));
      continue;
    }
    std::vector<std::vector<double>> by_discussion(corpus.discussions().size());
    for (const AnnotationFacts& one : facts.values)
      by_discussion[corpus.comments()[one.comment].discussion].push_back(one.value);
    std::vector<std::size_t> unread_in(corpus.discussions().size(), 0);
    for (const std::uint32_t comment : facts.unparsed)
      ++unread_in[corpus.comments()[comment].discussion];
    for (const Group& group : groups) {
      std::vector<double> values;
      std::size_t unreadable = 0;
      for (const std::uint32_t d : group.discussions) {
        values.insert(values.end(), by_discussion[d].begin(), by_discussion[d].end());
        unreadable += unread_in[d];
      }
      const stats::Descriptives described = stats::describe(values);
      table.rows.push_back({facts.name, group.by, group.level, cell(values.size() + unreadable),
                            cell(values.size()), cell(unreadable),
                            facts.numeric() ? cell(described.mean) : TableCell(Undefined{kNames}),
                            facts.numeric() ? cell(described.sd) : TableCell(Undefined{kNames}),
                            distribution(facts, values)});
    }
    for (const auto& [text, count] : facts.unparsed_texts)
      unread.rows.push_back({facts.name, text, cell(count)});
  }
  std::vector<ResultTable> tables;
  tables.push_back(std::move(table));
  if (!unread.rows.empty()) tables.push_back(std::move(unread));
  return tables;
}

std::vector<ResultTable> make_agreement(const Corpus& corpus, const AnalysisOptions& options) {
  ResultTable table = agreement_table();
  ResultTable pairs = pairs_table();
  ResultTable polarisation;
  polarisation.name = "polarisation";
  polarisation.title = "Polarisation of annotations (nDFU, mean over comments)";
  polarisation.columns = {text_column("set", "set"),
                          text_column("attribute", "annotators grouped by"),
                          count_column("groups", "groups"),
                          count_column("comments", "comments"),
                          real_column("ndfu", "nDFU", 3),
                          real_column("within", "within groups", 3),
                          real_column("explained", "explained by groups", 3)};
  for (const SetFacts& facts : corpus.annotation_sets()) {
    if (!facts.has_values()) continue;
    if (facts.set->annotators.size() < 2) {
      table.notes.push_back(facts.name + " has one annotator only.");
      continue;
    }
    add_agreement(facts, table, pairs);
    add_polarisation(facts, options.annotator_group, polarisation);
  }
  table.notes.emplace_back(
      "Kappas of pairs look at comments that both annotated, Fleiss' kappa and ICC at comments "
      "that "
      "all did, alpha at those with two annotations or more.");
  polarisation.notes = {
      "nDFU: 0 where annotations of a comment have one peak, 1 where two are as high. Explained by "
      "groups: how much lower it is within groups of annotators than over all."};
  std::vector<ResultTable> tables;
  tables.push_back(std::move(table));
  if (!pairs.rows.empty()) tables.push_back(std::move(pairs));
  if (!polarisation.rows.empty()) tables.push_back(std::move(polarisation));
  return tables;
}

}  // namespace syndisco::tables
