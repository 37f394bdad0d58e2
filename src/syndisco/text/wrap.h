#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace syndisco {

/// textwrap.fill(text, width) of Python 3.12, all options at their defaults: tabs expanded to 8,
/// each white-space character of ASCII made a blank, words and hyphenated parts broken as Python
/// breaks them, over-long words cut, lines joined by newlines. Width counts code points, not
/// columns. Requires width >= 1.
std::string python_fill(std::string_view text, std::size_t width);

}  // namespace syndisco
