#include "syndisco/cli/duration.h"

#include <charconv>
#include <limits>

#include "syndisco/base/error.h"
#include "syndisco/base/printable.h"

namespace syndisco::cli {

double duration_seconds(const std::string& text) {
  if (text == "never") return std::numeric_limits<double>::infinity();
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const std::string unit(rest, end);
  const double factor = unit.empty() || unit == "s" ? 1
                        : unit == "m"               ? 60
                        : unit == "h"               ? 3600
                        : unit == "d"               ? 86400
                                                    : -1;
  if (error != std::errc() || factor < 0 || !(number >= 0) || number > 1e9)
    throw InputError("'" + printable_line(text) + "' is no duration", {},
                     "such as 90s, 30m, 2h, 1d, 0 or never");
  return number * factor;
}

}  // namespace syndisco::cli
