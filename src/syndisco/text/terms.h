#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace syndisco {

/// The words of a text for search: runs of letters, digits and combining marks (Unicode 15) in
/// lower case; whatever stands between divides them. Ideographs, kana and Hangul, which are written
/// without blanks, are a word each. No stemming, no stop words.
std::vector<std::string> search_terms(std::string_view text);

/// Calls `take` with each in turn; the view holds during the call alone.
void for_each_search_term(std::string_view text, const std::function<void(std::string_view)>& take);

}  // namespace syndisco
