#include "syndisco/analysis/stats/agreement.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/sample_internal.h"

namespace syndisco::stats {
namespace {

std::vector<double> distinct(std::span<const double> values) {
  std::vector<double> sorted;
  for (const double value : values) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

// Position of a rating among the categories.
class Categories {
 public:
  explicit Categories(std::span<const double> categories) {
    for (std::size_t i = 0; i < categories.size(); ++i) places_.emplace_back(categories[i], i);
    std::sort(places_.begin(), places_.end());
    for (std::size_t i = 1; i < places_.size(); ++i) {
      if (places_[i].first == places_[i - 1].first) {
        throw std::invalid_argument("a category stands twice");
      }
    }
  }
  std::size_t size() const { return places_.size(); }
  std::size_t of(double rating) const {
    const auto place =
        std::lower_bound(places_.begin(), places_.end(), std::pair(rating, std::size_t{0}));
    if (place == places_.end() || place->first != rating) {
      throw std::invalid_argument("a rating is outside of the categories");
    }
    return place->second;
  }

 private:
  std::vector<std::pair<double, std::size_t>> places_;
};

void check(const Ratings& ratings) {
  if (ratings.values.size() != ratings.items * ratings.raters) {
    throw std::invalid_argument("Ratings: items times raters is not the number of values");
  }
}

std::span<const double> item(const Ratings& ratings, std::size_t i) {
  return std::span(ratings.values).subspan(i * ratings.raters, ratings.raters);
}

bool complete(std::span<const double> row) {
  return std::none_of(row.begin(), row.end(), [](double rating) { return std::isnan(rating); });
}

// The items that all rated, item by item.
std::vector<double> complete_values(const Ratings& ratings) {
  std::vector<double> values;
  for (std::size_t i = 0; i < ratings.items; ++i) {
    const auto row = item(ratings, i);
    if (complete(row)) values.insert(values.end(), row.begin(), row.end());
  }
  return values;
}

// What both kappas of many raters need.
struct MultiRater {
  double observed = 0;          ///< mean share of agreeing pairs
  std::vector<double> margins;  ///< share of each category
  std::string why_not;

  MultiRater(const Ratings& ratings, const std::vector<double>& values,
             const Categories& categories) {
    if (ratings.raters < 2) {
      why_not = "fewer than two raters";
      return;
    }
    if (values.empty()) {
      why_not = "no item was rated by all raters";
      return;
    }
    const std::size_t k = ratings.raters;
    const auto raters = static_cast<double>(k);
    const std::size_t items = values.size() / k;
    margins.assign(categories.size(), 0.0);
    std::vector<double> counts(categories.size());
    for (std::size_t i = 0; i < items; ++i) {
      std::fill(counts.begin(), counts.end(), 0.0);
      for (std::size_t r = 0; r < k; ++r) counts[categories.of(values[i * k + r])] += 1;
      double agreeing = 0;
      for (std::size_t c = 0; c < counts.size(); ++c) {
        agreeing += counts[c] * (counts[c] - 1);
        margins[c] += counts[c];
      }
      observed += agreeing / (raters * (raters - 1));
    }
    observed /= static_cast<double>(items);
    for (double& margin : margins) margin /= static_cast<double>(values.size());
  }
};

// Squared distances of two categories, by positions in `values`.
class Distance {
 public:
  Distance(Scale scale, const std::vector<double>& values, const std::vector<double>& counts)
      : scale_(scale), values_(values), counts_(counts) {
    double sum = 0;
    for (const double count : counts) ranks_.push_back((sum += count) - count / 2);
  }
  double operator()(std::size_t c, std::size_t k) const {
    if (c == k) return 0;
    switch (scale_) {
      case Scale::kNominal:
        return 1;
      case Scale::kOrdinal:
        return square(ranks_[c] - ranks_[k]);  // ratings between both, half of the ends included
      case Scale::kInterval:
        return square(values_[c] - values_[k]);
      case Scale::kRatio:
        return square((values_[c] - values_[k]) / (values_[c] + values_[k]));
    }
    return 0;
  }

 private:
  static double square(double x) { return x * x; }
  Scale scale_;
  const std::vector<double>& values_;
  const std::vector<double>& counts_;
  std::vector<double> ranks_;
};

}  // namespace

std::vector<double> Ratings::of(std::size_t rater) const {
  std::vector<double> ratings;
  for (std::size_t i = 0; i < items; ++i) ratings.push_back(at(i, rater));
  return ratings;
}

namespace {

double disagreement(Weights weights, double distance) {
  if (distance == 0) return 0;
  if (weights == Weights::kNone) return 1;
  return weights == Weights::kLinear ? std::abs(distance) : distance * distance;
}

/// The sum of disagreements that independent raters with these counts would come to, from the
/// margins alone: there may be as many categories as items.
double chance_disagreement(Weights weights, const std::vector<double>& of_a,
                           const std::vector<double>& of_b, std::size_t origin) {
  double n = 0, sum = 0;
  for (const double count : of_a) n += count;
  if (weights == Weights::kNone) {
    for (std::size_t x = 0; x < of_a.size(); ++x) sum += of_a[x] * (n - of_b[x]);
    return sum / n;
  }
  if (weights == Weights::kLinear) {
    // |x - y| counts the gaps between neighbours that lie between x and y.
    double below_a = 0, below_b = 0;
    for (std::size_t x = 0; x < of_a.size(); ++x) {
      below_a += of_a[x];
      below_b += of_b[x];
      sum += below_a * (n - below_b) + below_b * (n - below_a);
    }
    return sum / n;
  }
  double first_a = 0, first_b = 0, second_a = 0, second_b = 0;
  for (std::size_t x = 0; x < of_a.size(); ++x) {
    const double place = static_cast<double>(x) - static_cast<double>(origin);
    first_a += of_a[x] * place;
    first_b += of_b[x] * place;
    second_a += of_a[x] * place * place;
    second_b += of_b[x] * place * place;
  }
  return second_a + second_b - 2 * first_a * first_b / n;
}

}  // namespace

Value cohen_kappa(std::span<const double> a, std::span<const double> b, Weights weights,
                  std::span<const double> categories) {
  const Pairs pairs = present_pairs(a, b);
  std::vector<double> occurring = pairs.a;
  occurring.insert(occurring.end(), pairs.b.begin(), pairs.b.end());
  occurring = distinct(occurring);
  const Categories places(categories.empty() ? std::span<const double>(occurring) : categories);
  if (pairs.n() == 0) return Value::undefined("no item was rated by both");
  std::vector<double> of_a(places.size(), 0.0);
  std::vector<double> of_b(places.size(), 0.0);
  // Distances do not change with where counting begins; from the first rating, equal ratings are 0.
  const std::size_t origin = places.of(pairs.a[0]);
  double observed = 0;
  for (std::size_t i = 0; i < pairs.n(); ++i) {
    const std::size_t x = places.of(pairs.a[i]);
    const std::size_t y = places.of(pairs.b[i]);
    of_a[x] += 1;
    of_b[y] += 1;
    observed += disagreement(weights, static_cast<double>(x) - static_cast<double>(y));
  }
  const double expected = chance_disagreement(weights, of_a, of_b, origin);
  if (expected == 0)
    return Value::undefined("both raters gave one and the same rating to all items");
  return 1 - observed / expected;
}

Value percent_agreement(std::span<const double> a, std::span<const double> b) {
  const Pairs pairs = present_pairs(a, b);
  if (pairs.n() == 0) return Value::undefined("no item was rated by both");
  double equal = 0;
  for (std::size_t i = 0; i < pairs.n(); ++i) equal += pairs.a[i] == pairs.b[i] ? 1 : 0;
  return equal / static_cast<double>(pairs.n());
}

Value percent_agreement(const Ratings& ratings) {
  check(ratings);
  double equal = 0;
  double all = 0;
  for (std::size_t i = 0; i < ratings.items; ++i) {
    const auto row = item(ratings, i);
    for (std::size_t r = 0; r < row.size(); ++r) {
      for (std::size_t s = r + 1; s < row.size(); ++s) {
        if (std::isnan(row[r]) || std::isnan(row[s])) continue;
        all += 1;
        equal += row[r] == row[s] ? 1 : 0;
      }
    }
  }
  if (all == 0) return Value::undefined("no item was rated twice");
  return equal / all;
}

std::size_t complete_items(const Ratings& ratings) {
  check(ratings);
  return ratings.raters == 0 ? 0 : complete_values(ratings).size() / ratings.raters;
}

Value fleiss_kappa(const Ratings& ratings) {
  check(ratings);
  const std::vector<double> values = complete_values(ratings);
  const MultiRater agreement(ratings, values, Categories(distinct(values)));
  if (!agreement.why_not.empty()) return Value::undefined(agreement.why_not);
  if (agreement.margins.size() < 2) return Value::undefined("all ratings are equal");
  double chance = 0;
  for (const double margin : agreement.margins) chance += margin * margin;
  return (agreement.observed - chance) / (1 - chance);
}

Value randolph_kappa(const Ratings& ratings, std::span<const double> categories) {
  check(ratings);
  const std::vector<double> values = complete_values(ratings);
  const std::vector<double> occurring = distinct(values);
  const Categories places(categories.empty() ? std::span<const double>(occurring) : categories);
  const MultiRater agreement(ratings, values, places);
  if (!agreement.why_not.empty()) return Value::undefined(agreement.why_not);
  if (places.size() < 2) return Value::undefined("a single category");
  const double chance = 1 / static_cast<double>(places.size());
  return (agreement.observed - chance) / (1 - chance);
}

Value krippendorff_alpha(const Ratings& ratings, Scale scale) {
  check(ratings);
  std::vector<double> pairable;
  for (std::size_t i = 0; i < ratings.items; ++i) {
    const auto row = item(ratings, i);
    std::vector<double> there;
    std::copy_if(row.begin(), row.end(), std::back_inserter(there),
                 [](double rating) { return !std::isnan(rating); });
    if (there.size() >= 2) pairable.insert(pairable.end(), there.begin(), there.end());
  }
  if (pairable.empty()) return Value::undefined("no item was rated twice");
  const std::vector<double> values = distinct(pairable);
  if (values.size() < 2) return Value::undefined("all ratings are equal");
  if (!std::isfinite(values.front()) || !std::isfinite(values.back())) {
    return Value::undefined(kInfinite);
  }
  if (scale == Scale::kRatio && values.front() < 0) {
    return Value::undefined("a ratio scale has no negative ratings");
  }
  const auto place = [&](double rating) {
    return static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), rating) -
                                    values.begin());
  };
  std::vector<double> counts(values.size(), 0.0);
  for (const double rating : pairable) counts[place(rating)] += 1;
  const Distance distance(scale, values, counts);

  double observed = 0;
  for (std::size_t i = 0; i < ratings.items; ++i) {
    std::vector<std::size_t> there;
    for (const double rating : item(ratings, i)) {
      if (!std::isnan(rating)) there.push_back(place(rating));
    }
    if (there.size() < 2) continue;
    double sum = 0;
    for (std::size_t r = 0; r < there.size(); ++r) {
      for (std::size_t s = r + 1; s < there.size(); ++s) sum += 2 * distance(there[r], there[s]);
    }
    observed += sum / static_cast<double>(there.size() - 1);
  }
  double expected = 0;
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (std::size_t k = c + 1; k < values.size(); ++k) {
      expected += 2 * counts[c] * counts[k] * distance(c, k);
    }
  }
  return 1 - (static_cast<double>(pairable.size()) - 1) * observed / expected;
}

IntraclassCorrelation intraclass_correlation(const Ratings& ratings, double level) {
  check_level(level);
  check(ratings);
  const std::vector<double> values = complete_values(ratings);
  IntraclassCorrelation result;
  result.raters = ratings.raters;
  result.items = ratings.raters == 0 ? 0 : values.size() / ratings.raters;
  result.level = level;
  const auto undefined = [&](const std::string& why, std::initializer_list<Value*> all) {
    for (Value* value : all) *value = Value::undefined(why);
    return result;
  };
  const Sample all(values);
  const std::string why = ratings.raters < 2 ? "fewer than two raters"
                          : result.items < 2 ? "fewer than two items were rated by all raters"
                          : !all.finite      ? kInfinite
                                             : "";
  if (!why.empty()) {
    return undefined(why, {&result.single, &result.single_low, &result.single_high, &result.average,
                           &result.average_low, &result.average_high, &result.f, &result.p,
                           &result.ms_items, &result.ms_raters, &result.ms_error});
  }
  const auto n = static_cast<double>(result.items);
  const auto k = static_cast<double>(result.raters);
  std::vector<double> of_item(result.items, 0.0);
  std::vector<double> of_rater(result.raters, 0.0);
  for (std::size_t i = 0; i < result.items; ++i) {
    for (std::size_t r = 0; r < result.raters; ++r) {
      const double centred = values[i * result.raters + r] - all.mean;
      of_item[i] += centred / k;
      of_rater[r] += centred / n;
    }
  }
  double items = 0;
  double raters = 0;
  double error = 0;
  for (const double mean : of_item) items += k * mean * mean / (n - 1);
  for (const double mean : of_rater) raters += n * mean * mean / (k - 1);
  for (std::size_t i = 0; i < result.items; ++i) {
    for (std::size_t r = 0; r < result.raters; ++r) {
      const double rest = values[i * result.raters + r] - all.mean - of_item[i] - of_rater[r];
      error += rest * rest / ((n - 1) * (k - 1));
    }
  }
  // What is left of exact agreement after rounding is not error.
  const double noise = 1e-28 * (all.mean * all.mean + all.squares / all.count());
  if (error < noise) error = 0;
  if (items < noise) items = 0;
  if (raters < noise) raters = 0;
  result.ms_items = items;
  result.ms_raters = raters;
  result.ms_error = error;
  const double single_whole = items + (k - 1) * error + k * (raters - error) / n;
  const double average_whole = items + (raters - error) / n;
  if (all.constant()) {
    return undefined("all ratings are equal",
                     {&result.single, &result.single_low, &result.single_high, &result.average,
                      &result.average_low, &result.average_high, &result.f, &result.p});
  }
  result.single = single_whole == 0 ? Value::undefined("the mean squares cancel out")
                                    : Value((items - error) / single_whole);
  result.average = average_whole == 0 ? Value::undefined("the mean squares cancel out")
                                      : Value((items - error) / average_whole);
  if (error == 0) {
    return undefined("ratings differ by item and rater only, without error",
                     {&result.f, &result.p, &result.single_low, &result.single_high,
                      &result.average_low, &result.average_high});
  }
  const double f = items / error;
  result.f = f;
  result.p = f_upper(f, n - 1, (n - 1) * (k - 1));
  if (!result.single.defined()) {
    return undefined(result.single.why_not, {&result.single_low, &result.single_high,
                                             &result.average_low, &result.average_high});
  }
  // Satterthwaite's degrees of freedom (Shrout & Fleiss 1979, p. 424).
  const double icc = result.single.value;
  const double f_raters = raters / error;
  const double part = n * (1 + (k - 1) * icc) - k * icc;
  const double v = (k - 1) * (n - 1) * (k * icc * f_raters + part) * (k * icc * f_raters + part) /
                   ((n - 1) * k * k * icc * icc * f_raters * f_raters + part * part);
  if (!(v > 0) || !std::isfinite(v)) {
    return undefined(
        "the interval has no degrees of freedom",
        {&result.single_low, &result.single_high, &result.average_low, &result.average_high});
  }
  const double upper = f_quantile(0.5 + level / 2, n - 1, v);
  const double lower = f_quantile(0.5 + level / 2, v, n - 1);
  const double base = k * raters + (k * n - k - n) * error;
  const double low = n * (items - upper * error) / (upper * base + n * items);
  const double high = n * (lower * items - error) / (base + n * lower * items);
  // So few degrees of freedom that a quantile is beyond the range of numbers.
  if (!std::isfinite(upper) || !std::isfinite(lower) || !std::isfinite(low) ||
      !std::isfinite(high)) {
    return undefined(
        "the interval has no degrees of freedom",
        {&result.single_low, &result.single_high, &result.average_low, &result.average_high});
  }
  result.single_low = low;
  result.single_high = high;
  result.average_low = low * k / (1 + low * (k - 1));
  result.average_high = high * k / (1 + high * (k - 1));
  return result;
}

}  // namespace syndisco::stats
