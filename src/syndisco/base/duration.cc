#include "syndisco/base/duration.h"

#include <charconv>
#include <cmath>

namespace syndisco {
namespace {

double seconds_of(char unit) {
  switch (unit) {
    case 'd':
      return 86'400;
    case 'h':
      return 3'600;
    case 'm':
      return 60;
    case 's':
      return 1;
    default:
      return 0;
  }
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

}  // namespace

std::optional<double> parse_duration(std::string_view text) {
  double seconds = 0;
  double smallest = 1e9;  // each part is of a smaller unit than the one before
  skip_blanks(text);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || std::signbit(number)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    skip_blanks(text);
    if (text.empty()) {
      if (smallest < 1e9) return std::nullopt;  // "1h 30"
      return number;
    }
    const double unit = seconds_of(text.front());
    if (unit == 0 || unit >= smallest) return std::nullopt;
    smallest = unit;
    seconds += number * unit;
    text.remove_prefix(1);
    skip_blanks(text);
  }
  return seconds;
}

}  // namespace syndisco
