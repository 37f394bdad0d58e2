#include "syndisco/base/error.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#include "syndisco/base/printable.h"
#include "syndisco/base/utf8.h"

namespace syndisco {
namespace {

std::u32string code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    out.push_back(character.code);
    i += character.length;
  }
  return out;
}

/// Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours count one
/// each.
std::size_t alignment_distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string Place::text() const {
  std::string out = file;
  if (line > 0) {
    out += file.empty() ? "line " : ":";
    out += std::to_string(line);
    if (column > 0) {
      out += file.empty() ? ", column " : ":";
      out += std::to_string(column);
    }
  }
  // A column already says exactly where; the pointer would only make the line longer.
  if (!pointer.empty() && column == 0) out += out.empty() ? pointer : " (" + pointer + ")";
  return out;
}

Error::Error(std::string message, ExitCode exit_code, Place place, std::string hint)
    : std::runtime_error(std::move(message)),
      place_(std::move(place)),
      hint_(std::move(hint)),
      exit_code_(exit_code) {}

std::string Error::report() const {
  std::string out = "error: ";
  const std::string place = place_.text();
  if (!place.empty()) out += printable_line(place) + ": ";
  out += printable_line(what());
  out += '\n';
  if (!hint_.empty()) out += "hint: " + printable_line(hint_) + "\n";
  return out;
}

std::string nearest_word(std::string_view word, std::span<const std::string> known) {
  const std::u32string wanted = code_points(word);
  std::string best;
  std::size_t best_distance = 0;
  for (const std::string& candidate : known) {
    const std::u32string letters = code_points(candidate);
    const std::size_t longer = std::max(wanted.size(), letters.size());
    const std::size_t shorter = std::min(wanted.size(), letters.size());
    const std::size_t limit = std::max<std::size_t>(1, longer / 3);
    // The lengths alone rule most out, and keep an absurdly long word from costing quadratic time.
    if (longer - shorter > limit) continue;
    const std::size_t distance = alignment_distance(wanted, letters);
    if (distance > limit) continue;
    if (best.empty() || distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace syndisco
