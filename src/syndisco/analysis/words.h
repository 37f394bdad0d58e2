#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// len(text.split()) of Python: maximal runs of what is not blank.
std::size_t count_words(std::string_view text);

/// Nothing but blanks and quotation marks: what models answer that were told to give the empty
/// string.
bool is_quote_only(std::string_view text);

/// Positions in `names` of those whom the text mentions by @name, in the order of the mentions; of
/// several names that fit in one place, the longest. "" is nobody's name.
std::vector<std::size_t> mentions(std::string_view text, const std::vector<std::string>& names);

/// Gini coefficient of shares of the floor: 0 where all spoke as often as each other, (n-1)/n where
/// one spoke alone. NaN where nobody spoke.
double gini(const std::vector<double>& counts);

/// Shannon entropy of who speaks, divided by its maximum, ln n: 1 where all spoke equally often.
/// NaN where nobody spoke, or for one person alone.
double normalised_entropy(const std::vector<double>& counts);

}  // namespace syndisco
