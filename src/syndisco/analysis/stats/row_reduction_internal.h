#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Dense>

namespace syndisco::stats {

/// The triangle R of the QR decomposition of [X y], kept up to date while rows are added, so that
/// memory does not grow with them and squares are never formed.
class RowReduction {
 public:
  explicit RowReduction(std::size_t columns);

  void add(std::span<const double> x, double y);
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

  /// (columns + 1) square, upper triangular.
  Eigen::MatrixXd triangle() const;

 private:
  void reduce();

  std::size_t columns_;
  std::size_t rows_ = 0;
  Eigen::Index filled_ = 0;  ///< rows of `block_` in use
  Eigen::MatrixXd block_;
};

/// X = Q R; the rest is what least squares gives.
struct LeastSquares {
  Eigen::MatrixXd r;        ///< of X
  Eigen::MatrixXd inverse;  ///< of r
  Eigen::VectorXd c;        ///< Q'y
  double rest = 0;          ///< residual sum of squares

  /// Throws InputError where a column follows from those before it (named), where there are not
  /// more rows than columns, and where nothing is left of y (within 1e-13 of its length).
  LeastSquares(const RowReduction& rows, const std::vector<std::string>& names);
};

}  // namespace syndisco::stats
