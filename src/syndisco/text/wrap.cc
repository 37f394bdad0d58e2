#include "syndisco/text/wrap.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "syndisco/base/utf8.h"
#include "syndisco/text/unicode.h"
#include "syndisco/text/unicode_tables.h"

namespace syndisco {
namespace {

// What the regular expression of CPython's textwrap asks of a character.
constexpr std::uint8_t kBlank = 1U;       ///< a blank, after white space was made blanks
constexpr std::uint8_t kHyphen = 2U;      ///< '-'
constexpr std::uint8_t kWord = 4U;        ///< \w
constexpr std::uint8_t kLetter = 8U;      ///< [^\d\W]: \w but no decimal digit, so '_' too
constexpr std::uint8_t kWordPunct = 16U;  ///< [\w!"'&.,?]
constexpr std::uint8_t kSpace = 32U;      ///< str.isspace(), which decides what a line end drops

std::uint8_t kinds_of(char32_t c) {
  std::uint8_t kinds = 0;
  if (c == ' ') kinds |= kBlank;
  if (c == '-') kinds |= kHyphen;
  if (c == '_' || contains(kAlphanumeric, c)) {
    kinds |= kWord | kWordPunct;
    if (!contains(kDecimal, c)) kinds |= kLetter;
  }
  constexpr std::u32string_view kPunctuation = U"!\"'&.,?";
  if (kPunctuation.find(c) != std::u32string_view::npos) kinds |= kWordPunct;
  if (is_python_space(c)) kinds |= kSpace;
  return kinds;
}

struct Character {
  std::size_t start;  ///< first byte
  std::uint8_t kinds;
};

/// The text after tab expansion and with each white-space character a blank, and its characters.
struct Prepared {
  std::string text;
  std::vector<Character> characters;
};

Prepared prepare(std::string_view text) {
  constexpr std::size_t kTab = 8;
  Prepared out;
  out.text.reserve(text.size());
  out.characters.reserve(text.size());
  std::uint8_t ascii_kinds[0x80];
  for (char32_t c = 0; c < 0x80; ++c) ascii_kinds[c] = kinds_of(c);

  std::size_t column = 0;
  const auto put = [&](char32_t c) {
    out.characters.push_back({out.text.size(), c < 0x80 ? ascii_kinds[c] : kinds_of(c)});
    append_utf8(out.text, c);
    ++column;
  };
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    i += character.length;
    switch (character.code) {
      case '\t':
        for (std::size_t blanks = kTab - column % kTab; blanks > 0; --blanks) put(' ');
        break;
      case '\n':
      case '\r':
        put(' ');
        column = 0;
        break;
      case '\v':
      case '\f':
        put(' ');
        break;
      default:
        put(character.code);
    }
  }
  return out;
}

/// Cuts at the places where CPython's TextWrapper.wordsep_re cuts:
///   [blank]+
///   | (?<=[\w!"'&.,?])-{2,}(?=\w)
///   | [^blank]+? (?: -(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[^\d\W]-))(?=[^\d\W]-?[^\d\W])
///                  | (?=[blank]|\Z)
///                  | (?<=[\w!"'&.,?])(?=-{2,}\w) )
/// The third alternative matches whenever a character is no blank, so chunks lie side by side.
class Splitter {
 public:
  explicit Splitter(std::span<const Character> characters)
      : characters_(characters), hyphens_(characters.size() + 1) {
    for (std::size_t i = characters.size(); i > 0; --i) {
      hyphens_[i - 1] = is(i - 1, kHyphen) ? hyphens_[i] + 1 : 0;
    }
  }

  /// Ends of the chunks, in order.
  std::vector<std::size_t> chunk_ends() const {
    std::vector<std::size_t> ends;
    for (std::size_t start = 0; start < characters_.size(); start = ends.back())
      ends.push_back(chunk_end(start));
    return ends;
  }

 private:
  bool is(std::size_t i, std::uint8_t kind) const { return (characters_[i].kinds & kind) != 0; }
  /// The same for i places before `at`, false before the text.
  bool was(std::size_t at, std::size_t i, std::uint8_t kind) const {
    return at >= i && is(at - i, kind);
  }
  bool is_inside(std::size_t i, std::uint8_t kind) const {
    return i < characters_.size() && is(i, kind);
  }

  /// (?<=[\w!"'&.,?])(?=-{2,}\w)
  bool dash_between_words(std::size_t at) const {
    return hyphens_[at] >= 2 && was(at, 1, kWordPunct) && is_inside(at + hyphens_[at], kWord);
  }

  /// Whether the hyphen before `at` ends the first part of a compound word.
  bool after_compound_hyphen(std::size_t at) const {
    const bool before = was(at, 2, kLetter) &&
                        (was(at, 3, kLetter) || (was(at, 3, kHyphen) && was(at, 4, kLetter)));
    if (!before || !is_inside(at, kLetter)) return false;
    return is_inside(at + 1, kLetter) || (is_inside(at + 1, kHyphen) && is_inside(at + 2, kLetter));
  }

  std::size_t chunk_end(std::size_t start) const {
    const std::size_t size = characters_.size();
    std::size_t at = start;
    if (is(start, kBlank)) {
      while (at < size && is(at, kBlank)) ++at;
      return at;
    }
    if (dash_between_words(start)) return start + hyphens_[start];
    // The first alternative takes a character besides the hyphen, so a cut after a hyphen needs
    // two.
    for (at = start + 1; at < size && !is(at, kBlank); ++at) {
      if (at >= start + 2 && is(at - 1, kHyphen) && after_compound_hyphen(at)) return at;
      if (dash_between_words(at)) return at;
    }
    return at;
  }

  std::span<const Character> characters_;
  std::vector<std::size_t> hyphens_;  ///< how many hyphens in a row start here
};

/// TextWrapper._wrap_chunks with break_long_words, drop_whitespace and break_on_hyphens.
class Filler {
 public:
  Filler(const Prepared& prepared, std::size_t width) : prepared_(prepared), width_(width) {}

  std::string fill() {
    const std::vector<std::size_t> ends = Splitter(prepared_.characters).chunk_ends();
    std::size_t start = 0;  // of the chunk, or of what is left of it
    std::size_t chunk = 0;
    while (chunk < ends.size()) {
      if (!first_line_ && is_space(start, ends[chunk])) start = ends[chunk++];
      const std::size_t line = start;
      std::size_t line_end = start;
      std::size_t last_piece = start;  // where the last chunk of the line starts
      const auto take = [&](std::size_t end) {
        last_piece = start;
        start = line_end = end;
      };
      while (chunk < ends.size() && ends[chunk] - line <= width_) take(ends[chunk++]);
      if (chunk < ends.size() && ends[chunk] - start > width_) {
        // With no room left on the line Python adds an empty piece, and then drops that instead of
        // blanks before it.
        take(cut_long_word(start, width_ - (line_end - line)));
      }
      if (is_space(last_piece, line_end)) line_end = last_piece;
      if (line_end > line) add_line(line, line_end);
    }
    return std::move(out_);
  }

 private:
  bool is_space(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) {
      if ((prepared_.characters[i].kinds & kSpace) == 0) return false;
    }
    return true;
  }

  std::size_t cut_long_word(std::size_t start, std::size_t room) const {
    const auto hyphen_at = [&](std::size_t i) {
      return (prepared_.characters[i].kinds & kHyphen) != 0;
    };
    std::size_t hyphen = room;
    while (hyphen > 0 && !hyphen_at(start + hyphen - 1)) --hyphen;
    // Now `hyphen` is one past the last hyphen that fits, or 0. Something else than hyphens must
    // stand before it.
    for (std::size_t i = 0; i + 1 < hyphen; ++i) {
      if (!hyphen_at(start + i)) return start + hyphen;
    }
    return start + room;
  }

  void add_line(std::size_t begin, std::size_t end) {
    if (!first_line_) out_ += '\n';
    first_line_ = false;
    const auto byte = [&](std::size_t i) {
      return i < prepared_.characters.size() ? prepared_.characters[i].start
                                             : prepared_.text.size();
    };
    out_.append(prepared_.text, byte(begin), byte(end) - byte(begin));
  }

  const Prepared& prepared_;
  std::size_t width_;
  std::string out_;
  bool first_line_ = true;
};

}  // namespace

std::string python_fill(std::string_view text, std::size_t width) {
  const Prepared prepared = prepare(text);
  return Filler(prepared, std::max<std::size_t>(width, 1)).fill();
}

}  // namespace syndisco
