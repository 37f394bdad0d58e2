#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "syndisco/analysis/stats/formula.h"
#include "syndisco/base/error.h"

namespace syndisco::stats {
namespace {

// A variable of the formula, ready to be coded.
struct Variable {
  std::string name;
  const Column* column = nullptr;
  bool factor = false;
  std::vector<std::string> levels;       ///< the reference first
  std::vector<std::int32_t> row_levels;  ///< position in `levels` of each row that is kept
};

// A column of the design is a product; of a factor it takes whether a row has one level.
struct Part {
  std::size_t variable = 0;
  std::int32_t level = -1;  ///< -1: the number itself
};
struct DesignColumn {
  std::string name;
  std::vector<Part> parts;
};

bool missing(const Column& column, std::size_t row) {
  return column.categorical ? column.codes[row] < 0 : std::isnan(column.numbers[row]);
}

// The text of each value of a column that is taken for a factor.
std::string level_name(const Column& column, std::size_t row) {
  return column.categorical ? column.levels[static_cast<std::size_t>(column.codes[row])]
                            : fmt::format("{}", column.numbers[row]);
}

[[noreturn]] void refuse_level(const std::string& factor, const std::string& level,
                               const std::vector<std::string>& levels) {
  const std::string near = nearest_word(level, levels);
  throw InputError(fmt::format("{} has no level called {} in the rows used", factor, level), {},
                   near.empty() ? fmt::format("there are {}", fmt::join(levels, ", "))
                                : fmt::format("did you mean {}?", near));
}

// The levels that occur in `rows`, in byte order (numbers: by size).
std::vector<std::string> occurring(const Column& column, const std::vector<std::size_t>& rows) {
  std::vector<std::string> levels;
  if (column.categorical) {
    std::vector<bool> seen(column.levels.size(), false);
    for (const std::size_t row : rows) seen[static_cast<std::size_t>(column.codes[row])] = true;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (seen[i]) levels.push_back(column.levels[i]);
    }
    std::sort(levels.begin(), levels.end());
    return levels;
  }
  std::set<double> numbers;
  for (const std::size_t row : rows) numbers.insert(column.numbers[row]);
  for (const double number : numbers) levels.push_back(fmt::format("{}", number));
  return levels;
}

class Builder {
 public:
  Builder(const Formula& formula, const Frame& frame, const DesignOptions& options)
      : formula_(formula), frame_(frame), options_(options) {}

  Design build() {
    find_variables();
    keep_rows();
    for (Variable& variable : variables_) {
      if (variable.factor) take_levels(variable);
    }
    code_terms();
    if (columns_.empty()) {
      throw InputError("the formula has neither terms nor an intercept: " + formula_.text);
    }
    fill();
    return std::move(design_);
  }

 private:
  void find_variables() {
    response_ = &frame_.at(formula_.response);
    if (response_->categorical) {
      throw InputError("the response " + formula_.response + " is a factor, not a number");
    }
    for (const auto& term : formula_.terms) {
      for (const std::string& name : term) {
        if (place_.contains(name)) continue;
        Variable variable;
        variable.name = name;
        variable.column = &frame_.at(name);
        variable.factor = variable.column->categorical ||
                          std::find(formula_.categorical.begin(), formula_.categorical.end(),
                                    name) != formula_.categorical.end();
        place_[name] = variables_.size();
        variables_.push_back(std::move(variable));
      }
    }
    if (!formula_.group.empty()) group_ = &frame_.at(formula_.group);
  }

  void keep_rows() {
    std::vector<const Column*> all = {response_};
    for (const Variable& variable : variables_) all.push_back(variable.column);
    if (group_ != nullptr) all.push_back(group_);
    for (std::size_t row = 0; row < frame_.rows(); ++row) {
      bool whole = true;
      for (const Column* column : all) {
        whole = whole && !missing(*column, row);
        if (!column->categorical && std::isinf(column->numbers[row])) {
          throw InputError(fmt::format("{} is infinite in row {}", column->name, row + 1));
        }
      }
      if (whole) design_.source_rows.push_back(row);
    }
    design_.rows_left_out = frame_.rows() - design_.source_rows.size();
    if (!design_.source_rows.empty()) return;
    if (frame_.rows() == 0) throw InputError("there are no rows to fit " + formula_.text + " to");
    for (const Column* column : all) {
      bool empty = true;
      for (std::size_t row = 0; row < frame_.rows(); ++row) empty = empty && missing(*column, row);
      if (empty) throw InputError(fmt::format("{} has no values in any row", column->name));
    }
    throw InputError("no row has a value in every variable of " + formula_.text);
  }

  std::string reference(const std::string& factor) const {
    for (const auto& references : {formula_.references, options_.references}) {
      if (const auto found = references.find(factor); found != references.end()) {
        return found->second;
      }
    }
    return {};
  }

  void take_levels(Variable& variable) {
    variable.levels = occurring(*variable.column, design_.source_rows);
    if (const auto fixed = options_.levels.find(variable.name); fixed != options_.levels.end()) {
      for (const std::string& level : variable.levels) {
        if (std::find(fixed->second.begin(), fixed->second.end(), level) == fixed->second.end()) {
          refuse_level(variable.name, level, fixed->second);
        }
      }
      variable.levels = fixed->second;
    }
    if (const std::string wanted = reference(variable.name); !wanted.empty()) {
      const auto found = std::find(variable.levels.begin(), variable.levels.end(), wanted);
      if (found == variable.levels.end()) refuse_level(variable.name, wanted, variable.levels);
      std::rotate(variable.levels.begin(), found, found + 1);
    }
    if (variable.levels.size() < 2) {
      throw InputError(fmt::format("the factor {} has a single level in the rows used, {}",
                                   variable.name, variable.levels.front()),
                       {}, "leave it out of the formula");
    }
    design_.references[variable.name] = variable.levels.front();
    std::unordered_map<std::string, std::int32_t> places;
    for (const std::string& level : variable.levels) {
      places.emplace(level, static_cast<std::int32_t>(places.size()));
    }
    for (const std::size_t row : design_.source_rows) {
      variable.row_levels.push_back(places.at(level_name(*variable.column, row)));
    }
  }

  // Which factors of a term are coded how. Patsy's rules: a term spans the space of all subsets of
  // its factors (for the same numbers); what earlier terms span is left out; and a subset without a
  // factor joins one with it, in which the factor then gets a column for every level.
  using Coding = std::map<std::size_t, bool>;  ///< factor: a column for every level?

  static bool absorb(std::vector<Coding>& codings) {
    for (std::size_t i = 0; i < codings.size(); ++i) {
      for (std::size_t j = i + 1; j < codings.size(); ++j) {
        Coding& longer = codings[j];
        if (longer.size() != codings[i].size() + 1) continue;
        const auto inside = [&](const auto& part) {
          const auto found = longer.find(part.first);
          return found != longer.end() && found->second == part.second;
        };
        if (!std::all_of(codings[i].begin(), codings[i].end(), inside)) continue;
        const auto extra = std::find_if(longer.begin(), longer.end(), [&](const auto& part) {
          return !codings[i].contains(part.first);
        });
        extra->second = true;
        codings.erase(codings.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
      }
    }
    return false;
  }

  std::vector<Coding> codings(const std::vector<std::size_t>& term) {
    std::set<std::size_t> numbers;
    std::vector<std::size_t> factors;
    for (const std::size_t variable : term) {
      if (variables_[variable].factor) {
        factors.push_back(variable);
      } else {
        numbers.insert(variable);
      }
    }
    if (factors.size() > 16) throw InputError("a term of more than 16 factors: " + formula_.text);
    std::vector<std::set<std::size_t>> subsets;
    for (std::size_t bits = 0; bits < (std::size_t{1} << factors.size()); ++bits) {
      std::set<std::size_t>& subset = subsets.emplace_back();
      for (std::size_t i = 0; i < factors.size(); ++i) {
        if ((bits >> i & 1U) != 0) subset.insert(factors[i]);
      }
    }
    std::stable_sort(subsets.begin(), subsets.end(),
                     [](const auto& a, const auto& b) { return a.size() < b.size(); });
    std::vector<Coding> result;
    for (const auto& subset : subsets) {
      if (!spanned_[numbers].insert(subset).second) continue;
      Coding& coding = result.emplace_back();
      for (const std::size_t factor : subset) coding[factor] = false;
    }
    while (absorb(result)) {
    }
    return result;
  }

  void code_terms() {
    if (formula_.intercept) {
      spanned_[{}].insert(std::set<std::size_t>());
      columns_.push_back({"Intercept", {}});
    }
    for (const auto& names : formula_.terms) {
      std::vector<std::size_t> term;
      for (const std::string& name : names) term.push_back(place_.at(name));
      for (const Coding& coding : codings(term)) add_columns(term, coding);
    }
  }

  void add_columns(const std::vector<std::size_t>& term, const Coding& coding) {
    std::vector<DesignColumn> products = {{}};
    for (const std::size_t place : term) {
      const Variable& variable = variables_[place];
      std::vector<DesignColumn> own;
      if (!variable.factor) {
        own.push_back({variable.name, {{place, -1}}});
      } else if (const auto coded = coding.find(place); coded != coding.end()) {
        const bool every = coded->second;
        for (std::size_t level = every ? 0 : 1; level < variable.levels.size(); ++level) {
          own.push_back(
              {fmt::format("{}[{}{}]", variable.name, every ? "" : "T.", variable.levels[level]),
               {{place, static_cast<std::int32_t>(level)}}});
        }
      } else {
        continue;
      }
      if (products.size() * own.size() > kMostColumns) {
        throw InputError(fmt::format("more than {} columns for {}", kMostColumns, formula_.text));
      }
      // The first factor varies fastest.
      std::vector<DesignColumn> next;
      for (const DesignColumn& right : own) {
        for (const DesignColumn& left : products) {
          DesignColumn& both = next.emplace_back(left);
          both.name += (both.name.empty() ? "" : ":") + right.name;
          both.parts.insert(both.parts.end(), right.parts.begin(), right.parts.end());
        }
      }
      products = std::move(next);
    }
    columns_.insert(columns_.end(), products.begin(), products.end());
    if (columns_.size() > kMostColumns) {
      throw InputError(fmt::format("more than {} columns for {}", kMostColumns, formula_.text));
    }
  }

  void fill() {
    design_.response = formula_.response;
    for (const DesignColumn& column : columns_) design_.names.push_back(column.name);
    const std::size_t rows = design_.source_rows.size();
    design_.x.reserve(rows * columns_.size());
    design_.y.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = design_.source_rows[i];
      for (const DesignColumn& column : columns_) {
        double product = 1;
        for (const Part& part : column.parts) {
          const Variable& variable = variables_[part.variable];
          product *= part.level < 0                         ? variable.column->numbers[row]
                     : variable.row_levels[i] == part.level ? 1.0
                                                            : 0.0;
        }
        if (!std::isfinite(product)) {
          throw InputError(fmt::format("{} is too large in row {}", column.name, row + 1));
        }
        design_.x.push_back(product);
      }
      design_.y.push_back(response_->numbers[row]);
    }
    if (group_ != nullptr) number_groups();
  }

  void number_groups() {
    design_.group = formula_.group;
    std::unordered_map<std::int32_t, std::int32_t> of_code;
    std::unordered_map<double, std::int32_t> of_number;
    for (const std::size_t row : design_.source_rows) {
      const auto next =
          static_cast<std::int32_t>(group_->categorical ? of_code.size() : of_number.size());
      design_.group_codes.push_back(
          group_->categorical ? of_code.emplace(group_->codes[row], next).first->second
                              : of_number.emplace(group_->numbers[row], next).first->second);
    }
    design_.group_count = group_->categorical ? of_code.size() : of_number.size();
  }

  static constexpr std::size_t kMostColumns = 2'000;

  const Formula& formula_;
  const Frame& frame_;
  const DesignOptions& options_;
  const Column* response_ = nullptr;
  const Column* group_ = nullptr;
  std::vector<Variable> variables_;
  std::map<std::string, std::size_t> place_;
  /// By the numbers of a term: the sets of factors that the columns so far span.
  std::map<std::set<std::size_t>, std::set<std::set<std::size_t>>> spanned_;
  std::vector<DesignColumn> columns_;
  Design design_;
};

}  // namespace

Design make_design(const Formula& formula, const Frame& frame, const DesignOptions& options) {
  return Builder(formula, frame, options).build();
}

}  // namespace syndisco::stats
