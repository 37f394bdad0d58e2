#include "syndisco/analysis/stats/formula.h"

#include <algorithm>
#include <utility>

#include "syndisco/base/error.h"

namespace syndisco::stats {
namespace {

using Term = std::vector<std::string>;  ///< variables in the order written; the intercept has none
using Terms = std::vector<Term>;

constexpr std::size_t kMostTerms = 1'000;
constexpr int kDeepest = 100;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// Every byte of a non-ASCII character counts as a letter.
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool same_variables(Term a, Term b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

void add(Terms& terms, const Term& term) {
  const auto same = [&](const Term& other) { return same_variables(term, other); };
  if (std::none_of(terms.begin(), terms.end(), same)) terms.push_back(term);
}

void remove(Terms& terms, const Term& term) {
  std::erase_if(terms, [&](const Term& other) { return same_variables(term, other); });
}

Term joined(const Term& a, const Term& b) {
  Term term = a;
  for (const std::string& variable : b) {
    if (std::find(term.begin(), term.end(), variable) == term.end()) term.push_back(variable);
  }
  return term;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { formula_.text = std::string(text); }

  Formula parse() {
    skip_space();
    if (!at_name()) refuse("expected the response: y ~ x");
    formula_.response = name();
    if (!take('~')) refuse("expected ~ after the response");
    Terms terms = {Term()};
    sum(terms);
    if (place_ < text_.size()) refuse("expected +, -, *, : or the end");
    formula_.intercept = false;
    for (const Term& term : terms) {
      if (term.empty()) {
        formula_.intercept = true;
      } else {
        formula_.terms.push_back(term);
      }
    }
    std::stable_sort(formula_.terms.begin(), formula_.terms.end(),
                     [](const Term& a, const Term& b) { return a.size() < b.size(); });
    check_response();
    return std::move(formula_);
  }

 private:
  [[noreturn]] void refuse(const std::string& message, const std::string& hint = "") const {
    refuse_at(place_, message, hint);
  }

  [[noreturn]] void refuse_at(std::size_t place, const std::string& message,
                              const std::string& hint = "") const {
    Place where;
    where.file = "formula";
    where.line = 1;
    where.column = 1;
    for (const char c : text_.substr(0, place)) {
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++where.column;
    }
    throw InputError(message + " in " + std::string(text_), where, hint);
  }

  void skip_space() {
    while (place_ < text_.size() && is_space(text_[place_])) ++place_;
  }

  bool at(char c) const { return place_ < text_.size() && text_[place_] == c; }
  bool at_name() const { return place_ < text_.size() && (begins_name(text_[place_]) || at('`')); }

  bool take(char c) {
    if (!at(c)) return false;
    ++place_;
    skip_space();
    return true;
  }

  void expect(char c) {
    if (!take(c)) refuse(std::string("expected ") + c);
  }

  // What stands up to the next `quote`, which is taken, too.
  std::string quoted(char quote) {
    const std::size_t begin = ++place_;
    const std::size_t end = text_.find(quote, begin);
    if (end == std::string_view::npos) {
      refuse_at(begin - 1, std::string("expected a closing ") + quote);
    }
    place_ = end + 1;
    skip_space();
    return std::string(text_.substr(begin, end - begin));
  }

  std::string name() {
    if (at('`')) {
      const std::size_t begin = place_;
      std::string quoted_name = quoted('`');
      if (quoted_name.empty()) refuse_at(begin, "expected a name between the backquotes");
      return quoted_name;
    }
    const std::size_t begin = place_;
    while (place_ < text_.size() && (begins_name(text_[place_]) || is_digit(text_[place_]))) {
      ++place_;
    }
    std::string plain(text_.substr(begin, place_ - begin));
    skip_space();
    return plain;
  }

  // sum := ["+" | "-"] product {("+" | "-") product}
  void sum(Terms& terms) {
    bool minus = false;
    if (at('+') || at('-')) minus = text_[place_++] == '-';
    skip_space();
    while (true) {
      bool zero = false;
      for (const Term& term : product(zero)) {
        if (minus) {
          remove(terms, term);
        } else {
          add(terms, term);
        }
      }
      if (zero && minus) add(terms, Term());
      if (zero && !minus) remove(terms, Term());
      if (terms.size() > kMostTerms) refuse("more than 1,000 terms");
      if (!at('+') && !at('-')) return;
      minus = text_[place_++] == '-';
      skip_space();
    }
  }

  // product := interaction {"*" interaction}
  Terms product(bool& zero) {
    Terms terms = interaction(zero);
    while (at('*')) {
      refuse_alone(zero);
      ++place_;
      skip_space();
      const Terms right = interaction(zero);
      refuse_alone(zero);
      Terms both = terms;
      for (const Term& term : right) add(both, term);
      for (const Term& a : terms) {
        for (const Term& b : right) add(both, joined(a, b));
        if (both.size() > kMostTerms) refuse("more than 1,000 terms");
      }
      terms = std::move(both);
    }
    return terms;
  }

  // interaction := atom {":" atom}
  Terms interaction(bool& zero) {
    Terms terms = atom(zero);
    while (at(':')) {
      refuse_alone(zero);
      ++place_;
      skip_space();
      const Terms right = atom(zero);
      refuse_alone(zero);
      Terms both;
      for (const Term& a : terms) {
        for (const Term& b : right) add(both, joined(a, b));
        if (both.size() > kMostTerms) refuse("more than 1,000 terms");
      }
      terms = std::move(both);
    }
    return terms;
  }

  void refuse_alone(bool zero) const {
    if (zero) refuse("0 stands for no intercept and takes part in no interaction");
    if (last_was_random_) refuse("a random intercept takes part in no interaction");
  }

  // atom := name | "C(" ... ")" | "0" | "1" | "(" sum ")" | "(1 | group)"
  Terms atom(bool& zero) {
    last_was_random_ = false;
    if (at('(')) return parenthesis();
    if (at_name()) return {Term{variable()}};
    if (place_ < text_.size() && is_digit(text_[place_])) {
      const std::size_t begin = place_;
      while (place_ < text_.size() && is_digit(text_[place_])) ++place_;
      const std::string_view number = text_.substr(begin, place_ - begin);
      if (number != "0" && number != "1") {
        refuse_at(begin, "expected a name, 0 or 1",
                  "names that begin with a digit go in backquotes");
      }
      skip_space();
      zero = number == "0";
      return zero ? Terms() : Terms{Term()};
    }
    refuse("expected a name");
  }

  Terms parenthesis() {
    const std::size_t begin = place_;
    if (++depth_ > kDeepest) refuse("more than 100 parentheses inside each other");
    expect('(');
    Terms terms;
    sum(terms);
    if (at('|')) {
      if (terms != Terms{Term()}) {
        refuse_at(begin, "only a random intercept can be fitted, not a random slope",
                  "write (1 | group)");
      }
      if (depth_ > 1) refuse_at(begin, "expected the random intercept outside of parentheses");
      if (!formula_.group.empty()) refuse_at(begin, "expected a single random intercept");
      ++place_;
      skip_space();
      if (!at_name()) refuse("expected the name of the groups");
      formula_.group = name();
      terms.clear();
    }
    expect(')');
    --depth_;
    last_was_random_ = terms.empty() && !formula_.group.empty();
    return terms;
  }

  std::string variable() {
    const std::size_t begin = place_;
    const bool plain = !at('`');
    std::string found = name();
    if (!plain || !at('(')) return found;
    if (found != "C") {
      refuse_at(begin, "no function called " + found + " is known here",
                "compute the column beforehand, or put its name in backquotes");
    }
    ++place_;
    skip_space();
    if (!at_name()) refuse("expected the name of a factor");
    found = name();
    if (std::find(formula_.categorical.begin(), formula_.categorical.end(), found) ==
        formula_.categorical.end()) {
      formula_.categorical.push_back(found);
    }
    if (take(',')) treatment(found);
    expect(')');
    return found;
  }

  // Treatment('level') or Treatment(reference='level')
  void treatment(const std::string& factor) {
    const std::size_t begin = place_;
    if (!at_name() || name() != "Treatment") {
      refuse_at(begin, "expected Treatment(reference='level')");
    }
    expect('(');
    if (at_name()) {
      const std::size_t key = place_;
      if (name() != "reference") refuse_at(key, "expected reference=");
      expect('=');
    }
    if (!at('\'') && !at('"')) refuse("expected a level between quotes");
    formula_.references[factor] = quoted(text_[place_]);
    expect(')');
  }

  void check_response() const {
    if (formula_.group == formula_.response) refuse_at(0, "the response cannot name the groups");
    for (const Term& term : formula_.terms) {
      if (std::find(term.begin(), term.end(), formula_.response) != term.end()) {
        refuse_at(0, "the response cannot explain itself");
      }
    }
  }

  std::string_view text_;
  std::size_t place_ = 0;
  int depth_ = 0;
  bool last_was_random_ = false;
  Formula formula_;
};

}  // namespace

Formula parse_formula(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace syndisco::stats
