#include "syndisco/analysis/figures/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace syndisco::figures {
namespace {

constexpr double kLargest = 1e300;
constexpr const char* kMinus = "\u2212";

/// fmt's text with a real minus, and exponents as "e9" for "e+09".
std::string polished(std::string text) {
  const std::size_t e = text.find('e');
  if (e != std::string::npos) {
    const std::string mantissa = text.substr(0, e);
    const int exponent = std::atoi(text.c_str() + e + 1);
    text = mantissa + "e" + (exponent < 0 ? kMinus : "") + std::to_string(std::abs(exponent));
  }
  if (text.starts_with("-")) text = kMinus + text.substr(1);
  return text;
}

/// 1, 2 or 5 times a power of ten, at least `rough`.
double nice_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    // Just short of a round step is meant to be that step.
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/// Digits after the point that make three significant ones of a number that large.
int decimals_of(double size) {
  const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
  return std::clamp(3 - before, 0, 5);
}

std::vector<std::string> tick_texts(const std::vector<double>& at, double step) {
  const double largest = std::max(std::abs(at.front()), std::abs(at.back()));
  const bool scientific = largest >= 1e7 || step < 1e-4;
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  const int digits =
      std::max(0, static_cast<int>(std::floor(std::log10(largest)) - std::floor(std::log10(step))));
  std::vector<std::string> texts;
  for (const double value : at) {
    const double shown = value == 0 ? 0 : value;  // no minus before zero
    texts.push_back(polished(scientific && shown != 0
                                 ? fmt::format("{:.{}e}", shown, std::min(digits, 8))
                                 : fmt::format("{:.{}f}", shown, scientific ? 0 : decimals)));
  }
  return texts;
}

}  // namespace

Range range_of(double lowest, double highest) {
  lowest = std::clamp(lowest, -kLargest, kLargest);
  highest = std::clamp(highest, -kLargest, kLargest);
  if (lowest > highest) std::swap(lowest, highest);
  const double size = std::max(std::abs(lowest), std::abs(highest));
  if (size < 1 / kLargest) return {0, 1};  // nothing counted lies below zero
  if (highest - lowest > size * 1e-9) return {lowest, highest};
  const double middle = lowest / 2 + highest / 2;
  return {middle - size / 2, middle + size / 2};
}

Ticks nice_ticks(Range range, int most) {
  range = range_of(range.lowest, range.highest);
  const double step =
      nice_step(range.highest / std::max(1, most - 1) - range.lowest / std::max(1, most - 1));
  // What is a hair beyond a tick, for rounding, is at the tick.
  const double first = std::floor(range.lowest / step + 1e-9);
  const double last = std::max(std::ceil(range.highest / step - 1e-9), first + 1);
  Ticks ticks;
  for (double i = first; i <= last; ++i) ticks.at.push_back(i * step);
  ticks.texts = tick_texts(ticks.at, step);
  return ticks;
}

double Scale::operator()(double value) const {
  const double span = range_.highest / 2 - range_.lowest / 2;
  const double share = (value / 2 - range_.lowest / 2) / span;
  return from_ + (to_ - from_) * (share > 0 ? std::min(share, 1.0) : 0.0);
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return "\u2013";
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 1e6 || size < 1e-3) return polished(fmt::format("{:.2e}", value));
  std::string text = fmt::format("{:.{}f}", value, decimals_of(size));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return polished(text);
}

std::vector<std::string> number_texts(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  std::vector<std::string> texts;
  for (const double value : values) {
    const bool plain = std::isfinite(value) && largest >= 1e-3 && largest < 1e6;
    std::string text =
        plain ? polished(fmt::format("{:.{}f}", value, decimals_of(largest))) : number_text(value);
    // What rounds to zero has no sign.
    if (plain && text.find_first_of("123456789") == std::string::npos && text.starts_with(kMinus))
      text.erase(0, std::string_view(kMinus).size());
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace syndisco::figures
