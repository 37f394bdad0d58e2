#include "syndisco/text/terms.h"

#include <array>

#include "syndisco/text/unicode.h"
#include "syndisco/text/unicode_tables.h"

namespace syndisco {
namespace {

/// What an ASCII character is in a term, 0 where it divides terms.
constexpr std::array<char, 128> ascii_terms() {
  std::array<char, 128> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) {
    table[static_cast<std::size_t>(c)] = c;
    table[static_cast<std::size_t>(c - 'a' + 'A')] = c;
  }
  return table;
}
constexpr std::array<char, 128> kAsciiTerms = ascii_terms();

}  // namespace

void for_each_search_term(std::string_view text,
                          const std::function<void(std::string_view)>& take) {
  std::string term;
  const auto end_term = [&] {
    if (!term.empty()) take(term);
    term.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    // Most of most texts, and large corpora are indexed by this.
    if (const auto byte = static_cast<unsigned char>(text[i]); byte < 0x80) {
      if (const char c = kAsciiTerms[byte]; c != 0) {
        term += c;
      } else {
        end_term();
      }
      ++i;
      continue;
    }
    const DecodedCharacter character = decode_utf8(text, i);
    i += character.length;
    const char32_t c = character.code;
    const bool letter = contains(kAlphanumeric, c);
    const bool mark = !letter && !term.empty() && contains(kMark, c);
    const bool alone = letter && c >= 0x1100 && contains(kWide, c);
    if (alone || (!letter && !mark)) end_term();
    if (letter || mark) append_utf8(term, to_lower(c));
    if (alone) end_term();
  }
  end_term();
}

std::vector<std::string> search_terms(std::string_view text) {
  std::vector<std::string> terms;
  for_each_search_term(text, [&](std::string_view term) { terms.emplace_back(term); });
  return terms;
}

}  // namespace syndisco
