#include "syndisco/analysis/figures/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "syndisco/text/unicode.h"

namespace syndisco::figures {
namespace {

constexpr double kWider = 1.18;
constexpr std::string_view kEllipsis = "\u2026";

// Advance widths of Helvetica for U+0020 to U+007E, in thousandths of the size (Adobe's font
// metrics).
constexpr std::array<std::uint16_t, 95> kHelvetica = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

double character_width(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (first >= 0x20 && first < 0x7F) return kWider * kHelvetica[first - 0x20U] / 1000;
  return 0.65 * static_cast<double>(display_width(character));
}

/// Bytes of a text beyond which nothing fits into the width: four a character at most, and none
/// narrower than a fifth but those of no width.
std::size_t looked_at(double width, double size) {
  return static_cast<std::size_t>(std::max(0.0, 40 * width / size)) + 64;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

double text_width(std::string_view text, double size) {
  double width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = decode_utf8(text, i).length;
    width += character_width(text.substr(i, length));
    i += length;
  }
  return width * size;
}

std::string shortened(std::string_view text, double width, double size) {
  const std::size_t most = looked_at(width, size);
  const bool whole = text.size() <= most;
  const std::string shown =
      printable_line(whole ? text : text.substr(0, complete_utf8_prefix(text.substr(0, most))));
  if (whole && text_width(shown, size) <= width) return shown;
  const double room = width - text_width(kEllipsis, size);
  std::size_t end = 0;
  double used = 0;
  while (end < shown.size()) {
    const std::size_t length = decode_utf8(shown, end).length;
    used += size * character_width(std::string_view(shown).substr(end, length));
    if (used > room) break;
    end += length;
  }
  return std::string(python_strip(std::string_view(shown).substr(0, end))) + std::string(kEllipsis);
}

std::string shortened_in_the_middle(std::string_view text, double width, double size) {
  const std::string head = shortened(text, 0.5 * width, size);
  if (!head.ends_with(kEllipsis)) return head;
  const double room = width - text_width(head, size);
  std::size_t begin = text.size() - std::min(text.size(), looked_at(room, size));
  while (begin < text.size() && is_continuation(text[begin])) ++begin;
  const std::string shown = printable_line(text.substr(begin));
  std::size_t from = shown.size();
  double used = 0;
  for (std::size_t i = shown.size(); i-- > 0;) {
    if (is_continuation(shown[i])) continue;
    used += size * character_width(std::string_view(shown).substr(i, decode_utf8(shown, i).length));
    if (used > room) break;
    from = i;
  }
  return head + std::string(python_strip(std::string_view(shown).substr(from)));
}

std::vector<std::string> wrapped(std::string_view text, double width, double size,
                                 std::size_t most) {
  std::vector<std::string> lines;
  std::string line;
  const std::string shown = shortened(text, width * static_cast<double>(most), size);
  for (std::size_t i = 0; i < shown.size();) {
    const std::size_t end = std::min(shown.find(' ', i), shown.size());
    const std::string word = shown.substr(i, end - i);
    const std::string longer = line.empty() ? word : line + " " + word;
    if (text_width(longer, size) <= width || line.empty()) {
      line = longer;
    } else {
      lines.push_back(line);
      line = word;
    }
    i = end + 1;
  }
  if (!line.empty()) lines.push_back(line);
  if (lines.size() > most) {
    // Broken lines are shorter than `width`: what does not fit goes on behind the last one.
    for (std::size_t i = most; i < lines.size(); ++i) lines[most - 1] += " " + lines[i];
    lines.resize(most);
  }
  for (std::string& each : lines) each = shortened(each, width, size);
  return lines;
}

}  // namespace syndisco::figures
