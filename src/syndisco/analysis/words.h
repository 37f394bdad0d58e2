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

/// Position in `names` of the person that the text mentions by @name, or -1: the first mention; of
/// several names that fit there, the longest. "" is nobody's name.
int mentioned(std::string_view text, const std::vector<std::string>& names);

/// Gini coefficient of shares of the floor: 0 where all spoke as often as each other, (n-1)/n where
/// one spoke alone. NaN where nobody spoke.
double gini(const std::vector<double>& counts);

/// Shannon entropy of who speaks, divided by its maximum, ln n: 1 where all spoke equally often.
/// NaN where nobody spoke, or for one person alone.
double normalised_entropy(const std::vector<double>& counts);

}  // namespace syndisco
