#include "syndisco/analysis/words.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "syndisco/text/unicode.h"

namespace syndisco {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

}  // namespace

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const DecodedCharacter character =
        byte < 0x80 ? DecodedCharacter{.code = byte, .length = 1} : decode_utf8(text, i);
    const bool blank = is_python_space(character.code);
    if (!blank && !inside) ++words;
    inside = !blank;
    i += character.length;
  }
  return words;
}

bool is_quote_only(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    if (character.code != '"' && !is_python_space(character.code)) return false;
    i += character.length;
  }
  return true;
}

std::vector<std::size_t> mentions(std::string_view text, const std::vector<std::string>& names) {
  std::vector<std::size_t> all;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    std::size_t found = names.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[i];
      if (name.empty() || !rest.starts_with(name)) continue;
      // "@anna" does not mention "ann".
      if (rest.size() > name.size() && is_word_byte(rest[name.size()]) && is_word_byte(name.back()))
        continue;
      if (found == names.size() || name.size() > names[found].size()) found = i;
    }
    if (found < names.size()) all.push_back(found);
  }
  return all;
}

double gini(const std::vector<double>& counts) {
  std::vector<double> sorted = counts;
  std::ranges::sort(sorted);
  const auto n = static_cast<double>(sorted.size());
  double sum = 0, weighted = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    weighted += (2 * static_cast<double>(i + 1) - n - 1) * sorted[i];
  }
  return sum > 0 ? weighted / (n * sum) : kNothing;
}

double normalised_entropy(const std::vector<double>& counts) {
  double sum = 0;
  for (const double count : counts) sum += count;
  if (!(sum > 0) || counts.size() < 2) return kNothing;
  double entropy = 0;
  for (const double count : counts)
    if (count > 0) entropy -= count / sum * std::log(count / sum);
  return std::max(entropy, 0.0) / std::log(static_cast<double>(counts.size()));
}

}  // namespace syndisco
