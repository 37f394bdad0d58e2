#include "syndisco/text/terms.h"

#include "syndisco/text/unicode.h"
#include "syndisco/text/unicode_tables.h"

namespace syndisco {
namespace {

bool is_letter_or_digit(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return contains(kAlphanumeric, c);
}

}  // namespace

void for_each_search_term(std::string_view text,
                          const std::function<void(std::string_view)>& take) {
  std::string term;
  const auto end_term = [&] {
    if (!term.empty()) take(term);
    term.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    i += character.length;
    const char32_t c = character.code;
    const bool letter = is_letter_or_digit(c);
    const bool mark = !letter && c >= 0x80 && !term.empty() && contains(kMark, c);
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
