#include "syndisco/analysis/stats/mixed_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

#include <boost/math/tools/toms748_solve.hpp>

#include "syndisco/analysis/stats/distributions.h"
#include "syndisco/analysis/stats/row_reduction_internal.h"
#include "syndisco/analysis/stats/sample_internal.h"
#include "syndisco/base/error.h"

namespace syndisco::stats {

struct MixedModelSums::State {
  std::vector<std::string> names;
  RowReduction rows;
  std::vector<std::size_t> counts;  ///< rows of each group
  std::vector<double> x;            ///< column sums of each group, group by group
  std::vector<double> y;
  double min_y = 0;
  double max_y = 0;

  explicit State(std::vector<std::string> columns)
      : names(std::move(columns)), rows(names.size()) {}
};

MixedModelSums::MixedModelSums(std::vector<std::string> names)
    : state_(std::make_unique<State>(std::move(names))) {}
MixedModelSums::MixedModelSums(MixedModelSums&&) noexcept = default;
MixedModelSums& MixedModelSums::operator=(MixedModelSums&&) noexcept = default;
MixedModelSums::~MixedModelSums() = default;

std::size_t MixedModelSums::add_group() {
  State& state = *state_;
  state.counts.push_back(0);
  state.x.resize(state.x.size() + state.names.size(), 0.0);
  state.y.push_back(0);
  return state.counts.size() - 1;
}

void MixedModelSums::add(std::size_t group, std::span<const double> x, double y) {
  State& state = *state_;
  const std::size_t p = state.names.size();
  if (group >= state.counts.size() || x.size() != p || !std::isfinite(y) ||
      !std::all_of(x.begin(), x.end(), [](double value) { return std::isfinite(value); })) {
    throw std::invalid_argument("MixedModelSums: a row that does not fit");
  }
  const bool first = state.rows.rows() == 0;
  state.min_y = first ? y : std::min(state.min_y, y);
  state.max_y = first ? y : std::max(state.max_y, y);
  state.rows.add(x, y);
  ++state.counts[group];
  for (std::size_t j = 0; j < p; ++j) state.x[group * p + j] += x[j];
  state.y[group] += y;
}

std::size_t MixedModelSums::rows() const {
  return state_->rows.rows();
}
std::size_t MixedModelSums::groups() const {
  return state_->counts.size();
}

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

// The profiled likelihood. The columns are made orthonormal first, X = Q R, and the coefficients
// count from those of least squares, so that neither scales nor means of the data cost digits; with
// s_i the column sums of Q in group i, E_i the sum of the residuals of least squares and d_i = 1 /
// (1 + n_i gamma), the matrix I - sum w_i s_i s_i' is kept as its part inside of groups, which no
// gamma changes, and sum d_i/n_i s_i s_i'.
class Profile {
 public:
  Profile(const MixedModelSums::State& state, Likelihood likelihood)
      : squares_(state.rows, state.names),
        restricted_(likelihood == Likelihood::kRestricted),
        p_(static_cast<Eigen::Index>(state.names.size())),
        f_(static_cast<double>(state.rows.rows()) - (restricted_ ? static_cast<double>(p_) : 0)) {
    const auto groups = static_cast<Eigen::Index>(
        state.counts.size() -
        static_cast<std::size_t>(std::count(state.counts.begin(), state.counts.end(), 0U)));
    n_.resize(groups);
    s_.resize(p_, groups);
    e_.resize(groups);
    Eigen::Index next = 0;
    for (std::size_t i = 0; i < state.counts.size(); ++i) {
      if (state.counts[i] == 0) continue;
      const Eigen::Map<const Vector> sums(state.x.data() + i * static_cast<std::size_t>(p_), p_);
      n_(next) = static_cast<double>(state.counts[i]);
      s_.col(next) = squares_.inverse.transpose() * sums;
      e_(next) = state.y[i] - s_.col(next).dot(squares_.c);
      ++next;
    }
    const Vector inverse_n = n_.cwiseInverse();
    within_ = Matrix::Identity(p_, p_) - s_ * inverse_n.asDiagonal() * s_.transpose();
    within_e_ = s_ * inverse_n.cwiseProduct(e_);
    within_rest_ = squares_.rest - e_.cwiseProduct(e_).dot(inverse_n);
    log_r_ = squares_.r.diagonal().cwiseAbs().array().log().sum();
  }

  // Everything at one gamma.
  struct At {
    double gamma = 0;
    Vector d;
    Matrix inverse;  ///< of A
    Vector delta;    ///< coefficients less those of least squares, in orthonormal columns
    Vector rest;     ///< R_i
    double q = 0;
    double log_likelihood = 0;
    double score = 0;  ///< by gamma
  };

  At at(double gamma) const {
    ++evaluations_;
    At result;
    result.gamma = gamma;
    result.d = (1 + gamma * n_.array()).inverse();
    const Vector v = result.d.cwiseQuotient(n_);
    const Matrix a = within_ + s_ * v.asDiagonal() * s_.transpose();
    const Eigen::LDLT<Matrix> factor(a);
    result.delta = factor.solve(s_ * v.cwiseProduct(e_) - within_e_);
    result.inverse = factor.solve(Matrix::Identity(p_, p_));
    result.rest = e_ - s_.transpose() * result.delta;
    const Vector squared = result.rest.cwiseProduct(result.rest);
    result.q = within_rest_ + 2 * result.delta.dot(within_e_) +
               result.delta.dot(within_ * result.delta) + squared.dot(v);
    const Vector d2 = result.d.cwiseProduct(result.d);
    const double log_d = result.d.array().log().sum();
    result.log_likelihood =
        log_d / 2 - f_ / 2 * (std::log(result.q) + std::log(2 * std::numbers::pi / f_) + 1);
    result.score = -n_.dot(result.d) / 2 + f_ / 2 * squared.dot(d2) / result.q;
    if (restricted_) {
      result.log_likelihood -= factor.vectorD().array().abs().log().sum() / 2 + log_r_;
      result.score +=
          (result.inverse.cwiseProduct(s_ * d2.asDiagonal() * s_.transpose())).sum() / 2;
    }
    return result;
  }

  // Negative Hessian by (b, gamma), b in orthonormal columns.
  Matrix information(const At& at) const {
    const Vector d2 = at.d.cwiseProduct(at.d);
    const Vector d3 = d2.cwiseProduct(at.d);
    const Vector squared = at.rest.cwiseProduct(at.rest);
    const double b = squared.dot(d2);
    const double d = 2 * squared.dot(n_.cwiseProduct(d3));
    double h_gg = n_.cwiseProduct(n_).dot(d2) / 2 - f_ / 2 * (d / at.q - b * b / (at.q * at.q));
    if (restricted_) {
      const Matrix q = at.inverse * (s_ * d2.asDiagonal() * s_.transpose());
      const Matrix f = s_ * (2 * n_.cwiseProduct(d3)).asDiagonal() * s_.transpose();
      h_gg += ((q * q).trace() - at.inverse.cwiseProduct(f).sum()) / 2;
    }
    const Vector v = at.d.cwiseQuotient(n_);
    Matrix result(p_ + 1, p_ + 1);
    result.topLeftCorner(p_, p_) = f_ / at.q * (within_ + s_ * v.asDiagonal() * s_.transpose());
    const Vector h_gb = f_ / at.q * (s_ * d2.cwiseProduct(at.rest));
    result.topRightCorner(p_, 1) = h_gb;
    result.bottomLeftCorner(1, p_) = h_gb.transpose();
    result(p_, p_) = -h_gg;
    return result;
  }

  Vector estimates(const At& at) const { return squares_.inverse * (squares_.c + at.delta); }

  // Standard errors of the coefficients, of a covariance in orthonormal columns.
  Vector errors(const Matrix& covariance) const {
    return (squares_.inverse * covariance * squares_.inverse.transpose())
        .diagonal()
        .cwiseMax(0.0)
        .cwiseSqrt();
  }

  double f() const { return f_; }
  const Vector& n() const { return n_; }
  int evaluations() const { return evaluations_; }

 private:
  LeastSquares squares_;
  bool restricted_;
  Eigen::Index p_;
  double f_;  ///< rows - columns, or rows
  Vector n_;  ///< rows of each group
  Matrix s_;  ///< column sums of each group, in orthonormal columns
  Vector e_;  ///< sum of the residuals of least squares in each group
  Matrix within_;
  Vector within_e_;
  double within_rest_ = 0;
  double log_r_ = 0;
  mutable int evaluations_ = 0;
};

struct Maximum {
  Profile::At at;
  bool converged = true;
  std::size_t others = 0;  ///< lower maxima
};

// The root of the score between `low` (score > 0) and `high` (score <= 0), to the last bits.
std::pair<Profile::At, bool> root(const Profile& profile, const Profile::At& low,
                                  const Profile::At& high) {
  if (high.score == 0) return {high, true};
  constexpr std::uintmax_t kMost = 200;
  std::uintmax_t iterations = kMost;
  const auto [from, to] = boost::math::tools::toms748_solve(
      [&](double gamma) { return profile.at(gamma).score; }, low.gamma, high.gamma, low.score,
      high.score, boost::math::tools::eps_tolerance<double>(52), iterations);
  Profile::At left = profile.at(from);
  Profile::At right = profile.at(to);
  const bool converged = iterations < kMost;
  if (std::abs(left.score) < std::abs(right.score)) return {std::move(left), converged};
  return {std::move(right), converged};
}

Maximum maximise(const Profile& profile) {
  std::vector<Profile::At> grid = {profile.at(0)};
  // Half a power of ten between two points.
  constexpr int kFrom = -16;
  constexpr int kTo = 20;
  for (int step = kFrom; step <= kTo; ++step) {
    grid.push_back(profile.at(std::pow(10.0, step / 2.0)));
  }
  // A flat likelihood: the two halves of the score cancel out but for rounding, which grows with
  // gamma.
  double steepest = 0;
  for (const Profile::At& at : grid) {
    if (at.gamma < 100) steepest = std::max(steepest, std::abs(at.score) / profile.n().dot(at.d));
  }
  if (!(steepest > 1e-9)) {
    throw InputError(
        "the terms explain all differences between groups, so the variance of groups "
        "cannot be estimated");
  }
  std::vector<Maximum> maxima;
  if (grid.front().score <= 0) maxima.push_back({grid.front(), true, 0});
  for (std::size_t i = 1; i < grid.size(); ++i) {
    // Where groups explain everything the residual variance vanishes in rounding.
    if (!(grid[i - 1].score > 0) || !(grid[i].score <= 0)) continue;
    auto [at, converged] = root(profile, grid[i - 1], grid[i]);
    maxima.push_back({std::move(at), converged, 0});
  }
  if (maxima.empty()) {
    throw InputError(
        "nothing is left that varies inside of groups, so the residual variance cannot "
        "be estimated");
  }
  auto best = std::max_element(maxima.begin(), maxima.end(), [](const auto& a, const auto& b) {
    return a.at.log_likelihood < b.at.log_likelihood;
  });
  Maximum result = std::move(*best);
  result.others = maxima.size() - 1;
  return result;
}

void check_groups(const MixedModelSums::State& state) {
  std::size_t used = 0;
  std::size_t largest = 0;
  for (const std::size_t count : state.counts) {
    used += count > 0 ? 1 : 0;
    largest = std::max(largest, count);
  }
  if (state.rows.rows() == 0) throw InputError("there are no rows to fit a model to");
  if (used < 2) throw InputError("a random intercept needs at least two groups, and there is one");
  if (largest < 2) {
    throw InputError(
        "every group has a single row, so the variance of groups and the residual "
        "variance cannot be told apart");
  }
  if (state.min_y == state.max_y) throw InputError("all values of the response are equal");
}

void add_coefficients(MixedModel& model, const std::vector<std::string>& names,
                      const Profile& profile, const Profile::At& at) {
  const double residual = at.q / profile.f();
  const auto p = static_cast<Eigen::Index>(names.size());
  const Vector estimates = profile.estimates(at);
  const Vector gls = profile.errors(residual * at.inverse);
  Vector full = gls;
  std::string why_not;
  if (model.boundary) {
    model.gamma_se =
        Value::undefined("the variance of groups is 0, at the edge of what is possible");
  } else {
    const Eigen::LLT<Matrix> factor(profile.information(at));
    if (factor.info() == Eigen::Success) {
      const Matrix covariance = factor.solve(Matrix::Identity(p + 1, p + 1));
      full = profile.errors(covariance.topLeftCorner(p, p));
      model.gamma_se = std::sqrt(covariance(p, p));
    } else {
      why_not = "the likelihood has no curvature at its maximum";
      model.gamma_se = Value::undefined(why_not);
    }
  }
  const double z = normal_quantile(0.5 + model.level / 2);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    Coefficient coefficient;
    coefficient.name = names[k];
    coefficient.estimate = estimates(row);
    coefficient.se_gls = gls(row);
    if (why_not.empty()) {
      coefficient.se = full(row);
      coefficient.statistic = estimates(row) / full(row);
      coefficient.p = normal_two_sided(estimates(row) / full(row));
      coefficient.ci_low = estimates(row) - z * full(row);
      coefficient.ci_high = estimates(row) + z * full(row);
    } else {
      for (Value* value : {&coefficient.se, &coefficient.statistic, &coefficient.p,
                           &coefficient.ci_low, &coefficient.ci_high}) {
        *value = Value::undefined(why_not);
      }
    }
    model.coefficients.push_back(std::move(coefficient));
  }
}

}  // namespace

MixedModel fit_mixed_model(const MixedModelSums& sums, const MixedModelOptions& options) {
  check_level(options.level);
  const MixedModelSums::State& state = sums.state();
  check_groups(state);
  const Profile profile(state, options.likelihood);
  const Maximum maximum = maximise(profile);
  const Profile::At& at = maximum.at;

  MixedModel model;
  model.likelihood = options.likelihood;
  model.level = options.level;
  model.gamma = at.gamma;
  model.residual_variance = at.q / profile.f();
  model.group_variance = at.gamma * model.residual_variance;
  model.intraclass_correlation = at.gamma / (1 + at.gamma);
  model.log_likelihood = at.log_likelihood;
  model.rows = state.rows.rows();
  model.groups = static_cast<std::size_t>(profile.n().size());
  model.smallest_group = static_cast<std::size_t>(profile.n().minCoeff());
  model.largest_group = static_cast<std::size_t>(profile.n().maxCoeff());
  const double parameters = static_cast<double>(state.names.size()) + 2;
  model.aic = -2 * at.log_likelihood + 2 * parameters;
  model.bic = -2 * at.log_likelihood + std::log(static_cast<double>(model.rows)) * parameters;
  model.boundary = at.gamma == 0;
  model.converged = maximum.converged;
  model.iterations = profile.evaluations();
  model.score = model.boundary ? at.score : at.score * at.gamma;
  if (model.boundary) {
    model.notes.emplace_back(
        "The variance of groups is estimated as 0: rows of one group are no more alike than "
        "others, "
        "and the coefficients are those of least squares.");
  }
  if (maximum.others > 0) {
    model.notes.push_back(
        fmt::format("The likelihood has {} maxima; this is the highest.", maximum.others + 1));
  }
  if (!model.converged) model.notes.emplace_back("The maximum was not found to the last bits.");
  add_coefficients(model, state.names, profile, at);
  return model;
}

MixedModel fit_mixed_model(const Design& design, const MixedModelOptions& options) {
  if (design.group.empty()) {
    throw InputError("the formula has no random intercept", {}, "add + (1 | group)");
  }
  MixedModelSums sums(design.names);
  for (std::size_t i = 0; i < design.group_count; ++i) sums.add_group();
  const std::size_t p = design.columns();
  for (std::size_t i = 0; i < design.rows(); ++i) {
    sums.add(static_cast<std::size_t>(design.group_codes[i]), std::span(design.x).subspan(i * p, p),
             design.y[i]);
  }
  return fit_mixed_model(sums, options);
}

}  // namespace syndisco::stats
