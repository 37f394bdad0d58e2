#include <fmt/format.h>

#include <cmath>

#include "syndisco/analysis/stats/row_reduction_internal.h"
#include "syndisco/base/error.h"

namespace syndisco::stats {
namespace {

// Rows that are collected before they are reduced: enough for the reduction to work on whole
// blocks.
constexpr Eigen::Index kBlock = 256;

// A column is taken to follow from those before it when this share of its length, or less, does
// not.
constexpr double kDependent = 1e-11;
// The same for the response and the columns.
constexpr double kExplained = 1e-13;

Eigen::MatrixXd triangle_of(const Eigen::MatrixXd& rows) {
  const Eigen::Index size = rows.cols();
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(size, size);
  if (rows.rows() == 0) return result;
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(rows);
  const Eigen::Index height = std::min(rows.rows(), size);
  result.topRows(height) = qr.matrixQR().topRows(height).triangularView<Eigen::Upper>();
  return result;
}

}  // namespace

RowReduction::RowReduction(std::size_t columns)
    : columns_(columns),
      block_(static_cast<Eigen::Index>(columns) + 1 + kBlock,
             static_cast<Eigen::Index>(columns) + 1) {}

void RowReduction::add(std::span<const double> x, double y) {
  if (filled_ == block_.rows()) reduce();
  for (std::size_t j = 0; j < columns_; ++j) block_(filled_, static_cast<Eigen::Index>(j)) = x[j];
  block_(filled_, static_cast<Eigen::Index>(columns_)) = y;
  ++filled_;
  ++rows_;
}

void RowReduction::reduce() {
  filled_ = block_.cols();
  block_.topRows(filled_) = triangle_of(block_);
}

Eigen::MatrixXd RowReduction::triangle() const {
  return triangle_of(block_.topRows(filled_));
}

LeastSquares::LeastSquares(const RowReduction& rows, const std::vector<std::string>& names) {
  const auto p = static_cast<Eigen::Index>(rows.columns());
  if (rows.rows() <= rows.columns()) {
    throw InputError(fmt::format("{} rows are too few for {} coefficients", rows.rows(), p));
  }
  const Eigen::MatrixXd all = rows.triangle();
  for (Eigen::Index k = 0; k < p; ++k) {
    if (std::abs(all(k, k)) > kDependent * all.col(k).head(k + 1).norm()) continue;
    const std::string& name = names[static_cast<std::size_t>(k)];
    if (all.col(k).head(k + 1).norm() == 0) {
      throw InputError(fmt::format("{} is 0 in every row, so it has no coefficient", name), {},
                       "a combination of levels may not occur; leave the interaction out");
    }
    throw InputError(
        fmt::format("{} follows from the terms before it, so it has no coefficient of its own",
                    name),
        {}, "leave it, or a term it depends on, out of the formula");
  }
  r = all.topLeftCorner(p, p);
  c = all.col(p).head(p);
  inverse = r.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(p, p));
  if (std::abs(all(p, p)) <= kExplained * all.col(p).norm()) {
    throw InputError("the terms explain the response completely, so there is no variance left");
  }
  rest = all(p, p) * all(p, p);
}

}  // namespace syndisco::stats
